"""Invalid values of a property: each looks like a valid one and is wrong in one way, which careless servers miss."""

from __future__ import annotations

import itertools
import re

from contract_tests.contract.document import Contract
from contract_tests.contract.json_values import Json, is_among
from contract_tests.contract.property import Property
from contract_tests.plan.valid import Value, Values, other_value, set_value

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
"""Wrong types by the right one; a property gets one of them, and another property of its type the next."""


def invalid(contract: Contract, known: Property, turn: int) -> list[Value]:
    """Invalid values of a property: those that look like valid ones, and one of other types, chosen by `turn`.

    The contract refuses each of them, and the page's own text names none of them.
    """
    kept: list[Value] = []
    for candidate in [*_look_alikes(known), *_in_turn(known, turn)]:
        _, value = candidate
        is_invalid = bool(contract.update_violations({known.name: value})) and not known.tolerates(value)
        if is_invalid and not is_among(value, [other for _, other in kept]):
            kept.append(candidate)
    return kept


def _in_turn(known: Property, turn: int) -> list[Value]:
    for name, values in WRONG_TYPES.items():
        if name in known.types and not known.enum:
            return [values[turn % len(values)]]
    return []


def _look_alikes(known: Property) -> Values:
    if not known.is_nullable and "boolean" not in known.types:
        yield Value("null", None)
    if known.enum:
        yield from _no_members(known)
    yield from _objects(known) if "object" in known.types else _other_scalars(known)


def _other_scalars(known: Property) -> Values:
    """Values that a careless server converts into a valid one.

    Converted, each would change the setting; so the next GET shows whether the server converted or ignored it.
    """
    example = set_value(known)
    if "boolean" in known.types:
        yield Value("text for a boolean", str(not example).lower())
    elif "integer" in known.types:
        yield Value("text of digits for a number", str(other_value(known) or 0))
        yield Value("negative", -1)
    elif "pattern" in known.alternative:
        yield from itertools.islice(_malformed(example), 3)
    else:
        digits = re.sub("[^0-9]", "", str(example)).lstrip("0")
        yield Value("number for a text", int(digits or 42))


def _no_members(known: Property) -> Values:
    member = next(member for member in known.enum if member != set_value(known))
    yield Value("a member in upper case", member.upper())
    yield Value("the beginning of a member", member[:-1])
    yield Value("blanks around a member", f" {member} ")
    yield Value("empty text", "")
    yield Value("no member", "none of them")


def _malformed(text: str) -> Values:
    yield Value("without its separators", re.sub("[^A-Za-z0-9]", "", text))
    yield Value("other separators", re.sub("[^A-Za-z0-9]", ",", text))
    yield Value("in lower case", text.lower())
    yield Value("a separator at the end", text + re.sub("[A-Za-z0-9]", "", text)[-1:])
    yield Value("empty text", "")
    yield Value("blanks around it", f" {text} ")


def _objects(known: Property) -> Values:
    """One wrong thing in an otherwise valid object, at each level."""
    whole = set_value(known)
    yield Value("array", [whole])
    yield Value("text", "text")
    for name in known.schema["required"]:
        yield Value(f"{name} is missing", {key: value for key, value in whole.items() if key != name})
    for name, schema in known.schema["properties"].items():
        for about, value in _members(Property(name, schema), whole[name]):
            yield Value(f"{name}: {about}", {**whole, name: value})


def _members(member: Property, example: Json) -> Values:
    """Invalid values of one member of an object, by a valid one."""
    if "additionalProperties" in member.alternative:
        yield from _maps(member, example)
    else:
        yield from _scalars(member, example)


def _maps(member: Property, example: Json) -> Values:
    """Maps with one wrong key or one wrong entry."""
    key, entry = next(iter(example.items()))
    yield Value("array", [*example.values()])
    for about, wrong in (("a word as key", "x"), ("a negative key", f"-{key}"), ("an empty key", "")):
        yield Value(about, {wrong: entry})
    yield Value("an entry that is null", {key: None})
    yield Value("an entry that is its flag", {key: next(iter(entry.values()))})
    entries = Property(key, member.alternative["additionalProperties"])
    for name, schema in entries.schema["properties"].items():
        yield Value(f"an entry without {name}", {key: {k: v for k, v in entry.items() if k != name}})
        for about, value in _scalars(Property(name, schema), entry[name]):
            yield Value(f"{name}: {about}", {key: {**entry, name: value}})


def _scalars(member: Property, example: Json) -> Values:
    if not member.is_nullable:
        yield Value("null", None)
    if "boolean" in member.types:
        yield Value("text for a boolean", "true")
        yield Value("number for a boolean", 1)
    if "integer" in member.types:
        yield Value("text of digits for a number", str(example))
        yield Value("negative", -1)
        yield Value("fraction", 1.5)
