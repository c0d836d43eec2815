"""The list of rules, and the order in which they are asked."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import reduce
from pathlib import Path
from typing import Any

from openapi_spec_validator import OpenAPIV31SpecValidator

from scripts.contract_lint import operations, properties, resource, source, values, vocabulary
from scripts.contract_lint.contract import Contract
from scripts.contract_lint.finding import Finding
from scripts.contract_lint.pointer import child, resolve

Rule = Callable[[Contract], Iterator[Finding]]


def name(rule: Rule) -> str:
    """Return the rule's name as it is reported."""
    return rule.__name__.replace("_", "-")


def reference_resolves(contract: Contract) -> Iterator[Finding]:
    """A reference leads to something in this file, and not back to itself."""
    for pointer, target in _references(contract.document, "#"):
        followed: list[object] = []
        while target not in followed:
            followed.append(target)
            value = _find(contract, target) if isinstance(target, str) and target.startswith("#/") else None
            if not isinstance(value, dict):
                yield Finding(child(pointer, "$ref"), f"{target!r} is no object in this file: correct the reference")
                break
            if "$ref" not in value:
                break
            target = value["$ref"]
        else:
            yield Finding(child(pointer, "$ref"), f"{target!r} leads back to itself: break the circle")


def document_is_valid_openapi(contract: Contract) -> Iterator[Finding]:
    """The document is valid OpenAPI 3.1, by openapi-spec-validator."""
    validator = OpenAPIV31SpecValidator(contract.document)
    # Its checks of the content break on a document whose structure is wrong.
    structure = list(validator.schema_validator.iter_errors(contract.document))
    for error in structure or validator.iter_errors():
        pointer = reduce(child, error.absolute_path, "#")
        # Not all of its paths start at the document: those that do not name no place.
        known = _find(contract, pointer) is error.instance
        yield Finding(pointer if known else "#", error.message.splitlines()[0])


def _references(value: object, pointer: str) -> Iterator[tuple[str, object]]:
    if isinstance(value, dict):
        if "$ref" in value:
            yield pointer, value["$ref"]
        for key, inner in value.items():
            yield from _references(inner, child(pointer, key))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from _references(inner, child(pointer, index))


def _find(contract: Contract, pointer: str) -> object:
    """Return what the pointer names, or None."""
    try:
        return resolve(contract.document, pointer)
    except LookupError:
        return None


# A stage makes sense only of a document that all stages before it passed.
STAGES: list[list[Rule]] = [
    [reference_resolves],
    [vocabulary.schema_is_valid, vocabulary.extension_has_its_shape],
    [document_is_valid_openapi],
    [resource.resource_is_named],
    [resource.resource_exists],
    [resource.operation_carries_the_resource],
    [
        values.default_is_valid,
        values.example_is_valid,
        values.example_of_critical_property_is_reserved,
        values.declared_null_is_valid,
        values.enum_member_is_valid,
        values.equal_value_is_valid,
        values.tolerated_value_is_invalid,
        values.unset_value_is_valid,
        properties.property_has_description,
        properties.property_has_example,
        properties.property_has_risk,
        properties.property_takes_position_on_null,
        properties.constraint_has_evidence,
        properties.property_name_is_a_word,
        properties.both_schemas_have_the_same_properties,
        properties.bound_is_exact_in_javascript,
        properties.update_asks_for_nothing,
        properties.shared_component_has_no_default,
        operations.operation_is_described,
        operations.operation_tag_is_declared,
        operations.security_is_declared,
        operations.server_variable_has_no_description,
        operations.parameter_is_referred_to_by_operation,
        vocabulary.extension_is_explained,
        vocabulary.explained_extension_is_used,
        vocabulary.keyword_is_known,
    ],
]

# Until these pass, no tool may follow the references.
DOCUMENT_IS_JSON = "document-is-json"
BEFORE_ANY_TOOL = {DOCUMENT_IS_JSON, name(reference_resolves)}
# Until these pass, it is no contract that could be compared with another.
BEFORE_COMPARING = {DOCUMENT_IS_JSON} | {name(rule) for stage in STAGES[:3] for rule in stage}


def lint(path: Path) -> dict[str, list[Finding]]:
    """Return the findings in the file by rule; raises UnreadableError."""
    node, findings = source.read(path)
    return {DOCUMENT_IS_JSON: findings} if findings else lint_document(source.construct(node))


def lint_document(document: dict[str, Any]) -> dict[str, list[Finding]]:
    """Return the findings in a loaded contract by rule."""
    contract = Contract(document)
    for stage in STAGES:
        report = {name(rule): found for rule in stage if (found := list(rule(contract)))}
        if report:
            return report
    return {}
