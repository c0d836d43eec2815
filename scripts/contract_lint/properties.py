"""Rules on the properties of the resource and on the two schemas that hold them."""

from __future__ import annotations

from collections.abc import Iterator

from scripts.contract_lint.contract import Contract
from scripts.contract_lint.finding import Finding
from scripts.contract_lint.pointer import child, keys, parent

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
    """The x-evidence of a component or property names the constraints beside it: all of them and no other."""
    for node in contract.all("schema"):
        holder = parent(node.pointer)
        named = holder == "#/components/schemas" or holder.endswith("/properties")
        if not named and "x-evidence" not in node.value:
            continue
        constraints, evidence = CONSTRAINTS & node.value.keys(), set(node.value.get("x-evidence", {}))
        if "anyOf" in constraints:
            constraints |= {"type"}  # its branches are how a nullable component says the type
        for keyword in sorted(constraints - evidence):
            yield Finding(node.pointer, f"x-evidence has no {keyword!r}: say how well the page backs it")
        # How PUT updates is no constraint of a value; it may carry evidence all the same.
        for keyword in sorted(evidence - constraints - {"null"} - ({"x-update"} & node.value.keys())):
            yield Finding(node.pointer, f"x-evidence names {keyword!r}, which the schema does not have: drop it")


def property_name_is_a_word(contract: Contract) -> Iterator[Finding]:
    """No property is named by a number: schemathesis and generators mistake it for an index."""
    for node in contract.all_properties():
        if keys(node.pointer)[-1].isdigit():
            yield Finding(node.pointer, "numeric property name: use propertyNames and additionalProperties")


def both_schemas_have_the_same_properties(contract: Contract) -> Iterator[Finding]:
    """What is read and what is changed are the same properties, by reference to the same components."""
    schemas = contract.resource
    read, update = contract.properties(schemas.answer), contract.properties(schemas.update)
    for name in sorted(read.keys() | update.keys()):
        one, other = read.get(name, {}).get("$ref"), update.get(name, {}).get("$ref")
        if one is None or one != other:
            place = child(f"{schemas.update if name in update else schemas.answer}/properties", name)
            yield Finding(place, f"read as {one}, changed as {other}: refer to one component in both schemas")


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
