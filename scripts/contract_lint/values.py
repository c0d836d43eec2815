"""Rules on the values that the contract shows: defaults, examples, equal, tolerated and unset ones."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from scripts.contract_lint.contract import Contract
from scripts.contract_lint.finding import Finding
from scripts.contract_lint.grammar import Node
from scripts.contract_lint.pointer import child, resolve


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
    """The value shown for what was never set satisfies every property that has no default."""
    for node in contract.all("schema"):
        if "x-unset-value" not in node.value:
            continue
        place = child(child(node.pointer, "x-unset-value"), "value")
        for name, schema in contract.properties(node.pointer).items():
            if not any("default" in link for link in contract.chain(schema)):
                yield from _valid(contract, child(child(node.pointer, "properties"), name), place)


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
