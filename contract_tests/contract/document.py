"""The contract, read from `openapi.yaml`: the only source of facts about properties."""

from __future__ import annotations

import functools
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

import jsonschema_rs
import yaml

from contract_tests.contract.json_values import ABSENT, Differences, Json, Settings
from contract_tests.contract.property import Evidence, Property, known_part

_FOLDER = Path(__file__).resolve().parents[2]
_INSTALLED = _FOLDER / "phone_properties_contract" / "openapi.yaml"
OPENAPI_FILE = _INSTALLED if _INSTALLED.is_file() else _FOLDER / "openapi.yaml"
"""Beside the suite; a wheel, which has no top folder, has a folder of its own for it."""

BOUNDS = {f"int{bits}": {"minimum": -(2 ** (bits - 1)), "maximum": 2 ** (bits - 1) - 1} for bits in (32, 64)}
"""What a format of whole numbers means (OpenAPI Format Registry)."""


@dataclass(frozen=True)
class Violation:
    """One constraint that a document breaks.

    Attributes:
        path: The place in the document, with dots between names; empty for the document itself.
        keyword: The keyword of JSON Schema.
        evidence: How well the page backs the constraint.
        message: What is wrong.
    """

    path: str
    keyword: str
    evidence: Evidence
    message: str


class Unset(NamedTuple):
    """The value that an answer shows for a property that was never set, and how well the page backs that."""

    value: Json
    evidence: Evidence


class Resource(NamedTuple):
    """What `x-resource` names: a path, its operations by HTTP method, and the two schemas as references."""

    path: str
    operations: Sequence[str]
    answer: str
    update: str


class Contract:
    """An OpenAPI document of the resource, with its two schemas resolved and compiled."""

    def __init__(self, path: Path = OPENAPI_FILE) -> None:
        self.path = path
        self.document: Mapping[str, Json] = load_yaml(path)
        self.resource = Resource(**self.document["x-resource"])
        self._answer = bounded(resolve(self.document, {"$ref": self.resource.answer}))
        self._update = bounded(resolve(self.document, {"$ref": self.resource.update}))
        self._answer_validator = jsonschema_rs.Draft202012Validator(self._answer)
        self._update_validator = jsonschema_rs.Draft202012Validator(self._update)

    @functools.cached_property
    def properties(self) -> Mapping[str, Property]:
        """The properties of the resource by name, in the contract's order."""
        return {name: Property(name, schema) for name, schema in self._answer["properties"].items()}

    @property
    def resource_path(self) -> str:
        """The path template of the resource, below the base URL."""
        return self.resource.path

    @functools.cached_property
    def responses(self) -> Mapping[str, Mapping[str, Json]]:
        """The declared responses by method, then by status code."""
        operations = self.document["paths"][self.resource.path]
        return {
            name.upper(): resolve(self.document, operations[name]["responses"]) for name in self.resource.operations
        }

    @functools.cached_property
    def required(self) -> frozenset[str]:
        """The properties that an answer must hold: those of the page's example."""
        return frozenset(self._answer["required"])

    @property
    def never_together(self) -> Sequence[Settings]:
        """Combinations of values that an extension must never have, not even for a moment (`x-never-together`)."""
        together: Sequence[Settings] = self._update.get("x-never-together", ())
        return together

    @functools.cached_property
    def recording_formats(self) -> Sequence[Mapping[str, Json]]:
        """The files that the recording settings yield (`x-recording-formats`)."""
        return [row for known in self.properties.values() for row in known.recording_formats]

    @property
    def unset_value(self) -> Unset:
        """The value of a property without a default that was never set (`x-unset-value`)."""
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
        """The constraints that an answer of GET or PUT breaks; for `x-tolerated-values` they count as inferred."""
        return [
            self._tolerate(violation, document)
            for violation in _violations(self._answer_validator, self._answer, document)
        ]

    def update_violations(self, document: Json) -> list[Violation]:
        """The constraints that the body of a PUT breaks."""
        return list(_violations(self._update_validator, self._update, document))

    def known(self, document: Mapping[str, Json]) -> Settings:
        """The part of an object that the contract knows, nested members included."""
        known: Settings = known_part(self._update, document)
        return known

    def valid_part(self, update: Mapping[str, Json]) -> Settings:
        """The properties of an update whose values are valid."""
        broken = {violation.path.partition(".")[0] for violation in self.update_violations(update)}
        return {name: value for name, value in update.items() if name in self.properties and name not in broken}

    def is_named_by_page(self, update: Mapping[str, Json]) -> bool:
        """Whether an update holds only values that the page names (`Property.is_named_by_page`), and at least one."""
        return bool(update) and all(
            name in self.properties and self.properties[name].is_named_by_page(update[name]) for name in update
        )

    def update_examples(self) -> list[list[str]]:
        """The names of the properties that each example of the body of a PUT carries."""
        body = resolve(self.document, self.document["paths"][self.resource.path]["put"]["requestBody"])
        contents = body["content"].values()
        return [[*example["value"]] for content in contents for example in content.get("examples", {}).values()]

    def differences(self, expected: Mapping[str, Json], actual: Mapping[str, Json]) -> Differences:
        """The properties of `expected` that `actual` does not show with the same value: name to (expected, actual)."""
        return {
            name: (value, shown)
            for name, value in expected.items()
            # Texts and integers of responses are in memory once, so that most of them need no comparison.
            if (shown := actual.get(name, ABSENT)) is not value
            and name in self.properties
            and not self.properties[name].same(value, shown)
        }

    def _tolerate(self, violation: Violation, document: Json) -> Violation:
        known = self.properties.get(violation.path)
        if known and known.tolerates(document[known.name]):
            return Violation(violation.path, violation.keyword, Evidence.inferred, violation.message)
        return violation


def load_yaml(path: Path) -> Json:
    """The content of a YAML file; the parser in C, where PyYAML has it, is ten times faster."""
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    return yaml.load(path.read_text(encoding="utf-8"), Loader=loader)  # noqa: S506 - both loaders are safe


def resolve(document: Mapping[str, Json], node: Json) -> Json:
    """A part of the document with each `$ref` replaced by its target; keywords beside a reference override the target.

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


def bounded(node: Json) -> Json:
    """A part of the document with the bounds that its formats of numbers mean, as inferred ones, for validators."""
    if isinstance(node, list):
        return [bounded(item) for item in node]
    if not isinstance(node, dict):
        return node
    part = {key: bounded(value) for key, value in node.items()}
    if "type" not in part or part.get("format") not in BOUNDS:
        return part
    missing = {key: bound for key, bound in BOUNDS[part["format"]].items() if key not in part}
    evidence = {**dict.fromkeys(missing, Evidence.inferred.name), **part.get("x-evidence", {})}
    return {**part, **missing, "x-evidence": evidence}


def _violations(validator: jsonschema_rs.Draft202012Validator, schema: Json, document: Json) -> Iterator[Violation]:
    for error in validator.iter_errors(_as_text(document)):
        yield from _explain(error, schema)


def _as_text(document: Json) -> Json:
    """A document that the validator takes: it knows no text with half of a surrogate pair, which is JSON all the same.

    See RFC 8259, 8.2; the half becomes a question mark.
    """
    text = json.dumps(document, ensure_ascii=False)
    try:
        text.encode()
    except UnicodeEncodeError:
        return json.loads(text.encode("utf-8", "replace"))
    return document


def _explain(error: jsonschema_rs.ValidationError, schema: Json) -> Iterator[Violation]:
    """One error as violations; those of an `anyOf` are the violations of the branch for values that are not null."""
    if not isinstance(error.kind, jsonschema_rs.ValidationErrorKind.AnyOf) or error.instance is None:
        yield _violation(error, schema)
        return
    for branch in error.kind.context:
        if not any(_is_about_null(inner, schema) for inner in branch):
            for inner in branch:
                yield from _explain(inner, schema)


def _violation(error: jsonschema_rs.ValidationError, schema: Json) -> Violation:
    *place, keyword = error.schema_path
    if keyword == "pattern" and place and place[-1] == "propertyNames":
        *place, keyword = place
    subschema = functools.reduce(lambda part, key: part[key], place, schema)
    aspect = "null" if keyword in {"type", "anyOf", "enum"} and error.instance is None else keyword
    evidence = Evidence[subschema.get("x-evidence", {}).get(aspect, Evidence.inferred.name)]
    path = ".".join(str(step) for step in error.instance_path)
    return Violation(path, str(keyword), evidence, f"{path or 'the object'}: {error.message}")


def _is_about_null(error: jsonschema_rs.ValidationError, schema: Json) -> bool:
    *place, keyword = error.schema_path
    subschema = functools.reduce(lambda part, key: part[key], place, schema)
    return keyword == "type" and subschema["type"] == "null"
