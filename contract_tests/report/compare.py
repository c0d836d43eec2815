"""Two runs side by side, where A came first.

Prints a line for each requirement that differs, `kind<TAB>id<TAB>how`, and then the counts; or the same as Markdown.
Gives 0 where nothing got worse, else 1.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from enum import StrEnum
from pathlib import Path
from typing import NamedTuple

from contract_tests.contract.json_values import Json
from contract_tests.errors import UsageError
from contract_tests.record.text import excerpt, first_difference, visible
from contract_tests.report import document
from contract_tests.report.document import ReportError
from contract_tests.report.markdown import cell, code
from contract_tests.report.results import ResultId

ORDER = ("pass", "note", "warn", "fail", "error")
"""From good to bad; pass and note are equally good."""
ABSENT, NOT_TESTABLE = "absent", "not_testable"
MAX_CHARACTERS = 400
"""Of a message in a line."""


class Kind(StrEnum):
    """How a requirement differs; printed in this order."""

    worse = "worse"
    better = "better"
    different = "different"
    new = "new"
    gone = "gone"


class Difference(NamedTuple):
    """A requirement that differs."""

    kind: Kind
    id: str
    how: str


def differences(before: Json, after: Json) -> list[Difference]:
    """What differs between two reports, by kind, within a kind in the order of the later report."""
    old, new = ({row["id"]: row for row in report["results"]} for report in (before, after))
    left_out = [_left_out(report) for report in (before, after)]
    found: list[Difference] = []
    for id_ in {**new, **old}:
        pair = (
            rows.get(id_) or ({"outcome": "pass"} if ResultId.parse(id_).server in servers else {})
            for rows, servers in zip((old, new), left_out, strict=True)
        )
        found += _differences(id_, *pair)
    return sorted(found, key=lambda difference: [*Kind].index(difference.kind))


def _left_out(report: Json) -> set[str]:
    """The servers of which a report holds the findings only: their other requirements are met."""
    if not document.is_findings_only(report):
        return set()
    return {row["name"] for row in report["servers"] if row["outcome"] != "error" and not row.get("is_cut")}


def _differences(id_: str, old: Mapping[str, Json], new: Mapping[str, Json]) -> Iterator[Difference]:
    was, is_ = (row.get("outcome", ABSENT) for row in (old, new))
    kind, how = _kind(was, is_), f"{was} -> {is_}"
    if kind:
        yield Difference(kind, id_, f"{how}: {new['message']}" if kind is Kind.worse else how)
    elif is_ == "note" and old["message"] != new["message"]:
        yield Difference(Kind.different, id_, " -> ".join(_around_the_difference(old["message"], new["message"])))


def _around_the_difference(old: str, new: str) -> tuple[str, str]:
    place = first_difference(old, new)
    return excerpt(old, place, MAX_CHARACTERS), excerpt(new, place, MAX_CHARACTERS)


def _kind(was: str, is_: str) -> Kind | None:
    # An error of the later run is always worse: that run did not judge all it should.
    if is_ == "error":
        return Kind.worse
    if ABSENT in {was, is_}:
        if was != ABSENT:
            return Kind.better if was == "error" else Kind.gone
        return Kind.worse if is_ == "fail" else Kind.new
    if was == is_:
        return None
    if NOT_TESTABLE in {was, is_}:
        return Kind.worse if is_ == "fail" else Kind.different
    before, after = (max(1, ORDER.index(outcome)) for outcome in (was, is_))
    if before == after:
        return Kind.different
    return Kind.worse if after > before else Kind.better


def markdown(found: Sequence[Difference]) -> Iterator[str]:
    """The differences as a Markdown table a kind, and the counts."""
    counts = Counter(difference.kind for difference in found)
    yield f"**Compared:** {', '.join(f'{counts[kind]} {kind}' for kind in Kind)}"
    for kind in Kind:
        rows = [difference for difference in found if difference.kind is kind]
        if rows:
            yield f"\n<details{' open' if kind is Kind.worse else ''}><summary>{kind}: {len(rows)}</summary>\n"
            yield "| requirement | A -> B |\n|---|---|"
            yield from (f"| {cell(code(row.id))} | {cell(code(row.how))} |" for row in rows)
            yield "\n</details>"


def lines(found: Sequence[Difference]) -> Iterator[str]:
    """A line a difference, then the counts of all kinds."""
    for difference in found:
        yield "\t".join(visible(" ".join(part.split())) for part in difference)
    counts = Counter(difference.kind for difference in found)
    yield ", ".join(f"{kind}: {counts[kind]}" for kind in Kind)


def main(before: Path, after: Path, *, as_markdown: bool = False) -> int:
    """Compare two reports; returns 0 where nothing got worse, else 1.

    Raises:
        UsageError: One is no report.
    """
    try:
        found = differences(document.read(before), document.read(after))
    except ReportError as error:
        raise UsageError(str(error)) from None
    # A terminal that cannot show what a server answered must not end this with a traceback.
    sys.stdout.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]
    sys.stdout.writelines(f"{line}\n" for line in (markdown(found) if as_markdown else lines(found)))
    return int(any(difference.kind is Kind.worse for difference in found))
