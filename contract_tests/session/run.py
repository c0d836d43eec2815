"""A run of the suite: options in, results and records out. Everything that runs the suite calls this."""

from __future__ import annotations

import os
import threading
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from functools import cached_property, partial
from pathlib import Path
from typing import TextIO

from contract_tests.checks.judge import judge
from contract_tests.client.connection import Connection
from contract_tests.contract import CONTRACT
from contract_tests.contract.json_values import Json
from contract_tests.errors import ExitCode, StoppedError, UsageError, error_of_ours
from contract_tests.plan import part
from contract_tests.record.har import Record
from contract_tests.report import document
from contract_tests.report.about import about
from contract_tests.report.causes import Cause, causes
from contract_tests.report.progress import Progress
from contract_tests.report.results import Requirement, Result, ResultId, Results
from contract_tests.session.extension import Done, Job, Layer, Plan, test_extension
from contract_tests.session.last_look import end_journals
from contract_tests.session.prepared import Prepared, ServerTest, declared
from contract_tests.session.signals import interrupting
from contract_tests.target.command_line import CommandLine
from contract_tests.target.options import Options
from contract_tests.target.servers import Server
from contract_tests.target.target import Target


@dataclass
class Tested:
    """One of several servers, as a report shows it.

    Attributes:
        name: In the file of targets.
        target: What was tested, without secrets.
        requests: How many it got.
        row: Its row of the report, where its own report is written already.
        error: Why it was not tested to the end; empty where it was.
    """

    name: str
    target: Mapping[str, str]
    requests: int = 0
    error: str = ""
    row: Json = None

    def as_json(self) -> Json:
        """The server as the report needs it."""
        if self.row:
            return self.row
        row = {"name": self.name, "target": dict(self.target), "requests": self.requests}
        return row | ({"error": self.error} if self.error else {})


@dataclass
class RunResult:
    """The results of a run.

    Attributes:
        options: What was tested, and how; with the mode that was chosen by default.
        target: What was tested, without secrets; of several servers, side by side.
        results: By requirement.
        records: What was sent and what came back, a record for each extension.
        changed_elsewhere: Which other extensions may not have their original values.
        not_restored: For each extension that may not have its original values: what was tested, and why.
        error_code: How the run ends where it went wrong.
        servers: By name, where the file of targets names them.
    """

    options: Options
    target: Mapping[str, str]
    results: Results
    records: list[Record] = field(default_factory=list)
    changed_elsewhere: list[str] = field(default_factory=list)
    not_restored: list[tuple[Target, str]] = field(default_factory=list)
    error_code: ExitCode = ExitCode.ok
    servers: dict[str, Tested] = field(default_factory=dict)

    @property
    def exit_code(self) -> ExitCode:
        """How a command ends that makes this run."""
        if self.not_restored or self.changed_elsewhere:
            return ExitCode.not_restored
        if self.error_code:
            return self.error_code
        if self.results.error:
            return ExitCode.error
        rows = self.results.by_id.values()
        return ExitCode.failed if any(row.is_new_failure or row.is_stale for row in rows) else ExitCode.ok

    def fail(self, message: str) -> None:
        """Note an error of the run."""
        self.results.stop(message)
        self.error_code = max(self.error_code, ExitCode.error)

    def finish_commands(self, commands: CommandLine) -> list[str]:
        """The commands that restore what is not restored."""
        return [
            commands.restore(target.base_url, target.extension_id, self.options.state_dir)
            for target, _ in self.not_restored
        ]

    @cached_property
    def causes(self) -> list[Cause]:
        """What is behind the findings; none where they cannot be found, which is an error of the run."""
        try:
            return causes(self.results)
        except Exception as error:
            self.fail(error_of_ours(error))
            return []

    def as_json(self) -> Json:
        """The report."""
        report = document.of(
            self.results, self.causes, self.target, about(self.options) | {"exit_code": int(self.exit_code)}
        )
        report = document.by_server(report, [server.as_json() for server in self.servers.values()])
        return report | ({"findings_only": True} if self.results.elsewhere else {})

    @property
    def reported(self) -> set[str]:
        """The servers whose own report is written already."""
        return {name for name, server in self.servers.items() if server.row}

    def files(self) -> dict[str, bytes]:
        """What the commands in the report need beside it, by name."""
        return {name: content for cause in self.causes for name, content in cause.files.items()}


def run(
    options: Options,
    environment: Mapping[str, str] = os.environ,
    stream: TextIO | None = None,
    *,
    folder: Path | None = None,
) -> RunResult:
    """Test what the options name: plan, send, restore, judge.

    Args:
        options: What to test, and how.
        environment: Holds the credentials (`PHONE_API_…`).
        stream: Where the progress is written; None: nowhere.
        folder: Where records are kept; None: in memory only.

    Raises:
        UsageError: An option is wrong, or there is no access; nothing was written.
    """
    return run_prepared(Prepared.of(options, environment, folder), stream)


def run_again(records: Sequence[Path], options: Options) -> RunResult:
    """Judge the records of an earlier run again, one for each extension; nothing is sent.

    Raises:
        UsageError: A file is no record of this suite, they are of two servers, or `only` or `baseline` is wrong.
    """
    read = [_read(file) for file in records]
    if len({record.target["base_url"] for record in read}) > 1:
        raise UsageError("judge: these are records of several servers; judge those of each server")
    results = declared(options, [""], with_fuzz=False)
    for record in read:
        judge(record, CONTRACT, results)
    ids = ",".join(dict.fromkeys(record.target["extension_id"] for record in read))
    target = {**read[0].target, "extension_id": ids}
    tested = Options.of({**target, "fuzz_examples": 0})
    return _completed(RunResult(tested, target, results, read))


def _read(file: Path) -> Record:
    try:
        record = Record.read(file)
        Target.of(record.target)
    except OSError as error:
        raise UsageError(f"{file}: cannot be read ({error.strerror})") from None
    except (ValueError, TypeError, KeyError) as error:
        raise UsageError(f"{file}: is not a record of this suite ({error})") from None
    return record


def run_prepared(prepared: Prepared, stream: TextIO | None = None, rerun: str = "") -> RunResult:
    """Do what was prepared, once; a signal ends it in order.

    Args:
        prepared: The run.
        stream: Where the progress is written; None: nowhere.
        rerun: The command that judges one requirement again, for the report of each of many servers.

    Raises:
        UsageError: The only server gives no access; nothing was written.
    """
    try:
        with interrupting([test.limits for test in prepared.tests]):
            return _run(prepared, stream, rerun or CommandLine().rerun(prepared.options))
    finally:
        prepared.release()


def _run(prepared: Prepared, stream: TextIO | None, rerun: str) -> RunResult:
    target, options = _redacted(prepared), prepared.options
    tested = options if options.targets else replace(options, mode=target["mode"])
    names = {test.server.name: Tested(test.server.name, test.server.redacted()) for test in prepared.tests}
    found = RunResult(tested, target, prepared.results, servers={name: row for name, row in names.items() if name})
    fleet = _Fleet(prepared, found, Progress(stream, _planned(prepared)), rerun)
    with ThreadPoolExecutor(min(options.parallel, len(prepared.tests)), thread_name_prefix="server") as pool:
        for done in pool.map(fleet.test, prepared.tests):
            for result in done:
                found.records.append(result.record)
    fleet.progress.end()
    found.results.requests = sum(test.limits.requests for test in prepared.tests)
    return _completed(found)


def _planned(prepared: Prepared) -> int:
    """How many requests the plan has; 0 where there are several servers, of which the progress counts the servers."""
    if len(prepared.tests) > 1:
        return 0
    (test,) = prepared.tests
    return sum(len(job.plan(job.target)) for job in _jobs(test, prepared, _asked(prepared)[test.server.name]))


def _asked(prepared: Prepared) -> Mapping[str, Sequence[Requirement]]:
    """What is asked of each server, with ids as a run of that server alone has them."""
    asked: defaultdict[str, list[Requirement]] = defaultdict(list)
    shared: dict[ResultId, Requirement] = {}  # of hundreds of servers, each asks the same
    for row in prepared.results.by_id.values():
        id_ = row.id._replace(server="")
        if id_ not in shared:
            shared[id_] = replace(row.requirement, id=id_)
        asked[row.id.server].append(shared[id_])
    return asked


class _Fleet:
    """The servers of a run, several at the same time.

    Of many servers each gets its own report as soon as it is done. The joint one, and the memory, keep its findings.
    """

    def __init__(self, prepared: Prepared, found: RunResult, progress: Progress, rerun: str) -> None:
        self.progress = progress
        self._prepared, self._found, self._rerun = prepared, found, rerun
        self._asked = _asked(prepared)
        self._lock = threading.Lock()
        self._are_many = len(prepared.tests) > document.MAX_IN_FULL and prepared.folder is not None
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
            asked = self._asked[test.server.name]
            jobs = _all_done(_jobs(test, self._prepared, asked), self.progress, self._prepared.options.parallel)
        with self._lock:
            self._add(test, jobs, error)
        return () if self._are_many else jobs

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
        if self._are_many:
            self._report(test)

    def _report(self, test: ServerTest) -> None:
        """Write the report of one of many servers, and keep its findings only."""
        server, results = self._found.servers[test.server.name], self._found.results
        own = Results({each.id: self._without(server.name, each) for each in self._asked[server.name]})
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
        for result in own.by_id.values():
            id_ = result.id._replace(server=server.name)
            is_finding = result.is_finding or result.is_stale
            if not is_finding or len(results.by_id) - self._sound_left() > document.MAX_JOINT:
                self._leave_out(id_, result)
                server.row |= {"is_cut": True} if is_finding else {}

    def _without(self, server: str, asked: Requirement) -> Result:
        return replace(self._found.results.by_id[asked.id._replace(server=server)], requirement=asked)

    def _sound_left(self) -> int:
        """How many rows there are of servers that are not done."""
        return (len(self._prepared.tests) - self._done) * len(next(iter(self._asked.values()), ()))

    def _leave_out(self, id_: ResultId, result: Result) -> None:
        self._found.results.elsewhere[result.requirement.theme, result.outcome] += 1
        if result.is_new_failure or result.is_stale:
            self._found.error_code = max(self._found.error_code, ExitCode.failed)
        del self._found.results.by_id[id_]


def _authorise(test: ServerTest) -> None:
    """Get a token for a server, whose extensions share it."""
    with Connection(test.server.targets[0], test.limits) as connection:
        connection.authorise()


def _jobs(test: ServerTest, prepared: Prepared, asked: Sequence[Requirement]) -> list[Job]:
    """A job for each extension of a server; the first one has the fuzz layer too."""
    targets, options = test.server.targets, prepared.options
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
    """Add what a job found to the run."""
    found.results.merge(done.results, server)
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


def _completed(found: RunResult) -> RunResult:
    if not found.results.has_judged and not found.results.error:
        found.results.stop("nothing was judged: no request was made that is asked for")
    for why in [*(why for _, why in found.not_restored), *found.changed_elsewhere]:
        found.results.stop(why)
    return found


def _redacted(prepared: Prepared) -> dict[str, str]:
    """What a report may say of what is tested; of several servers, side by side."""
    rows = [test.server.redacted() for test in prepared.tests]
    return {name: ", ".join(dict.fromkeys(filter(None, (row[name] for row in rows)))) for name in rows[0]}
