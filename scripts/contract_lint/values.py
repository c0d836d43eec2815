"""Rules on the values that the contract shows: defaults, examples, equal, tolerated and unset ones."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from scripts.contract_lint.contract import Contract
from scripts.contract_lint.finding import Finding
from scripts.contract_lint.grammar import Node
from scripts.contract_lint.pointer import child, resolve
from scripts.contract_lint.reserved import is_reserved


def default_is_valid(contract: Contract) -> Iterator[Finding]:
    """A default satisfies its schema."""
    for node in contract.all("schema"):
        if "default" in node.value:
            yield from _valid(contract, node.pointer, child(node.pointer, "default"))


def example_is_valid(contract: Contract) -> Iterator[Finding]:
    """An example satisfies its schema, of a schema itself as of a body, a parameter and a header."""
    for node in contract.all("schema", "mediaType", "parameter", "header"):
        schema = node.pointer if node.kind == "schema" else child(node.pointer, "schema")
        if node.kind == "schema" or "schema" in node.value:
            for place in _examples(contract, node):
                yield from _valid(contract, schema, place)


def declared_null_is_valid(contract: Contract) -> Iterator[Finding]:
    """Where a schema declares null as a type, no other keyword forbids it: an enum then has null as a member."""
    for node in contract.all("schema"):
        if _declares_null(node.value) and contract.error(node.pointer, None) is not None:
            yield Finding(node.pointer, "declares null, and its enum or another keyword forbids it: add null there too")


def enum_member_is_valid(contract: Contract) -> Iterator[Finding]:
    """Each member of an enum satisfies the rest of its schema."""
    for node in contract.all("schema"):
        for index in range(len(node.value.get("enum", []))):
            yield from _valid(contract, node.pointer, child(child(node.pointer, "enum"), index))


def example_of_critical_property_is_reserved(contract: Contract) -> Iterator[Finding]:
    """An example of a property with critical risk is from a range that is reserved for documentation."""
    answer = contract.resource.answer
    critical = {
        name: schema
        for name, schema in contract.properties(answer).items()
        if contract.keyword(schema, "x-risk") == "critical"
    }
    for name, schema in critical.items():
        nodes = [
            Node("schema", place, link) for place, link in contract.places(child(f"{answer}/properties", name), schema)
        ]
        for place in (place for node in nodes for place in _examples(contract, node)):
            yield from _reserved(contract, place)
    for node in contract.all("schema", "mediaType"):
        for place in _examples(contract, node):
            value = resolve(contract.document, place)
            for name in critical.keys() & value.keys() if isinstance(value, dict) else ():
                yield from _reserved(contract, child(place, name))


def equal_value_is_valid(contract: Contract) -> Iterator[Finding]:
    """Values that mean the same satisfy the schema, each of them."""
    for node in contract.all("schema"):
        for group in range(len(node.value.get("x-equal-values", []))):
            place = child(child(node.pointer, "x-equal-values"), group)
            for index in range(len(resolve(contract.document, place))):
                yield from _valid(contract, node.pointer, child(place, index))


def tolerated_value_is_invalid(contract: Contract) -> Iterator[Finding]:
    """A value that is only tolerated breaks the schema."""
    for node in contract.all("schema"):
        for index, value in enumerate(node.value.get("x-tolerated-values", [])):
            if contract.error(node.pointer, value) is None:
                place = child(child(node.pointer, "x-tolerated-values"), index)
                yield Finding(place, f"{value!r} satisfies the schema: it needs no tolerance")


def unset_value_is_valid(contract: Contract) -> Iterator[Finding]:
    """The value of what was never set satisfies every property that has no default."""
    for node in contract.all("schema"):
        if "x-unset-value" not in node.value:
            continue
        place = child(child(node.pointer, "x-unset-value"), "value")
        for name, schema in contract.properties(node.pointer).items():
            if not any("default" in link for link in contract.chain(schema)):
                yield from _valid(contract, child(child(node.pointer, "properties"), name), place)


def _declares_null(schema: dict[str, Any]) -> bool:
    branches = [schema, *schema.get("anyOf", ()), *schema.get("oneOf", ())]
    return any("null" in branch.get("type", ()) for branch in branches)


def _reserved(contract: Contract, place: str) -> Iterator[Finding]:
    """Yield a finding for each text in the value at a place, keys not included, that is not from a reserved range."""
    value = resolve(contract.document, place)
    if isinstance(value, str) and not is_reserved(value):
        advice = "take one from a range that is reserved for documentation"
        yield Finding(place, f"{value!r} of a critical property may be in use: {advice}")
    for key in value if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ():
        yield from _reserved(contract, child(place, key))


def _valid(contract: Contract, schema: str, place: str) -> Iterator[Finding]:
    problem = contract.error(schema, resolve(contract.document, place))
    if problem:
        yield Finding(place, f"{problem} (schema {schema}): correct the value or the schema")


def _examples(contract: Contract, node: Node) -> Iterator[str]:
    if "example" in node.value:
        yield child(node.pointer, "example")
    examples: list[Any] | dict[str, Any] = node.value.get("examples", [])
    place = child(node.pointer, "examples")
    if isinstance(examples, list):
        yield from (child(place, index) for index in range(len(examples)))
        return
    for name, example in examples.items():
        where = example.get("$ref", child(place, name))
        if "value" in resolve(contract.document, where):
            yield child(where, "value")
