"""Our own comparison: defaults and `x-` keywords, which decide verdicts, and whose meaning no other tool knows.

A change breaks where a client may misread an answer, a server that passed may fail, or a run may write what it spared.
It is harmless where verdicts only become milder, fewer values are sent, or a text is worded otherwise. `RULES` says
which is which by keyword. What belongs to a place that is new or gone is not told apart from the place itself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from contract_tests.contract.document import resolve
from contract_tests.contract.json_values import ABSENT, Json, identical, in_json
from contract_tests.contract.property import RISKS, Evidence
from scripts.contract_diff.change import Change, place
from scripts.contract_lint.grammar import walk

Breaks = Callable[[Json, Json], bool]


def always(_old: Json, _new: Json) -> bool:
    """What the keyword says is part of what a value means."""
    return True


def never(_old: Json, _new: Json) -> bool:
    """The keyword explains to people."""
    return False


def raised(old: Json, new: Json) -> bool:
    """Evidence: what was a warning becomes a failure; without a word it is inferred."""
    was, is_ = (Evidence.inferred if level is ABSENT else Evidence[level] for level in (old, new))
    return is_ > was


def lowered(old: Json, new: Json) -> bool:
    """Risk: a run may write, or make up values for, what it spared on a phone in use."""
    was, is_ = (-1 if risk is ABSENT else RISKS.index(risk) for risk in (old, new))
    return is_ < was


def gains(old: Json, new: Json) -> bool:
    """A list demands something of each of its members."""
    return any(not any(identical(member, known) for known in _members(old)) for member in _members(new))


def loses(old: Json, new: Json) -> bool:
    """A list allows something for each of its members, or protects from it."""
    return gains(new, old)


def said(old: Json, _new: Json) -> bool:
    """The keyword may be added, and not change after that."""
    return old is not ABSENT


def dropped(_old: Json, new: Json) -> bool:
    """The keyword allows something, whatever its words."""
    return new is ABSENT


RULES: Mapping[str, Breaks] = {
    "default": always,
    "x-evidence": raised,
    "x-resource": said,
    "x-risk": lowered,
    "x-unit": said,
    "x-refers-to": dropped,
    "x-equal-values": always,
    "x-tolerated-values": loses,
    "x-contradiction": never,
    "x-unset-value": always,
    "x-unset-value evidence": raised,
    "x-update": always,
    "x-named-values": gains,
    "x-never-together": loses,
    "x-recording-formats": always,
    "x-codeSamples": never,
    "x-vocabulary": never,
}
"""By keyword, whether a change of it breaks; of a keyword that is not here, any change does."""


def is_ours(keyword: str) -> bool:
    """Whether a keyword of a schema is compared here, and by no other tool."""
    return keyword == "default" or keyword.startswith("x-")


def changes(old: Mapping[str, Json], new: Mapping[str, Json]) -> Iterator[Change]:
    """Yield the differences; both documents must be valid, with references that resolve."""
    before, after = _facts(old), _facts(new)
    for pointer in before.keys() & after.keys():
        was, is_ = before[pointer], after[pointer]
        for keyword in was.keys() | is_.keys():
            values = was.get(keyword, ABSENT), is_.get(keyword, ABSENT)
            if not identical(*values):
                breaks = RULES.get(keyword) or RULES.get(keyword.partition(" ")[0], always)
                yield Change(breaks(*values), place(pointer), f"{keyword}: {' -> '.join(map(in_json, values))}")


def _facts(document: Mapping[str, Json]) -> dict[str, dict[str, Json]]:
    """By the pointer of each place, with all references followed, what is ours there."""
    reached = resolve(document, {key: value for key, value in document.items() if key != "components"})
    return {node.pointer: dict(_ours(node.kind, node.value)) for node in walk("document", reached)}


def _ours(kind: str, value: Mapping[str, Json]) -> Iterator[tuple[str, Json]]:
    for keyword, content in value.items():
        if keyword in ("x-evidence", "x-vocabulary"):
            yield from ((f"{keyword} {key}", level) for key, level in content.items())
        elif keyword == "x-unset-value":
            yield from ((keyword if key == "value" else f"{keyword} {key}", part) for key, part in content.items())
        elif keyword.startswith("x-") or (keyword == "default" and kind == "schema"):
            yield keyword, content


def _members(value: Json) -> list[Json]:
    return [] if value is ABSENT else value if isinstance(value, list) else [value]
