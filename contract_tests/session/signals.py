"""Signals end a run in order: no further request, then the restore, then the reports."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from types import FrameType

from contract_tests.client.request_budget import RequestBudget

SIGNALS = [getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)]
"""Ctrl-C, the end of a job, the end of a terminal; Windows has no SIGHUP."""


@contextmanager
def interrupting(limits: Sequence[RequestBudget]) -> Iterator[None]:
    """Let a signal end the requests within these limits, however often it comes, and nothing else.

    The handler raises nothing: so no signal can break off a restore. Outside the main thread Python sets no handler.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def handle(number: int, _: FrameType | None) -> None:
        for each in limits:
            each.interrupt(signal.Signals(number).name)

    before = {number: signal.signal(number, handle) for number in SIGNALS}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
