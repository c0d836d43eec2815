"""Signals end a run in order: no further request, then the restore, then the reports."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from types import FrameType

from contract_tests.client.request_budget import RequestBudget

SIGNALS = [getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)]
"""Ctrl-C, the end of a job, the end of a terminal; Windows has no SIGHUP."""
IGNORED_BY_NOHUP = getattr(signal, "SIGHUP", None)
"""`nohup` ignores this signal, so that a command outlives its terminal; the suite ignores it then too."""


class _Interruption:
    """The handler of all signals. It raises nothing, so no signal can break off a restore."""

    def __init__(self) -> None:
        self._limits: list[RequestBudget] = []
        self._signal = ""

    def __call__(self, number: int, _: FrameType | None) -> None:
        self._signal = signal.Signals(number).name
        for each in self._limits:
            each.interrupt(self._signal)

    def add(self, limits: Iterable[RequestBudget]) -> None:
        """Let a signal end the requests within these limits too, also one that came before."""
        for each in limits:
            self._limits.append(each)
            if self._signal:
                each.interrupt(self._signal)


@contextmanager
def interrupting(limits: Iterable[RequestBudget] = ()) -> Iterator[None]:
    """Let a signal end the requests within these limits, however often it comes, and nothing else.

    A command handles signals from its start to its last report. A run inside of it adds its limits to that handler.
    Outside the main thread Python sets no handler.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    outer = signal.getsignal(signal.SIGINT)
    if isinstance(outer, _Interruption):
        outer.add(limits)
        yield
        return
    handler = _Interruption()
    handler.add(limits)
    before = {number: signal.signal(number, handler) for number in SIGNALS if not _is_ignored(number)}
    try:
        yield
    finally:
        for number, previous in before.items():
            signal.signal(number, previous)


def _is_ignored(number: signal.Signals) -> bool:
    return number == IGNORED_BY_NOHUP and signal.getsignal(number) is signal.SIG_IGN
