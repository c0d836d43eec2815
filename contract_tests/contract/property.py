"""One property of the resource, as the contract describes it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum
from functools import cached_property

from contract_tests.contract.json_values import Json, identical, is_among

RISKS = ("low", "medium", "high", "critical")
"""The values of `x-risk`, the lowest first."""


class Evidence(IntEnum):
    """How well the page backs a constraint (`x-evidence`), from bad to good; `open`: the page does not say."""

    open = -1
    inferred = 0
    example = 1
    stated = 2


@dataclass(frozen=True, eq=False)
class Property:
    """One property of the resource; `schema` is its JSON Schema with every reference resolved."""

    name: str
    schema: Mapping[str, Json]

    @property
    def default(self) -> Json:
        """The default that the contract writes down; only meaningful where `has_default`."""
        return self.schema.get("default")

    @property
    def has_default(self) -> bool:
        """Whether the contract writes down a default."""
        return "default" in self.schema

    @cached_property
    def evidence(self) -> Mapping[str, str]:
        """Evidence by constraint keyword."""
        evidence: Mapping[str, str] = self.schema["x-evidence"]
        return evidence

    @cached_property
    def risk(self) -> str:
        """How much harm a change may do to an extension in use (`x-risk`)."""
        return str(self.schema["x-risk"])

    @cached_property
    def is_contact_data(self) -> bool:
        """Whether it is a text through which a person is reached: phone number, SIP address, e-mail or country list."""
        return self.risk == "critical" and "string" in self.types and not self.enum

    @cached_property
    def refers_to_extensions(self) -> bool:
        """Whether its value joins other internal numbers to this one (`x-refers-to` of an object)."""
        return "object" in self.types and "x-refers-to" in self.schema

    @property
    def examples(self) -> Sequence[Json]:
        """Valid values that the contract shows; numbers and addresses among them are reserved for examples."""
        examples: Sequence[Json] = self.schema.get("examples", ())
        return examples

    @property
    def named(self) -> Sequence[Json]:
        """Values that the page's text names (`x-named-values`), apart from enum, default and null."""
        named: Sequence[Json] = self.schema.get("x-named-values", ())
        return named

    @property
    def recording_formats(self) -> Sequence[Mapping[str, Json]]:
        """The recorded files that its values yield (`x-recording-formats`)."""
        return [row for branch in self._branches() for row in branch.get("x-recording-formats", ())]

    @property
    def is_nullable(self) -> bool:
        """Whether null is valid."""
        return "null" in self.types

    @property
    def is_replaced(self) -> bool:
        """Whether PUT replaces the value as a whole (`x-update`)."""
        return self.schema.get("x-update") == "replace"

    @cached_property
    def enum(self) -> Sequence[Json]:
        """The members of the enum, null not among them; empty where there is none."""
        return [member for branch in self._branches() for member in branch.get("enum", ())]

    @cached_property
    def alternative(self) -> Mapping[str, Json]:
        """The schema of the values that are not null."""
        return next(branch for branch in self._branches() if branch.get("type") != "null")

    @cached_property
    def types(self) -> frozenset[str]:
        """The JSON types that the property may have, "null" among them where null is allowed."""
        return frozenset(name for branch in self._branches() for name in _as_list(branch.get("type", ())))

    def same(self, left: Json, right: Json) -> bool:
        """Whether two values mean the same: equal as far as the contract knows them, or of one `x-equal-values`."""
        if identical(left, right):
            return True
        if isinstance(left, dict) and identical(known_part(self.schema, left), known_part(self.schema, right)):
            return True
        return any(is_among(left, group) and is_among(right, group) for group in self.schema.get("x-equal-values", ()))

    def tolerates(self, value: Json) -> bool:
        """Whether a value outside the type is one that the page's own text names (`x-tolerated-values`)."""
        return is_among(value, self.schema.get("x-tolerated-values", ()))

    def is_named_by_page(self, value: Json) -> bool:
        """Whether the page names this value, so that no server may refuse it.

        Ranges, lengths, forms and ids of other things are left open by the page, and so is null where the page only
        shows it in an answer: refusing such a value is no failure.
        """
        if value is None:
            return self.is_nullable and self.evidence["null"] == Evidence.stated.name
        if self.has_default and self.same(value, self.default):
            return True
        if isinstance(value, bool):
            return "boolean" in self.types
        if is_among(value, self.enum):
            return True
        return is_among(value, self.named)

    def _branches(self) -> Sequence[Mapping[str, Json]]:
        branches: Sequence[Mapping[str, Json]] = self.schema.get("anyOf", [self.schema])
        return branches


def known_part(schema: Mapping[str, Json], value: Json) -> Json:
    """A value without the members of nested objects that a resolved schema does not declare."""
    if not isinstance(value, dict):
        return value
    for branch in schema.get("anyOf", ()):
        value = known_part(branch, value)
    if "properties" in schema:
        declared = schema["properties"]
        return {name: known_part(declared[name], member) for name, member in value.items() if name in declared}
    return {key: known_part(schema.get("additionalProperties", {}), member) for key, member in value.items()}


def _as_list(value: str | Sequence[str]) -> Sequence[str]:
    return [value] if isinstance(value, str) else value
