"""A signal ends the requests of a run, and raises nothing."""

from __future__ import annotations

import signal
import threading

import pytest

from contract_tests.client.request_budget import RequestBudget
from contract_tests.errors import StoppedError
from contract_tests.session.signals import interrupting


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_the_requests_and_raises_nothing(number: signal.Signals) -> None:
    before, budget, other = signal.getsignal(number), RequestBudget(), RequestBudget()
    with interrupting([budget, other]):
        for _ in range(3):
            signal.raise_signal(number)
        for each in (budget, other):
            with pytest.raises(StoppedError, match=number.name):
                each.before()
            each.before(restores=True)
    assert signal.getsignal(number) is before


def test_a_run_within_a_command_shares_its_handler() -> None:
    budget, late = RequestBudget(), RequestBudget()
    with interrupting():
        handler = signal.getsignal(signal.SIGTERM)
        with interrupting([budget]):
            assert signal.getsignal(signal.SIGTERM) is handler
            signal.raise_signal(signal.SIGTERM)
        assert signal.getsignal(signal.SIGTERM) is handler
        with interrupting([late]):
            pass
        for each in (budget, late):
            with pytest.raises(StoppedError, match="SIGTERM"):
                each.before()


def test_nohup_keeps_its_meaning() -> None:
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with interrupting([budget := RequestBudget()]):
            signal.raise_signal(signal.SIGHUP)
            budget.before()
            assert signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGHUP, before)


def test_outside_the_main_thread_nothing_is_set() -> None:
    before, kept = signal.getsignal(signal.SIGTERM), []

    def enter() -> None:
        with interrupting([RequestBudget()]):
            kept.append(signal.getsignal(signal.SIGTERM))

    thread = threading.Thread(target=enter)
    thread.start()
    thread.join()
    assert kept == [before]
