"""Valid values of a property: the plain ones first, then values that real servers get wrong."""

from __future__ import annotations

import functools
import unicodedata
from collections.abc import Callable, Iterator
from typing import NamedTuple

from contract_tests.contract.json_values import Json, Settings, is_among
from contract_tests.contract.property import Property

TEXTS = {
    "many scripts": "Zoë Ölçer Σοφία Юрий 電話 東京 한국 שלום مكتب ☎️ 😀 e\u0301",
    "composed and decomposed (NFC, NFD)": " ".join(unicodedata.normalize(form, "Zoë") for form in ("NFC", "NFD")),
    "null": None,
    "leading zeros": "0042",
    "empty text": "",
    "blanks at the edges and in a row": "  two  blanks  ",
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
    """A value, and in words what is special about it."""

    about: str
    value: Json


Values = Iterator[Value]


@functools.lru_cache(256)  # of hundreds of servers, each gets the same
def walk(known: Property) -> list[Value]:
    """The valid values of a property in the order in which a run sets them, each once or more."""
    return [*_values_of(known)(known)]


@functools.lru_cache(256)
def shown_values(known: Property) -> list[Value]:
    """The values of the walk that the contract shows: none that is made up, such as a very long or large one."""
    in_contract = [*known.examples, *known.named, *known.enum, None, True, False, known.default]
    return [value for value in walk(known) if is_among(value.value, in_contract)]


def is_made_up(known: Property, value: Json) -> bool:
    """Whether the contract does not show a value of the walk."""
    return not is_among(value, [each for _, each in shown_values(known)])


def is_beyond(known: Property, value: Json, refused: Json) -> bool:
    """Whether a server that refuses one value must be expected to refuse the other, made-up one as well.

    It may have a longest text, a range of numbers, or know no id that is made up; the ids of the contract are, too.
    """
    is_limit = is_made_up(known, refused) or "x-refers-to" in known.schema
    if type(value) is not type(refused) or not is_made_up(known, value) or not is_limit:
        return False
    return len(value) >= len(refused) > 0 if isinstance(value, str) else type(value) is int


def set_value(known: Property) -> Json:
    """A plain value that tells a property from one that was never set."""
    fresh = known.default if known.has_default else None
    return next(value for _, value in walk(known) if not known.same(value, fresh))


def lone_value(known: Property, now: Json) -> Json:
    """What a body of this property alone holds: another value than it is now, rather no default and none made up.

    Where there is no such value, what it is now.
    """
    fresh = known.default if known.has_default else None
    from_contract = [value for _, value in shown_values(known)]
    plain = [value for value in from_contract if not known.same(value, fresh)]
    candidates = [*plain, *from_contract, *(value for _, value in walk(known))]
    return next((value for value in candidates if value is not None and not known.same(value, now)), now)


def other_value(known: Property) -> Json:
    """Another plain value: the default, else null."""
    if known.has_default or known.is_nullable:
        return known.default
    return next(value for _, value in walk(known) if not known.same(value, set_value(known)))


def _values_of(known: Property) -> Callable[[Property], Values]:
    """What generates the values of a property of this kind."""
    if known.enum:
        return _members
    if "boolean" in known.types:
        return _flags
    if "object" in known.types:
        return _objects
    # A made-up value of a critical property could be a real phone number or address.
    is_free = known.risk != "critical" and "pattern" not in known.alternative
    return _free_values if is_free else _values_of_the_contract


def _members(known: Property) -> Values:
    """The members of an enum: those among the examples first."""
    examples = [member for member in known.examples if member in known.enum]
    for member in [*examples, *(member for member in known.enum if member not in examples)]:
        yield Value(f"{member}", member)
    yield from _null(known)


def _flags(known: Property) -> Values:
    """Both values of a switch: the one that is not the default first."""
    first = known.default is not True
    for flag in (first, not first):
        yield Value("true" if flag else "false", flag)
    yield from _null(known)


def _values_of_the_contract(known: Property) -> Values:
    """Only values that the contract shows, for a property of which nothing may be made up."""
    yield from _examples(known)
    yield from _null(known)
    if known.has_default:
        yield Value("the default", known.default)


def _free_values(known: Property) -> Values:
    """The values that the contract shows, then made-up ones."""
    yield from _examples(known)
    for value in known.named:
        if value not in known.examples:
            yield Value("a value that the page names", value)
    made_up = TEXTS if "string" in known.types else NUMBERS
    for about, value in made_up.items():
        if _fits(known, value):
            yield Value(about, value)


def _examples(known: Property) -> Values:
    for example in known.examples:
        yield Value("the contract's example", example)


def _null(known: Property) -> Values:
    if known.is_nullable:
        yield Value("null", None)


def _fits(known: Property, value: Json) -> bool:
    if value is None:
        return known.is_nullable
    if isinstance(value, int):
        smallest, largest = known.schema.get("minimum", -(2**63)), known.schema.get("maximum", 2**63 - 1)
        return bool(smallest <= value <= largest)
    return True


def _objects(known: Property) -> Values:
    """The shapes of an object: the changes from one to the next tell a server that replaces from one that merges."""
    whole = max(known.examples, key=lambda example: len(str(example)))
    yield Value("the whole example", whole)
    yield Value("every flag inverted", _inverted(whole))
    for name, schema in known.schema["properties"].items():
        member = Property(name, schema)
        if "additionalProperties" in member.alternative:
            yield from _maps(whole, member)
        elif member.is_nullable:
            yield Value(f"{name}: null", {**whole, name: None})
            yield Value("the whole example", whole)
    if known.has_default:
        yield Value("the default", known.default)


def _maps(whole: Settings, member: Property) -> Values:
    """An object with each shape of one member that is a map."""
    name, entries = member.name, [*whole[member.name].items()]
    yield Value(f"{name}: one entry left", {**whole, name: dict(entries[:1])})
    yield Value(f"{name}: the other entry", {**whole, name: dict(entries[1:])})
    yield Value("the whole example", whole)
    if member.is_nullable:
        yield Value(f"{name}: null", {**whole, name: None})
    yield Value("every flag inverted", _inverted(whole))
    yield Value(f"{name}: empty", {**whole, name: {}})
    padded = {f"0{key}": entry for key, entry in entries[:1]}
    yield Value(f"{name}: a key with leading zeros", {**whole, name: padded})


def _inverted(value: Json) -> Json:
    """A value with each flag in it inverted."""
    if isinstance(value, dict):
        return {key: _inverted(member) for key, member in value.items()}
    return not value if isinstance(value, bool) else value
