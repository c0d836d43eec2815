"""What a comparison reports, and how it names a place."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

from contract_tests.record.text import visible
from scripts.contract_lint.grammar import METHODS
from scripts.contract_lint.pointer import keys

# Words of a pointer that lead to something and say nothing.
STRUCTURE = {"paths", "responses", "content", "application/json", "schema", "parameters", "properties"}


class Change(NamedTuple):
    """One difference; breaking: a client or a server that kept the old contract may not keep the new one."""

    breaking: bool
    place: str
    what: str

    def __str__(self) -> str:
        return visible(f"{'breaking' if self.breaking else 'harmless'}  {self.place}: {self.what}")


class Place(NamedTuple):
    """Where something stands: in which message, and where in there; a change of a shared part has many messages."""

    message: str
    part: str

    def __str__(self) -> str:
        return self.part or self.message or "the document"


def place(pointer: str) -> Place:
    """Return a place as a reader calls it: the dotted name of a property, else the words that lead there."""
    words = keys(pointer)
    before, inside = _split(words)
    names = [name for word, name in pairwise(words) if word == "properties"]
    said = [word for word in inside if word not in STRUCTURE]
    if not names:
        part = " ".join(["header", *said[1:]]) if said[:1] == ["headers"] else " ".join(said)
    elif "responses" in before and not before[-1].startswith("2"):
        part = f"error {'.'.join(names)}"
    else:
        part = ".".join(names)
    if inside[:1] == ["parameters"]:
        part = f"parameter {part}"
    return Place(" ".join(word for word in before if word not in STRUCTURE), part)


def _split(words: Sequence[str]) -> tuple[Sequence[str], Sequence[str]]:
    """Divide the words of a pointer into those that lead to a message of an operation, and those inside of it."""
    if words[:1] != ["paths"] or len(words) < 4 or words[2] not in METHODS:
        return words, []
    length = {"responses": 5, "requestBody": 4}.get(words[3], 3)
    return words[:length], words[length:]
