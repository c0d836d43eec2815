"""What a run prints."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from contract_tests.report import baseline
from contract_tests.report.results import Outcome, Results

STEP = 10


def progress(config: pytest.Config, total: int) -> Callable[[int], None]:
    """A function that shows how many of the planned requests were sent; silent where nobody watches."""
    terminal: pytest.TerminalReporter | None = config.pluginmanager.getplugin("terminalreporter")
    capture = config.pluginmanager.getplugin("capturemanager")

    def show(done: int) -> None:
        if terminal and terminal.isatty and (done % STEP == 0 or done == total):
            with capture.global_and_fixture_disabled():
                end = "\n" if done == total else ""
                terminal.write(f"\rplanned core: {done} of {total} requests{end}", flush=True)

    return show


def lines(results: Results, report: Path) -> Iterator[str]:
    """One line a theme, then the counts."""
    for theme, found in results.themes().items():
        counts = {outcome: sum(result.outcome is outcome for result in found) for outcome in Outcome}
        told = ", ".join(f"{count} {outcome}" for outcome, count in counts.items() if count)
        yield f"{_worst(counts):<13}{theme.replace('_', ' '):<20}{told}"
    counts = {outcome: results.count(outcome) for outcome in Outcome}
    yield f"{', '.join(f'{count} {outcome}' for outcome, count in counts.items())}; {results.requests} requests"
    yield f"{report}"


def baseline_lines(results: Results) -> list[str]:
    """A line for a baseline for each new failure."""
    return [baseline.line(result.id) for result in results.by_id.values() if result.is_new_failure]


def _worst(counts: dict[Outcome, int]) -> str:
    order = [Outcome.failed, Outcome.warned, Outcome.passed, Outcome.noted, Outcome.not_testable]
    return next(outcome for outcome in order if counts[outcome])
