"""A target that asks to wait is waited for, within bounds; what it did not want at once is no fault of its."""

from __future__ import annotations

import math
import threading
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from typing import ClassVar

import pytest
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from contract_tests.client import request_budget
from contract_tests.client.client import Client
from contract_tests.client.request_budget import MAX_PAUSE, MAX_REPEATS, MAX_WAITED, PAUSES, RequestBudget
from contract_tests.contract import CONTRACT
from contract_tests.errors import ExitCode, StoppedError
from contract_tests.record.step import Kind, Step
from contract_tests.report.results import Outcome
from contract_tests.session.run import run
from contract_tests.target.credentials import Credentials
from contract_tests.target.options import Options
from contract_tests.target.target import Mode, Target
from tests.gateway import Gateway, behind
from tests.servers import serving
from tests.servers.budget import too_many
from tests.servers.core import Server
from tests.servers.messages import Request as ServerRequest
from tests.servers.messages import Response as ServerResponse
from tests.servers.serving import find, serve
from tests.servers.verdict import Run, problems
from tests.test_limits import Clock

# Rows of the field, each with smaller numbers, so that a run takes seconds.
ROWS: dict[str, dict[str, float]] = {
    "burst_429": {"capacity": 100, "rate": 60},
    "burst_429_date": {"capacity": 100, "rate": 60},
    "burst_without_retry_after": {"capacity": 100, "rate": 60},
    "window_draft": {"length": 1.5},
    "window_float": {"length": 1.5},
    "window_iso": {"length": 1.5},
    "window_clock_behind": {"length": 1.5},
    "window_draft_10": {"length": 1.5},
    "window_retry_after_only": {},
    "two_at_once_429": {},
    "busy_503": {"every": 50},
    "locked_423": {"every": 50},
    "conflict_409": {"every": 50},
    "restart_503": {},
    "hour_budget": {},
    "hour_budget_untold": {},
    "cold_start": {},
}


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """The clock of the budget."""
    clock = Clock()
    monkeypatch.setattr(request_budget, "time", clock)
    monkeypatch.setattr(request_budget, "SLICE", math.inf)
    return clock


@dataclass(frozen=True)
class Played:
    """How a run on a server of the field ended.

    Attributes:
        failed: The requirements that failed.
        wrong: What is not as it is owed to the server, in plain words.
    """

    failed: set[str]
    wrong: list[str]


def play(name: str, known: set[str] | None = None) -> Played:
    """Run the planned core on a server; failures that are known do not count."""
    with serve(name) as server:
        before = server.states()
        options = Options(base_url=server.base_url, extension_id=server.extension_id, fuzz_examples=0)
        ended = run(options, {"PHONE_API_TOKEN": server.token})
        failed = {str(row.id) for row in ended.results.by_id.values() if row.outcome is Outcome.failed}
        new = failed - (known or set())
        code = ExitCode.ok if ended.exit_code is ExitCode.failed and not new else ended.exit_code
        played = Run(code, ended.results.error, before, server.states(), server.log, len(new))
    return Played(failed, problems(server.owed, played))


@pytest.fixture(scope="module")
def plays() -> dict[str, Played]:
    """A run on each server, all at the same time, since they wait; over before a test changes the clock."""
    with pytest.MonkeyPatch.context() as patch, ThreadPoolExecutor(8) as pool:
        for name, numbers in ROWS.items():
            for number, value in numbers.items():
                patch.setattr(find(name), number, value)
        known = play("plain").failed  # on the server that never asks to wait: not the business of these tests
        return dict(zip(ROWS, pool.map(lambda name: play(name, known), ROWS), strict=True))


@pytest.mark.parametrize("name", ROWS)
def test_a_server_of_the_field_gets_what_it_is_owed(name: str, plays: dict[str, Played]) -> None:
    assert plays[name].wrong == []


def answer(budget: RequestBudget, status: int, headers: Mapping[str, str], repeats: int = 0) -> bool:
    """Send a request that gets this response; whether it is to be sent again."""
    budget.before()
    budget.after(status, headers)
    return budget.may_repeat(status, headers, repeats)


@pytest.mark.parametrize("status", [429, 409, 423, 503])
@pytest.mark.parametrize("seconds", [0, 0.5, 7, MAX_PAUSE])
def test_a_request_is_sent_again_when_the_target_says(status: int, seconds: float, clock: Clock) -> None:
    budget = RequestBudget()
    assert answer(budget, status, {"Retry-After": f"{seconds}"})
    budget.before()
    assert clock.monotonic() == seconds
    assert not budget.spent


@pytest.mark.parametrize("status", [409, 423, 503, 200, 400, 500, 502])
def test_a_response_without_a_time_is_an_answer(status: int, clock: Clock) -> None:
    budget = RequestBudget()
    assert not answer(budget, status, {"X-RateLimit-Reset": "5"})
    budget.before()
    assert clock.slept == []


@pytest.mark.parametrize("status", [200, 301, 400, 500, 502])
def test_retry_after_means_nothing_elsewhere(status: int, clock: Clock) -> None:
    assert not answer(RequestBudget(), status, {"Retry-After": "1"})
    assert clock.slept == []


@pytest.mark.parametrize(("status", "is_stopped"), [(429, True), (503, False)])
def test_a_long_time_is_not_waited_for(status: int, is_stopped: bool, clock: Clock) -> None:
    budget = RequestBudget()
    assert not answer(budget, status, {"Retry-After": f"{MAX_PAUSE + 1}"})
    assert bool(budget.spent) == is_stopped
    if is_stopped:
        with pytest.raises(StoppedError, match="429: its request budget is used up; it takes requests again at 20"):
            budget.before()
    budget.before(restores=True)
    assert clock.slept == []


def repeats(budget: RequestBudget, headers: Mapping[str, str], *, restores: bool = False) -> int:
    """How often a request is sent again that always gets a 429."""
    count = 0
    budget.before(restores=restores)
    budget.after(429, headers)
    while budget.may_repeat(429, headers, count, restores=restores):
        count += 1
        budget.before(restores=restores)
        budget.after(429, headers)
    return count


@pytest.mark.parametrize("restores", [False, True])
@pytest.mark.parametrize(
    ("headers", "count", "slept"),
    [
        ({}, len(PAUSES), sum(PAUSES)),
        ({"Retry-After": "0"}, MAX_REPEATS, 1 + 2 + 4 + 8),
        ({"Retry-After": "20"}, MAX_REPEATS, MAX_REPEATS * 20),
        ({"X-RateLimit-Reset": "2", "X-RateLimit-Remaining": "0"}, MAX_REPEATS, 2 + 2 + 2 + 4 + 8),
        ({"X-RateLimit-Reset": "2", "X-RateLimit-Remaining": "9"}, len(PAUSES), sum(PAUSES)),
        ({"Retry-After": f"{MAX_PAUSE + 1}"}, 0, 0),
    ],
    ids=str,
)
def test_a_429_that_stays_is_not_waited_for_without_end(
    headers: dict[str, str], count: int, slept: float, restores: bool, clock: Clock
) -> None:
    budget = RequestBudget()
    assert repeats(budget, headers, restores=restores) == count
    assert clock.monotonic() == slept
    assert budget.requests == count + 1
    assert bool(budget.spent) != restores
    assert ("give a lower --rate-limit" in budget.spent) == (slept > 0 and not restores)


def test_a_run_waits_for_so_long_in_all_and_the_restore_once_more(clock: Clock) -> None:
    budget = RequestBudget()
    with pytest.raises(StoppedError, match="waited 300 s in all: give a lower --rate-limit"):
        for _ in range(100):
            answer(budget, 429, {"Retry-After": "50"})
    assert clock.monotonic() == MAX_WAITED
    for _ in range(100):
        budget.before(restores=True)
        budget.after(429, {"Retry-After": "50"})
        budget.may_repeat(429, {"Retry-After": "50"}, 0, restores=True)
    assert clock.monotonic() == 2 * MAX_WAITED


def test_requests_that_wait_together_wait_once(clock: Clock) -> None:
    budget = RequestBudget()
    for _ in range(20):
        budget.before()
    for _ in range(20):
        budget.after(429, {"Retry-After": "50"})
        assert budget.may_repeat(429, {"Retry-After": "50"}, 0)
    for _ in range(20):
        budget.before()
    assert clock.slept == [50]


def test_the_restore_waits_for_an_empty_window_and_no_longer_than_a_minute(clock: Clock) -> None:
    budget = RequestBudget()
    budget.keep(4)
    for reset, slept in (("30", 30), (f"{MAX_PAUSE + 1}", 30), ("soon", 30)):
        budget.before(restores=True)
        budget.after(200, {"RateLimit-Remaining": "0", "RateLimit-Reset": reset})
        budget.before(restores=True)
        budget.after(200)
        assert clock.monotonic() == slept
    assert budget.requests == 6
    budget.before()
    assert not budget.spent, "what the restore of one extension needs ends no run on another"


def test_the_restore_does_not_wait_for_its_own_reserve(clock: Clock) -> None:
    budget = RequestBudget()
    budget.keep(4)
    for remaining in (4, 3, 2, 1):
        budget.before(restores=True)
        budget.after(200, {"RateLimit-Remaining": f"{remaining}", "RateLimit-Reset": "30"})
    assert clock.slept == []


@pytest.mark.parametrize("restores", [False, True])
def test_an_interruption_ends_the_wait_unless_it_restores(restores: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    budget = RequestBudget()
    clock = Clock()
    sleep = clock.sleep

    def interrupted(seconds: float) -> None:
        sleep(seconds)
        budget.interrupt("SIGTERM")

    monkeypatch.setattr(clock, "sleep", interrupted)
    monkeypatch.setattr(request_budget, "time", clock)
    budget.before(restores=restores)
    budget.after(429, {"Retry-After": "9"})
    assert budget.may_repeat(429, {"Retry-After": "9"}, 0, restores=restores)
    if restores:
        budget.before(restores=True)
        assert clock.monotonic() == pytest.approx(9)
        return
    with pytest.raises(StoppedError, match=r"interrupted \(SIGTERM\)"):
        budget.before()
    assert len(clock.slept) == 1
    assert budget.requests == 1, "what was not sent is not counted"
    budget.before(restores=True)
    budget.after(200, {"RateLimit-Remaining": "1", "RateLimit-Reset": "30"})
    slept = clock.monotonic()
    budget.before(restores=True)
    assert clock.monotonic() == slept, "nor is it under way"


@contextmanager
def client_of(answers: Mapping[int, Response], budget: RequestBudget) -> Iterator[tuple[Client, Gateway]]:
    """A client of a mock, which gives these answers to the requests of these numbers."""

    def answered(gateway: Gateway, _: Request) -> Response | None:
        return answers.get(len(gateway.seen))

    with behind(answered) as (mock, gateway):
        target = Target(mock.base_url, mock.extension_id, Mode.full, credentials=Credentials(mock.token))
        with Client(target, CONTRACT, limits=budget) as client:
            yield client, gateway


def busy(status: int) -> Response:
    return JSONResponse({}, status, {"Retry-After": "0"})


@pytest.mark.parametrize(
    ("method", "status", "sent"),
    [
        ("GET", 429, 2),
        ("PUT", 503, 2),
        ("PUT", 409, 2),
        ("HEAD", 423, 2),
        ("POST", 429, 2),
        ("POST", 503, 1),  # it may have been done
        ("PUT", 500, 1),
    ],
)
def test_what_may_be_repeated_is_repeated_and_counted(method: str, status: int, sent: int) -> None:
    budget = RequestBudget()
    step = Step(Kind.read, method, CONTRACT.path_to("54"), b"{}" if method in {"PUT", "POST"} else None)
    with client_of({1: busy(status)}, budget) as (client, gateway):
        exchange = client.send(step)
    assert gateway.seen == [method] * sent
    assert budget.requests == sent
    assert (exchange.status == status) == (sent == 1)


def test_the_time_of_a_wait_is_not_the_time_of_the_response(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(request_budget, "MIN_PAUSES", (3,))
    monkeypatch.setattr(request_budget, "MAX_REPEATS", 1)
    with client_of({1: busy(503)}, RequestBudget()) as (client, _):
        exchange = client.send(Step(Kind.read, "GET", CONTRACT.path_to("54")))
    assert exchange.status == 200
    assert exchange.milliseconds < 3000


class OneAtOnce(Server):
    """Refuses every request that comes while another one is under way."""

    def __init__(self) -> None:
        super().__init__()
        self.inside = threading.Lock()

    def route(self, request: ServerRequest) -> ServerResponse:
        """Look whether another one is inside."""
        if not self.inside.acquire(blocking=False):
            raise too_many({"Retry-After": "0"})
        with self.inside_for(0.05):
            return super().route(request)

    @contextmanager
    def inside_for(self, seconds: float) -> Iterator[None]:
        """Take some time, then let the next one in."""
        self.pause(seconds)
        try:
            yield
        finally:
            self.inside.release()


def test_what_came_too_many_at_once_comes_one_at_a_time_then(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(serving, "find", lambda _: OneAtOnce)
    with serve("") as server:
        target = Target(server.base_url, server.extension_id, Mode.full, credentials=Credentials(server.token))
        with Client(target, CONTRACT) as client:
            answers = client.send_together([Step(Kind.read, "GET", CONTRACT.path_to(server.extension_id))] * 5)
        statuses = [entry.status for entry in server.log]
    assert [exchange.status for exchange in answers] == [200] * 5
    assert statuses.count(429) <= 5, "the first repeat may meet the first request, and no other meets another"


PATIENCE = 3
"""Seconds that the client waits for a response; a server of this machine needs milliseconds."""


class Sleepy(Server):
    """Takes longer than the timeout for the requests of some numbers."""

    slow: ClassVar[set[int]] = set()

    def handle(self, request: ServerRequest) -> ServerResponse:
        """Sleep first."""
        if len(self.log) in self.slow:
            self.pause(PATIENCE + 1)
        return super().handle(request)


@pytest.mark.parametrize(("slow", "statuses"), [({1}, [200, 200]), ({1, 2}, [200, 200]), ({2}, [200, 0])])
def test_only_the_first_response_is_waited_for_longer(
    slow: set[int], statuses: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(serving, "find", lambda _: Sleepy)
    monkeypatch.setattr(Sleepy, "slow", slow)
    with serve("") as server:
        target = Target(server.base_url, server.extension_id, Mode.full, credentials=Credentials(server.token))
        with Client(target, CONTRACT, timeout=PATIENCE) as client:
            step = Step(Kind.read, "GET", CONTRACT.path_to(server.extension_id))
            assert [client.send(step).status for _ in range(2)] == statuses
            assert client.connection.limits.requests == len(server.log)
