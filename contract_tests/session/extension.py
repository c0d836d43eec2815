"""The sequence for one extension: first look, plan, send, restore, judge. It stands here only."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from contract_tests.checks.judge import judge
from contract_tests.client.client import Client
from contract_tests.client.request_budget import RequestBudget
from contract_tests.contract.document import Contract
from contract_tests.contract.json_values import Settings
from contract_tests.errors import ExitCode, StoppedError, UsageError
from contract_tests.observe.observation import Observation
from contract_tests.observe.snapshot import RestoreError, Snapshot
from contract_tests.record.har import Record
from contract_tests.record.step import Step
from contract_tests.report.results import Requirement, Results
from contract_tests.session.first_look import first_look
from contract_tests.target.target import TIMEOUT, Target

Layer = Callable[[Client, Target, Results], None]
"""Sends requests beyond the plan, and judges the responses itself."""


@dataclass(frozen=True)
class Job:
    """What is done with one extension.

    Attributes:
        target: The extension, with its credentials.
        contract: What is asked of it.
        requirements: What is judged.
        steps: The requests of the plan.
        limits: Shared by all jobs of a run.
        folder: Where the record and the original values are kept; None: in memory only.
        record_name: The name of the record in that folder.
        fuzz: What follows the plan; None: nothing.
        timeout: Seconds to wait for a response.
    """

    target: Target
    contract: Contract
    requirements: Sequence[Requirement]
    steps: Sequence[Step]
    limits: RequestBudget
    folder: Path | None = None
    record_name: str = "record.har"
    fuzz: Layer | None = None
    timeout: float = TIMEOUT


@dataclass
class Done:
    """How a job ended.

    Attributes:
        target: The extension.
        record: What was sent and what came back.
        results: What was found out; `error` says why it broke off.
        not_restored: Why the extension may not have its original values; empty where it has.
        exit_code: Of an error.
    """

    target: Target
    record: Record
    results: Results
    not_restored: str = ""
    exit_code: ExitCode = ExitCode.ok

    def fail(self, message: str, exit_code: ExitCode) -> None:
        """Note why the job broke off."""
        self.results.stop(message)
        self.exit_code = max(self.exit_code, exit_code)


def test_extension(job: Job, progress: Callable[[int, Record], None] = lambda _, __: None) -> Done:
    """Plan, send, restore and judge; nothing that a server does raises.

    Args:
        job: What to do.
        progress: Is called with the number of planned requests that are done, and the record so far.
    """
    record = Record(job.target.redacted())
    if job.folder:
        record.write_to(job.folder / job.record_name)
    done = Done(job.target, record, Results.declared(job.requirements))
    with record, Client(job.target, job.contract, job.timeout, job.limits) as client:
        try:
            _send(job, client, done, progress)
        except UsageError as error:
            done.fail(str(error), ExitCode.usage)
        except StoppedError as error:
            done.fail(str(error), ExitCode.error)
    judge(record, job.contract, done.results)
    return done


test_extension.__test__ = False  # type: ignore[attr-defined]  # pytest would take it for a test


def _send(job: Job, client: Client, done: Done, progress: Callable[[int, Record], None]) -> None:
    """Send the plan and what follows it, between a first look and the restore."""
    settings = first_look(client, job.target, job.contract)
    with _restored(job, client, settings, done):
        if exchange := job.target.credentials.exchange:
            done.record.append(exchange)
        observation = Observation(job.contract, job.target, client, done.record)
        try:
            observation.run(job.steps, lambda sent: progress(sent, done.record))
        except StoppedError as error:
            left = len(job.steps) - observation.done
            raise StoppedError(f"{error}; {left} of {len(job.steps)} planned requests were not sent") from None
        if job.fuzz:
            job.fuzz(client, job.target, done.results)


@contextmanager
def _restored(job: Job, client: Client, settings: Settings, done: Done) -> Iterator[None]:
    """Keep the original values on disk, and restore them at the end, whatever happened."""
    if not job.target.may_write:
        yield
        return
    original = Snapshot.of(job.target, settings)
    file = original.write(job.folder) if job.folder else None
    try:
        yield
    finally:
        try:
            original.put_back(client, job.contract)
        except RestoreError as error:
            done.not_restored = str(error)
        else:
            if file:
                file.unlink()
