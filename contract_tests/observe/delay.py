"""Measures after which time GET shows a change, and waits that long before each further read."""

from __future__ import annotations

import time

from contract_tests.contract.json_values import Settings, identical
from contract_tests.record.exchange import Exchange
from contract_tests.record.step import Kind

MAX_DELAY = 2.0
"""Seconds after which a change that GET does not show counts as lost."""
MAX_WAITED = 120.0
"""Seconds that a run waits for changes to be shown, in all."""
PAUSE = 0.05
"""Seconds between two reads, at first; each pause is longer than the one before."""
FRESH_READS = 3
"""So many reads in a row must show the change: of several replicas, one may show it earlier than another."""
MARGIN = 1.3
CHANGES = {Kind.change, Kind.identity, Kind.repeat, Kind.put_back, Kind.invalid, Kind.mixed}


class Delay:
    """How long a server takes to show what it has accepted.

    A read is stale if it shows, for a property that a PUT of the last seconds sent, the value before that PUT, although
    the answer to the last PUT showed another one.

    Args:
        seconds: How long to wait in any case.
    """

    def __init__(self, seconds: float = 0.0) -> None:
        self._seconds = seconds
        self._is_lost = False
        self._put: Exchange | None = None
        self._replaced: list[tuple[float, Settings]] = []
        self._sent_at = 0.0
        self._fresh_at: float | None = None
        self._fresh_reads = 0
        self._is_measuring = False
        self._pause = PAUSE
        self._waited = 0.0

    def sent(self, put: Exchange, before: Settings) -> None:
        """Remember the last change, from which the delay counts, and the values that it replaced.

        Args:
            put: The change, with its answer.
            before: What the last read before it showed.
        """
        if put.is_success:
            self._put = put if put.step.kind in CHANGES else None
            self._sent_at, self._fresh_reads, self._fresh_at = time.monotonic(), 0, None
            replaced = {name: before.get(name) for name in put.step.update or {}}
            since = self._sent_at - MAX_DELAY - self._seconds
            self._replaced = [each for each in self._replaced if each[0] > since] + [(self._sent_at, replaced)]
            self._pause, self._is_measuring = PAUSE, False

    def wait(self) -> None:
        """Wait as long as the server has taken so far to show a change."""
        left = self._sent_at + self._seconds - time.monotonic()
        if left > 0 and self._waited < MAX_WAITED:
            self._waited += left
            time.sleep(left)

    def is_stale(self, read: Exchange) -> bool:
        """Whether to read again, since this read, or one of several replicas, may not show the last changes yet."""
        if self._put is None or self._is_lost or not read.shows_settings:
            return False
        waited = time.monotonic() - self._sent_at
        if self._is_behind(self._put, read):
            self._is_measuring, self._fresh_reads, self._fresh_at = True, 0, None
            self._is_lost = waited > MAX_DELAY + self._seconds
        elif self._is_measuring:
            self._fresh_at = self._fresh_at or waited
            self._fresh_reads += 1
        if not self._is_measuring or self._is_lost:
            self._put = None
            return False
        if self._fresh_reads >= FRESH_READS:
            self._seconds = min(MAX_DELAY, max(self._seconds, (self._fresh_at or 0.0) * MARGIN))
            self._is_measuring, self._put = False, None
            return False
        if self._waited >= MAX_WAITED:
            return False
        self._waited += self._pause
        time.sleep(self._pause)
        self._pause = min(self._pause * 1.5, 4 * PAUSE)
        return True

    def _is_behind(self, put: Exchange, read: Exchange) -> bool:
        current = read.json_object or {}
        answered = (put.json_object or {}).items()
        other = {name: current.get(name) for name, value in answered if not identical(value, current.get(name))}
        return any(
            name in replaced and identical(replaced[name], value)
            for name, value in other.items()
            for _, replaced in self._replaced
        )
