"""A run as one HTML page that needs nothing else: `report.html`, made from `conformance.json` alone."""

from __future__ import annotations

import functools
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple, TypeVar

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from contract_tests import files
from contract_tests.contract.document import Contract
from contract_tests.contract.json_values import Json
from contract_tests.contract.statements import statements
from contract_tests.record.text import visible
from contract_tests.report import baseline, source

NAME = "report.html"
Row = Mapping[str, Json]
"""A row of the report's results."""
K = TypeVar("K", bound=Hashable)

SYMBOLS = {"pass": "✓", "note": "i", "warn": "!", "fail": "✗", "not_testable": "?", "error": "✗"}
COUNTS = {
    "fail": ("failed", "failures"),
    "warn": ("warned", "warnings"),
    "pass": ("passed", "properties"),
    "note": ("noted", "profile"),
    "not_testable": ("not_testable", "untested"),
}
"""For each outcome how it is counted, and the section that tells more."""
TITLES = {
    "stale": "Lines to remove from the baseline",
    "failures": "Failures",
    "warnings": "Warnings",
    "properties": "Property by property",
    "profile": "Provider profile",
    "behaviour": "Behaviour",
    "untested": "Not testable",
}
"""Of the sections, in their order."""
LEVELS = {
    "stated": "the page states it",
    "example": "the page shows it in an example",
    "inferred": "inferred, the page does not say it",
    "open": "the page leaves it open",
}


class Verdict(NamedTuple):
    """The run in a word and a sentence; `outcome` is the one that it looks like."""

    outcome: str
    word: str
    sentence: str


class Line(NamedTuple):
    """A property with its results by check; None where a check does not judge it."""

    name: str
    by_check: Mapping[str, Row | None]


def render(document: Json) -> str:
    """The page of a report."""
    document = _visible(document)
    rows = [row for row in document["results"] if row["outcome"] != "error"]
    sections = {
        "stale": [row for row in rows if _is_stale(row)],
        "failures": _grouped(_with(rows, "fail"), _check),
        "warnings": _grouped(_with(rows, "warn"), _check),
        "properties": _matrix(rows),
        "profile": _with(rows, "note"),
        "behaviour": _grouped((row for row in rows if not _property(row)), lambda row: str(row["theme"])),
        "untested": _grouped(_with(rows, "not_testable"), lambda row: str(row["message"])),
    }
    template = _environment().get_template("report.html.jinja")
    return template.render(
        document=document,
        verdict=_verdict(document),
        errors=[row["message"] for row in document["results"] if row["outcome"] == "error"],
        rules={_check(row): row["rule"] for row in rows if _property(row)},
        sections={name: content for name, content in sections.items() if content},
    )


def write(path: Path, document: Json) -> None:
    """Write the page of a report.

    Raises:
        OSError: It cannot be written.
    """
    files.replace(path, render(document).encode())


def _visible(value: Json) -> Json:
    """The same with characters that do not print as escapes: what a server answered may hold any."""
    if isinstance(value, dict):
        return {key: _visible(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_visible(item) for item in value]
    return visible(value, "\n") if isinstance(value, str) else value


def _verdict(document: Json) -> Verdict:
    summary, rows = document["summary"], document["results"]
    new = [row for row in _with(rows, "fail") if "expected" not in row]
    if summary["errors"]:
        return Verdict("error", "Error", "The run went wrong. What it did not reach is not judged.")
    if new:
        return Verdict("fail", "Fail", f"{counted(len(new), 'requirement')} of the page broken.")
    if any(map(_is_stale, rows)):
        return Verdict("fail", "Fail", "The baseline expects failures that are gone: remove its lines.")
    judged = counted(len(rows) - summary["not_testable"], "requirement")
    if summary["failed"]:
        known = counted(summary["failed"], "failure")
        return Verdict("pass", "Pass", f"{judged} judged, {known}, each expected by the baseline.")
    return Verdict("pass", "Pass", f"{judged} judged, no failure.")


def _is_stale(row: Row) -> bool:
    return "expected" in row and row["outcome"] not in {"fail", "not_testable"}


def _with(rows: Iterable[Row], outcome: str) -> list[Row]:
    return [row for row in rows if row["outcome"] == outcome]


def _check(row: Row) -> str:
    return str(row["id"]).partition(":")[0]


def _property(row: Row) -> str:
    return str(row["id"]).partition(":")[2]


def _grouped(rows: Iterable[Row], key: Callable[[Row], K]) -> dict[K, list[Row]]:
    groups: dict[K, list[Row]] = {}
    for row in rows:
        groups.setdefault(key(row), []).append(row)
    return groups


def _matrix(rows: Sequence[Row]) -> list[Line]:
    """A line for each property; none where no result is of a property."""
    judged = {(_check(row), _property(row)): row for row in rows if _property(row)}
    checks = dict.fromkeys(check for check, _ in judged)
    # The report's names too: it may be of another contract.
    names = dict.fromkeys([*_contract().properties, *(name for _, name in judged)]) if judged else {}
    return [Line(name, {check: judged.get((check, name)) for check in checks}) for name in names]


def counted(count: int, noun: str) -> str:
    """A count with its noun."""
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def _answer(row: Row) -> str:
    """What a note says, without the question where it repeats that."""
    return str(row["message"]).removeprefix(row["rule"]).strip()


def _baseline_line(row: Row) -> str:
    return baseline.line(row["id"])


def breakable(text: str) -> Markup:
    """A name that may be broken after an underscore."""
    return escape(text).replace("_", Markup("_<wbr>"))


@functools.cache
def _contract() -> Contract:
    return Contract()


@functools.cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    filters: dict[str, Callable[..., str]] = {
        "answer": _answer,
        "baseline_line": _baseline_line,
        "breakable": breakable,
    }
    environment.filters.update(filters)
    environment.globals |= {
        "SYMBOLS": SYMBOLS,
        "COUNTS": COUNTS,
        "TITLES": TITLES,
        "LEVELS": LEVELS,
        "counted": counted,
        "label": source.label,
        "statements": statements(),
    }
    return environment
