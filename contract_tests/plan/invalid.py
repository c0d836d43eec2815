"""Invalid values of a property: look-alikes that a careless server takes, each wrong in one way."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator

from contract_tests.contract.document import Contract
from contract_tests.contract.json_values import Json
from contract_tests.contract.property import Property
from contract_tests.plan.valid import Value, is_among, other_value, set_value

WRONG_TYPES = {
    "boolean": [
        Value("null", None),
        Value("number for a boolean", 1),
        Value("text yes for a boolean", "yes"),
        Value("array", []),
        Value("text of a digit for a boolean", "1"),
    ],
    "integer": [
        Value("boolean for a number", True),
        Value("fraction", 1.5),
        Value("beyond 64 bits", 2**64),
        Value("array", []),
        Value("empty text for a number", ""),
        Value("just beyond 64 bits", 2**63),
    ],
    "string": [Value("array", ["a"]), Value("boolean for a text", True), Value("object", {"a": "b"})],
}
"""Wrong types, of which each property of the type gets one, so that all of them come round."""


def invalid(contract: Contract, known: Property, turn: int) -> list[Value]:
    """Invalid values of a property: its look-alikes, and one of the other wrong types, by `turn`.

    Only what the contract refuses, and never a value that the page's own text names.
    """
    candidates = [*_look_alikes(known), *_in_turn(known, turn)]
    kept: list[Value] = []
    for candidate in candidates:
        is_new = not is_among(candidate.value, [value for _, value in kept])
        if is_new and contract.update_violations({known.name: candidate.value}) and not known.tolerates(candidate[1]):
            kept.append(candidate)
    return kept


def _in_turn(known: Property, turn: int) -> list[Value]:
    for name, values in WRONG_TYPES.items():
        if name in known.types and not known.enum:
            return [values[turn % len(values)]]
    return []


def _look_alikes(known: Property) -> Iterator[Value]:
    if not known.is_nullable and "boolean" not in known.types:
        yield Value("null", None)
    if known.enum:
        yield from _no_members(known)
    if "object" in known.types:
        yield from _objects(known)
        return
    # Taken for a valid value, each would change the setting: so taking it can be told from ignoring it.
    example, other = set_value(known), other_value(known)
    if "boolean" in known.types:
        yield Value("text for a boolean", str(not example).lower())
    elif "integer" in known.types:
        yield Value("text of digits for a number", str(other or 0))
        yield Value("negative", -1)
    elif "pattern" in known.alternative:
        yield from itertools.islice(_malformed(example), 3)
    else:
        digits = re.sub("[^0-9]", "", str(example)).lstrip("0")
        yield Value("number for a text", int(digits or 42))


def _no_members(known: Property) -> Iterator[Value]:
    member = next(member for member in known.enum if member != set_value(known))
    yield Value("a member in upper case", member.upper())
    yield Value("the beginning of a member", member[:-1])
    yield Value("blanks around a member", f" {member} ")
    yield Value("empty text", "")
    yield Value("no member", "none of them")


def _malformed(text: str) -> Iterator[Value]:
    yield Value("without its separators", re.sub("[^A-Za-z0-9]", "", text))
    yield Value("other separators", re.sub("[^A-Za-z0-9]", ",", text))
    yield Value("in lower case", text.lower())
    yield Value("a separator at the end", text + re.sub("[A-Za-z0-9]", "", text)[-1:])
    yield Value("empty text", "")
    yield Value("blanks around it", f" {text} ")


def _objects(known: Property) -> Iterator[Value]:
    """One wrong thing in an otherwise valid object, at each level."""
    whole = set_value(known)
    yield Value("array", [whole])
    yield Value("text", "text")
    for name in known.schema["required"]:
        yield Value(f"{name} is missing", {key: value for key, value in whole.items() if key != name})
    for name, schema in known.schema["properties"].items():
        for case, value in _members(Property(name, schema), whole[name]):
            yield Value(f"{name}: {case}", {**whole, name: value})


def _members(member: Property, example: Json) -> Iterator[Value]:
    if "additionalProperties" not in member.alternative:
        yield from _scalars(member, example)
        return
    key, entry = next(iter(example.items()))
    yield Value("array", [*example.values()])
    for case, bad in (("a word as key", "x"), ("a negative key", f"-{key}"), ("an empty key", "")):
        yield Value(case, {bad: entry})
    entries = Property(key, member.alternative["additionalProperties"])
    yield Value("an entry that is null", {key: None})
    yield Value("an entry that is its flag", {key: next(iter(entry.values()))})
    for name, schema in entries.schema["properties"].items():
        yield Value(f"an entry without {name}", {key: {k: v for k, v in entry.items() if k != name}})
        for case, value in _scalars(Property(name, schema), entry[name]):
            yield Value(f"{name}: {case}", {key: {**entry, name: value}})


def _scalars(member: Property, example: Json) -> Iterator[Value]:
    if not member.is_nullable:
        yield Value("null", None)
    if "boolean" in member.types:
        yield Value("text for a boolean", "true")
        yield Value("number for a boolean", 1)
    if "integer" in member.types:
        yield Value("text of digits for a number", str(example))
        yield Value("negative", -1)
        yield Value("fraction", 1.5)
