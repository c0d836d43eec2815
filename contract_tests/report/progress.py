"""How far a run is, while it runs: live on a terminal, now and then a line elsewhere."""

from __future__ import annotations

import functools
import threading
import time
from collections.abc import Callable
from typing import TextIO

from contract_tests.record.text import visible

EVERY_LIVE, EVERY_LINE = 0.1, 10.0
"""Seconds between two messages: on a terminal, and elsewhere."""
EVERY_COUNT = 2.0
"""Seconds between two counts of the findings, which need a judgement of all that is recorded."""
MIN_REST = 10
"""The pause after a count is at least so many times as long as the count."""


class Progress:
    """Adds up the requests of all jobs of a run, and writes what is done.

    Args:
        stream: Where to; None: nowhere.
        planned: Counts the requests that the plan of all jobs has; is called when the first message needs it.
    """

    def __init__(self, stream: TextIO | None, planned: Callable[[], int]) -> None:
        self._stream = stream
        self._count_planned = planned
        self._is_live = stream is not None and stream.isatty()
        self._sent: dict[int, int] = {}
        self._findings: dict[int, int] = {}
        self._lock = threading.Lock()
        self._next_message = time.monotonic() + (0 if self._is_live else EVERY_LINE)
        self._next_count = time.monotonic() + EVERY_COUNT

    @functools.cached_property
    def _planned(self) -> int:
        return self._count_planned()

    def sent(self, job: int, count: int, findings: Callable[[], int]) -> None:
        """Note how many planned requests of a job are sent; `findings` counts the findings so far."""
        if self._stream is None:
            return
        with self._lock:
            self._sent[job] = count
            now = time.monotonic()
            if now >= self._next_count and self._planned:  # of several servers, the done ones are told
                self._findings[job] = findings()
                # A count of a long record takes long, so the next one must not follow at once.
                spent = time.monotonic() - now
                self._next_count = now + spent + max(EVERY_COUNT, MIN_REST * spent)
            if now >= self._next_message:
                self._next_message = now + (EVERY_LIVE if self._is_live else EVERY_LINE)
                self._write(self._stream)

    def server(self, name: str, done: int, count: int) -> None:
        """Write that one of several servers is done."""
        if self._stream and count > 1:
            with self._lock:
                text = visible(f"{done} of {count} servers done: {name}")
                self._stream.write(f"\r\x1b[K{text}" if self._is_live else f"{text}\n")
                self._stream.flush()

    def end(self) -> None:
        """Remove the live line."""
        if self._stream and self._is_live:
            self._stream.write("\r\x1b[K")
            self._stream.flush()

    def _write(self, stream: TextIO) -> None:
        of_plan = f" of {self._planned}" if self._planned else ""
        text = f"{sum(self._sent.values())}{of_plan} planned requests sent"
        text += f", findings so far: {sum(self._findings.values())}" if self._findings else ""
        stream.write(f"\r\x1b[K{text}" if self._is_live else f"{text}\n")
        stream.flush()
