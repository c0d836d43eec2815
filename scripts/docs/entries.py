"""The properties as the reference shows them: every keyword of their schemas, with the evidence for it.

Nothing here knows a property or a keyword that is not about the shape of a schema, so what the contract gains is shown.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from contract_tests.contract.document import Contract
from contract_tests.contract.json_values import Json, identical

NESTED = {"properties", "additionalProperties", "required", "propertyNames", "anyOf"}
"""Keywords that are shown as members, or as the constraint that they stand for."""
ELSEWHERE = {"description", "x-evidence", "x-risk"}
"""Keywords that have a place of their own in an entry."""


@dataclass(frozen=True)
class Fact:
    """One keyword of a schema: its name in words, its values, and how well it is backed ("" where nothing is said).

    `values` are JSON texts, except that prose stands in `text` and rows of a table in `rows`.
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
        name: Of the property.
        type: In words.
        description: In Markdown.
        risk: Of writing it; "" for a member.
        default: As JSON; "" where there is none.
        zero: What 0 is; "" where it is nothing but a number.
        facts: Every keyword of its schema.
        members: Of an object.
    """

    name: str
    type: str
    description: str
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
    def tells_null_or_zero(self) -> bool:
        """Whether the page gives null or 0 a meaning here."""
        return bool(self.zero) or any(fact.keyword == "null" and fact.evidence == "stated" for fact in self.facts)


def entries(contract: Contract) -> list[Entry]:
    """The properties in the contract's order."""
    return [_entry(name, known.schema) for name, known in contract.properties.items()]


def facts(schema: Mapping[str, Json]) -> list[Fact]:
    """What a schema says that is no property, such as that of a parameter."""
    return [*_facts(schema, schema.get("x-evidence", {}))]


def as_text(value: Json) -> str:
    """A value as JSON on one line."""
    return json.dumps(value, ensure_ascii=False)


def in_words(keyword: str) -> str:
    """A keyword as a label: `x-named-values` and `maxLength` as words."""
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
    """What a schema says, the shape of its values first."""
    first = ["type", "null", "default", "enum"]
    order = [*first, *(key for key in schema if key not in first)]
    for keyword in order:
        if keyword in schema and keyword not in NESTED | ELSEWHERE:
            yield _fact(keyword, schema[keyword], evidence.get(keyword, ""))
    if "anyOf" in schema:
        yield Fact("anyOf", "one of", evidence.get("anyOf", ""), text=schema["type"])
    if "required" in schema:
        yield Fact("required", "members always there", evidence.get("required", ""), _each(schema["required"]))
    if "propertyNames" in schema:
        for inner, value in schema["propertyNames"].items():
            yield replace(
                _fact(inner, value, evidence.get("propertyNames", "")), label=f"{in_words(inner)} of the keys"
            )


def _fact(keyword: str, value: Json, backed: str) -> Fact:
    label = in_words(keyword)
    if keyword == "null":
        return Fact(keyword, label, backed, text="allowed" if value else "not allowed")
    if isinstance(value, list) and value and all(isinstance(item, dict) for item in value) and keyword != "examples":
        return Fact(keyword, label, backed, rows=value)
    if keyword == "x-equal-values":
        return Fact(keyword, label, backed, text="; ".join(" = ".join(map(as_text, group)) for group in value))
    if isinstance(value, list):
        return Fact(keyword, label, backed, _each(value))
    if isinstance(value, str) and keyword not in {"default", "pattern"}:
        return Fact(keyword, label, backed, text=value)
    return Fact(keyword, label, backed, (value if keyword == "pattern" else as_text(value),))


def _members(schema: Mapping[str, Json]) -> Iterator[Entry]:
    for name, member in schema.get("properties", {}).items():
        yield _entry(name, member)
    if "additionalProperties" in schema:
        yield _entry("any key", schema["additionalProperties"])


def _each(values: Iterable[Json]) -> list[str]:
    return [as_text(value) for value in values]


def _listed(value: Json) -> list[str]:
    return [value] if isinstance(value, str) else value
