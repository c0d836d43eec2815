"""The numbered statements of the provider's page (`statements.csv`)."""

from __future__ import annotations

import csv
import functools
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

STATEMENTS_FILE = Path(__file__).with_name("statements.csv")
OBSERVABLE = {"W", "F"}
"""Tags of statements that can be tested on this resource over HTTP: of the wire, and of a fresh extension."""
OF_PROPERTIES = "P"
"""How the ids of the statements in the page's table of properties begin."""
NOT_SAID = "not said by the page; inferred from "
"""How a sentence begins that is neither the page's nor an RFC's."""


@dataclass(frozen=True)
class Statement:
    """A numbered statement of the page: its tag (W, F, X, B, I; see docs/coverage.md) and its text."""

    id: str
    tag: str
    text: str

    @functools.cached_property
    def subject(self) -> str:
        """The property that it is about; empty where it is about none."""
        return self.text.partition(": ")[0] if self.id.startswith(OF_PROPERTIES) else ""


def words(rows: Iterable[Statement]) -> str:
    """The page's words for these statements."""
    return "; ".join(row.text for row in rows)


@functools.cache
def statements() -> Mapping[str, Statement]:
    """The page's statements by id, in the page's order."""
    with STATEMENTS_FILE.open(encoding="utf-8", newline="") as file:
        rows = [Statement(row["id"], row["tag"], row["statement"]) for row in csv.DictReader(file)]
    return {row.id: row for row in rows}
