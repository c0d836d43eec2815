"""The contract's properties by kind. A fault names a kind and no property, so a new property needs no edit here."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from mock_server.contract import ANSWER_SCHEMA, FRESH, SCHEMAS


@dataclass(frozen=True)
class Property:
    """A property, as the faults need it.

    Attributes:
        name: Its name.
        type: Its JSON type, apart from null.
        nullable: Whether null is valid.
        enum: The members of its enum; empty if it has none.
        pattern: Its pattern, or None.
        default: Its value on a fresh extension.
        has_default: Whether the contract states that default; else it is the general value for unset properties.
        example: A valid value, or None if the contract has no example.
        equal: Groups of values with the same meaning.
        named: Values that the page names, beyond those of the enum.
        null_is_stated: Whether the page states what null means.
    """

    name: str
    type: str
    nullable: bool
    enum: tuple[str, ...]
    pattern: str | None
    default: Any
    has_default: bool
    example: Any
    equal: list[list[Any]]
    named: tuple[Any, ...]
    null_is_stated: bool


def resolve(schema: dict[str, Any]) -> dict[str, Any]:
    """Follow a `$ref`, and add the keywords beside it, and their evidence."""
    if "$ref" not in schema:
        return schema
    target = resolve(SCHEMAS[schema["$ref"].rpartition("/")[2]])
    evidence = {**target.get("x-evidence", {}), **schema.get("x-evidence", {})}
    return {**target, **schema, "x-evidence": evidence}


def non_null(schema: dict[str, Any]) -> dict[str, Any]:
    """Return the alternative of a schema that is not null."""
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
        enum=tuple(non_null(schema).get("enum", ())),
        pattern=schema.get("pattern"),
        default=FRESH[name],
        has_default="default" in schema,
        example=next(iter(schema.get("examples", ())), None),
        equal=schema.get("x-equal-values", []),
        named=tuple(schema.get("x-named-values", ())),
        null_is_stated="null" in types and schema["x-evidence"]["null"] == "stated",
    )


PROPERTIES = tuple(_property(name, schema) for name, schema in ANSWER_SCHEMA["properties"].items())


def first(matches: Callable[[Property], bool]) -> Property:
    """Return the first property of a kind."""
    return next(each for each in PROPERTIES if matches(each))


def other_than_default(of: Property) -> Any:  # noqa: ANN401 (a value of any property)
    """Return a valid value that is not the property's default."""
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

# The only object: it has a number, and a map from an id to an entry with a flag.
OBJECT = first(lambda p: p.type == "object")
_MEMBERS = resolve(ANSWER_SCHEMA["properties"][OBJECT.name])["properties"]
MAP = next(name for name, schema in _MEMBERS.items() if "additionalProperties" in non_null(schema))
MEMBER_NUMBER = next(name for name, schema in _MEMBERS.items() if "integer" in _types(schema))
FLAG = next(iter(resolve(non_null(_MEMBERS[MAP])["additionalProperties"])["properties"]))
