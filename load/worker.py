"""A worker: puts the extensions that it is given under load, and restores them, whatever becomes of the others."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import asdict

from locust.runners import WorkerRunner

from contract_tests.contract.json_values import Json, Settings
from contract_tests.errors import ExitCode, StoppedError, UsageError, error_of_ours
from contract_tests.record.text import visible
from contract_tests.session.signals import interrupting
from contract_tests.target.options import Options

from . import locustfile, messages
from .assignment import accepted
from .budget import ABANDONED, LoadBudget
from .crew import Crew
from .lead import LEASE
from .messages import Kind
from .options import LoadOptions, address
from .report import as_rows

WAIT_FOR_MASTER = 300.0
"""Seconds to look for the leading process, and to wait for others."""
MAX_WAIT = 30.0
"""Seconds to wait for one answer of the leading process."""
COUNTED_EVERY = 1.0


def run(options: Options, load: LoadOptions, environment: Mapping[str, str]) -> ExitCode:
    """Join a run, work, restore and report.

    Raises:
        UsageError: The leading process is not there, or names a server that the user of this worker does not.
    """
    budget = LoadBudget(load.rate, 0, ends_at_429=False)
    with interrupting([budget]):
        return _Worker(options, load, environment, budget).run()


class _Worker:
    def __init__(
        self, options: Options, load: LoadOptions, environment: Mapping[str, str], signals: LoadBudget
    ) -> None:
        self._options, self._load, self._variables, self._signals = options, load, environment, signals
        self._run = load.run
        self._assigned: dict[str, Json] | None = None
        self._kept: dict[str, str] = {}
        self._may_go = self._must_end = self._may_quit = False
        self._budget: LoadBudget | None = None
        self._sign = time.monotonic()
        self._environment = locustfile.environment()
        host, port = address(load.master)
        self._environment.events.heartbeat_received.add_listener(self._renew)  # type: ignore[no-untyped-call]
        try:
            self._runner: WorkerRunner = self._environment.create_worker_runner(host, port)
        except (ConnectionError, SystemExit):
            raise UsageError(f"--master {host}:{port}: nobody leads a run there") from None
        for kind, take in {
            Kind.assign: self._assign,
            Kind.kept: self._take_kept,
            Kind.go: self._go,
            Kind.end: self._end,
            Kind.bye: self._bye,
        }.items():
            messages.receive(self._runner, kind, take)

    def run(self) -> ExitCode:
        """Work from the first message to the last."""
        try:
            messages.send(self._runner, Kind.hello, self._run)
            self._wait(lambda: self._assigned is not None or self._may_quit, WAIT_FOR_MASTER)
            if self._assigned is None:
                raise UsageError(self._signals.interrupted_by or "the run has no work for this worker")
            return self._work(self._assigned)
        finally:
            self._runner.greenlet.kill(block=False)
            # Else a message to a process that is gone would keep this one alive.
            self._runner.client.close(linger=0)  # type: ignore[no-untyped-call]

    def _renew(self, **_: object) -> None:
        self._sign = time.monotonic()
        if self._budget:
            self._budget.renew(LEASE)

    # Messages of the leading process

    def _assign(self, _: str, run: str, content: Json) -> None:
        if self._assigned is None and self._run in {"", run}:
            self._run, self._assigned = run, content

    def _take_kept(self, _: str, run: str, content: Json) -> None:
        if run == self._run:
            self._kept[content["extension"]] = content["error"]

    def _go(self, _: str, run: str, __: Json) -> None:
        self._may_go |= run == self._run

    def _end(self, _: str, run: str, __: Json) -> None:
        self._must_end |= run == self._run
        if self._must_end and self._budget:
            self._budget.end("the run ends")

    def _bye(self, _: str, run: str, __: Json) -> None:
        self._may_quit |= run == self._run or self._assigned is None

    def _wait(self, is_there: Callable[[], bool], seconds: float) -> bool:
        """Wait until something is there; false where that takes too long, a signal comes, or the leader is gone."""
        until = time.monotonic() + seconds
        while not is_there():
            if self._signals.is_over or time.monotonic() > min(until, self._sign + LEASE):
                return False
            time.sleep(locustfile.LOOK)
        return True

    # The original values, which the leading process keeps

    def keep(self, extension_id: str, settings: Settings, allowed: Collection[str], names: Collection[str]) -> None:
        """See `Keeper`."""
        values = {"settings": settings, "allowed": sorted(allowed), "names": sorted(names)}
        messages.send(self._runner, Kind.keep, self._run, {"extension": extension_id, **values})
        if not self._wait(lambda: extension_id in self._kept, MAX_WAIT):
            raise StoppedError(f"the original values of extension {extension_id} were not kept, so nothing is written")
        if error := self._kept[extension_id]:
            raise StoppedError(error)

    def restored(self, extension_id: str) -> None:
        """See `Keeper`."""
        messages.send(self._runner, Kind.restored, self._run, extension_id)

    # The work

    def _work(self, assigned: Mapping[str, Json]) -> ExitCode:
        targets, load = accepted(assigned, self._options, self._variables)
        ends_at_429 = not targets[0].is_loopback
        budget = self._budget = LoadBudget(load.rate, int(assigned["max_requests"]), ends_at_429=ends_at_429)
        budget.renew(LEASE)
        if self._must_end:
            budget.end("the run ends")
        with interrupting([budget]):
            crew = Crew(targets, budget, self, float(assigned["timeout"]), int(assigned["seed"]))
            spent, errors = 0.0, []
            try:
                crew.begin()
                messages.send(self._runner, Kind.began, self._run)
                if self._wait(lambda: self._may_go or self._must_end, WAIT_FOR_MASTER) and self._may_go:
                    spent = locustfile.work(crew, self._environment, load.seconds, self._counting(crew))
            except (StoppedError, UsageError) as error:
                errors.append(str(error))
            except Exception as error:
                errors.append(error_of_ours(error))
            reasons = crew.end(locustfile.listener(self._environment))
        errors += [*crew.errors, budget.interrupted_by, budget.spent, ABANDONED if budget.is_abandoned else ""]
        return self._report(crew, spent, [*filter(None, errors)], reasons)

    def _counting(self, crew: Crew) -> Callable[[], None]:
        """Sends now and then how it is going."""
        due = time.monotonic()

        def count() -> None:
            nonlocal due
            if time.monotonic() >= due:
                due = time.monotonic() + COUNTED_EVERY
                messages.send(self._runner, Kind.counted, self._run, asdict(crew.tally.counts))

        return count

    def _report(self, crew: Crew, spent: float, errors: Sequence[str], reasons: Mapping[str, str]) -> ExitCode:
        """Send the findings; where the leading process may be lost, print them as well."""
        self._runner._send_stats()  # before the report, and whole
        report = {"counts": asdict(crew.tally.counts), "rows": as_rows(crew.tally.results), "spent": spent}
        report |= {"requests": crew.budget.requests, "errors": errors}
        messages.send(self._runner, Kind.done, self._run, report)
        until = time.monotonic() + LEASE
        while not self._may_quit and time.monotonic() < until:  # also after a signal: the report must leave
            time.sleep(locustfile.LOOK)
        for text in [*errors, *reasons.values()]:
            sys.stderr.write(f"ERROR: {visible(text)}\n")
        count = len(crew.phones) - len(reasons)
        sys.stderr.write(f"{count} of {len(crew.phones)} extensions have their original values\n")
        if reasons:
            return ExitCode.not_restored
        return ExitCode.error if errors else ExitCode.ok
