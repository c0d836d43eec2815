"""The properties for the reference page: every keyword of their schemas, with its evidence.

The code names no property, and only the keywords of JSON Schema that it treats specially. So the page has every new
property and every new keyword of the contract.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from contract_tests.contract.document import Contract
from contract_tests.contract.json_values import Json, identical

OTHER = "other"
"""The group of the properties for which the contract names none."""
NESTED = {"properties", "additionalProperties", "required", "propertyNames", "anyOf"}
"""Keywords that the page shows as members or as another constraint."""
ELSEWHERE = {"description", "x-evidence", "x-group", "x-risk"}
"""Keywords that have a separate field in an entry."""


@dataclass(frozen=True)
class Fact:
    """One keyword of a schema.

    Attributes:
        keyword: Its name in the contract.
        label: Its name on the page.
        evidence: Its evidence level, or "".
        values: Its values as JSON texts.
        text: Its value, if that is prose.
        rows: Its value, if that is a table.
    """

    keyword: str
    label: str
    evidence: str = ""
    values: Sequence[str] = ()
    text: str = ""
    rows: Sequence[Mapping[str, Json]] = ()


@dataclass(frozen=True)
class Entry:
    """A property, or a member of one.

    Attributes:
        name: Its name.
        type: Its JSON types, joined by "or".
        description: Its description in Markdown.
        group: Its subject; "" for a member.
        risk: The risk of writing it; "" for a member.
        default: Its default as JSON, or "".
        zero: The meaning of 0; "" if 0 is only a number.
        facts: Every keyword of its schema.
        members: The members, if it is an object.
    """

    name: str
    type: str
    description: str
    group: str
    risk: str
    default: str
    zero: str
    facts: Sequence[Fact]
    members: Sequence[Entry]

    @property
    def allows_null(self) -> bool:
        """Whether null is valid."""
        return "null" in self.type.split()

    @property
    def explains_null_or_zero(self) -> bool:
        """Whether the provider's page gives a meaning to null or 0."""
        return bool(self.zero) or any(fact.keyword == "null" and fact.evidence == "stated" for fact in self.facts)


def entries(contract: Contract) -> list[Entry]:
    """Return the properties in the contract's order."""
    return [_entry(name, definition.schema) for name, definition in contract.properties.items()]


def by_group(properties: Iterable[Entry]) -> Mapping[str, Sequence[Entry]]:
    """Group the properties by subject, in their order; those without a subject come last."""
    groups: dict[str, list[Entry]] = {}
    for entry in properties:
        groups.setdefault(entry.group or OTHER, []).append(entry)
    without = groups.pop(OTHER, [])
    return groups | ({OTHER: without} if without else {})


def first_value(schema: Mapping[str, Json]) -> Json:
    """Return a value with which a change of the property may begin.

    It names nothing that may be in use. The contract's examples of numbers and addresses are reserved ones, but an id
    in an example may be the id of something.
    """
    if "x-refers-to" in schema:
        return schema.get("default")
    return schema["examples"][0] if "examples" in schema else schema.get("default")


def facts(schema: Mapping[str, Json]) -> list[Fact]:
    """Return the keywords of a schema that is not a property, such as the schema of a parameter."""
    kinds = " or ".join(str(branch.get("const", branch["type"])) for branch in schema.get("anyOf", [schema]))
    return [*_facts({**schema, "type": kinds}, schema.get("x-evidence", {}))]


def as_text(value: Json) -> str:
    """Return a value as JSON on one line."""
    return json.dumps(value, ensure_ascii=False)


def label(keyword: str) -> str:
    """Return a keyword as words: `x-named-values` as "named values", `maxLength` as "max length"."""
    return re.sub(r"([a-z])([A-Z])", r"\1 \2", keyword.removeprefix("x-")).replace("-", " ").lower()


def _entry(name: str, schema: Mapping[str, Json]) -> Entry:
    branches = schema.get("anyOf", [schema])
    own = next(branch for branch in branches if branch.get("type") != "null")
    types = [kind for branch in branches for kind in _listed(branch["type"])]
    evidence = {**own.get("x-evidence", {}), **schema.get("x-evidence", {})}
    merged = {**own, **schema, "type": " or ".join(types), "null": "null" in types}
    return Entry(
        name=name,
        type=merged["type"],
        description=merged.get("description", ""),
        group=schema.get("x-group", ""),
        risk=schema.get("x-risk", ""),
        default=as_text(schema["default"]) if "default" in schema else "",
        zero=_zero(schema),
        facts=[*_facts(merged, evidence)],
        members=[*_members(merged)],
    )


def _zero(schema: Mapping[str, Json]) -> str:
    for group in schema.get("x-equal-values", ()):
        if any(identical(0, value) for value in group):
            return f"the same as {', '.join(as_text(value) for value in group if not identical(0, value))}"
    return "a meaning of its own" if any(identical(0, value) for value in schema.get("x-named-values", ())) else ""


def _facts(schema: Mapping[str, Json], evidence: Mapping[str, str]) -> Iterator[Fact]:
    """Yield the keywords of a schema; those for the form of a value come first."""
    first = ["type", "null", "default", "enum"]
    for keyword in [*first, *(key for key in schema if key not in first)]:
        if keyword in schema and keyword not in NESTED | ELSEWHERE:
            yield _fact(keyword, schema[keyword], evidence.get(keyword, ""))
    if "anyOf" in schema:
        yield Fact("anyOf", "one of", evidence.get("anyOf", ""), text=schema["type"])
    if "required" in schema:
        yield Fact("required", "required members", evidence.get("required", ""), _each(schema["required"]))
    if "propertyNames" in schema:
        for inner, value in schema["propertyNames"].items():
            yield replace(_fact(inner, value, evidence.get("propertyNames", "")), label=f"{label(inner)} of the keys")


def _fact(keyword: str, value: Json, evidence: str) -> Fact:
    fact = Fact(keyword, label(keyword), evidence)
    if keyword == "null":
        return replace(fact, text="allowed" if value else "not allowed")
    if isinstance(value, list) and value and all(isinstance(item, dict) for item in value) and keyword != "examples":
        return replace(fact, rows=value)
    if keyword == "x-equal-values":
        return replace(fact, text="; ".join(" = ".join(map(as_text, group)) for group in value))
    if isinstance(value, list):
        return replace(fact, values=_each(value))
    if isinstance(value, str) and keyword not in {"default", "pattern"}:
        return replace(fact, text=value)
    return replace(fact, values=(value if keyword == "pattern" else as_text(value),))


def _members(schema: Mapping[str, Json]) -> Iterator[Entry]:
    for name, member in schema.get("properties", {}).items():
        yield _entry(name, member)
    if "additionalProperties" in schema:
        yield _entry("any key", schema["additionalProperties"])


def _each(values: Iterable[Json]) -> list[str]:
    return [as_text(value) for value in values]


def _listed(value: Json) -> list[str]:
    return [value] if isinstance(value, str) else value
