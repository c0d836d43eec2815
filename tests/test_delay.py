"""When a read counts as one that does not show the last changes yet, and how long such a read is repeated."""

from __future__ import annotations

import json

import pytest

from contract_tests.contract.json_values import Settings, encode
from contract_tests.observe import delay
from contract_tests.observe.delay import FRESH_READS, MAX_DELAY, Delay
from contract_tests.record.exchange import Exchange
from contract_tests.record.step import Kind, Step
from tests.test_limits import Clock

BEFORE = {"label": "old", "hangup_timeout": 5}
AFTER = {"label": "new", "hangup_timeout": 5}


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """The time of the delay."""
    clock = Clock()
    monkeypatch.setattr(delay, "time", clock)
    return clock


def put(update: Settings, answer: Settings) -> Exchange:
    return Exchange(Step(Kind.change, "PUT", "/", encode(update)), "", {}, 200, body=json.dumps(answer).encode())


def read(settings: Settings) -> Exchange:
    return Exchange(Step(Kind.read, "GET", "/"), "", {}, 200, body=json.dumps(settings).encode())


@pytest.fixture
def changed(clock: Clock) -> Delay:  # noqa: ARG001 - its time
    """A server that answered that it made a change."""
    known = Delay()
    known.sent(put({"label": "new"}, AFTER), BEFORE)
    return known


def test_a_read_that_shows_the_value_before_the_change_is_stale(changed: Delay) -> None:
    assert changed.is_stale(read(BEFORE))


@pytest.mark.parametrize("shown", [AFTER, {**BEFORE, "label": "another"}, {"hangup_timeout": 5}])
def test_a_read_that_shows_any_other_value_is_not(shown: Settings, changed: Delay) -> None:
    assert not changed.is_stale(read(shown))


@pytest.mark.usefixtures("clock")
def test_a_change_that_its_own_answer_does_not_show_is_not_waited_for() -> None:
    known = Delay()
    known.sent(put({"label": "new"}, BEFORE), BEFORE)
    assert not known.is_stale(read(BEFORE))


def test_a_read_that_shows_the_state_before_an_earlier_change_is_stale(changed: Delay) -> None:
    changed.sent(put({"hangup_timeout": 6}, {**AFTER, "hangup_timeout": 6}), AFTER)
    assert changed.is_stale(read({**BEFORE, "hangup_timeout": 6}))


def test_a_change_is_read_again_until_some_reads_in_a_row_show_it(changed: Delay) -> None:
    assert changed.is_stale(read(BEFORE))
    assert [changed.is_stale(read(AFTER)) for _ in range(FRESH_READS)] == [*[True] * (FRESH_READS - 1), False]


def test_a_change_that_is_never_shown_is_lost_after_some_seconds(changed: Delay, clock: Clock) -> None:
    started = clock.monotonic()
    while changed.is_stale(read(BEFORE)):
        pass
    assert MAX_DELAY <= clock.monotonic() - started < 2 * MAX_DELAY
    assert not changed.is_stale(read(BEFORE))


def test_each_later_read_comes_as_late_as_the_slowest_change_was_shown(changed: Delay, clock: Clock) -> None:
    sent = clock.monotonic()
    while changed.is_stale(read(BEFORE if clock.monotonic() < sent + 1 else AFTER)):
        pass
    changed.sent(put({"label": "old"}, BEFORE), AFTER)
    sent = clock.monotonic()
    changed.wait()
    assert clock.monotonic() - sent > 1
