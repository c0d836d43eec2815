"""A run in a word and a sentence, and how a report groups its rows. Every format asks here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from contract_tests.contract.json_values import Json
from contract_tests.errors import ExitCode

Row = Mapping[str, Json]
"""A row of the report's results, or a cause."""


MAX_NAMED = 4
"""Extensions or servers that a line names."""
LEFT_CHANGED = "Original values are not restored."


class Verdict(NamedTuple):
    """The run in a word and a sentence; `outcome` is the one that it looks like."""

    outcome: str
    word: str
    sentence: str


def verdict(document: Json) -> Verdict:
    """The verdict on a report."""
    summary, rows = document["summary"], document["results"]
    failed = new(document["causes"], "fail")
    broken = [row for row in of_outcome(rows, "fail") if "expected" not in row]
    if summary["errors"]:
        is_left = document.get("run", {}).get("exit_code") == ExitCode.not_restored
        sentence = LEFT_CHANGED if is_left else "The run went wrong. What it did not reach is not judged."
        so_far = f" Failures have {counted(len(failed), 'cause')} so far." if failed else ""
        return Verdict("error", "Error", sentence + so_far)
    if broken:
        causes = f", by {counted(len(failed), 'cause')}" if failed else ""
        verb = "is" if len(broken) == 1 else "are"
        return Verdict("fail", "Fail", f"{counted(len(broken), 'requirement')} of the page {verb} broken{causes}.")
    if any(map(is_stale, rows)):
        return Verdict("fail", "Fail", "The baseline expects failures that are gone: remove its lines.")
    judged = counted(len(rows) - summary["not_testable"], "requirement")
    if summary["failed"]:
        return Verdict(
            "pass", "Pass", f"{summary['failed']} known. {judged} judged; the baseline expects these findings."
        )
    return Verdict("pass", "Pass", f"{judged} judged, no failure.")


def is_stale(row: Row) -> bool:
    """Whether the baseline expects a failure that is gone."""
    return "expected" in row and row["outcome"] not in {"fail", "not_testable"}


def of_outcome(rows: Iterable[Row], outcome: str) -> list[Row]:
    """The rows with an outcome."""
    return [row for row in rows if row["outcome"] == outcome]


def new(causes: Iterable[Row], outcome: str) -> list[Row]:
    """The causes with an outcome that no baseline expects."""
    return [cause for cause in of_outcome(causes, outcome) if "expected" not in cause]


def known(causes: Iterable[Row]) -> list[Row]:
    """The causes that the baseline expects."""
    return [cause for cause in causes if "expected" in cause]


def untested(rows: Iterable[Row]) -> dict[str, list[str]]:
    """The ids of what was not testable, by reason."""
    reasons: dict[str, list[str]] = {}
    for row in of_outcome(rows, "not_testable"):
        reasons.setdefault(str(row["message"]), []).append(str(row["id"]))
    return reasons


def tested(target: Row) -> str:
    """What was tested, in a line."""
    return f"extension {_few(target['extension_id'])} of {_few(target['base_url'])}, mode {target['mode']}"


def _few(text: str) -> str:
    """A list with commas; of a long one the first members, and how many others there are."""
    members = [member.strip() for member in text.split(",")]
    if len(members) <= MAX_NAMED:
        return text
    return f"{', '.join(members[:MAX_NAMED])} and {len(members) - MAX_NAMED} more"


def versions(document: Json) -> str:
    """The versions and the seed, in a line; empty where a report has none."""
    run = document.get("run")
    if not run:
        return ""
    return f"suite {run['suite']}, contract {run['contract']}, Python {run['python']}, seed {run['seed']}"


def example_of(document: Json, cause: Row) -> Row:
    """The result whose finding stands for a cause."""
    return next(row for row in document["results"] if row["id"] == cause["example"])


def of_each_outcome(cause: Row) -> dict[str, int]:
    """How many requirements a cause breaks, by outcome."""
    worst: dict[str, str] = {}
    for row in cause["findings"]:
        worst[row["id"]] = row["outcome"] if worst.get(row["id"]) != "fail" else "fail"
    return {outcome: [*worst.values()].count(outcome) for outcome in ("fail", "warn") if outcome in worst.values()}


def breaks(cause: Row) -> str:
    """How many requirements a cause breaks, in words."""
    return " and ".join(f"{count} {outcome}" for outcome, count in of_each_outcome(cause).items())


def listed(names: Iterable[str], most: int) -> str:
    """Names in a line; of many, the first ones and how many more there are."""
    names = [*names]
    more = len(names) - most
    return ", ".join(names) if more <= 0 else f"{', '.join(names[:most])} and {more} more"


def counted(count: int, noun: str) -> str:
    """A count with its noun."""
    return f"{count:,} {noun}{'' if count == 1 else 's'}"
