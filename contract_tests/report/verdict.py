"""How results become the outcome of a pytest test."""

from __future__ import annotations

import warnings
from collections.abc import Sequence

import pytest

from contract_tests.report.results import Outcome, Result
from contract_tests.report.text import visible

TOLD_IN_FULL = 3


class ConformanceWarning(UserWarning):
    """A finding that the page does not back."""


def conclude(results: Sequence[Result], rerun: str) -> None:
    """One verdict for the results of one check: fail, warn, skip what could not be tested, else pass.

    Args:
        results: Of one check; those of properties stand side by side.
        rerun: The command that repeats the check alone; `{}` stands for its ids.
    """
    failed = [result for result in results if result.is_new_failure]
    stale = [result for result in results if result.is_stale]
    if failed or stale:
        pytest.fail("\n\n".join([*map(_stale, stale), _told(failed, rerun)]).strip(), pytrace=False)
    if warned := [result for result in results if result.outcome is Outcome.warned]:
        warnings.warn(_told(warned, rerun), ConformanceWarning, stacklevel=2)
    if expected := [result for result in results if result.outcome is Outcome.failed]:
        pytest.xfail("; ".join(f"{result.id}: {result.expected}" for result in expected))
    if all(result.outcome is Outcome.not_testable for result in results):
        pytest.skip(f"not testable: {results[0].reason}")


def _told(results: Sequence[Result], rerun: str) -> str:
    """Findings in full, of many alike the first few."""
    if not results:
        return ""
    asked = results[0].requirement
    lines = [f"{asked.rule}", f"  the source: {asked.sentence or 'HTTP'}"]
    for result in results[:TOLD_IN_FULL]:
        lines += ["", *_finding(result)]
    if more := results[TOLD_IN_FULL:]:
        lines += ["", f"{len(more)} more: {', '.join(result.id for result in more)}"]
    return "\n".join([*lines, "", f"rerun: {rerun.format(','.join(result.id for result in results[:TOLD_IN_FULL]))}"])


def _finding(result: Result) -> list[str]:
    found = result.finding
    assert found
    told = {"got": found.got, "repeat": found.reproduction}
    lines = [f"{result.id} ({found.evidence.name})", f"  {_indented(found.message)}"]
    return lines + [f"  {name + ':':<8}{_indented(text)}" for name, text in told.items() if text]


def _indented(text: str) -> str:
    """A text from a server; where it has several lines, none of them begins where a line of ours does."""
    return visible(text, "\n").replace("\n", "\n  ")


def _stale(result: Result) -> str:
    return (
        f"{result.id}: the baseline expects a failure ({result.expected}), but the outcome is {result.outcome}: "
        "remove its line from the baseline"
    )
