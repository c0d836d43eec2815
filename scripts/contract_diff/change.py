"""What a comparison reports."""

from __future__ import annotations

from itertools import pairwise
from typing import NamedTuple

from contract_tests.record.text import visible
from scripts.contract_lint.pointer import keys

# Words of a pointer that lead to something and say nothing.
STRUCTURE = {"paths", "responses", "content", "application/json", "schema", "headers", "parameters", "$ref"}


class Change(NamedTuple):
    """One difference; breaking: a client or a server that kept the old contract may not keep the new one."""

    breaking: bool
    place: str
    what: str

    def __str__(self) -> str:
        return visible(f"{'breaking' if self.breaking else 'harmless'}  {self.place}: {self.what}")


def place(pointer: str) -> str:
    """Return a place as a reader calls it: the dotted name of a property, else the words that lead there."""
    words = keys(pointer)
    if names := [name for before, name in pairwise(words) if before == "properties"]:
        return ".".join(names)
    return " ".join(word for word in words if word not in STRUCTURE) or "the document"
