"""Leads a load run: alone, or with workers; keeps the journals, and restores what a lost worker left."""

from __future__ import annotations

import secrets
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TextIO

from locust.env import Environment
from locust.runners import STATE_MISSING, MasterRunner

from contract_tests.contract import CONTRACT
from contract_tests.contract.json_values import Json
from contract_tests.errors import StoppedError, UsageError, error_of_ours
from contract_tests.report.results import Results
from contract_tests.session.prepared import Prepared
from contract_tests.session.signals import interrupting
from contract_tests.target.options import Options
from contract_tests.target.target import Target

from . import locustfile, messages
from .assignment import assignment
from .budget import LoadBudget
from .crew import Crew
from .journals import Journals
from .messages import Kind
from .options import LoadOptions, address, checked
from .report import Live, LoadResult, add_rows
from .tally import Counts, asked

LEASE = 10.0
"""Seconds without a sign of the leading process, after which a worker sends nothing but what restores."""
WAIT_FOR_WORKERS = 300.0
"""Seconds for all workers to come."""


def run(options: Options, load: LoadOptions, environment: Mapping[str, str], stream: TextIO | None) -> LoadResult:
    """Put a server under load, and restore all extensions.

    Raises:
        UsageError: An option is wrong, or there is no access; nothing was written.
    """
    prepared = Prepared.of(replace(options, fuzz_examples=0), environment)
    try:
        test = prepared.tests[0]
        load = checked(load, options, test.server)
        targets = test.server.targets[: load.users]
        result = LoadResult(options, test.server.redacted(), Results.declared(asked(CONTRACT)))
        result.options = replace(options, mode=targets[0].mode)
        journals = Journals(test.journals, targets, options.timeout)
        if load.workers:
            _Lead(options, load, targets, journals, result, stream).run()
        else:
            _alone(options, load, targets, journals, result, stream)
        return _completed(result, targets)
    finally:
        prepared.release()


def _alone(
    options: Options,
    load: LoadOptions,
    targets: Sequence[Target],
    journals: Journals,
    result: LoadResult,
    stream: TextIO | None,
) -> None:
    """Send all requests from this process."""
    budget = LoadBudget(load.rate, options.max_requests, ends_at_429=not targets[0].is_loopback)
    with interrupting([budget]):
        crew = Crew(targets, budget, journals, options.timeout, options.seed)
        environment = locustfile.environment()
        environment.create_local_runner()
        live, begin, spent = Live(stream), time.monotonic(), 0.0
        try:
            crew.begin()
            begin = time.monotonic()
            spent = locustfile.work(
                crew, environment, load.seconds, lambda: locustfile.show(live, environment, crew.tally.counts)
            )
        except StoppedError as error:
            result.fail(str(error))
        except UsageError:
            raise
        except Exception as error:
            result.fail(error_of_ours(error))
        finally:  # whatever happened
            seconds = time.monotonic() - begin
            live.end()
            crew.end(locustfile.listener(environment))
            _note_left(result, journals, journals.left, targets)
    result.results.requests = budget.requests
    result.counts = crew.tally.counts
    result.results.merge(crew.tally.results, "")
    _note_ends(result, [*crew.errors, *_why_ended(budget)])
    _add_figures(result, load, environment, seconds, spent)


def _why_ended(budget: LoadBudget) -> list[str]:
    """Why a run ended early, where that was not asked for."""
    return list(filter(None, [budget.interrupted_by, budget.spent]))


def _note_ends(result: LoadResult, errors: Iterable[str]) -> None:
    for error in dict.fromkeys(errors):
        result.fail(error)


def _note_left(result: LoadResult, journals: Journals, left: Sequence[str], targets: Sequence[Target]) -> None:
    """Try once more to restore what is left, and note what cannot be restored."""
    by_id = {target.extension_id: target for target in targets}
    for id_, reason in journals.restore(left).items():
        result.not_restored.append((by_id[id_], reason))
        result.results.stop(reason)


def _add_figures(result: LoadResult, load: LoadOptions, environment: Environment, seconds: float, spent: float) -> None:
    total = environment.stats.total
    result.load = {
        "users": load.users,
        "workers": load.workers,
        "seconds": round(seconds, 2),
        "requests_per_second": round(total.num_requests / seconds, 1) if seconds else 0.0,
        "processor_seconds": round(spent, 3),
        "judging_percent": round(100 * result.counts.judging / spent, 1) if spent else 0.0,
        "response_times": locustfile.response_times(environment),
    }


def _completed(result: LoadResult, targets: Sequence[Target]) -> LoadResult:
    counts = result.counts
    if targets[0].may_write and not counts.accepted and not result.results.error:
        result.fail("no change was accepted, so nothing was judged that writes; use --mode read for reads alone")
    if not result.results.has_judged and not result.results.error:
        result.fail("nothing was judged")
    return result


@dataclass
class _Worker:
    """What the leading process knows of a worker."""

    extensions: Sequence[str]
    has_begun: bool = False
    is_lost: bool = False
    report: dict[str, Json] | None = None
    counts: Counts = field(default_factory=Counts)


class _Lead:
    """A run with workers. Extensions are given out once, and never move to another worker."""

    def __init__(
        self,
        options: Options,
        load: LoadOptions,
        targets: Sequence[Target],
        journals: Journals,
        result: LoadResult,
        stream: TextIO | None,
    ) -> None:
        self._options, self._load, self._targets = options, load, targets
        self._journals, self._result, self._stream = journals, result, stream
        self._run = load.run or secrets.token_hex(8)
        self._signals = LoadBudget(0, 0, ends_at_429=False)
        self._workers: dict[str, _Worker] = {}
        self._came: list[str] = []
        self._environment = locustfile.environment()
        host, port = address(load.bind)
        try:
            self._runner: MasterRunner = self._environment.create_master_runner(host, port)
        except SystemExit:  # Locust ends the process where the port is in use
            raise UsageError(f"--bind {host}:{port}: the port is in use") from None
        except Exception as error:
            raise UsageError(f"--bind {host}:{port}: cannot be used ({error})") from None
        for kind, take in {
            Kind.hello: self._hello,
            Kind.keep: self._keep,
            Kind.began: self._began,
            Kind.restored: self._restored,
            Kind.counted: self._counted,
            Kind.done: self._done,
        }.items():
            messages.receive(self._runner, kind, take)

    def run(self) -> None:
        """Lead the run from the first worker to the last report."""
        with interrupting([self._signals]):
            seconds = 0.0
            try:
                if self._wait_for_workers() and self._begin():
                    seconds = self._work()
            finally:
                self._end()
        self._add_reports(seconds)

    @property
    def _is_confirmed(self) -> bool:
        first = self._targets[0]
        return first.may_write and not first.is_loopback

    def _hello(self, worker: str, run: str, _: Json) -> None:
        if worker not in self._came and run in {"", self._run}:
            self._came.append(worker)

    def _keep(self, worker: str, run: str, content: Json) -> None:
        if run != self._run or worker not in self._workers:
            return
        id_, error = content["extension"], ""
        try:
            if id_ not in self._workers[worker].extensions:
                raise StoppedError(f"extension {id_} is another worker's")
            self._journals.keep(id_, content["settings"], content["allowed"], content["names"])
        except StoppedError as problem:
            error = str(problem)
        messages.send(self._runner, Kind.kept, self._run, {"extension": id_, "error": error}, worker)

    def _began(self, worker: str, run: str, _: Json) -> None:
        if run == self._run and worker in self._workers:
            self._workers[worker].has_begun = True

    def _restored(self, worker: str, run: str, content: Json) -> None:
        if run == self._run and worker in self._workers and content in self._workers[worker].extensions:
            self._journals.restored(content)

    def _counted(self, worker: str, run: str, content: Json) -> None:
        if run == self._run and worker in self._workers:
            self._workers[worker].counts = Counts(**content)

    def _done(self, worker: str, run: str, content: Json) -> None:
        if run == self._run and worker in self._workers:
            self._workers[worker].report = content
            messages.send(self._runner, Kind.bye, self._run, None, worker)

    def _wait_for_workers(self) -> bool:
        """Whether all workers came."""
        self._say(f"waiting for {self._load.workers} workers of the run {self._run}")
        until = time.monotonic() + WAIT_FOR_WORKERS
        while len(self._came) < self._load.workers:
            if self._signals.is_over or time.monotonic() > until:
                came = f"{len(self._came)} of {self._load.workers} workers came"
                self._result.fail(self._signals.interrupted_by or f"{came} within {WAIT_FOR_WORKERS:g} s")
                return False
            time.sleep(locustfile.LOOK)
        return True

    def _begin(self) -> bool:
        """Give out the extensions; whether all workers have begun."""
        count = self._load.workers
        for number, worker in enumerate(self._came[:count]):
            own = [target.extension_id for target in self._targets[number::count]]
            self._workers[worker] = _Worker(own)
            content = assignment(
                self._options, self._load, own, len(own) / len(self._targets), is_confirmed=self._is_confirmed
            )
            messages.send(self._runner, Kind.assign, self._run, content, worker)
        while not all(worker.has_begun for worker in self._workers.values()):
            if self._must_end():
                return False
            time.sleep(locustfile.LOOK)
        return True

    def _work(self) -> float:
        """Let the workers work for the time that was asked for; returns the seconds."""
        for worker in self._workers:
            messages.send(self._runner, Kind.go, self._run, None, worker)
        self._environment.stats.clear_all()
        live, begin = Live(self._stream), time.monotonic()
        while time.monotonic() < begin + self._load.seconds and not self._must_end():
            counts = Counts()
            for known in self._workers.values():
                counts.add(known.counts)
            locustfile.show(live, self._environment, counts)
            time.sleep(locustfile.LOOK)
        live.end()
        return time.monotonic() - begin

    def _must_end(self) -> bool:
        self._notice_lost()
        return self._signals.is_over or any(worker.is_lost or worker.report for worker in self._workers.values())

    def _notice_lost(self) -> None:
        clients = self._runner.clients
        for name, worker in self._workers.items():
            if worker.report is None and not worker.is_lost:
                client = clients.get(name)
                if client is None or client.state == STATE_MISSING:
                    worker.is_lost = True
                    self._say(f"worker {name} is lost: the run ends")

    def _end(self) -> None:
        """Let all workers finish, restore and report; then restore what is left."""
        for worker in self._workers:
            messages.send(self._runner, Kind.end, self._run, None, worker)
        while any(worker.report is None and not worker.is_lost for worker in self._workers.values()):
            self._notice_lost()
            time.sleep(locustfile.LOOK)
        if any(worker.is_lost for worker in self._workers.values()) and self._journals.left:
            self._say("waiting until a lost worker cannot write any more")
            until = time.monotonic() + LEASE + self._options.timeout
            while time.monotonic() < until and self._journals.left:
                time.sleep(locustfile.LOOK)
        _note_left(self._result, self._journals, self._journals.left, self._targets)
        for worker in self._came:
            messages.send(self._runner, Kind.bye, self._run, None, worker)
        time.sleep(locustfile.LOOK)  # the messages leave
        self._runner.greenlet.kill(block=False)

    def _add_reports(self, seconds: float) -> None:
        spent, errors = 0.0, [self._signals.interrupted_by]
        for name, worker in self._workers.items():
            if worker.is_lost and not worker.report:
                restored = f"; its extensions were restored: {', '.join(worker.extensions)}"
                errors.append(f"worker {name} was lost{'' if self._result.not_restored else restored}")
                self._result.counts.add(worker.counts)
            if worker.report:
                report = worker.report
                add_rows(self._result.results, report["rows"])
                self._result.counts.add(Counts(**report["counts"]))
                self._result.results.requests += report["requests"]
                spent += report["spent"]
                errors += report["errors"]
        _note_ends(self._result, filter(None, errors))
        _add_figures(self._result, self._load, self._environment, seconds, spent)

    def _say(self, text: str) -> None:
        if self._stream:
            self._stream.write(f"{text}\n")
            self._stream.flush()
