"""The contract's properties by kind, so that a fault names none: a new or renamed property needs no edit here."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from mock_server.contract import ANSWER_SCHEMA, FRESH, SCHEMAS


@dataclass(frozen=True)
class Property:
    """What a fault wants to know of a property.

    Attributes:
        name: Its name.
        type: Its JSON type, apart from null.
        nullable: Whether null is valid.
        enum: The members, if it has some.
        pattern: The pattern, if it has one.
        default: What a fresh extension shows.
        stated: Whether that is a default of the contract, and not only the value of what was never set.
        example: A valid value, None if the contract shows none.
        equal: Groups of values that mean the same.
    """

    name: str
    type: str
    nullable: bool
    enum: tuple[str, ...]
    pattern: str | None
    default: Any
    stated: bool
    example: Any
    equal: list[list[Any]]


def resolve(schema: dict[str, Any]) -> dict[str, Any]:
    """Follow a `$ref`; keywords beside it come in addition."""
    if "$ref" not in schema:
        return schema
    return {**resolve(SCHEMAS[schema["$ref"].rpartition("/")[2]]), **schema}


def variant(schema: dict[str, Any]) -> dict[str, Any]:
    """Give the alternative of a schema that is not null."""
    alternatives = [resolve(alternative) for alternative in resolve(schema).get("anyOf", [schema])]
    return next(resolve(alternative) for alternative in alternatives if alternative.get("type") != "null")


def _types(schema: dict[str, Any]) -> list[str]:
    schema = resolve(schema)
    if "anyOf" in schema:
        return [name for alternative in schema["anyOf"] for name in _types(alternative)]
    return schema["type"] if isinstance(schema["type"], list) else [schema["type"]]


def _property(name: str, reference: dict[str, Any]) -> Property:
    schema = resolve(reference)
    types = _types(schema)
    return Property(
        name=name,
        type=next(each for each in types if each != "null"),
        nullable="null" in types,
        enum=tuple(variant(schema).get("enum", ())),
        pattern=schema.get("pattern"),
        default=FRESH[name],
        stated="default" in schema,
        example=next(iter(schema.get("examples", ())), None),
        equal=schema.get("x-equal-values", []),
    )


PROPERTIES = tuple(_property(name, schema) for name, schema in ANSWER_SCHEMA["properties"].items())


def first(matches: Callable[[Property], bool]) -> Property:
    """Give the first property of a kind."""
    return next(each for each in PROPERTIES if matches(each))


def other_than_default(of: Property) -> Any:  # noqa: ANN401 (a value of any property)
    """Give a valid value that a fresh extension does not show."""
    if of.type == "boolean":
        return not of.default
    if of.type == "integer":
        return (of.default or 0) + 1
    return next((member for member in of.enum if member != of.default), of.example)


SWITCH = first(lambda p: p.type == "boolean" and not p.nullable and p.default is True)
NUMBER = first(lambda p: p.type == "integer" and not p.nullable and p.default != 0)
NULLABLE_NUMBER = first(lambda p: p.type == "integer" and p.nullable and not p.equal)
TEXT = first(lambda p: p.type == "string" and not p.enum and not p.pattern)
PATTERN_TEXT = first(lambda p: p.type == "string" and bool(p.pattern))
ENUM = first(lambda p: bool(p.enum) and not p.nullable)
NULLABLE_ENUM = first(lambda p: bool(p.enum) and p.nullable)

# The one object: a map from an id to an entry with a flag, beside a number.
OBJECT = first(lambda p: p.type == "object")
_MEMBERS = resolve(ANSWER_SCHEMA["properties"][OBJECT.name])["properties"]
MAP = next(name for name, schema in _MEMBERS.items() if "additionalProperties" in variant(schema))
MEMBER_NUMBER = next(name for name, schema in _MEMBERS.items() if "integer" in _types(schema))
FLAG = next(iter(resolve(variant(_MEMBERS[MAP])["additionalProperties"])["properties"]))
