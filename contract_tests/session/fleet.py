"""The servers of a run, several at the same time, and the jobs for their extensions."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial

from contract_tests.checks.judge import judge
from contract_tests.client.connection import Connection
from contract_tests.contract import CONTRACT
from contract_tests.errors import ExitCode, StoppedError, UsageError, error_of_ours
from contract_tests.plan import part
from contract_tests.record.har import Record
from contract_tests.report import document
from contract_tests.report.about import about
from contract_tests.report.causes import causes
from contract_tests.report.progress import Progress
from contract_tests.report.results import Requirement, Results
from contract_tests.session.extension import Done, Job, Layer, Plan, test_extension
from contract_tests.session.last_look import end_journals
from contract_tests.session.prepared import Prepared, ServerTest
from contract_tests.session.run_result import RunResult, Tested
from contract_tests.target.options import Options
from contract_tests.target.servers import Server
from contract_tests.target.target import Target


def planned(prepared: Prepared) -> int:
    """How many requests the plan has; 0 where there are several servers, of which the progress counts the servers."""
    if len(prepared.tests) > 1:
        return 0
    (test,) = prepared.tests
    return sum(len(job.plan(job.target)) for job in _jobs(test, prepared))


class Fleet:
    """The servers of a run, several at the same time.

    Of many servers each gets its own report as soon as it is done. The joint one, and the memory, keep its findings.
    """

    def __init__(self, prepared: Prepared, found: RunResult, progress: Progress, rerun: str) -> None:
        self.progress = progress
        self._prepared, self._found, self._rerun = prepared, found, rerun
        self._lock = threading.Lock()
        self._done = 0

    def test(self, test: ServerTest) -> Sequence[Done]:
        """Test one server, and add what that found to the run; returns the jobs whose records are kept.

        Raises:
            UsageError: The only server gives no access.
        """
        jobs: Sequence[Done] = ()
        error = ""
        try:
            _authorise(test)
        except StoppedError as stopped:
            error = str(stopped)
        except UsageError as wrong:
            if len(self._prepared.tests) == 1:
                raise
            error = str(wrong)
        else:
            jobs = _all_done(_jobs(test, self._prepared), self.progress, self._prepared.options.parallel)
        with self._lock:
            self._add(test, jobs, error)
        return jobs if self._prepared.is_joint_in_full else ()

    def end(self) -> None:
        """Put the rows of the joint results into the order of the servers."""
        self.progress.end()
        place = {test.server.name: number for number, test in enumerate(self._prepared.tests)}
        rows = self._found.results.by_id
        self._found.results.by_id = dict(sorted(rows.items(), key=lambda item: place[item[0].server]))

    def _add(self, test: ServerTest, jobs: Sequence[Done], error: str) -> None:
        name, found = test.server.name, self._found
        if error:
            _note(found, test.server, error)
        for done in jobs:
            _add(found, name, done)
        if name:
            found.servers[name].requests = test.limits.requests
            self._done += 1
            self.progress.server(name, self._done, len(self._prepared.tests))
        if self._prepared.is_joint_in_full:
            for done in jobs:
                found.results.merge(done.results, name)
        else:
            self._report(found.servers[name], jobs)

    def _report(self, server: Tested, jobs: Sequence[Done]) -> None:
        """Write the report of one of many servers, and keep its findings only."""
        own = self._prepared.asked.results(server.name)
        for done in jobs:
            own.merge(done.results, "")
        own.requests, own.error = server.requests, server.error
        report = document.of(own, causes(own), server.target, about(self._found.options))
        (row,) = document.by_server(report, [server.as_json() | {"name": ""}])["servers"]
        server.row = row | {"name": server.name}
        assert self._prepared.folder
        path = self._prepared.folder / document.name_of(server.name)
        try:
            document.write(path, document.completed(report, self._rerun))
        except OSError as error:
            self._found.fail(f"{path.name} was not written: {error_of_ours(error)}")
        self._keep_findings(server, own)

    def _keep_findings(self, server: Tested, own: Results) -> None:
        joint = self._found.results
        for result in own.named(server.name):
            is_finding = result.is_finding or result.is_stale
            if is_finding and len(joint.by_id) < document.MAX_JOINT:
                joint.by_id[result.id] = result
                continue
            joint.elsewhere[result.requirement.theme, result.outcome] += 1
            if is_finding:
                server.row |= {"is_cut": True}
            if result.is_new_failure or result.is_stale:
                self._found.error_code = max(self._found.error_code, ExitCode.failed)


def _authorise(test: ServerTest) -> None:
    """Get a token for a server, whose extensions share it."""
    with Connection(test.server.targets[0], test.limits) as connection:
        connection.authorise()


def _jobs(test: ServerTest, prepared: Prepared) -> list[Job]:
    """A job for each extension of a server; the first one has the fuzz layer too."""
    targets, options, asked = test.server.targets, prepared.options, prepared.asked.by_server[test.server.name]
    return [
        Job(
            target=target,
            contract=CONTRACT,
            requirements=asked,
            plan=_plan(asked, number, len(targets)),
            journal=test.journals.get(target.extension_id),
            limits=test.limits,
            timeout=options.timeout,
            settle=options.settle,
            folder=prepared.folder,
            record_name=_record_name(test.server, target, alone=len(prepared.tests) == len(targets) == 1),
            fuzz=_fuzz_layer(options, asked) if number == 0 else None,
        )
        for number, target in enumerate(targets)
    ]


def _plan(asked: Sequence[Requirement], number: int, parts: int) -> Plan:
    """The part of the plan that one of several extensions gets; nothing where only the fuzz layer is asked for."""
    if all(requirement.id.is_fuzz for requirement in asked):
        return lambda _: []
    return lambda target: part(CONTRACT, target, number, parts)


def _record_name(server: Server, target: Target, *, alone: bool) -> str:
    return "record.har" if alone else "-".join(filter(None, ("record", server.name, target.extension_id))) + ".har"


def _fuzz_layer(options: Options, asked: Sequence[Requirement]) -> Layer | None:
    if not options.fuzz_examples or not any(requirement.id.is_fuzz for requirement in asked):
        return None
    from contract_tests.fuzz.layer import fuzz

    return partial(fuzz, examples=options.fuzz_examples, seed=options.seed)


def _all_done(jobs: Sequence[Job], progress: Progress, parallel: int) -> list[Done]:
    """Do all jobs, at the same time where there are several."""

    def do(number: int) -> Done:
        job = jobs[number]
        return test_extension(job, lambda sent, record: progress.sent(id(job), sent, _counted(job, record)))

    with ThreadPoolExecutor(max(1, min(parallel, len(jobs))), thread_name_prefix="extension") as pool:
        done = [do(0)] if len(jobs) == 1 else [*pool.map(do, range(len(jobs)))]
    end_journals(jobs, done)
    return done


def _counted(job: Job, record: Record) -> Callable[[], int]:
    """Counts what a judgement of the record so far would find."""

    def count() -> int:
        so_far = Results.declared(job.requirements)
        judge(record, job.contract, so_far)
        return sum(1 for result in so_far.by_id.values() if result.is_finding)

    return count


def _add(found: RunResult, server: str, done: Done) -> None:
    """Add how a job ended to the run."""
    if done.results.error:
        where = f"{server}/extension {done.target.extension_id}: " if server else ""
        found.results.stop(where + done.results.error)
        _mark(found, server, done.results.error)
    if done.not_restored:
        _mark(found, server, done.not_restored)
        found.not_restored.append((done.target, done.not_restored))
    found.changed_elsewhere += filter(None, [done.changed_elsewhere])
    found.error_code = max(found.error_code, done.exit_code)


def _note(found: RunResult, server: Server, error: str) -> None:
    """A server that gives no access is an error of its own; the others are tested."""
    found.fail(f"{server.name}/: {error}" if server.name else error)
    _mark(found, server.name, error)


def _mark(found: RunResult, server: str, error: str) -> None:
    """Note in the row of a server why it was not tested to the end."""
    if server:
        row = found.servers[server]
        row.error = "; ".join(filter(None, [row.error, error]))
