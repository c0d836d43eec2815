"""How much is asked of a target, and how fast: the user's limits, and the budget that the target tells."""

from __future__ import annotations

import math
import re
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from contract_tests.client import request_budget as limits
from contract_tests.client.request_budget import MAX_PAUSE, MAX_WAITED, RESERVE, RequestBudget, again_at
from contract_tests.errors import StoppedError
from scripts.conformance import against
from tests.gateway import Gateway, behind
from tests.suite import Run, journals, run_suite

ERROR, NOT_RESTORED = 3, 6
NOW = 1_700_000_000


class Clock:
    """A clock that only sleeping moves."""

    def __init__(self) -> None:
        self.slept: list[float] = []

    def sleep(self, seconds: float) -> None:
        """Let it go on."""
        self.slept.append(seconds)

    def monotonic(self) -> float:
        """Seconds since it began."""
        return sum(self.slept)

    def time(self) -> float:
        """Seconds since 1970."""
        return NOW + sum(self.slept)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """The clock of the limits."""
    clock = Clock()
    monkeypatch.setattr(limits, "time", clock)
    monkeypatch.setattr(limits, "SLICE", math.inf)
    return clock


def test_a_rate_keeps_requests_apart(clock: Clock) -> None:
    limited = RequestBudget(rate=4)
    for _ in range(5):
        limited.before()
    assert clock.slept == [0.25, 0.25, 0.25, 0.25]
    clock.sleep(10)
    limited.before()
    limited.before()
    assert clock.slept[-2:] == [10, 0.25], "a pause is no credit"


def test_the_most_requests_are_sent_and_no_more(clock: Clock) -> None:
    limited = RequestBudget(max_requests=10)
    limited.keep(RESERVE)
    for _ in range(10 - RESERVE):
        limited.before()
    for _ in range(2):
        with pytest.raises(StoppedError, match="the 10 requests of --max-requests are used up but for 4 that are kept"):
            limited.before()
    for _ in range(RESERVE):
        limited.before(restores=True)
    assert limited.requests == 10
    assert clock.slept == []


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"X-RateLimit-Reset": "7"}, 7),
        ({"X-RateLimit-Reset": f"{NOW + 7}"}, 7),
        ({"X-RateLimit-Reset": f"{NOW - 7}"}, 0),
        ({"X-RateLimit-Reset": "9999", "Retry-After": "3"}, 3),
        ({"Retry-After": f"{MAX_PAUSE}"}, MAX_PAUSE),
    ],
)
def test_a_short_window_is_waited_for(headers: dict[str, str], seconds: float, clock: Clock) -> None:
    limited = RequestBudget()
    limited.keep(RESERVE)
    for _ in range(4):
        limited.before()
    for _ in range(4):  # answers to requests that were under way together
        limited.after(200, {"X-RateLimit-Remaining": f"{RESERVE}"} | headers)
    limited.before()
    limited.before()
    assert sum(clock.slept) == seconds


def test_short_windows_are_not_waited_for_without_end(clock: Clock) -> None:
    limited = RequestBudget()
    with pytest.raises(StoppedError, match="the target's request budget is used up; it takes requests again at"):
        for _ in range(100):
            limited.before()
            limited.after(200, {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "50"})
    assert MAX_WAITED - 50 < sum(clock.slept) <= MAX_WAITED


@pytest.mark.parametrize("remaining", ["", "-1", "x", "\N{FULLWIDTH DIGIT ONE}", "0x0", "9" * 16, "5", "5.5"])
def test_a_budget_that_is_none_or_not_used_up_stops_nothing(remaining: str, clock: Clock) -> None:
    limited = RequestBudget()
    limited.keep(RESERVE)
    limited.before()
    limited.after(200, {"X-RateLimit-Remaining": remaining})
    limited.before()
    assert clock.slept == []


@pytest.mark.parametrize("reset", ["", "x", "-1", "9" * 15, f"{MAX_PAUSE + 1}", "soon"])
def test_a_long_or_unknown_window_stops_the_run_but_not_the_restore(reset: str, clock: Clock) -> None:
    limited = RequestBudget()
    limited.keep(RESERVE)
    limited.before()
    limited.after(200, {"X-RateLimit-Remaining": "4", "X-RateLimit-Reset": reset})
    with pytest.raises(StoppedError, match="used up but for 4 that are kept for the restore"):
        limited.before()
    for left in (3, 2, 1, 0, 0):
        limited.before(restores=True)
        limited.after(200, {"X-RateLimit-Remaining": f"{left}", "X-RateLimit-Reset": reset})
    assert clock.slept == []


@pytest.mark.parametrize(
    ("headers", "message"),
    [
        ({"Retry-After": "60"}, "; it takes requests again at 20"),
        ({"retry-after": "60"}, "; it takes requests again at 20"),
        ({"X-RateLimit-Reset": "9" * 9}, "; it takes requests again at 20"),
        ({"Retry-After": "Wed, 21 Oct 2026 07:28:00 GMT"}, "; it takes requests again at 20"),
        ({"X-RateLimit-Reset": "9" * 15}, ""),
        ({}, ""),
    ],
)
def test_when_a_target_takes_requests_again_is_told_where_it_says_so(headers: dict[str, str], message: str) -> None:
    assert again_at(headers)[: len(message) or None] == message


def run(
    answer: Callable[[Gateway, Request], Response | None], folder: Path, *options: str, **settings: object
) -> tuple[Run, list[str]]:
    """A run against a mock behind a gateway, and what that saw."""
    with behind(answer, **settings) as (mock, gateway):
        target, environment = against(mock)
        ended = run_suite(folder, *target.as_arguments(), *options, **environment)
    assert "Traceback" not in ended.printed
    assert ended.printed.count("\nERROR: ") == 1
    assert ended.outcomes("fail", "warn") == set()
    return ended, gateway.seen


def passing(*_: object) -> None:
    """Pass everything on."""


@pytest.mark.parametrize("most", [60, 445])
def test_no_more_than_the_most_requests_are_sent_and_the_settings_are_back(most: int, tmp_path: Path) -> None:
    ended, seen = run(passing, tmp_path, f"--max-requests={most}", "--fuzz-examples=3")
    assert ended.code == ERROR
    assert f"ERROR: the {most} requests of --max-requests are used up but for 4 that are kept" in ended.printed
    assert bool(re.search(r"; [1-9]\d* of \d+ planned requests were not sent", ended.printed)) == (most < 250)
    assert most - RESERVE <= len(seen) <= most
    assert ended.report["summary"]["requests"] == len(seen)
    assert "PUT" in seen[-3:]
    assert seen[-1] == "GET"
    assert not journals(tmp_path)


def throttling(first: int, **headers: str) -> Callable[[Gateway, Request], Response | None]:
    """Answer 429 from some request on."""

    def answer(gateway: Gateway, _: Request) -> Response | None:
        return JSONResponse({}, 429, headers) if len(gateway.seen) >= first else None

    return answer


@pytest.mark.usefixtures("no_pauses")
def test_a_429_for_an_hour_ends_the_run_at_once(tmp_path: Path) -> None:
    ended, seen = run(throttling(100, **{"Retry-After": "3600"}), tmp_path, "--fuzz-examples=3")
    assert ended.code == NOT_RESTORED
    when = r"; it takes requests again at 20\d\d-\d\d-\d\d \d\d:\d\d:\d\d UTC"
    message = (
        rf"the target answered 429: its request budget is used up{when}; \d+ of \d+ planned requests were not sent; "
    )
    message += (
        rf"extension 54 may NOT have its original values \(GET answered 429{when}\); the run was about to change: "
    )
    assert re.search(message, ended.printed)
    assert seen[99:].count("PUT") <= 2, "the one that got the first 429, and the restore"
    assert journals(tmp_path)


def test_a_429_in_the_fuzz_layer_ends_the_run_and_the_rest_is_restored(tmp_path: Path) -> None:
    def answer(gateway: Gateway, _: Request) -> Response | None:
        return JSONResponse({}, 429, {"Retry-After": "61"}) if len(gateway.seen) == 440 else None

    ended, seen = run(answer, tmp_path, "--fuzz-examples=3")
    assert ended.code == ERROR
    assert "ERROR: the target answered 429" in ended.printed
    assert len(seen) < 450
    assert not journals(tmp_path)


def test_the_budget_that_a_target_tells_is_kept_to_down_to_its_last_request(tmp_path: Path) -> None:
    ended, seen = run(passing, tmp_path, "--fuzz-examples=0", rate_limit=90)
    assert ended.code == ERROR
    assert "planned requests were not sent" in ended.printed
    assert len(seen) <= 91
    assert not journals(tmp_path)
    assert time.time() > NOW


def test_requests_that_are_under_way_together_leave_the_reserve(clock: Clock) -> None:
    limited = RequestBudget()
    limited.keep(RESERVE)
    limited.before()
    limited.after(200, {"X-RateLimit-Remaining": f"{RESERVE + 2}"})
    limited.before()
    limited.before()
    with pytest.raises(StoppedError):
        limited.before()
    assert limited.requests == 3
    assert clock.slept == []
