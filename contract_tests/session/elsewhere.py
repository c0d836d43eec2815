"""What a run changed in another extension than the one under test, which it does not write to."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

from contract_tests.client.client import Client
from contract_tests.contract.document import Contract
from contract_tests.contract.json_values import describe
from contract_tests.observe.proof import all_differences
from contract_tests.record.exchange import Exchange
from contract_tests.record.har import Record
from contract_tests.record.step import Kind, Step
from contract_tests.target.target import Target


def changed_elsewhere(record: Record, contract: Contract, target: Target, client: Client) -> str:
    """Which other extension is not as it was found, property by property; empty where none shows a change.

    A run that only reads sends nothing here. Else the extension without settings is read once more where it changed
    during the run, and the one that `@me` means where it is not under test.
    """
    others = {id_: None for id_ in (target.fresh_extension_id, target.me_extension_id) if id_}
    found = [_changed(record, contract, target, client, id_) for id_ in others if id_ != target.extension_id]
    return "; ".join(filter(None, [*found, _by_me(record, contract, target)]))


def _changed(record: Record, contract: Contract, target: Target, client: Client, extension_id: str) -> str:
    """What differs between the first read of an extension and one that is sent now."""
    path = contract.path_to(extension_id)
    reads = [read for read in record.of(Kind.read, Kind.address) if read.step.path == path and read.shows_settings]
    shown = [read.json_object or {} for read in reads if read.step.method == "GET"]
    is_read_twice = len(shown) > 1
    if not target.may_write or not shown or (is_read_twice and not all_differences(contract, shown[0], shown[-1])):
        return ""
    now = client.send(Step(Kind.read, "GET", path))  # the restore may have changed it once more
    left = all_differences(contract, shown[0], (now.json_object or {}) if now.shows_settings else shown[-1])
    if not left:
        return ""
    return (
        f"extension {extension_id} does NOT have its original values, although the run changed only "
        f"extension {target.extension_id}: {describe(left)}"
    )


def _by_me(record: Record, contract: Contract, target: Target) -> str:
    """What PUTs to `@me` changed, where their answers show the settings of another extension."""
    names = [
        name
        for earlier, put, read in _by_me_between(record, contract, target)
        for name in _of_another(contract, earlier, put, read)
    ]
    if not names:
        return ""
    return (
        f"another extension may NOT have its original values: PUT to @me answered with other settings than those of "
        f"extension {target.extension_id}, and may have changed there: {', '.join(dict.fromkeys(names))}"
    )


def _by_me_between(record: Record, contract: Contract, target: Target) -> Iterator[tuple[Exchange, Exchange, Exchange]]:
    """Each accepted PUT to `@me`, with the last accepted PUT by the id before it, and the exchange after it."""
    earlier: Exchange | None = None
    for put, following in itertools.pairwise(record):
        if put.step.method == "PUT" and put.is_success:
            if put.step.path == contract.path_to(target.extension_id):
                earlier = put
            elif earlier and put.step.path == contract.path_to("@me"):
                yield earlier, put, following


def _of_another(contract: Contract, earlier: Exchange, put: Exchange, read: Exchange) -> list[str]:
    """What a PUT sent, if its answer shows it with other settings than the last answer by the id and the next read."""
    sent, shown = put.step.update or {}, put.json_object or {}
    if not all(each.shows_settings for each in (earlier, put, read)) or contract.differences(sent, shown):
        return []
    own = earlier.json_object or {}, read.json_object or {}
    others = [contract.differences(settings, shown).keys() - sent.keys() for settings in own]
    return [*contract.differences(sent, read.json_object or {})] if all(others) else []
