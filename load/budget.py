"""How fast a load run sends, and when it ends."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Mapping
from http import HTTPStatus

from contract_tests.client.request_budget import RequestBudget, again_at
from contract_tests.errors import StoppedError

ABANDONED = "the process that leads the run gave no sign"
SLICE = 0.1
"""Seconds of a pause between two looks whether the run ends."""


class LoadBudget(RequestBudget):
    """The limits of one process of a load run.

    A request that the server refuses for load is not sent again: the refusal is a result. Requests that restore are.

    Args:
        rate: Requests a second on average; the requests of one turn go out together. 0: any number.
        max_requests: Requests in all, those of the restore included; 0: any number.
        ends_at_429: Whether the first 429 ends the run.
    """

    def __init__(self, rate: float, max_requests: int, *, ends_at_429: bool) -> None:
        super().__init__(0, max_requests)
        self._interval = 1 / rate if rate else 0.0
        self._ends_at_429 = ends_at_429
        self._turn_at = 0.0
        self._pacing = threading.Lock()
        self._end = math.inf
        self._promised = 0  # requests of turns that have begun, not sent yet
        self._lease = math.inf
        self.ended_by = ""

    def may_repeat(self, status: int, headers: Mapping[str, str], repeats: int, *, restores: bool = False) -> bool:
        """Only requests that restore are sent again."""
        if restores:
            return super().may_repeat(status, headers, repeats, restores=True)
        if status == HTTPStatus.TOO_MANY_REQUESTS and self._ends_at_429:
            self.spent = self.spent or f"the target answered 429{again_at(headers)}"
        return False

    def before(self, *, restores: bool = False) -> None:
        """Count a request; see `RequestBudget`.

        Raises:
            StoppedError: It may not be sent.
        """
        if not restores and self.is_abandoned:
            self.end(ABANDONED)
            raise StoppedError(ABANDONED)
        super().before(restores=restores)
        if not restores:
            self._promised = max(0, self._promised - 1)

    def renew(self, seconds: float) -> None:
        """Send requests for so many seconds more; without another call, only those that restore after that."""
        self._lease = time.monotonic() + seconds

    @property
    def is_abandoned(self) -> bool:
        """Whether the process that leads the run gave no sign for too long."""
        return time.monotonic() >= self._lease

    def end_in(self, seconds: float) -> None:
        """Begin no turn after this time."""
        self._end = time.monotonic() + seconds

    def end(self, reason: str) -> None:
        """Begin no further turn; what is under way is finished."""
        self.ended_by = self.ended_by or reason

    @property
    def interrupted_by(self) -> str:
        """Why a signal ended the run; empty where none did."""
        return f"the run was interrupted ({self._interrupted_by})" if self._interrupted_by else ""

    @property
    def is_over(self) -> bool:
        """Whether no further turn may begin."""
        return (
            bool(self.ended_by or self.spent or self._interrupted_by)
            or time.monotonic() >= self._end
            or self.is_abandoned
        )

    def may_begin(self, requests: int) -> bool:
        """Wait until a turn of so many requests may begin; false where the run ends before."""
        with self._pacing:
            if self.max_requests and self.requests + self._promised + requests > self.max_requests - self._reserve:
                self.end(f"the {self.max_requests} requests of --max-requests are used up")
                return False
            self._promised += requests
            now = time.monotonic()
            at = max(now, self._turn_at)
            self._turn_at = at + requests * self._interval
        while not self.is_over:
            left = at - time.monotonic()
            if left <= 0:
                return True
            time.sleep(min(left, SLICE))
        return False
