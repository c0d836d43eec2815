"""Rules on the resource that the contract names (`x-resource`)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from scripts.contract_lint.contract import X_RESOURCE, Contract
from scripts.contract_lint.finding import Finding
from scripts.contract_lint.pointer import child, resolve

JSON = "application/json"
PLACE = f"#/{X_RESOURCE}"
SCHEMAS = "#/components/schemas"


def resource_is_named(contract: Contract) -> Iterator[Finding]:
    """The contract names its resource."""
    if X_RESOURCE not in contract.document:
        yield Finding("#", f"no {X_RESOURCE}: name the path, the operations and both schemas of the resource")


def resource_exists(contract: Contract) -> Iterator[Finding]:
    """The path, the operations and the schemas that x-resource names are in this file."""
    resource = contract.resource
    item = contract.document["paths"].get(resource.path)
    if item is None:
        yield Finding(child(PLACE, "path"), f"{resource.path!r} is not under `paths`: correct the path, or add it")
    for index, method in enumerate(resource.operations):
        if item is not None and method not in item:
            place = child(child(PLACE, "operations"), index)
            yield Finding(place, f"the path has no operation {method!r}: add it, or drop it here")
    for part, schema in (("answer", resource.answer), ("update", resource.update)):
        known = contract.document["components"].get("schemas", {})
        if schema not in [child(SCHEMAS, name) for name in known]:
            yield Finding(child(PLACE, part), f"{schema!r} is none of components/schemas: correct the reference")
        elif "properties" not in known[schema.rpartition("/")[2]]:
            yield Finding(child(PLACE, part), f"{schema!r} has no properties: name the schema of the whole object")


def operation_carries_the_resource(contract: Contract) -> Iterator[Finding]:
    """GET and PUT answer 200 with the answer schema, and PUT takes the update schema."""
    resource = contract.resource
    place = child("#/paths", resource.path)
    for method in ("get", "put"):
        operation = contract.document["paths"][resource.path][method]
        if _body(contract, operation["responses"].get("200", {})) != resource.answer:
            where = child(child(place, method), "responses")
            yield Finding(where, f"its 200 has no {JSON} with {resource.answer}: refer to what x-resource names")
        if method == "put" and _body(contract, operation.get("requestBody", {})) != resource.update:
            yield Finding(child(place, method), f"its body is no {JSON} with {resource.update}: refer to it")


def _body(contract: Contract, message: dict[str, Any]) -> str | None:
    """Return the schema of a request body or a response, as the reference to it."""
    content = contract.keyword(message, "content")
    media_type = content.get(JSON, {}) if isinstance(content, dict) else {}
    schema: dict[str, Any] = media_type.get("schema", {})
    while "$ref" in schema:
        target: dict[str, Any] = resolve(contract.document, schema["$ref"])
        if "$ref" not in target:
            return str(schema["$ref"])
        schema = target
    return None
