"""Which objects of OpenAPI 3.1 an OpenAPI document is made of, as far as the lint asks for them."""

from __future__ import annotations

from collections.abc import Iterator
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


def walk(kind: str, value: object, pointer: str = "#") -> Iterator[Node]:
    """Yield the object and all objects below it; example and default values are data, and not entered."""
    if not isinstance(value, dict):
        return
    yield Node(kind, pointer, value)
    for key, shape in CHILDREN.get(kind, {}).items():
        place, inner = child(pointer, key), value.get(key)
        if shape.endswith("[]") and isinstance(inner, list):
            for index, item in enumerate(inner):
                yield from walk(shape[:-2], item, child(place, index))
        elif shape.endswith("{}") and isinstance(inner, dict):
            for name, item in inner.items():
                yield from walk(shape[:-2], item, child(place, name))
        elif shape.isalpha():
            yield from walk(shape, inner, place)
