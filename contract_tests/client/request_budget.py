"""How much may be asked of a target, and how fast."""

from __future__ import annotations

import datetime
import math
import threading
import time
from collections.abc import Mapping
from http import HTTPStatus
from types import MappingProxyType

from contract_tests.client.rate_headers import accepted_in, retry_after, tightest
from contract_tests.errors import StoppedError

RESERVE = 4
"""So many requests are kept for the restore: one PUT and one GET, twice."""
MAX_PAUSE = 60
"""Seconds: a target that accepts requests again sooner is waited for."""
MAX_WAITED = 300
"""Seconds that a run waits so, in all; the restore may wait as long once more."""
MAX_REPEATS = 5
"""So often one request is sent again in a row, because the target asked to wait."""
PAUSES = (1, 2, 4)
"""Seconds before each repeat, where a 429 does not say how long to wait."""
MIN_PAUSES = (0, 1, 2, 4, 8)
"""Seconds before each repeat at least: a time in whole seconds may be too short, and a clock wrong."""
SLICE = 0.2
"""Seconds of a pause between two looks for a signal."""
MIN_RATE = 0.01
"""Requests a second: a run at less would end some day."""
BUSY = {HTTPStatus.CONFLICT, HTTPStatus.LOCKED, HTTPStatus.SERVICE_UNAVAILABLE}
"""Status codes that may pass in a moment, where `Retry-After` says so; else they are an answer like others."""
_MAX_AHEAD = 10**9


class RequestBudget:
    """The user's limits, and the budget that the target tells in its responses; of all threads.

    Args:
        rate: Requests a second, at most; 0: any number.
        max_requests: Requests in all, at most; 0: any number.
        max_seconds: Seconds from now on in which requests are sent; 0: any number.

    Attributes:
        requests: How many were sent.
        repeating: Held while a request is sent again: what came too many at once comes one at a time then.
        spent: Why nothing but the restore is sent any more; empty as long as all is.
    """

    def __init__(self, rate: float = 0, max_requests: int = 0, max_seconds: float = 0) -> None:
        self.rate, self.max_requests, self.max_seconds = rate, max_requests, max_seconds
        self.requests = 0
        self.repeating = threading.Lock()
        self.spent = ""
        self._reserve = 0
        self._lock = threading.Lock()
        self._next = 0.0
        self._waited = {False: 0.0, True: 0.0}
        self._interrupted_by = ""
        self._ends_at = time.monotonic() + max_seconds if max_seconds else math.inf
        self._under_way = 0
        self._remaining: int | None = None
        self._reset: float | None = None

    def keep(self, reserve: int) -> None:
        """Keep so many requests for the restore of all extensions."""
        self._reserve = reserve

    def interrupt(self, reason: str) -> None:
        """Let no further request be sent but those that restore; safe in a signal handler, since it takes no lock."""
        self._interrupted_by = reason

    def before(self, *, restores: bool = False) -> None:
        """Count a request, and wait until it may be sent; `after` must follow.

        Args:
            restores: It restores original values: it waits, but it is never refused.

        Raises:
            StoppedError: It may not be sent; it is not counted, and `after` must not follow.
        """
        with self._lock:
            self._stop_if_interrupted(restores=restores)
            self._wait_for_the_window(restores=restores)
            if not restores:
                self._stop_at_the_end_of_the_budget()
            self.requests += 1
            self._under_way += 1
            pause = max(0.0, self._next - time.monotonic())
            self._next = max(self._next, time.monotonic()) + (1 / self.rate if self.rate else 0)
        self._sleep(pause, restores=restores)
        with self._lock:
            try:
                self._stop_if_interrupted(restores=restores)
            except StoppedError:
                self.requests -= 1
                self._under_way -= 1
                raise

    def after(self, status: int = 0, headers: Mapping[str, str] = MappingProxyType({})) -> None:
        """Learn from a response, if one came, what the target still accepts; header names in any case."""
        with self._lock:
            self._under_way -= 1
            if status == HTTPStatus.TOO_MANY_REQUESTS:
                self._remaining = None  # `may_repeat` waits
            elif window := tightest(headers, time.time()):
                after = retry_after(headers, time.time())
                reset = window.reset if after is None else after
                self._remaining, self._reset = window.remaining, None if reset is None else time.monotonic() + reset

    def may_repeat(self, status: int, headers: Mapping[str, str], repeats: int, *, restores: bool = False) -> bool:
        """Whether the target asks for the same request again in a while; `before` waits for that.

        A 429 that is not waited for lets nothing but the restore be sent any more.

        Args:
            status: Of the response.
            headers: Of the response.
            repeats: How often the request was sent again already.
            restores: It restores original values.
        """
        pause = _pause(status, headers, repeats)
        with self._lock:
            if pause is not None and self._wait_until(time.monotonic() + pause, restores=restores):
                return True
            if status == HTTPStatus.TOO_MANY_REQUESTS and not restores:
                self.spent = f"the target answered 429: its request budget is used up{again_at(headers)}"
                if self._waited[False] and (pause is None or pause <= MAX_PAUSE):
                    self.spent += f"; the run waited {self._waited[False]:.0f} s in all: give a lower --rate-limit"
        return False

    def _stop_if_interrupted(self, *, restores: bool) -> None:
        if reason := self._why_interrupted(restores=restores):
            raise StoppedError(reason)

    def _why_interrupted(self, *, restores: bool) -> str:
        if restores:
            return ""
        if self._interrupted_by:
            return f"the run was interrupted ({self._interrupted_by})"
        is_over = time.monotonic() >= self._ends_at
        return f"the {self.max_seconds:g} s of --max-seconds are over" if is_over else ""

    def _stop_at_the_end_of_the_budget(self) -> None:
        if self.max_requests and self.requests >= self.max_requests - self._reserve:
            self.spent = f"the {self.max_requests} requests of --max-requests are used up{_but(self._reserve)}"
        if self.spent:
            raise StoppedError(self.spent)

    def _wait_for_the_window(self, *, restores: bool) -> None:
        """Wait where the target's budget is used up but for the reserve, which is for the requests that restore."""
        reserve = 0 if restores else self._reserve
        # Requests that are under way together are not in what the target answered.
        if self._remaining is None or self._remaining - self._under_way > reserve:
            return
        self._remaining = None
        is_waited_for = self._reset is not None and self._wait_until(self._reset, restores=restores)
        if not is_waited_for and not restores:
            seconds = None if self._reset is None else self._reset - time.monotonic()
            self.spent = f"the target's request budget is used up{_but(reserve)}{_again_in(seconds)}"

    def _wait_until(self, moment: float, *, restores: bool) -> bool:
        """Let no request be sent before; false where that is too long."""
        now = time.monotonic()
        longer = max(0.0, moment - max(self._next, now))
        if moment - now > MAX_PAUSE or self._waited[restores] + longer > MAX_WAITED:
            return False
        self._waited[restores] += longer
        self._next = max(self._next, moment)
        return True

    def _sleep(self, seconds: float, *, restores: bool) -> None:
        """Sleep in slices, so that a signal ends the pause before a request that is not needed any more."""
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0 and not self._why_interrupted(restores=restores):
            time.sleep(min(left, SLICE))


def _pause(status: int, headers: Mapping[str, str], repeats: int) -> float | None:
    """The seconds before a request is sent again; None where it is not."""
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        seconds = accepted_in(headers, time.time())
        if seconds is None:
            return PAUSES[repeats] if repeats < len(PAUSES) else None
    else:
        seconds = retry_after(headers, time.time()) if status in BUSY else None
    return None if seconds is None or repeats >= MAX_REPEATS else max(seconds, MIN_PAUSES[repeats])


def _but(reserve: int) -> str:
    return f" but for {reserve} that are kept for the restore" if reserve else ""


def again_at(headers: Mapping[str, str]) -> str:
    """When a target that refused a request accepts others, as a part of a sentence; empty where it does not say."""
    return _again_in(accepted_in(headers, time.time()))


def _again_in(seconds: float | None) -> str:
    if seconds is None:
        return ""
    at = datetime.datetime.now(datetime.UTC) + datetime.timedelta(seconds=min(seconds, _MAX_AHEAD))
    return f"; it takes requests again at {at:%Y-%m-%d %H:%M:%S} UTC"
