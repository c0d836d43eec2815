"""What a run prints at its end."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from contract_tests.record.text import visible
from contract_tests.report import baseline, document, source
from contract_tests.report.results import Outcome, Result, Results

MAX_IN_FULL = 3
"""Of many findings of one check, so many are printed in full."""


def summary(results: Results, folder: Path) -> Iterator[str]:
    """One line a theme, then the counts and the path of the report."""
    for theme, found in results.themes().items():
        counts = {outcome: sum(result.outcome is outcome for result in found) for outcome in Outcome}
        text = ", ".join(f"{count} {outcome}" for outcome, count in counts.items() if count)
        yield f"{_worst(counts):<13}{theme.replace('_', ' '):<20}{text}"
    counts = {outcome: results.count(outcome) for outcome in Outcome}
    yield f"{', '.join(f'{count} {outcome}' for outcome, count in counts.items())}; {results.requests} requests"
    for reason, names in _reasons(results).items():
        yield f"not written: {', '.join(names)}: {reason}"
    yield f"{folder / document.NAME}"


def _reasons(results: Results) -> dict[str, list[str]]:
    """The properties that were not written since they could not be restored, by reason."""
    reasons: dict[str, list[str]] = {}
    for result in results.by_id.values():
        names = reasons.setdefault(result.reason, []) if result.is_not_written else [result.id.subject]
        if result.id.subject not in names:
            names.append(result.id.subject)
    return reasons


def failures(results: Results, rerun: str) -> Iterator[str]:
    """Each check with new failures or with lines of the baseline that are out of date."""
    yield from filter(None, (failure(found, rerun) for found in results.by_check().values()))


def warnings(results: Results, rerun: str) -> Iterator[str]:
    """Each check with warnings."""
    yield from filter(None, (warning(found, rerun) for found in results.by_check().values()))


def failure(results: Sequence[Result], rerun: str) -> str:
    """The new failures of one check, and the lines of the baseline that are out of date; empty where there are none.

    Args:
        results: Of one check; those of properties stand side by side.
        rerun: The command that judges the check again; `{}` stands for its ids.
    """
    failed = [result for result in results if result.is_new_failure]
    stale = [result for result in results if result.is_stale]
    return "\n\n".join(filter(None, [*map(_stale, stale), _explained(failed, rerun)]))


def warning(results: Sequence[Result], rerun: str) -> str:
    """The warnings of one check; empty where there are none."""
    return _explained([result for result in results if result.outcome is Outcome.warned], rerun)


def errors(error: str, finish_commands: Sequence[str]) -> Iterator[str]:
    """Why the run went wrong, and the commands that finish the restore."""
    if error:
        yield f"ERROR: {visible(error)}"
    for command in finish_commands:
        yield f"       finish the restore: {command}"


def baseline_lines(results: Results) -> list[str]:
    """A line for a baseline for each new failure."""
    return [baseline.line(result.id) for result in results.by_id.values() if result.is_new_failure]


def _explained(results: Sequence[Result], rerun: str) -> str:
    if not results:
        return ""
    lines = [results[0].requirement.rule]
    for result in results[:MAX_IN_FULL]:
        lines += ["", *_finding(result)]
    if more := results[MAX_IN_FULL:]:
        lines += ["", f"{len(more)} more: {', '.join(str(result.id) for result in more)}"]
    ids = ",".join(str(result.id) for result in results[:MAX_IN_FULL])
    return "\n".join([*lines, "", f"rerun: {rerun.replace('{}', ids)}"])


def _finding(result: Result) -> list[str]:
    found = result.finding
    assert found
    parts = {"got": found.got, "repeat": found.reproduction}
    sentence = result.requirement.sentence
    lines = [
        f"{result.id} ({found.evidence.name})",
        f"  {source.label(sentence, found.evidence.name)}: {sentence}",
        f"  {visible(found.message)}",
    ]
    return lines + [f"  {name + ':':<8}{text}" for name, text in parts.items() if text]


def _stale(result: Result) -> str:
    return (
        f"{result.id}: the baseline expects a failure ({result.expected}), but the outcome is {result.outcome}: "
        "remove its line from the baseline"
    )


def _worst(counts: dict[Outcome, int]) -> str:
    order = [Outcome.failed, Outcome.warned, Outcome.passed, Outcome.noted, Outcome.not_testable]
    return next(outcome for outcome in order if counts[outcome])
