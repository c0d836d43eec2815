"""Which objects of OpenAPI 3.1 an OpenAPI document is made of, as far as the lint asks for them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from scripts.contract_lint.pointer import child

METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")

# What stands where: `kind` one object, `kind[]` a list of them, `kind{}` a map from names to them.
CHILDREN: dict[str, dict[str, str]] = {
    "document": {
        "info": "info",
        "servers": "server[]",
        "tags": "tag[]",
        "paths": "pathItem{}",
        "webhooks": "pathItem{}",
        "components": "components",
    },
    "info": {"contact": "contact", "license": "license"},
    "server": {"variables": "serverVariable{}"},
    "pathItem": {"parameters": "parameter[]", "servers": "server[]"} | dict.fromkeys(METHODS, "operation"),
    "operation": {
        "parameters": "parameter[]",
        "requestBody": "requestBody",
        "responses": "response{}",
        "servers": "server[]",
    },
    "components": {
        "schemas": "schema{}",
        "responses": "response{}",
        "parameters": "parameter{}",
        "examples": "example{}",
        "requestBodies": "requestBody{}",
        "headers": "header{}",
        "securitySchemes": "securityScheme{}",
        "pathItems": "pathItem{}",
    },
    "requestBody": {"content": "mediaType{}"},
    "response": {"headers": "header{}", "content": "mediaType{}"},
    "mediaType": {"schema": "schema", "examples": "example{}"},
    "parameter": {"schema": "schema", "examples": "example{}", "content": "mediaType{}"},
    "header": {"schema": "schema", "examples": "example{}", "content": "mediaType{}"},
    "securityScheme": {"flows": "flows"},
    "flows": dict.fromkeys(("implicit", "password", "clientCredentials", "authorizationCode"), "flow"),
    "schema": dict.fromkeys(("properties", "patternProperties", "dependentSchemas", "$defs"), "schema{}")
    | dict.fromkeys(("allOf", "anyOf", "oneOf", "prefixItems"), "schema[]")
    | dict.fromkeys(
        (
            "additionalProperties",
            "contains",
            "else",
            "if",
            "items",
            "not",
            "propertyNames",
            "then",
            "unevaluatedItems",
            "unevaluatedProperties",
        ),
        "schema",
    ),
}


class Node(NamedTuple):
    """One object of the document."""

    kind: str
    pointer: str
    value: dict[str, Any]


ItemName = Callable[[str, int, dict[str, Any], list[Any]], str | int]


def by_index(_kind: str, index: int, _item: dict[str, Any], _siblings: list[Any]) -> int:
    """Name an item of a list as a JSON pointer does."""
    return index


def walk(kind: str, value: object, pointer: str = "#", item_name: ItemName = by_index) -> Iterator[Node]:
    """Yield the object and all objects below it; examples and defaults are data, and not entered.

    Args:
        kind: Of the object.
        value: The object; anything else has no objects below it.
        pointer: To the object.
        item_name: What stands in a pointer for an item of a list.
    """
    if not isinstance(value, dict):
        return
    yield Node(kind, pointer, value)
    for key, shape in CHILDREN.get(kind, {}).items():
        place, inner = child(pointer, key), value.get(key)
        if shape.endswith("[]") and isinstance(inner, list):
            for index, item in enumerate(inner):
                name = item_name(shape[:-2], index, item, inner) if isinstance(item, dict) else index
                yield from walk(shape[:-2], item, child(place, name), item_name)
        elif shape.endswith("{}") and isinstance(inner, dict):
            for name, item in inner.items():
                yield from walk(shape[:-2], item, child(place, name), item_name)
        elif shape.isalpha():
            yield from walk(shape, inner, place, item_name)
