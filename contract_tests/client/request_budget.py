"""How much may be asked of a target, and how fast."""

from __future__ import annotations

import datetime
import threading
import time
from collections.abc import Mapping
from http import HTTPStatus
from types import MappingProxyType

from requests.structures import CaseInsensitiveDict

from contract_tests.errors import StoppedError

RESERVE = 4
"""So many requests are kept for the restore: one PUT and one GET, twice."""
MAX_PAUSE = 60
"""Seconds: a window of the target's budget that is over sooner is waited for."""
MAX_WAITED = 300
"""Seconds that a run waits so, in all."""
SLICE = 0.2
"""Seconds of a pause between two looks for a signal."""
MIN_RATE = 0.01
"""Requests a second: a run at less would end some day."""
_EPOCH = 10**9


class RequestBudget:
    """The user's limits, and the budget that the target tells in its answers; of all threads.

    Args:
        rate: Requests a second, at most; 0: any number.
        max_requests: Requests in all, at most; 0: any number.

    Attributes:
        requests: How many were sent.
    """

    def __init__(self, rate: float = 0, max_requests: int = 0) -> None:
        self.rate, self.max_requests = rate, max_requests
        self._reserve = 0
        self._lock = threading.Lock()
        self._next = 0.0
        self._waited = 0.0
        self._spent = ""
        self._interrupted_by = ""
        self._under_way = 0
        self._left: int | None = None
        self._told: Mapping[str, str] = {}
        self.requests = 0

    def before(self, *, restores: bool = False) -> None:
        """Count a request, and wait until it may be sent; `after` must follow.

        Args:
            restores: It restores original values, so only the rate limits it.

        Raises:
            StoppedError: It may not be sent.
        """
        with self._lock:
            if not restores:
                self._stop_where_used_up()
            self.requests += 1
            self._under_way += 1
            pause = max(0.0, self._next - time.monotonic())
            self._next = max(self._next, time.monotonic()) + (1 / self.rate if self.rate else 0)
        self._sleep(pause, restores=restores)

    def interrupt(self, reason: str) -> None:
        """Let no further request be sent but those that restore; safe in a signal handler, since it takes no lock."""
        self._interrupted_by = reason

    def _stop_where_used_up(self) -> None:
        if self._interrupted_by:
            raise StoppedError(f"the run was interrupted ({self._interrupted_by})")
        if self.max_requests and self.requests >= self.max_requests - self._reserve:
            self._spent = f"the {self.max_requests} requests of --max-requests are used up{_but(self._reserve)}"
        # Requests that are under way together are not in what the target answered.
        if self._left is not None and self._left - self._under_way <= self._reserve:
            self._wait_or_stop()
        if self._spent:
            raise StoppedError(self._spent)

    def _sleep(self, seconds: float, *, restores: bool) -> None:
        """Sleep in slices, so that a signal ends the pause before a request that is not needed any more."""
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0 and (restores or not self._interrupted_by):
            time.sleep(min(left, SLICE))

    def after(
        self, status: int = 0, headers: Mapping[str, str] = MappingProxyType({}), *, restores: bool = False
    ) -> None:
        """Learn from an answer, if one came, what the target still takes; header names in any case."""
        with self._lock:
            self._under_way -= 1
            left = _number(CaseInsensitiveDict(headers).get("X-RateLimit-Remaining"))
            if status == HTTPStatus.TOO_MANY_REQUESTS:
                self._left = None
                if not restores:
                    self._spent = f"the target answered 429: its request budget is used up{again_at(headers)}"
            elif left is not None:
                self._left, self._told = left, headers

    def _wait_or_stop(self) -> None:
        self._left = None
        seconds, now = _seconds_until_reset(self._told), time.monotonic()
        if seconds is not None and seconds <= MAX_PAUSE and self._waited + seconds <= MAX_WAITED:
            self._waited += seconds
            self._next = max(self._next, now + seconds)
        else:
            self._spent = f"the target's request budget is used up{_but(self._reserve)}{again_at(self._told)}"

    def keep(self, reserve: int) -> None:
        """Keep so many requests for the restore of all extensions."""
        self._reserve = reserve


def _but(reserve: int) -> str:
    return f" but for {reserve} that are kept for the restore" if reserve else ""


def again_at(headers: Mapping[str, str]) -> str:
    """When a target takes requests again, as a part of a sentence; empty where it does not say."""
    seconds = _seconds_until_reset(headers)
    if seconds is None:
        return ""
    at = datetime.datetime.now(datetime.UTC) + datetime.timedelta(seconds=seconds)
    return f"; it takes requests again at {at:%Y-%m-%d %H:%M:%S} UTC"


def _seconds_until_reset(headers: Mapping[str, str]) -> int | None:
    """By `Retry-After` in seconds (RFC 9110, 10.2.3), else by `X-RateLimit-Reset`: seconds, or since 1970."""
    headers = CaseInsensitiveDict(headers)
    reset = _number(headers.get("X-RateLimit-Reset"))
    if reset is not None and reset > _EPOCH:
        reset = max(0, round(reset - time.time()))
    after = _number(headers.get("Retry-After"))
    told = reset if after is None else after
    return None if told is None else min(told, _EPOCH)


def _number(text: str | None) -> int | None:
    return int(text) if text and text.isascii() and text.isdecimal() and len(text) < 16 else None
