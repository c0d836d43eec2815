"""Invalid values of a property: every wrong JSON type, and values that look like a valid one and are wrong in one way.

Which they are depends on the contract alone: each run sends all of them.
"""

from __future__ import annotations

import functools
import itertools
import re

from contract_tests.contract.document import Contract
from contract_tests.contract.json_values import Json, is_among
from contract_tests.contract.property import Property
from contract_tests.plan.valid import Value, Values, other_value, set_value


@functools.lru_cache(256)  # of hundreds of servers, each gets the same
def invalid(contract: Contract, known: Property) -> list[Value]:
    """Invalid values of a property.

    The contract refuses each of them, and the page's own text names none of them.
    """
    kept: list[Value] = []
    for candidate in _objects(known) if "object" in known.types else _scalars(known):
        _, value = candidate
        is_invalid = bool(contract.update_violations({known.name: value})) and not known.tolerates(value)
        if is_invalid and not is_among(value, [other for _, other in kept]):
            kept.append(candidate)
    return kept


def _scalars(known: Property) -> Values:
    """Look-alikes first: converted, each would change the setting, so that a read shows whether it was converted."""
    if known.enum:
        yield from _no_members(known)
    yield from _look_alikes(known, set_value(known))
    yield from _wrong_types(known, set_value(known))


def _look_alikes(known: Property, example: Json) -> Values:
    """Values that a careless server converts into a valid one."""
    if "boolean" in known.types:
        yield Value("text for a boolean", str(not example).lower())
    elif "integer" in known.types:
        yield Value("text of digits for a number", str(other_value(known) or 0))
        if "x-refers-to" not in known.schema:  # an id may be unknown as well
            yield Value("negative", -1)
            yield Value("just beyond 64 bits", 2**63)
    elif "pattern" in known.alternative:
        yield from itertools.islice(_malformed(example), 2)


def _wrong_types(known: Property, example: Json) -> Values:
    """One value of each JSON type; the valid ones among them are left out later."""
    yield Value("null", None)
    if "boolean" in known.types:
        yield Value("number for a boolean", int(not example))
    else:
        yield Value("boolean", True)
    if "integer" in known.types:
        yield Value("fraction", 1.5)
    if "string" in known.types:
        # Of an address, the digits alone could be a number in use.
        digits = "" if "pattern" in known.alternative else re.sub("[^0-9]", "", str(example)).lstrip("0")
        yield Value("number for a text", int(digits or 42))
    yield Value("array", [example])
    if "object" not in known.types:
        yield Value("object", {known.name: example})


def _no_members(known: Property) -> Values:
    member = next(member for member in known.enum if member != set_value(known))
    yield Value("a member in upper case", member.upper())
    yield Value("the beginning of a member", member[:-1])
    yield Value("blanks around a member", f" {member} ")
    yield Value("empty text", "")


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
    yield from _wrong_types(known, whole)
    yield from _neither_object_nor_array()
    for name in known.schema["required"]:
        yield Value(f"{name} is missing", {key: value for key, value in whole.items() if key != name})
    for name, schema in known.schema["properties"].items():
        for about, value in _members(Property(name, schema), whole[name]):
            yield Value(f"{name}: {about}", {**whole, name: value})


def _neither_object_nor_array() -> Values:
    yield Value("number for an object", 1)
    yield Value("text for an object", "text")


def _members(member: Property, example: Json) -> Values:
    """Invalid values of one member of an object, by a valid one."""
    if "additionalProperties" in member.alternative:
        yield from _maps(member, example)
    else:
        if "integer" in member.types:
            yield Value("text of digits for a number", str(example))
            yield Value("negative", -1)
        yield from _wrong_types(member, example)


def _maps(member: Property, example: Json) -> Values:
    """Maps with one wrong key or one wrong entry."""
    key, entry = next(iter(example.items()))
    yield Value("array", [*example.values()])
    yield Value("boolean", True)
    yield from _neither_object_nor_array()
    for about, wrong in (("a word as key", "x"), ("a negative key", f"-{key}"), ("an empty key", "")):
        yield Value(about, {wrong: entry})
    yield Value("an entry that is its flag", {key: next(iter(entry.values()))})
    for about, no_entry in (("null", None), ("a number", 1), ("a text", "true"), ("an array", [entry])):
        yield Value(f"an entry that is {about}", {key: no_entry})
    entries = Property(key, member.alternative["additionalProperties"])
    for name, schema in entries.schema["properties"].items():
        yield Value(f"an entry without {name}", {key: {k: v for k, v in entry.items() if k != name}})
        yield Value(f"{name}: text for a boolean", {key: {**entry, name: str(not entry[name]).lower()}})
        for about, value in _wrong_types(Property(name, schema), entry[name]):
            yield Value(f"{name}: {about}", {key: {**entry, name: value}})
