"""The part of the contract that concerns its resource, in a form for the generators of the clients."""

from __future__ import annotations

from collections.abc import Iterator

from contract_tests.contract.document import Contract, resolve
from contract_tests.contract.json_values import Json
from scripts.contract_lint import pointer


def resource_contract(contract: Contract) -> dict[str, Json]:
    """Return the document without other paths and operations, and without the components that only those use."""
    document, resource = contract.document, contract.resource
    item = {name: document["paths"][resource.path][name] for name in resource.operations}
    dropped = _reachable(document, document["paths"]) - _reachable(document, item)
    components = {
        kind: {name: part for name, part in parts.items() if f"#/components/{kind}/{name}" not in dropped}
        for kind, parts in document["components"].items()
    }
    return {**document, "paths": {resource.path: item}, "components": components}


def documented(document: dict[str, Json]) -> dict[str, Json]:
    """Return the document with the description of each property, and its unit, beside the reference to its component.

    An editor shows the text that stands at the property itself, and does not follow the reference.
    """
    schemas = {name: _documented(document, schema) for name, schema in document["components"]["schemas"].items()}
    return {**document, "components": {**document["components"], "schemas": schemas}}


def _documented(document: dict[str, Json], schema: Json) -> Json:
    properties = {}
    for name, given in schema.get("properties", {}).items():
        facts = resolve(document, given)
        text = facts.get("description", "").strip()
        properties[name] = {**given, "description": f"{text} Unit: {facts['x-unit']}." if "x-unit" in facts else text}
    described = {**schema, "description": schema.get("description", "").strip()}
    return {**described, "properties": properties} if properties else described


def _reachable(document: Json, node: Json) -> set[str]:
    """Return all references below a node, also those inside the referenced parts."""
    references: set[str] = set()
    to_visit = [node]
    while to_visit:
        for reference in _references(to_visit.pop()):
            if reference not in references:
                references.add(reference)
                to_visit.append(pointer.resolve(document, reference))
    return references


def _references(node: Json) -> Iterator[str]:
    if isinstance(node, dict) and isinstance(node.get("$ref"), str):
        yield node["$ref"]
    for member in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
        yield from _references(member)
