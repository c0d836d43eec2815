"""The part of the contract that concerns its resource, for the generators of the clients."""

from __future__ import annotations

from collections.abc import Iterator

from contract_tests.contract.document import Contract
from contract_tests.contract.json_values import Json
from scripts.contract_lint.pointer import resolve


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


def _reachable(document: Json, node: Json) -> set[str]:
    """Return all references below a node, also those inside the referenced parts."""
    references: set[str] = set()
    to_visit = [node]
    while to_visit:
        for reference in _references(to_visit.pop()):
            if reference not in references:
                references.add(reference)
                to_visit.append(resolve(document, reference))
    return references


def _references(node: Json) -> Iterator[str]:
    if isinstance(node, dict) and isinstance(node.get("$ref"), str):
        yield node["$ref"]
    for member in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
        yield from _references(member)
