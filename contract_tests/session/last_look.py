"""The last look at the extensions of a server, after all of them were restored."""

from __future__ import annotations

from collections.abc import Sequence

from contract_tests.client.client import Client
from contract_tests.contract.json_values import Differences, describe
from contract_tests.record.step import Kind, Step
from contract_tests.session.extension import Done, Job, noting_errors, restore
from contract_tests.session.write_guard import WriteGuard


def end_journals(jobs: Sequence[Job], done: Sequence[Done]) -> None:
    """Remove the journals of the extensions that have their original values.

    Where there are several, look at each once more: a server may have changed one when another was restored. Restore it
    again, and look once more.
    """
    pairs = [*zip(jobs, done, strict=True)]
    looked_at = [(job, each) for job, each in pairs if each.original is not None and not each.not_restored]
    if len(jobs) > 1:
        changed = [(job, each) for job, each in looked_at if _differences(job, each)]
        for job, each in changed:
            _restore_again(job, each)
        for job, each in looked_at if changed else ():
            left = {} if each.not_restored else _differences(job, each)
            if left:
                what = f"extension {job.target.extension_id} does NOT have its original values"
                each.not_restored = f"{what}, since another one was restored: {describe(left)}"
    for job, each in pairs:
        if job.journal and not each.not_restored:
            job.journal.end()


def _restore_again(job: Job, done: Done) -> None:
    with noting_errors(done), _client(job, done) as client:
        done.not_restored = restore(job, client, done)


def _differences(job: Job, done: Done) -> Differences:
    """The properties that do not have their original values; none where GET shows no settings, as it did before."""
    with noting_errors(done), _client(job, done) as client:
        exchange = client.send(Step(Kind.read, "GET", job.contract.path_to(job.target.extension_id)))
        if exchange.shows_settings:
            return job.contract.differences(done.original or {}, exchange.json_object or {})
    return {}


def _client(job: Job, done: Done) -> Client:
    """A client that may still send, since it restores."""
    client = Client(job.target, job.contract, job.timeout, job.limits)
    client.connection.restores = True
    client.connection.before_put = WriteGuard(done.target, job.contract)
    return client
