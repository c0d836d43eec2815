"""The sequence for one extension: first look, plan, send, restore, judge. It stands here only."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence, Set
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from contract_tests.checks.judge import judge
from contract_tests.client.client import Client
from contract_tests.client.request_budget import RequestBudget
from contract_tests.contract.document import Contract
from contract_tests.contract.json_values import Settings
from contract_tests.errors import ExitCode, NotRestoredError, StoppedError, UsageError, error_of_ours
from contract_tests.observe.journal import Journal
from contract_tests.observe.observation import Observation
from contract_tests.observe.restorable import restorable_keys, unrestorable
from contract_tests.observe.restore import Restore
from contract_tests.record.har import Record
from contract_tests.record.step import Step
from contract_tests.report.results import Requirement, Results
from contract_tests.session.elsewhere import changed_elsewhere
from contract_tests.session.first_look import first_look
from contract_tests.session.write_guard import WriteGuard
from contract_tests.target.target import TIMEOUT, Mode, Target

Plan = Callable[[Target], Sequence[Step]]
Layer = Callable[[Client, Target, Results], None]
"""Sends requests beyond the plan, and judges the responses itself."""


@dataclass(frozen=True)
class Job:
    """What is done with one extension.

    Attributes:
        target: The extension, with its credentials.
        contract: What is asked of it.
        requirements: What is judged.
        plan: Gives the requests of the plan, once it is known which properties can be restored.
        limits: Shared by all jobs of a run.
        journal: Where the original values are kept; None where nothing is written.
        folder: Where the record is kept; None: in memory only.
        record_name: The name of the record in that folder.
        fuzz: What follows the plan; None: nothing.
        timeout: Seconds to wait for a response.
        settle: Seconds to wait after each write.
    """

    target: Target
    contract: Contract
    requirements: Sequence[Requirement]
    plan: Plan
    limits: RequestBudget
    journal: Journal | None = None
    folder: Path | None = None
    record_name: str = "record.har"
    fuzz: Layer | None = None
    timeout: float = TIMEOUT
    settle: float = 0.0


@dataclass
class Done:
    """How a job ended.

    Attributes:
        target: The extension.
        record: What was sent and what came back.
        results: By requirement; `error` says why it broke off.
        original: What GET answered before the first write; None where nothing may be written.
        allowed: The keys that a restore may send.
        not_restored: Why the extension may not have its original values; empty where it has.
        changed_elsewhere: Why another extension may not have them; empty where none shows a change.
        exit_code: Of an error.
    """

    target: Target
    record: Record
    results: Results
    original: Settings | None = None
    allowed: Set[str] = frozenset()
    not_restored: str = ""
    changed_elsewhere: str = ""
    exit_code: ExitCode = ExitCode.ok

    def fail(self, message: str, exit_code: ExitCode) -> None:
        """Note why the job broke off."""
        self.results.stop(message)
        self.exit_code = max(self.exit_code, exit_code)


def test_extension(job: Job, progress: Callable[[int, Record], None] = lambda _, __: None) -> Done:
    """Plan, send, restore and judge; nothing that a server does raises, and no error of ours goes unseen.

    The journal stays until `end_journals`.

    Args:
        job: What to do.
        progress: Is called with the number of planned requests that are done, and the record so far.
    """
    record = Record(job.target.redacted())
    done = Done(job.target, record, Results.declared(job.requirements))
    with noting_errors(done), record, Client(job.target, job.contract, job.timeout, job.limits) as client:
        client.connection.before_put = WriteGuard(replace(job.target, mode=Mode.read), job.contract)
        if job.folder:
            record.write_to(job.folder / job.record_name)
        _send(job, client, done, progress)
    with noting_errors(done):
        judge(record, job.contract, done.results)
        _explain_untested(done)
    return done


test_extension.__test__ = False  # type: ignore[attr-defined]  # pytest would take it for a test


@contextmanager
def noting_errors(done: Done) -> Iterator[None]:
    """Note why a job breaks off, whatever it is."""
    try:
        yield
    except UsageError as error:
        done.fail(str(error), ExitCode.usage)
    except NotRestoredError as error:
        done.fail(str(error), ExitCode.failed)
    except StoppedError as error:
        done.fail(str(error), ExitCode.error)
    except Exception as error:
        done.fail(error_of_ours(error), ExitCode.error)


def _explain_untested(done: Done) -> None:
    for result in done.results.by_id.values():
        result.reason = done.target.unrestorable.get(result.id.subject, result.reason)


def _send(job: Job, client: Client, done: Done, progress: Callable[[int, Record], None]) -> None:
    """Send the plan and what follows it, between a first look and the restore."""
    settings = first_look(client, job.target, job.contract)
    if settings is None:  # what cannot be read cannot be restored: GET is judged, and nothing is written
        done.target = replace(job.target, mode=Mode.read)
    elif job.target.may_write:
        done.target = replace(job.target, unrestorable=unrestorable(job.contract, settings))
    with _restored(job, client, settings, done):
        if exchange := job.target.credentials.exchange:
            done.record.append(exchange)
        _observe(job, client, done, progress)
        if job.fuzz:
            job.fuzz(client, done.target, done.results)
    if exchange := client.connection.try_wrong_secret():  # last: it may be what a server counts, and refuses more for
        done.record.append(exchange)


def _observe(job: Job, client: Client, done: Done, progress: Callable[[int, Record], None]) -> None:
    """Send the plan.

    Raises:
        StoppedError: The run ends before the end of the plan.
    """
    steps = job.plan(done.target)
    observation = Observation(job.contract, done.target, client, done.record, job.settle)
    try:
        observation.run(steps, lambda sent: progress(sent, done.record))
    except StoppedError as error:
        left = len(steps) - observation.done
        raise type(error)(f"{error}; {left} of {len(steps)} planned requests were not sent") from None


@contextmanager
def _restored(job: Job, client: Client, settings: Settings | None, done: Done) -> Iterator[None]:
    """Keep the original values on disk, and restore them at the end, whatever happened."""
    if job.journal is None or settings is None:
        yield
        return
    done.original, done.allowed = settings, restorable_keys(done.target, job.contract, settings)
    job.journal.begin(settings, done.allowed)
    guard = client.connection.before_put = WriteGuard(done.target, job.contract, job.journal)
    try:
        yield
    finally:
        guard.journal = None  # what restores needs no entry, and a full disk must not keep it from being sent
        done.not_restored = restore(job, client, done)
        done.changed_elsewhere = changed_elsewhere(done.record, job.contract, done.target, client)


def restore(job: Job, client: Client, done: Done) -> str:
    """Restore the original values; returns why they may not be there."""
    assert job.journal
    assert done.original is not None
    target = job.target.extension_id
    try:
        return Restore(client, job.contract, target, done.original, job.journal.noted, done.allowed)()
    except Exception as error:
        return f"extension {target} may NOT have its original values: {error_of_ours(error)}"
