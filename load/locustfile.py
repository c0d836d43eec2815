"""The users, in Locust: this process alone, or the one that leads a run, or a worker.

Locust starts users, counts response times, and carries messages. How a run ends is ours: `--run-time`, `stop` and
`quit` of Locust kill users in the middle of a task, and do not wait for what a worker reports at its end.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from locust import User, constant, runners, task
from locust.env import Environment
from locust.exception import StopUser
from locust.stats import StatsEntry

from contract_tests.contract import CONTRACT
from contract_tests.contract.json_values import Json
from contract_tests.record.exchange import Exchange

from .crew import Crew
from .phone import Phone
from .report import Live, line
from .tally import Counts

LOOK = 0.1
"""Seconds between two looks at how a run is going."""
# The lease of a worker is ours, and it restores before it ends; Locust would only quit.
runners.MASTER_HEARTBEAT_TIMEOUT = 10**9
runners.WORKER_LOG_REPORT_INTERVAL = -1


class PhoneUser(User):
    """The user of one extension."""

    wait_time = constant(0)
    phones: list[Phone] = []  # noqa: RUF012 - Locust makes the users, so they find their extensions here

    def on_start(self) -> None:
        """Take an extension, which no other user has."""
        self.phone = self.phones.pop()

    @task
    def turn(self) -> None:
        """Send and judge one turn; leave where the run is over."""
        if not self.phone.turn(listener(self.environment)):
            raise StopUser


def environment() -> Environment:
    """A Locust without its web page."""
    return Environment(user_classes=[PhoneUser])


def listener(environment: Environment) -> Callable[[Exchange], None]:
    """Tells Locust of a response."""

    def listen(exchange: Exchange) -> None:
        environment.events.request.fire(  # type: ignore[no-untyped-call]
            request_type=exchange.step.method,
            name=CONTRACT.resource_path,
            response_time=exchange.milliseconds,
            response_length=len(exchange.body),
            exception=None if exchange.status else exchange.error,
        )

    return listen


def work(crew: Crew, environment: Environment, seconds: float, meanwhile: Callable[[], None]) -> float:
    """Let all users of this process work until the run is over; returns the processor time."""
    begin = time.process_time()
    crew.budget.end_in(seconds)
    PhoneUser.phones = [phone for phone in crew.phones if not phone.error]
    environment.stats.clear_all()
    assert environment.runner
    environment.runner.spawn_users({PhoneUser.__name__: len(PhoneUser.phones)})
    try:
        while environment.runner.user_greenlets:
            meanwhile()
            time.sleep(LOOK)  # Locust made it yield to the users
    finally:
        crew.budget.end("the run ends")
        while environment.runner.user_greenlets:  # nothing is restored before the last user has left
            time.sleep(LOOK)
    return time.process_time() - begin


def show(live: Live, environment: Environment, counts: Counts) -> None:
    """Write the live line where it is time for it."""
    if live.is_due:
        total = environment.stats.total
        p95 = total.get_response_time_percentile(0.95) or 0
        live.write(line(total.num_requests, total.current_rps, p95, counts))


def response_times(environment: Environment) -> Json:
    """The response times in milliseconds, by method and of all requests."""
    entries = {method: entry for (_, method), entry in sorted(environment.stats.entries.items())}
    return {method: _times(entry) for method, entry in {**entries, "all": environment.stats.total}.items()}


def _times(entry: StatsEntry) -> dict[str, Any]:
    percentiles = {f"p{part}": round(entry.get_response_time_percentile(part / 100) or 0, 1) for part in (50, 95, 99)}
    return {"requests": entry.num_requests, **percentiles, "max": round(entry.max_response_time, 1)}
