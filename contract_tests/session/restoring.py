"""Restores the original values after a run that broke off."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from contract_tests.client.client import Client
from contract_tests.contract import CONTRACT
from contract_tests.errors import UsageError
from contract_tests.observe.journal import Entry, Journal, state_folder, unfinished
from contract_tests.observe.restore import Restore
from contract_tests.session.signals import interrupting
from contract_tests.target.options import Options
from contract_tests.target.servers import choose_servers, with_access_to
from contract_tests.target.target import Mode, Target


def restore(options: Options, environment: Mapping[str, str]) -> Iterator[tuple[Target, Entry, str]]:
    """Restore the extensions that the options name; for each, why it may not have its original values.

    Requests and credentials go to the servers that the user names, and nowhere else.

    Raises:
        UsageError: An option is wrong, there is no access, or nothing is to be restored.
    """
    servers = choose_servers(replace(options, mode=Mode.read))
    targets = [target for server in servers for target in with_access_to(server, environment, CONTRACT).targets]
    left = [target for target in targets if _journal(target, options).path.exists()]
    with interrupting():
        for target in left or targets:
            yield target, *_restore(replace(target, mode=Mode.full), options)


def left_changed(options: Options) -> list[Entry]:
    """What runs that broke off left changed, as the state folder says."""
    return [*unfinished(state_folder(options.state_dir))]


def _restore(target: Target, options: Options) -> tuple[Entry, str]:
    journal = _journal(target, options)
    journal.lock()
    try:
        entry = journal.read()
        _refuse_invalid(entry, journal)
        with Client(target, CONTRACT, options.timeout) as client:
            client.connection.authorise()
            message = Restore(client, CONTRACT, target.extension_id, entry.settings, entry.changes, entry.allowed)()
        if not message:
            journal.end()
        return entry, message
    finally:
        journal.release()


def _journal(target: Target, options: Options) -> Journal:
    return Journal(state_folder(options.state_dir), target.base_url, target.extension_id)


def _refuse_invalid(entry: Entry, journal: Journal) -> None:
    """Refuse values that the contract does not allow: no server showed them, or it was broken then."""
    sent = {name: value for name, value in entry.settings.items() if name in entry.changes}
    if violations := CONTRACT.update_violations(sent):
        raise UsageError(f"{journal.path}: {violations[0].message}; correct the value, or restore it yourself")
