"""Hypothesis strategies for documents of the contract: valid documents, and documents with one change."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import yaml
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy
from jsonschema_rs import Draft202012Validator

from contract_tests.contract.document import bounded
from scripts.contract_lint.pointer import resolve
from scripts.contract_lint.source import CONTRACT
from tests.suite import sample

Json = dict[str, Any]
JsonValues = SearchStrategy[Any]

# As a validator needs it: `format` is a note for most of them.
DOCUMENT: Json = bounded(yaml.safe_load(CONTRACT.read_text(encoding="utf-8")))
SCHEMAS: Json = DOCUMENT["components"]["schemas"]

thorough = settings(
    max_examples=1500,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.large_base_example],
)
# So many where a test needs them for no more than to agree.
enough = settings(thorough, max_examples=len(sample(range(1500), 4)))
# A whole document has more than 30 values, so it takes more time.
whole_documents = settings(thorough, max_examples=len(sample(range(400), 2)))

SCALARS: JsonValues = (
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text()
)
ANYTHING: JsonValues = SCALARS | st.lists(SCALARS, max_size=2) | st.dictionaries(st.text(), SCALARS, max_size=2)


def resolved(schema: Json) -> Json:
    """Return the schema with its references resolved; its own keywords take precedence."""
    return resolved(resolve(DOCUMENT, schema["$ref"])) | schema if "$ref" in schema else schema


PROPERTIES: dict[str, Json] = {
    name: resolved(schema) for name, schema in SCHEMAS["PhoneProperties"]["properties"].items()
}


def validator(schema: str) -> Draft202012Validator:
    """Return the validator of a component, by its name."""
    return Draft202012Validator({"$ref": f"#/components/schemas/{schema}", "components": DOCUMENT["components"]})


def types(schema: Json) -> set[str]:
    """Return the JSON types that the schema allows."""
    schema = resolved(schema)
    if "anyOf" in schema:
        return set().union(*map(types, schema["anyOf"]))
    return {schema["type"]} if isinstance(schema["type"], str) else set(schema["type"])


def enum(schema: Json) -> list[str]:
    """Return the values that the schema lists."""
    schema = resolved(schema)
    return [value for branch in schema.get("anyOf", []) for value in enum(branch)] or schema.get("enum", [])


def valid(schema: Json) -> JsonValues:
    """Draw values that satisfy the schema."""
    schema = resolved(schema)
    if "anyOf" in schema:
        return st.one_of(*map(valid, schema["anyOf"]))
    if "enum" in schema:
        return st.sampled_from(schema["enum"])
    return st.one_of(*(VALUES[kind](schema) for kind in sorted(types(schema))))


def _strings(schema: Json) -> JsonValues:
    return st.from_regex(schema["pattern"], fullmatch=True) if "pattern" in schema else st.text()


def _integers(schema: Json) -> JsonValues:
    low, high = schema["minimum"], schema["maximum"]
    return st.sampled_from([low, high]) | st.integers(low, high)


def _objects(schema: Json) -> JsonValues:
    if "additionalProperties" in schema:
        return st.dictionaries(_strings(schema["propertyNames"]), valid(schema["additionalProperties"]), max_size=3)
    members = {name: valid(inner) for name, inner in schema["properties"].items()}
    required = {name: members.pop(name) for name in schema.get("required", [])}
    # The contract leaves its objects open.
    unknown = st.dictionaries(st.text().filter(lambda name: name not in schema["properties"]), ANYTHING, max_size=2)
    known = st.fixed_dictionaries(required, optional=members)
    return st.builds(lambda extra, own: {**extra, **own}, st.just({}) | unknown, known)


VALUES: dict[str, Callable[[Json], JsonValues]] = {
    "null": lambda _: st.none(),
    "boolean": lambda _: st.booleans(),
    "integer": _integers,
    "string": _strings,
    "object": _objects,
}


@st.composite
def changed(draw: st.DrawFn, schema: Json) -> Json:
    """Draw a document in which a member of a property is replaced, dropped, renamed or added; most are invalid."""
    change = draw(st.sampled_from([*["replace"] * 7, "drop", "rename", "add"]))
    names = list(schema["properties"])
    # Choose objects more often, because they have more members to change.
    names += 4 * [name for name in names if "object" in types(schema["properties"][name])]
    name = draw(st.sampled_from(names))
    part = {name: draw(valid(schema["properties"][name]))}
    holder, key = draw(st.sampled_from(list(_members(part))))
    value = holder.pop(key)
    match change:
        case "replace":
            holder[key] = draw(st.sampled_from(similar(value)) | ANYTHING)
        case "rename":
            holder[draw(st.sampled_from([key.upper(), f"{key} ", f"-{key}", f"{key}\n"]))] = value
        case "add":
            holder |= {key: value, draw(st.text()): draw(ANYTHING)}
    # The other properties have fixed values, for speed: no rule of the contract connects two properties.
    rest = {other: resolved(schema["properties"][other])["examples"][0] for other in schema.get("required", [])}
    rest.pop(name, None)
    return {**rest, **part}


def similar(value: object) -> list[Any]:
    """Return similar values, which a careless server may treat as the value."""
    match value:
        case bool():
            return [int(value), float(value), str(value), str(value).lower(), "yes", None]
        case int():
            return [str(value), float(value), value + 0.5, -1 - value, value + 2**63, bool(value), [value], None]
        case str():
            return [value.swapcase(), f"{value}\n", f" {value}", f"{value}\x85", f"{value}\ufeff", [value], 0, None]
        case dict():
            return [list(value), [value], str(value), None, {**value, "x": None}, {**value, "x": {}}, {"x": value}]
        case _:
            return ["null", "", 0, False, {}, []]


def _members(value: object) -> Iterator[tuple[Json, str]]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield value, key
            yield from _members(inner)
