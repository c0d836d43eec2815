"""The part of the contract that concerns its resource, for generators that would take everything else along."""

from __future__ import annotations

from collections.abc import Iterator

from contract_tests.contract.document import Contract
from contract_tests.contract.json_values import Json
from scripts.contract_lint.pointer import resolve


def resource_contract(contract: Contract) -> dict[str, Json]:
    """The document without other paths, without other operations, and without the components that only those use."""
    document, resource = contract.document, contract.resource
    item = {name: document["paths"][resource.path][name] for name in resource.operations}
    dropped = _reachable(document, document["paths"]) - _reachable(document, item)
    components = {
        kind: {name: part for name, part in parts.items() if f"#/components/{kind}/{name}" not in dropped}
        for kind, parts in document["components"].items()
    }
    return {**document, "paths": {resource.path: item}, "components": components}


def _reachable(document: Json, node: Json) -> set[str]:
    """The references below a node, and those below what they lead to."""
    reached: set[str] = set()
    waiting = [node]
    while waiting:
        for reference in _references(waiting.pop()):
            if reference not in reached:
                reached.add(reference)
                waiting.append(resolve(document, reference))
    return reached


def _references(node: Json) -> Iterator[str]:
    if isinstance(node, dict) and isinstance(node.get("$ref"), str):
        yield node["$ref"]
    for member in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
        yield from _references(member)
