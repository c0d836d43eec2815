"""Rules on the properties of the resource and on the two schemas that hold them."""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from typing import Any

from scripts.contract_lint.contract import Contract
from scripts.contract_lint.finding import Finding
from scripts.contract_lint.grammar import Node
from scripts.contract_lint.pointer import child, keys, parent

MAX_SAFE_INTEGER = 2**53 - 1

# Whatever narrows or fills a value; formats are left to the type's evidence.
CONSTRAINTS = {
    "allOf",
    "anyOf",
    "const",
    "default",
    "enum",
    "exclusiveMaximum",
    "exclusiveMinimum",
    "maxItems",
    "maxLength",
    "maxProperties",
    "maximum",
    "minItems",
    "minLength",
    "minProperties",
    "minimum",
    "multipleOf",
    "not",
    "oneOf",
    "pattern",
    "propertyNames",
    "required",
    "type",
    "uniqueItems",
}


# What else than a schema carries evidence, and for which of its keywords.
EVIDENCE_OF = {
    "response": {"content", "headers"},
    "securityScheme": {"type", "scheme", "flows", "in", "name", "openIdConnectUrl"},
    "flow": {"authorizationUrl", "refreshUrl", "scopes", "tokenUrl"},
}


def property_has_description(contract: Contract) -> Iterator[Finding]:
    """Each property has a description."""
    for node in contract.all_properties():
        if not contract.keyword(node.value, "description"):
            yield Finding(node.pointer, "no description: say what the property does")


def property_has_example(contract: Contract) -> Iterator[Finding]:
    """Each property has an example."""
    for node in contract.all_properties():
        if not contract.keyword(node.value, "examples"):
            yield Finding(node.pointer, "no example: give one under `examples`")


def property_has_risk(contract: Contract) -> Iterator[Finding]:
    """Each property of the resource has an x-risk; it decides what may be written to a phone in use."""
    answer = contract.resource.answer
    for name, schema in contract.properties(answer).items():
        if contract.keyword(schema, "x-risk") is None:
            yield Finding(child(f"{answer}/properties", name), "no x-risk: say what writing it may do")


def property_takes_position_on_null(contract: Contract) -> Iterator[Finding]:
    """The x-evidence of each property has `null`: how well its position on null is backed, allowed or not."""
    for node in contract.all_properties():
        if not any("null" in link.get("x-evidence", {}) for link in contract.chain(node.value)):
            yield Finding(node.pointer, "x-evidence has no 'null': say how well the position on null is backed")


def constraint_has_evidence(contract: Contract) -> Iterator[Finding]:
    """The x-evidence of a schema that has a name names the constraints beside it: all of them and no other.

    So does that of a response, a header, a parameter, a security scheme and a flow: they too are demands on a server.
    """
    for node in contract.all("schema"):
        holder = parent(node.pointer)
        named = holder == "#/components/schemas" or holder.endswith("/properties")
        of_message = parent(holder) in {"#/components/headers", "#/components/parameters"}
        if not (named or of_message or "x-evidence" in node.value):
            continue
        constraints = CONSTRAINTS & node.value.keys()
        if "anyOf" in constraints:
            constraints |= {"type"}  # its branches are how a nullable component says the type
        # How PUT updates is no constraint of a value; it may carry evidence all the same.
        yield from _evidence(node, constraints, {"null", *({"x-update"} & node.value.keys())})
    for node in contract.all(*EVIDENCE_OF):
        if "$ref" not in node.value:
            present = EVIDENCE_OF[node.kind] & node.value.keys()
            # The status code stands where an operation refers to the response.
            yield from _evidence(node, present | ({"status"} if node.kind == "response" else set()))


def _evidence(node: Node, demands: AbstractSet[str], allowed: AbstractSet[str] = frozenset()) -> Iterator[Finding]:
    """Compare the x-evidence of an object with what it must name, and with what else it may name."""
    evidence = set(node.value.get("x-evidence", {}))
    for keyword in sorted(demands - evidence):
        yield Finding(node.pointer, f"x-evidence has no {keyword!r}: say how well the page backs it")
    for keyword in sorted(evidence - demands - allowed):
        yield Finding(node.pointer, f"x-evidence names {keyword!r}, which is not there: drop it")


def property_name_is_a_word(contract: Contract) -> Iterator[Finding]:
    """No property is named by a number: schemathesis and generators mistake it for an index."""
    for node in contract.all_properties():
        if keys(node.pointer)[-1].isdigit():
            yield Finding(node.pointer, "numeric property name: use propertyNames and additionalProperties")


def both_schemas_have_the_same_properties(contract: Contract) -> Iterator[Finding]:
    """What is read and what is changed are the same properties: by reference to one component, or in the same words."""
    schemas = contract.resource
    read, update = contract.properties(schemas.answer), contract.properties(schemas.update)
    for name in sorted(read.keys() | update.keys()):
        place = child(f"{schemas.update if name in update else schemas.answer}/properties", name)
        if name not in read or name not in update:
            yield Finding(place, "it is in one of the two schemas only: add it to the other")
        else:
            yield from (
                Finding(place, f"{keyword} differs from the one in {schemas.answer}: make them the same")
                for keyword in _differing(read[name], update[name])
            )


def _differing(one: dict[str, Any], other: dict[str, Any]) -> list[str]:
    """Return the keywords in which two properties differ; of two references, only what they refer to counts."""
    if "$ref" in one and "$ref" in other:
        return ["$ref"] if one["$ref"] != other["$ref"] else []
    one, other = _without_default(one), _without_default(other)
    return sorted(keyword for keyword in one.keys() | other.keys() if one.get(keyword) != other.get(keyword))


def _without_default(schema: dict[str, Any]) -> dict[str, Any]:
    """Return a property without its default, which stands in the answers only, and without the evidence for that."""
    evidence = {keyword: level for keyword, level in schema.get("x-evidence", {}).items() if keyword != "default"}
    rest = {keyword: value for keyword, value in schema.items() if keyword not in {"default", "x-evidence"}}
    return {**rest, "x-evidence": evidence} if evidence else rest


def bound_is_exact_in_javascript(contract: Contract) -> Iterator[Finding]:
    """No bound is a number that JavaScript, and so most tools, shows as another one."""
    for node in contract.all("schema"):
        for keyword in ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"):
            if abs(node.value.get(keyword, 0)) > MAX_SAFE_INTEGER:
                yield Finding(
                    child(node.pointer, keyword), "JavaScript shows another number: let `format: int64` say it"
                )


def update_asks_for_nothing(contract: Contract) -> Iterator[Finding]:
    """The body of a change has no default and requires nothing: a client sends what it changes and nothing else."""
    update = contract.resource.update
    if contract.keyword({"$ref": update}, "required"):
        yield Finding(child(update, "required"), "a change may carry any property alone: drop `required`")
    for name, schema in contract.properties(update).items():
        if "default" in schema:
            place = child(child(f"{update}/properties", name), "default")
            yield Finding(place, "a client would send it unasked: put the default into the answer schema only")


def shared_component_has_no_default(contract: Contract) -> Iterator[Finding]:
    """A component behind both schemas has no default, or clients would send it with every change."""
    shared = contract.reachable(contract.resource.answer) & contract.reachable(contract.resource.update)
    for node in contract.all("schema"):
        if "default" in node.value and any(f"{node.pointer}/".startswith(f"{component}/") for component in shared):
            place = child(node.pointer, "default")
            yield Finding(place, "clients would send it with every change: put it beside the $ref in the answer schema")
