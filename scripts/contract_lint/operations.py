"""Rules on the operations."""

from __future__ import annotations

from collections.abc import Iterator

from scripts.contract_lint.contract import Contract
from scripts.contract_lint.finding import Finding
from scripts.contract_lint.pointer import child


def operation_is_described(contract: Contract) -> Iterator[Finding]:
    """An operation has an operationId, a summary and a description."""
    for node in contract.all("operation"):
        for keyword in ("operationId", "summary", "description"):
            if not node.value.get(keyword):
                yield Finding(node.pointer, f"no {keyword}: add it")


def operation_tag_is_declared(contract: Contract) -> Iterator[Finding]:
    """An operation has a tag, and its tags are declared at the top."""
    declared = {node.value.get("name") for node in contract.all("tag")}
    for node in contract.all("operation"):
        tags = node.value.get("tags", [])
        if not tags:
            yield Finding(node.pointer, "no tag: give it one of the declared tags")
        for index, tag in enumerate(tags):
            if tag not in declared:
                yield Finding(child(child(node.pointer, "tags"), index), f"tag {tag!r} is not declared under `tags`")


def security_is_declared(contract: Contract) -> Iterator[Finding]:
    """A security requirement names a declared scheme."""
    schemes = {node.pointer.rpartition("/")[2]: node.value for node in contract.all("securityScheme")}
    for node in contract.all("document", "operation"):
        place = child(node.pointer, "security")
        for index, requirement in enumerate(node.value.get("security", [])):
            for name in sorted(requirement.keys() - schemes.keys()):
                where = child(child(place, index), name)
                yield Finding(where, f"security scheme {name!r} is not declared under components/securitySchemes")


def server_variable_has_no_description(contract: Contract) -> Iterator[Finding]:
    """A server variable has no description: swagger-parser and swagger-cli refuse it, against the specification."""
    for node in contract.all("serverVariable"):
        if "description" in node.value:
            yield Finding(child(node.pointer, "description"), "swagger-parser refuses it: describe the server instead")


def parameter_is_referred_to_by_operation(contract: Contract) -> Iterator[Finding]:
    """An operation itself refers to its parameters: Swagger UI does not resolve those of a path item."""
    for node in contract.all("pathItem"):
        if "parameters" in node.value:
            yield Finding(child(node.pointer, "parameters"), "parameters of a path item: move them to its operations")
    for node in contract.all("operation"):
        for index, parameter in enumerate(node.value.get("parameters", [])):
            if "$ref" not in parameter:
                where = child(child(node.pointer, "parameters"), index)
                yield Finding(where, "inline parameter: refer to one of components/parameters")
