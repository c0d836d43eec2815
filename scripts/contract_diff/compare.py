"""Our own comparison of two contracts: place by place, with all references resolved.

Redocly's `diff` compares parameters by their position and numbers as JavaScript has them, and looks at one side only.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping

from contract_tests.contract.json_values import ABSENT, Json, identical, in_json, is_among
from contract_tests.contract.property import Evidence
from scripts.contract_diff.change import Change, Place, place
from scripts.contract_diff.facts import Object, objects
from scripts.contract_diff.rules import breaks, breaks_as_a_whole
from scripts.contract_lint.pointer import keys, parent

NEW, GONE = "is new", "is gone"


def changes(old: Mapping[str, Json], new: Mapping[str, Json]) -> list[Change]:
    """Return the differences, the breaking ones first.

    Both documents must be valid, with references that resolve; raises RecursionError where one leads back to itself.
    """
    before, after = objects(old), objects(new)
    concerned: dict[Change, set[str]] = defaultdict(set)
    for where, breaking, what in _differences(before, after):
        concerned[Change(breaking, str(where), what)].add(where.message)
    known: dict[str, set[str]] = defaultdict(set)
    for where in map(place, before.keys() | after.keys()):
        known[str(where)].add(where.message)
    found = [_located(change, messages, known[change.place]) for change, messages in concerned.items()]
    return sorted(found, key=lambda change: (not change.breaking, change.place, change.what))


def _differences(before: Mapping[str, Object], after: Mapping[str, Object]) -> Iterator[tuple[Place, bool, str]]:
    for pointer in before.keys() | after.keys():
        old, new = before.get(pointer), after.get(pointer)
        if old and new:
            yield from ((place(pointer), breaking, what) for breaking, what in _of_facts(old, new))
        elif one := _is_the_whole(pointer, before, after) and (old or new):
            breaking = breaks_as_a_whole(one.kind, keys(pointer)[-1], one.facts, is_new=old is None)
            yield place(pointer), breaking, GONE if old else NEW


def _of_facts(old: Object, new: Object) -> Iterator[tuple[bool, str]]:
    for keyword in old.facts.keys() | new.facts.keys():
        values = old.facts.get(keyword, ABSENT), new.facts.get(keyword, ABSENT)
        if not _say_the_same(keyword, *values) and not _is_evidence_of_a_change(keyword, old, new):
            yield breaks(new.kind, keyword, *values), f"{keyword}: {' -> '.join(map(in_json, values))}"


def _say_the_same(keyword: str, old: Json, new: Json) -> bool:
    """Whether two values of a keyword say the same; the order of a list says nothing in any keyword of a contract."""
    if keyword.startswith("x-evidence "):
        # A constraint without evidence is inferred.
        old, new = (Evidence.inferred.name if level is ABSENT else level for level in (old, new))
    if isinstance(old, list) and isinstance(new, list):
        return len(old) == len(new) and all(is_among(member, new) for member in old)
    return identical(old, new)


def _is_evidence_of_a_change(keyword: str, old: Object, new: Object) -> bool:
    """Whether this is the evidence of a constraint that is itself new or gone: one line is enough."""
    first, _, constraint = keyword.partition(" ")
    return first == "x-evidence" and (constraint in old.facts) != (constraint in new.facts)


def _is_the_whole(pointer: str, before: Mapping[str, Object], after: Mapping[str, Object]) -> bool:
    """Whether the object around a place is in both versions; of what is new or gone only the whole is a change."""
    while pointer != "#":
        pointer = parent(pointer)
        if pointer in before or pointer in after:
            return pointer in before and pointer in after
    return False


def _located(change: Change, concerned: set[str], known: set[str]) -> Change:
    """The change with the messages that it concerns, where the same part is in others that it does not concern."""
    is_of_answers = change.what.startswith(("default: ", "x-"))  # only there can they stand, or they hold everywhere
    if concerned == known or is_of_answers:
        return change
    return change._replace(what=f"{change.what} (in {', '.join(sorted(concerned))})")
