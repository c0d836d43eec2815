"""Valid values of a property, the plain ones first, then those that real servers trip over."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from contract_tests.contract.json_values import Json, identical
from contract_tests.contract.property import Property

TEXTS = {
    "beyond ASCII, composed and decomposed (NFC, NFD)": " ".join(
        unicodedata.normalize(form, "Zoë Ölçer") for form in ("NFC", "NFD")
    ),
    "null": None,
    "leading zeros": "0042",
    "empty text": "",
    "blanks at the edges and in a row": "  two  blanks  ",
    "right to left, and emoji": "مكتب ☎️ 😀",
    "marks of HTML, SQL, JSON and URLs": '<b>"O\'Neil" & 100%41 + Co\\</b>',
    "255 characters": "Reception ".ljust(255, "x"),
    "256 characters": "Reception ".ljust(256, "x"),
    "4,096 characters": "Reception ".ljust(4096, "x"),
}
NUMBERS = {
    "0": 0,
    "null": None,
    "2^31": 2**31,
    "2^32 + 1": 2**32 + 1,
    "2^53 + 1": 2**53 + 1,
    "2^62 + 1": 2**62 + 1,
    "2^63 - 1": 2**63 - 1,
}


class Value(NamedTuple):
    """A value, and what is special about it."""

    case: str
    value: Json


def walk(known: Property) -> list[Value]:
    """The valid values of a property in the order in which a run sets them, each once or more.

    Of a critical property only what the contract shows is sent: anything made up could be somebody's number or address.
    """
    examples = [Value("the contract's example", example) for example in known.examples]
    is_critical = known.schema.get("x-risk") == "critical"
    if known.enum:
        members = [member for member in known.examples if member in known.enum]
        members += [member for member in known.enum if member not in members]
        return [*(Value(f"{member}", member) for member in members), *_null(known)]
    if "boolean" in known.types:
        first = known.default is not True
        return [Value("true" if flag else "false", flag) for flag in (first, not first)] + _null(known)
    if "object" in known.types:
        return [*_objects(known)]
    if is_critical or "pattern" in known.alternative:
        return [*examples, *_null(known), *([Value("the default", known.default)] if known.has_default else [])]
    examples += [Value("a value that the page names", value) for value in known.named if value not in known.examples]
    made_up = TEXTS if "string" in known.types else NUMBERS
    fitting = [Value(case, value) for case, value in made_up.items() if _fits(known, value)]
    return [*examples, *fitting]


def set_value(known: Property) -> Json:
    """A plain value that tells a property from one that was never set."""
    fresh = known.default if known.has_default else None
    return next(value for _, value in walk(known) if not known.same(value, fresh))


def other_value(known: Property) -> Json:
    """Another plain value: the default, else null."""
    if known.has_default or known.is_nullable:
        return known.default
    return next(value for _, value in walk(known) if not known.same(value, set_value(known)))


def _null(known: Property) -> list[Value]:
    return [Value("null", None)] if known.is_nullable else []


def _fits(known: Property, value: Json) -> bool:
    if value is None:
        return known.is_nullable
    if isinstance(value, int):
        smallest, largest = known.schema.get("minimum", -(2**63)), known.schema.get("maximum", 2**63 - 1)
        return bool(smallest <= value <= largest)
    return True


def _objects(known: Property) -> Iterator[Value]:
    """Each shape of an object's maps, in transitions that tell replacing from merging, and its other members."""
    whole = max(known.examples, key=lambda example: len(str(example)))
    yield Value("the whole example", whole)
    yield Value("the flags turned over", _turned_over(whole))
    for name, schema in known.schema["properties"].items():
        member = Property(name, schema)
        if "additionalProperties" in member.alternative:
            entries: Mapping[str, Json] = whole[name]
            first = dict([*entries.items()][:1])
            yield Value(f"{name}: one entry left", {**whole, name: first})
            yield Value(f"{name}: the other entry", {**whole, name: dict([*entries.items()][1:])})
            yield Value("the whole example", whole)
            if member.is_nullable:
                yield Value(f"{name}: null", {**whole, name: None})
            yield Value("the flags turned over", _turned_over(whole))
            yield Value(f"{name}: empty", {**whole, name: {}})
            yield Value(f"{name}: a key with leading zeros", {**whole, name: {f"0{key}": first[key] for key in first}})
        elif member.is_nullable:
            yield Value(f"{name}: null", {**whole, name: None})
            yield Value("the whole example", whole)
    if known.has_default:
        yield Value("the default", known.default)


def _turned_over(value: Json) -> Json:
    if isinstance(value, dict):
        return {key: _turned_over(member) for key, member in value.items()}
    return not value if isinstance(value, bool) else value


def is_among(value: Json, values: list[Json]) -> bool:
    """Whether a JSON value is one of several."""
    return any(identical(value, other) for other in values)
