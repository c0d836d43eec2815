"""Two runs side by side, where A came first.

Prints a line for each requirement that differs, `kind<TAB>id<TAB>how`, and then the counts. Gives 0 where B is no
worse, and 1 where it has new failures or an error.
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

SOUND = {"pass", "note"}
ABSENT = "absent"
MAX_CHARACTERS = 400
"""Of a message in a line."""


class Kind(StrEnum):
    """How a requirement differs; printed in this order."""

    new_failure = "new failure"
    fixed = "fixed"
    changed = "changed outcome"
    behaviour = "changed behaviour"
    only_a = "only in A"
    only_b = "only in B"


class Difference(NamedTuple):
    """A requirement that differs."""

    kind: Kind
    id: str
    how: str


def differences(before: Json, after: Json) -> list[Difference]:
    """What differs between two reports, by kind, within a kind in the order of the later report."""
    old, new = ({row["id"]: row for row in report["results"]} for report in (before, after))
    found = [found for id_ in {**new, **old} for found in _differences(id_, old.get(id_, {}), new.get(id_, {}))]
    return sorted(found, key=lambda difference: [*Kind].index(difference.kind))


def _differences(id_: str, old: Mapping[str, Json], new: Mapping[str, Json]) -> Iterator[Difference]:
    was, is_ = (row.get("outcome", ABSENT) for row in (old, new))
    how = f"{was} -> {is_}"
    if kind := _kind(was, is_):
        yield Difference(kind, id_, f"{how}: {new['message']}" if kind is Kind.new_failure else how)
    elif is_ == "note" and old["message"] != new["message"]:
        yield Difference(Kind.behaviour, id_, " -> ".join(_around_the_difference(old["message"], new["message"])))


def _around_the_difference(old: str, new: str) -> tuple[str, str]:
    place = first_difference(old, new)
    return excerpt(old, place, MAX_CHARACTERS), excerpt(new, place, MAX_CHARACTERS)


def _kind(was: str, is_: str) -> Kind | None:
    # An error of the later run is never old news: that run did not judge all it should.
    if is_ == "error" or (is_ == "fail" and was != "fail"):
        return Kind.new_failure
    if was == "error" or (was == "fail" and is_ in SOUND):
        return Kind.fixed
    if ABSENT in {was, is_}:
        return Kind.only_b if was == ABSENT else Kind.only_a
    return Kind.changed if was != is_ else None


def lines(found: Sequence[Difference]) -> Iterator[str]:
    """A line a difference, then the counts of all kinds."""
    for difference in found:
        yield "\t".join(visible(" ".join(part.split())) for part in difference)
    counts = Counter(difference.kind for difference in found)
    yield ", ".join(f"{kind}: {counts[kind]}" for kind in Kind)


def main(before: Path, after: Path) -> int:
    """Compare two reports; returns 0 where the later one is no worse, else 1.

    Raises:
        UsageError: One is no report.
    """
    try:
        found = differences(document.read(before), document.read(after))
    except ReportError as error:
        raise UsageError(str(error)) from None
    # A terminal that cannot show what a server answered must not end this with a traceback.
    sys.stdout.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]
    sys.stdout.writelines(f"{line}\n" for line in lines(found))
    return int(any(difference.kind is Kind.new_failure for difference in found))
