"""What a run prints at its end."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from contract_tests.contract.json_values import Json
from contract_tests.record.text import excerpt, visible
from contract_tests.report import baseline, document, markdown, source
from contract_tests.report.results import Outcome, Result, Results
from contract_tests.report.verdict import Row, breaks, counted, example_of, is_stale, listed, new, tested, verdict

MAX_IN_FULL = 3
"""Of many findings of one check, so many are printed in full."""
MAX_NAMES, MAX_TEXT, MAX_LINES = 6, 400, 10
KNOWN = "known"


def summary(results: Results, folder: Path) -> Iterator[str]:
    """One line a theme, then the counts and the path of the report."""
    for theme, found in results.themes().items():
        counts = _counts(found, results, theme)
        yield f"{_worst(counts):<13}{theme.replace('_', ' '):<20}{_text({k: v for k, v in counts.items() if v})}"
    counts = _counts([*results.by_id.values()], results)
    if counts[KNOWN]:
        counts = {name: count for name, count in counts.items() if count}
        counts = {"pass": 0, **counts}
    else:
        del counts[KNOWN]
    yield f"{_text(counts)}; {results.requests} requests"
    for reason, names in _reasons(results).items():
        yield f"not written: {', '.join(names)}: {reason}"
    yield f"{folder / document.NAME}"


def servers(report: Json) -> Iterator[str]:
    """One line a server, where several were tested: the verdict, and what is not passed by theme."""
    for server in report.get("servers", ()):
        themes = ", ".join(f"{name} {outcome}" for name, outcome in server["themes"].items() if outcome != "pass")
        yield visible(f"{server['outcome'].upper():<13}{server['name']:<20}{server.get('error') or themes}")


def verdict_line(report: Json) -> str:
    """The verdict, and for whom it is."""
    found = verdict(report)
    word = "INCOMPLETE" if found.outcome == "error" else found.word.upper()  # lines with ERROR tell why
    return visible(f"{word}: {found.sentence} ({tested(report['target'])})")


def _counts(results: Sequence[Result], run: Results, theme: str = "") -> dict[str, int]:
    """How many ended so, by outcome; failures that the baseline expects are known."""
    counts = {str(outcome): sum(result.outcome is outcome for result in results) for outcome in Outcome}
    for (other, outcome), count in run.elsewhere.items():
        counts[outcome] += count if theme in {"", other} else 0
    known = sum(result.outcome is Outcome.failed and bool(result.expected) for result in results)
    return {**counts, Outcome.failed.value: counts[Outcome.failed] - known, KNOWN: known}


def _text(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{count} {outcome}" for outcome, count in counts.items())


def _reasons(results: Results) -> dict[str, list[str]]:
    """The properties that were not written since they could not be restored, by reason."""
    reasons: dict[str, list[str]] = {}
    for result in results.by_id.values():
        names = reasons.setdefault(result.reason, []) if result.is_not_written else [result.id.subject]
        if result.id.subject not in names:
            names.append(result.id.subject)
    return reasons


def causes(report: Json) -> Iterator[str]:
    """What is behind the findings: warnings in a line each, then failures, the one that matters most last."""
    for row in filter(is_stale, report["results"]):
        yield _out_of_date(row["id"], row["expected"], row["outcome"])
    warned = new(report["causes"], "warn")
    if warned:
        yield "\n".join([f"{counted(len(warned), 'cause')} of warnings:", *map(_in_line, warned)])
    yield from (_in_full(report, cause) for cause in reversed(new(report["causes"], "fail")))


def _in_line(cause: Row) -> str:
    names = f": {listed(cause['properties'], MAX_NAMES)}" if cause["properties"] else ""
    return visible(f"  {cause['title']}{names}")


def _in_full(report: Json, cause: Row) -> str:
    row = example_of(report, cause)
    risk = f", risk {cause['risk']}" if "risk" in cause else ""
    lines = [f"FAIL  {_in_line(cause).strip()}", f"  evidence: {cause['level']}{risk}; requirements: {breaks(cause)}"]
    if cause["warned_properties"]:
        lines.append(f"  warned of only: {visible(listed(cause['warned_properties'], MAX_NAMES))}")
    texts = {
        source.label(row["sentence"], cause["level"]): row["sentence"],
        "the server": excerpt(cause["message"], 0, MAX_TEXT),
        "likely": cause.get("reason", ""),
    }
    lines += [f"  {name}: {visible(text)}" for name, text in texts.items() if text]
    expired = [
        by_id["expired"] for by_id in report["results"] if by_id["id"] in cause["results"] and "expired" in by_id
    ]
    lines += [f"  out of date in the baseline: {visible(text)}" for text in dict.fromkeys(expired)]
    # The commands are quoted already, and must stay as they are.
    lines += [f"  {line}" for line in cause.get("reproduction", cause.get("sent", "")).splitlines()]
    return "\n".join([*lines, f"  rerun: {cause['rerun']}"])


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
    """Lines for a baseline, if there are few new failures; `summary.md` has all of them."""
    failed = [result.id for result in results.by_id.values() if result.is_new_failure]
    lines = [baseline.line(id_) for id_ in failed]
    return lines if len(lines) <= MAX_LINES else [f"{len(lines)} lines for a baseline are in {markdown.NAME}"]


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
    return _out_of_date(str(result.id), result.expected, result.outcome)


def _out_of_date(id_: str, expected: str, outcome: str) -> str:
    return (
        f"{id_}: the baseline expects a failure ({expected}), but the outcome is {outcome}: "
        "remove its line from the baseline"
    )


def _worst(counts: Mapping[str, int]) -> str:
    order = [Outcome.failed, Outcome.warned, Outcome.passed, Outcome.noted, Outcome.not_testable]
    return next((outcome.value for outcome in order if counts[outcome]), Outcome.passed.value)  # all are known
