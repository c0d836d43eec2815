"""The contract, read from `openapi.yaml`: the only place from which the suite knows anything about a property."""

from __future__ import annotations

import functools
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum
from pathlib import Path
from typing import Any, NamedTuple, NoReturn
from urllib.parse import urlsplit

import jsonschema_rs
import yaml

Json = Any
"""A JSON value: None, bool, int, float, str, list or dict."""
Settings = dict[str, Json]
"""Properties of an internal number by name, as a JSON object."""

RISKS = ("low", "medium", "high", "critical")
"""The values of `x-risk`, the least first."""
DEEPEST = 50
"""No answer of the resource is nested deeper; validators give up long before memory ends."""
CONTRACT = Path(__file__).resolve().parents[2] / "openapi.yaml"


class Evidence(IntEnum):
    """How well the page backs a constraint (`x-evidence`); the larger, the better; `open`: it does not say."""

    open = -1
    inferred = 0
    example = 1
    stated = 2


@dataclass(frozen=True)
class Violation:
    """One constraint that a document breaks: where, which JSON Schema keyword, how well backed, in words."""

    path: str
    keyword: str
    evidence: Evidence
    message: str


class Unset(NamedTuple):
    """What stands for a property that was never set, and how well that is backed."""

    value: Json
    evidence: Evidence


@dataclass(frozen=True)
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

    @property
    def evidence(self) -> Mapping[str, str]:
        """Evidence by constraint keyword."""
        evidence: Mapping[str, str] = self.schema["x-evidence"]
        return evidence

    @property
    def risk(self) -> str:
        """What writing it on a phone in use may do (`x-risk`)."""
        return str(self.schema["x-risk"])

    @property
    def is_somebodys(self) -> bool:
        """Whether it is a text that leads to somebody: a number, an address, a mail box, countries that may call."""
        return self.risk == "critical" and "string" in self.types and not self.enum

    @property
    def refers_to_extensions(self) -> bool:
        """Whether its value binds other internal numbers to this one (`x-refers-to` of an object)."""
        return "object" in self.types and "x-refers-to" in self.schema

    @property
    def examples(self) -> Sequence[Json]:
        """Valid values that the contract shows; all of them from ranges that are nobody's."""
        examples: Sequence[Json] = self.schema.get("examples", ())
        return examples

    @property
    def named(self) -> Sequence[Json]:
        """Values that the page's text names (`x-named-values`), apart from enum, default and null."""
        named: Sequence[Json] = self.schema.get("x-named-values", ())
        return named

    @property
    def is_nullable(self) -> bool:
        """Whether null is valid."""
        return "null" in self.types

    @property
    def is_replaced(self) -> bool:
        """Whether PUT replaces the value as a whole (`x-update`)."""
        return self.schema.get("x-update") == "replace"

    @property
    def enum(self) -> Sequence[Json]:
        """The members of the enum, null not among them; empty where there is none."""
        return [member for branch in self._branches() for member in branch.get("enum", ())]

    @property
    def alternative(self) -> Mapping[str, Json]:
        """The schema of the values that are not null."""
        return next(branch for branch in self._branches() if branch.get("type") != "null")

    @property
    def types(self) -> frozenset[str]:
        """The JSON types that the property may have, "null" among them where null is allowed."""
        return frozenset(name for branch in self._branches() for name in _as_list(branch.get("type", ())))

    def same(self, left: Json, right: Json) -> bool:
        """Whether two values mean the same: equal as far as the contract knows them, or of one `x-equal-values`."""
        if identical(known_part(self.schema, left), known_part(self.schema, right)):
            return True
        return any(_among(left, group) and _among(right, group) for group in self.schema.get("x-equal-values", ()))

    def tolerates(self, value: Json) -> bool:
        """Whether a value outside the type is one that the page's own text names (`x-tolerated-values`)."""
        return _among(value, self.schema.get("x-tolerated-values", ()))

    def is_named_by_page(self, value: Json) -> bool:
        """Whether the page names this very value, so that no server may refuse it.

        Ranges, lengths, forms and ids of other things are left open by the page, and so is null where the page only
        shows it in an answer: refusing such a value is no failure.
        """
        if value is None:
            return self.is_nullable and self.evidence["null"] == Evidence.stated.name
        if self.has_default and self.same(value, self.default):
            return True
        if isinstance(value, bool):
            return "boolean" in self.types
        if _among(value, self.enum):
            return True
        return _among(value, self.named)

    def _branches(self) -> Sequence[Mapping[str, Json]]:
        branches: Sequence[Mapping[str, Json]] = self.schema.get("anyOf", [self.schema])
        return branches


class Contract:
    """An OpenAPI document of the resource, with its two schemas resolved and compiled."""

    def __init__(self, path: Path = CONTRACT) -> None:
        self.path = path
        self.document: Mapping[str, Json] = load_yaml(path)
        self._answer = resolve(self.document, {"$ref": "#/components/schemas/PhoneProperties"})
        self._update = resolve(self.document, {"$ref": "#/components/schemas/PhonePropertiesUpdate"})
        self._answer_validator = jsonschema_rs.Draft202012Validator(self._answer)
        self._update_validator = jsonschema_rs.Draft202012Validator(self._update)

    @functools.cached_property
    def properties(self) -> Mapping[str, Property]:
        """The properties of the resource by name, in the contract's order."""
        return {name: Property(name, schema) for name, schema in self._answer["properties"].items()}

    @property
    def resource_path(self) -> str:
        """The path template of the resource, below the base URL."""
        return str(next(iter(self.document["paths"])))

    @functools.cached_property
    def responses(self) -> Mapping[str, Mapping[str, Json]]:
        """The declared responses by method, then by status code."""
        operations = next(iter(self.document["paths"].values())).items()
        return {name.upper(): resolve(self.document, operation["responses"]) for name, operation in operations}

    @functools.cached_property
    def required(self) -> frozenset[str]:
        """The properties that an answer must hold; the page's example shows no others."""
        return frozenset(self._answer["required"])

    @property
    def never_together(self) -> Sequence[Settings]:
        """Values that an extension must never show at once, not even in passing (`x-never-together`)."""
        together: Sequence[Settings] = self._update.get("x-never-together", ())
        return together

    @property
    def unset_value(self) -> Unset:
        """What an answer shows for a property without a default that was never set (`x-unset-value`)."""
        unset = self._answer["x-unset-value"]
        return Unset(unset["value"], Evidence[unset["evidence"]])

    @property
    def base_path(self) -> str:
        """The path of the base URL."""
        return urlsplit(str(self.document["servers"][0]["url"])).path

    def path_to(self, extension_id: str) -> str:
        """The path of an extension's settings, below the base URL."""
        return self.resource_path.replace("{extension_id}", extension_id)

    @property
    def token_path(self) -> str:
        """The path of the token endpoint on the same origin."""
        schemes = self.document["components"]["securitySchemes"].values()
        flows = next(scheme["flows"] for scheme in schemes if scheme["type"] == "oauth2")
        return str(flows["clientCredentials"]["tokenUrl"])

    def answer_violations(self, document: Json) -> list[Violation]:
        """What an answer of GET or PUT breaks; tolerated values (`x-tolerated-values`) count as inferred."""
        return [
            self._tolerate(violation, document)
            for violation in _violations(self._answer_validator, self._answer, document)
        ]

    def update_violations(self, document: Json) -> list[Violation]:
        """What a body of PUT breaks."""
        return list(_violations(self._update_validator, self._update, document))

    def known(self, document: Mapping[str, Json]) -> Settings:
        """The part of an object that the contract knows, nested members included."""
        known: Settings = known_part(self._update, document)
        return known

    def valid_part(self, update: Mapping[str, Json]) -> Settings:
        """The properties of an update whose values break nothing."""
        broken = {violation.path.partition(".")[0] for violation in self.update_violations(update)}
        return {name: value for name, value in update.items() if name in self.properties and name not in broken}

    def is_named_by_page(self, update: Mapping[str, Json]) -> bool:
        """Whether an update holds only values that the page names (see `Property.is_named_by_page`), at least one."""
        return bool(update) and all(
            name in self.properties and self.properties[name].is_named_by_page(update[name]) for name in update
        )

    def differences(self, expected: Mapping[str, Json], actual: Mapping[str, Json]) -> dict[str, tuple[Json, Json]]:
        """The properties of `expected` that `actual` shows otherwise or not at all: name to (expected, actual)."""
        return {
            name: (value, actual.get(name, ABSENT))
            for name, value in expected.items()
            if name in self.properties and not self.properties[name].same(value, actual.get(name, ABSENT))
        }

    def _tolerate(self, violation: Violation, document: Json) -> Violation:
        known = self.properties.get(violation.path)
        if known and known.tolerates(document[known.name]):
            return Violation(violation.path, violation.keyword, Evidence.inferred, violation.message)
        return violation


class _Absent:
    """What stands for a property that an answer does not have: equal to nothing else."""

    def __repr__(self) -> str:
        return "absent"


ABSENT = _Absent()


def load_yaml(path: Path) -> Json:
    """The content of a YAML file; the parser in C, where PyYAML has it, is ten times faster."""
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    return yaml.load(path.read_text(encoding="utf-8"), Loader=loader)  # noqa: S506 - both loaders are safe


def identical(left: Json, right: Json) -> bool:
    """Whether two JSON values are the same; unlike Python, JSON does not take 1 for true, but 1.0 for 1."""
    if isinstance(left, bool) or isinstance(right, bool):
        return left is right
    if isinstance(left, dict) and isinstance(right, dict):
        return left.keys() == right.keys() and all(identical(left[key], right[key]) for key in left)
    if isinstance(left, list) and isinstance(right, list):
        return len(left) == len(right) and all(map(identical, left, right))
    return bool(left == right)


def in_json(value: Json, most: int = 200) -> str:
    """A value as a message shows it: as JSON, and not longer than so many characters."""
    if value is ABSENT:
        return "nothing"
    text = json.dumps(value, ensure_ascii=False)
    length = len(value) if isinstance(value, str) else len(text)
    return text if len(text) <= most else f"{text[: most // 4]}… ({length:,} characters)"


def json_object(content: bytes | None) -> Settings | None:
    """The JSON object that a body holds, None where it holds none, or one that is nested without end."""
    try:
        document = json.loads(content or b"", parse_constant=_refuse)
        json.dumps(document, ensure_ascii=False).encode()  # a lone surrogate is no text (RFC 8259, 8.2)
        if _depth(document) > DEEPEST:
            return None
    except (ValueError, RecursionError):
        return None
    return document if isinstance(document, dict) else None


def _depth(value: Json) -> int:
    members = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return 1 + max(map(_depth, members), default=0)


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is not JSON")


def known_part(schema: Mapping[str, Json], value: Json) -> Json:
    """A value without the members of nested objects that a resolved schema does not declare."""
    for branch in schema.get("anyOf", ()):
        value = known_part(branch, value)
    if not isinstance(value, dict):
        return value
    if "properties" in schema:
        declared = schema["properties"]
        return {name: known_part(declared[name], member) for name, member in value.items() if name in declared}
    return {key: known_part(schema.get("additionalProperties", {}), member) for key, member in value.items()}


def resolve(document: Mapping[str, Json], node: Json) -> Json:
    """A part of the document with each `$ref` replaced by its target; what stands beside a reference wins.

    `x-evidence` is merged, since the target backs its constraints and the place of use backs the default.
    """
    if isinstance(node, list):
        return [resolve(document, item) for item in node]
    if not isinstance(node, dict):
        return node
    resolved = {key: resolve(document, value) for key, value in node.items() if key != "$ref"}
    if "$ref" not in node:
        return resolved
    target = functools.reduce(lambda part, key: part[key], node["$ref"].removeprefix("#/").split("/"), document)
    target = resolve(document, target)
    evidence = {**target.get("x-evidence", {}), **resolved.get("x-evidence", {})}
    return {**target, **resolved, "x-evidence": evidence}


def _violations(validator: jsonschema_rs.Draft202012Validator, schema: Json, document: Json) -> Iterator[Violation]:
    for error in validator.iter_errors(document):
        yield from _explain(error, schema)


def _explain(error: jsonschema_rs.ValidationError, schema: Json) -> Iterator[Violation]:
    """One error as violations: an `anyOf` is blamed on the branch that the value meant."""
    if isinstance(error.kind, jsonschema_rs.ValidationErrorKind.AnyOf) and error.instance is not None:
        for branch in error.kind.context:
            if not any(_is_about_null(inner, schema) for inner in branch):
                for inner in branch:
                    yield from _explain(inner, schema)
        return
    *place, keyword = error.schema_path
    if keyword == "pattern" and place and place[-1] == "propertyNames":
        *place, keyword = place
    subschema = functools.reduce(lambda part, key: part[key], place, schema)
    aspect = "null" if keyword in {"type", "anyOf", "enum"} and error.instance is None else keyword
    evidence = Evidence[subschema.get("x-evidence", {}).get(aspect, Evidence.inferred.name)]
    path = ".".join(str(step) for step in error.instance_path)
    yield Violation(path, str(keyword), evidence, f"{path or 'the object'}: {error.message}")


def _is_about_null(error: jsonschema_rs.ValidationError, schema: Json) -> bool:
    *place, keyword = error.schema_path
    subschema = functools.reduce(lambda part, key: part[key], place, schema)
    return keyword == "type" and subschema["type"] == "null"


def _among(value: Json, group: Sequence[Json]) -> bool:
    return any(identical(value, member) for member in group)


def _as_list(value: str | Sequence[str]) -> Sequence[str]:
    return [value] if isinstance(value, str) else value
