"""What headers tell of a request budget: each spelling and each form of a value that is in use."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import formatdate

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract_tests.client.rate_headers import MAX_LENGTH, Window, accepted_in, retry_after, tightest

NOW = 1_700_000_000.0
NAMES = ["X-RateLimit", "RateLimit", "X-Rate-Limit", "x-rate-limit", "Rate-Limit", "X-Provider-RateLimit"]
# Each names the point in time `seconds` after the clock of the target.
FORMS: dict[str, Callable[[int, int], str]] = {
    "seconds": lambda _, seconds: f"{seconds}",
    "fraction": lambda _, seconds: f"{seconds}.000",
    "duration": lambda _, seconds: f"{seconds // 60}m{seconds % 60}s",
    "milliseconds to go": lambda _, seconds: f"{seconds * 1000}ms",
    "epoch": lambda clock, seconds: f"{clock + seconds}",
    "epoch in milliseconds": lambda clock, seconds: f"{(clock + seconds) * 1000}",
    "epoch in microseconds": lambda clock, seconds: f"{(clock + seconds) * 10**6}",
    "epoch with a fraction": lambda clock, seconds: f"{clock + seconds}.0",
    "ISO 8601": lambda clock, seconds: _moment(clock + seconds).strftime("%Y-%m-%dT%H:%M:%SZ"),
    "ISO 8601 with an offset": lambda clock, seconds: (
        (_moment(clock + seconds) + timedelta(hours=3)).replace(tzinfo=None).isoformat(timespec="milliseconds")
        + "+03:00"
    ),
    "ISO 8601 without a zone": lambda clock, seconds: f"{_moment(clock + seconds).replace(tzinfo=None)}",
    "ISO 8601 with a word": lambda clock, seconds: f"{_moment(clock + seconds).replace(tzinfo=None)} UTC",
    "HTTP date": lambda clock, seconds: formatdate(clock + seconds, usegmt=True),
    "date of RFC 850": lambda clock, seconds: _moment(clock + seconds).strftime("%A, %d-%b-%y %H:%M:%S GMT"),
}
counts = st.integers(0, 10**9)
seconds = st.integers(0, 10**5)
clocks = st.integers(-7200, 7200).map(lambda off: int(NOW) + off)
forms = st.sampled_from([*FORMS])


def _moment(clock: float) -> datetime:
    return datetime.fromtimestamp(clock, UTC)


@given(st.sampled_from(NAMES), counts, seconds, clocks, forms)
def test_a_pair_of_headers_is_read_by_the_clock_of_the_target(
    name: str, count: int, seconds: int, clock: int, form: str
) -> None:
    headers = {f"{name}-Remaining": f"{count}", f"{name}-Reset": FORMS[form](clock, seconds), "Limit": "7"}
    headers["Date"] = formatdate(clock, usegmt=True)
    assert tightest(headers, NOW) == Window(count, seconds)


@given(seconds, clocks, forms)
def test_retry_after_is_read_by_the_clock_of_the_target(seconds: int, clock: int, form: str) -> None:
    headers = {"Retry-After": FORMS[form](clock, seconds), "date": formatdate(clock, usegmt=True)}
    assert retry_after(headers, NOW) == accepted_in(headers, NOW) == seconds


@given(seconds, forms)
def test_without_a_date_the_own_clock_counts(seconds: int, form: str) -> None:
    headers = {"X-RateLimit-Reset": FORMS[form](int(NOW), seconds), "X-RateLimit-Remaining": "0"}
    assert tightest(headers, NOW) == Window(0, seconds)
    assert tightest({**headers, "Date": "no date"}, NOW) == Window(0, seconds)


@given(st.lists(st.tuples(counts, seconds), min_size=1, max_size=4))
def test_the_smallest_of_several_counts_with_its_reset(windows: list[tuple[int, int]]) -> None:
    count, reset = min(windows, key=lambda window: (window[0], -window[1]))
    policies = [f'"policy, {number};r=1";r={r};t={t}' for number, (r, t) in enumerate(windows)]
    spellings = [
        {"RateLimit": ", ".join(policies)},
        {"RateLimit": ",".join(f"limit=100, remaining={r}, reset={t}" for r, t in windows)},
        {
            "X-RateLimit-Remaining": ", ".join(f"{r}" for r, _ in windows),
            "X-RateLimit-Reset": ",".join(f"{t}" for _, t in windows),
        },
        {f"X-RateLimit-{word}-Kind{n}": f"{w[i]}" for n, w in enumerate(windows) for i, word in enumerate(WORDS)},
    ]
    for headers in spellings:
        assert tightest(headers, NOW) == Window(count, reset)


WORDS = ("Remaining", "Reset")


@pytest.mark.parametrize(
    ("headers", "window"),
    [
        ({"RateLimit": "limit=100, remaining=50, reset=8"}, Window(50, 8)),
        ({"RateLimit": 'limit=100;w=60, remaining="50";reset=8'}, Window(50, 8)),
        ({"RateLimit": '"default";r=50;t=8'}, Window(50, 8)),
        ({"RateLimit": '"default";r=50;t=8;pk=:cHJvamVjdA==:'}, Window(50, 8)),
        ({"RateLimit": "default;r=50;t=8"}, Window(50, 8)),
        ({"RateLimit": '"default";r=50'}, Window(50)),
        ({"RateLimit": '"day";r=99999;t=40000, "default";r=12;t=2'}, Window(12, 2)),
        ({"RateLimit-Remaining": "12;w=1", "RateLimit-Reset": "1"}, Window(12, 1)),
        ({"RateLimit-Remaining": "12", "X-RateLimit-Reset": "30"}, Window(12, 30)),
        ({"RateLimit-Remaining": "12"}, Window(12)),
        ({"X-RateLimit-Remaining": "7, 9", "X-RateLimit-Reset": "30"}, Window(7, 30)),
        ({"X-RateLimit-Remaining": "9", "X-RateLimit-Reset": "1, 30"}, Window(9, 30)),
        (  # two dates, joined
            {
                "X-RateLimit-Remaining": "1, 2",
                "X-RateLimit-Reset": f"{formatdate(NOW + 5, usegmt=True)}, {formatdate(NOW + 9, usegmt=True)}",
            },
            Window(1, 5),
        ),
        (  # both spellings at once
            {"X-RateLimit-Remaining": "9", "X-RateLimit-Reset": "3", "RateLimit": '"a";r=8;t=2'},
            Window(8, 2),
        ),
        (  # a gateway: periods, and one reset for the shortest of them
            {
                "X-RateLimit-Remaining-Second": "3",
                "X-RateLimit-Remaining-Hour": "90000",
                "RateLimit-Reset": "1",
            },
            Window(3, 1),
        ),
        ({"X-RateLimit-Remaining-Minute": "3"}, Window(3, 60)),
        ({"X-RateLimit-Remaining-Minute": "3", "RateLimit-Reset": "20"}, Window(3, 20)),
        (
            {"x-ratelimit-remaining-requests": "59", "x-ratelimit-reset-requests": "1m0.5s"},
            Window(59, 60.5),
        ),
        ({"X-RateLimit-Remaining": "3", "X-RateLimit-Reset-After": "0.25"}, Window(3, 0.25)),
        ({"X-RateLimit-Remaining": "3", "X-RateLimit-Reset": f"{NOW - 9:.0f}"}, Window(3, 0)),
        ({"X-RateLimit-Remaining": "3.9", "X-RateLimit-Reset": "0.5"}, Window(3, 0.5)),
        ({"X-RateLimit-Remaining": "3", "X-RateLimit-Reset": "soon"}, Window(3)),
        ({"X-RateLimit-Remaining": "3", "X-RateLimit-Reset": "9" * 15}, Window(3)),
        ({"X-RateLimit-Remaining": "3", "X-RateLimit-Reset": "-1"}, Window(3)),
        ({"X-RateLimit-Remaining": "x"}, None),
        ({"X-RateLimit-Remaining": "-1", "X-RateLimit-Reset": "5"}, None),
        ({"X-RateLimit-Remaining": "\N{FULLWIDTH DIGIT ONE}"}, None),
        ({"X-RateLimit-Reset": "5"}, None),
        ({"X-RateLimit-Limit": "5", "RateLimit-Policy": '"default";q=100;w=60'}, None),
        ({"Remaining": "5", "Reset": "5", "X-Remaining-Rate": "5"}, None),
        ({}, None),
    ],
    ids=str,
)
def test_a_budget_is_read_in_each_spelling(headers: dict[str, str], window: Window | None) -> None:
    assert tightest(headers, NOW) == window
    assert tightest({name.upper(): value for name, value in headers.items()}, NOW) == window


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"Retry-After": "3", "X-RateLimit-Reset": "9999"}, 3),
        ({"Retry-After": "0.25"}, 0.25),
        ({"Retry-After": "3, 5"}, 5),
        ({"Retry-After": "Wed, 21 Oct 2026 07:28:00 GMT", "Date": "Wed, 21 Oct 2026 07:27:50 GMT"}, 10),
        ({"Retry-After": "Wed, 21 Oct 2020 07:28:00 GMT"}, 0),
        ({"Retry-After": "later", "RateLimit-Reset": "4"}, 4),
        ({"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "7"}, 7),
        ({"RateLimit": '"second";r=0;t=1, "day";r=5;t=40000'}, 1),
        ({"RateLimit": '"second";r=0;t=1, "minute";r=0;t=40'}, 40),
        ({"X-RateLimit-Remaining": "50", "X-RateLimit-Reset": "3000"}, None),  # too many at once: another reason
        ({"Retry-After": "later"}, None),
        ({}, None),
    ],
    ids=str,
)
def test_when_a_target_accepts_requests_again(headers: dict[str, str], seconds: float | None) -> None:
    assert accepted_in(headers, NOW) == seconds


@given(st.dictionaries(st.sampled_from(["RateLimit", "Retry-After", "X-RateLimit-Remaining", "Date"]), st.text()))
def test_no_header_is_an_error(headers: dict[str, str]) -> None:
    headers["X-RateLimit-Reset"] = headers.get("Date", "")
    accepted_in(headers, NOW)
    tightest(headers, NOW)


@pytest.mark.parametrize("piece", [",", ";", '"', "a=,", "9", "1h", "-", "Wed, "])
def test_a_long_header_costs_no_time(piece: str) -> None:
    long = piece * 60_000
    names = ["RateLimit", "Retry-After", "X-RateLimit-Remaining", f"X-RateLimit-Reset-{piece * MAX_LENGTH * 50}"]
    started = time.process_time()
    accepted_in(dict.fromkeys(names, long), NOW)
    tightest(dict.fromkeys(names, long), NOW)
    assert time.process_time() - started < 1
