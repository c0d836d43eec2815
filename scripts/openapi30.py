"""Convert the contract to OpenAPI 3.0.3, for tools that do not support 3.1.

Null, nullable enums, constants, examples and exclusive bounds become their keywords of 3.0. A keyword that 3.0 does not
have is left out, and listed under `x-not-in-openapi-3.0` with its place and its value.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any

import yaml

from contract_tests.contract.json_values import Json
from scripts.contract_lint.grammar import CHILDREN
from scripts.contract_lint.pointer import child, resolve

LOSSES = "x-not-in-openapi-3.0"
HEADING = "# Generated from openapi.yaml by `make generate`: OpenAPI 3.0.3, for tools without 3.1. Do not edit.\n"
SCHEMAS = "#/components/schemas/"
KEYWORDS = {
    *("title", "description", "type", "format", "enum", "default", "example", "nullable", "deprecated"),
    *("multipleOf", "maximum", "exclusiveMaximum", "minimum", "exclusiveMinimum", "maxLength", "minLength", "pattern"),
    *("maxItems", "minItems", "uniqueItems", "maxProperties", "minProperties", "required"),
    *("allOf", "oneOf", "anyOf", "not", "items", "properties", "additionalProperties"),
    *("discriminator", "readOnly", "writeOnly", "xml", "externalDocs"),
}
"""The keywords of a schema in OpenAPI 3.0.3."""

VOCABULARY = {
    "x-examples": "All examples of a schema that has more than one; OpenAPI 3.0 allows only one.",
    LOSSES: "The keywords of the contract that OpenAPI 3.0 does not have: place, keyword and value.",
}
"""The `x-` keywords that only this edition has."""

Schema = dict[str, Json]


def text(document: Mapping[str, Json]) -> str:
    """Return the edition as YAML."""
    content = yaml.dump(edition(document), Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=120)
    return HEADING + content


def edition(document: Mapping[str, Json]) -> dict[str, Json]:
    """Return the contract in OpenAPI 3.0.3; the document must be valid 3.1."""
    return _Edition(document).document


class _Edition:
    """One conversion, with a list of the keywords that it leaves out."""

    def __init__(self, document: Mapping[str, Json]) -> None:
        self._source = document
        self._losses: list[dict[str, Json]] = []
        converted: dict[str, Json] = self._object("document", document, "#")
        converted["openapi"] = "3.0.3"
        converted["info"] = self._info(document["info"])
        for keyword in ("webhooks", "jsonSchemaDialect"):
            self._lose(converted, keyword, "#")
        self._lose(converted.get("components", {}), "pathItems", "#/components")
        self._drop_inlined(converted)
        vocabulary = {**converted.get("x-vocabulary", {}), **VOCABULARY}
        self.document = {**converted, "x-vocabulary": vocabulary, LOSSES: self._losses}

    def _drop_inlined(self, converted: dict[str, Json]) -> None:
        """Leave out the schemas that stand inline now, and that nothing refers to any more."""
        schemas = converted.get("components", {}).get("schemas", {})
        for pointer in _references(self._source) - _references(converted):
            name = pointer.removeprefix(SCHEMAS)
            if schemas.pop(name, None):
                self._losses = [loss for loss in self._losses if not f"{loss['place']}/".startswith(f"{pointer}/")]

    def _object(self, kind: str, value: Json, pointer: str) -> Json:
        """Convert an object of OpenAPI and everything inside it."""
        if not isinstance(value, dict):
            return copy.deepcopy(value)
        if kind == "schema":
            return self._schema(value, pointer)
        children = CHILDREN.get(kind, {})
        return {
            key: self._child(children[key], inner, child(pointer, key)) if key in children else copy.deepcopy(inner)
            for key, inner in value.items()
        }

    def _child(self, shape: str, inner: Json, place: str) -> Json:
        if shape.endswith("[]") and isinstance(inner, list):
            return [self._object(shape[:-2], item, child(place, index)) for index, item in enumerate(inner)]
        if shape.endswith("{}") and isinstance(inner, dict):
            return {name: self._object(shape[:-2], item, child(place, name)) for name, item in inner.items()}
        return self._object(shape, inner, place)

    def _info(self, info: Mapping[str, Json]) -> dict[str, Json]:
        converted = copy.deepcopy(dict(info))
        if summary := converted.pop("summary", None):
            converted["description"] = f"{summary}\n\n{converted.get('description', '')}".rstrip() + "\n"
        if identifier := converted.get("license", {}).pop("identifier", None):
            converted["license"]["url"] = f"https://spdx.org/licenses/{identifier}.html"
        return converted

    def _schema(self, schema: Schema, pointer: str) -> Json:
        if "$ref" in schema:
            return self._reference(schema, pointer)
        if (branch := _beside_null(schema)) is not None:
            # `nullable` applies only to a `type` in the same schema (3.0.3), so the other branch is inlined here.
            return self._nullable(self._without_reference(branch), schema, pointer)
        converted = {key: value for key, value in schema.items() if key not in CHILDREN["schema"]}
        for key in schema.keys() & CHILDREN["schema"].keys() & KEYWORDS:
            converted[key] = self._child(CHILDREN["schema"][key], schema[key], child(pointer, key))
        for key in schema.keys() & CHILDREN["schema"].keys() - KEYWORDS:
            converted[key] = copy.deepcopy(schema[key])
        _use_keywords_of_3_0(converted)
        for key in sorted(key for key in converted if key not in KEYWORDS and not key.startswith("x-")):
            self._lose(converted, key, pointer)
        # Keep the order of the source; new keywords come last.
        order = [*schema, *converted]
        return {key: converted[key] for key in sorted(converted, key=order.index)}

    def _reference(self, schema: Schema, pointer: str) -> Schema:
        """Convert a reference; 3.0 ignores keywords beside it, so it becomes an `allOf` with one schema.

        The description stands here once more, because many tools show none that is inside of an `allOf`.
        """
        beside = {key: value for key, value in schema.items() if key != "$ref"}
        if not beside:
            return {"$ref": schema["$ref"]}
        target: Schema = resolve(self._source, schema["$ref"])
        described = {"description": target["description"]} if "description" in target else {}
        rest: Schema = self._schema({**described, **beside}, pointer)
        return {"allOf": [{"$ref": schema["$ref"]}], **rest}

    def _without_reference(self, schema: Schema) -> Schema:
        while "$ref" in schema:
            beside = {key: value for key, value in schema.items() if key != "$ref"}
            target: Schema = resolve(self._source, schema["$ref"])
            schema = {**target, **beside}
        return schema

    def _nullable(self, branch: Schema, schema: Schema, pointer: str) -> Json:
        around = {key: value for key, value in schema.items() if key != "anyOf"}
        evidence = {**branch.get("x-evidence", {}), **around.get("x-evidence", {})}
        evidence.pop("anyOf", None)
        merged = {**branch, **around, "type": [branch["type"], "null"]}
        merged |= {"enum": [*branch["enum"], None]} if "enum" in branch else {}
        return self._schema({**merged, "x-evidence": evidence} if evidence else merged, pointer)

    def _lose(self, holder: dict[str, Json], keyword: str, pointer: str) -> None:
        if keyword in holder:
            self._losses.append({"place": pointer, "keyword": keyword, "value": holder.pop(keyword)})


def _references(node: Json) -> set[str]:
    """Return the references inside a document."""
    if isinstance(node, list):
        return {pointer for item in node for pointer in _references(item)}
    if not isinstance(node, dict):
        return set()
    inner = {pointer for value in node.values() for pointer in _references(value)}
    return inner | ({node["$ref"]} if isinstance(node.get("$ref"), str) else set())


def _beside_null(schema: Schema) -> Schema | None:
    """Return the other branch of an `anyOf` with two branches, of which one is null."""
    branches = schema.get("anyOf", [])
    others = [branch for branch in branches if branch != {"type": "null"}]
    return others[0] if len(branches) == 2 and len(others) == 1 else None


def _use_keywords_of_3_0(schema: Schema) -> None:
    if isinstance(schema.get("type"), list):
        types = [name for name in schema["type"] if name != "null"]
        if "null" in schema["type"]:
            schema["nullable"] = True
        if len(types) == 1:
            schema["type"] = types[0]
        else:
            del schema["type"]
            schema["anyOf"] = [{"type": name} for name in types]
    if "const" in schema:
        schema["enum"] = [schema.pop("const")]
    if examples := schema.pop("examples", None):
        schema["example"] = examples[0]
        if len(examples) > 1:
            schema["x-examples"] = examples
    for bound in ("minimum", "maximum"):
        exclusive = f"exclusive{bound.capitalize()}"
        if exclusive in schema:
            schema[bound] = schema[exclusive]
            schema[exclusive] = True


class _Dumper(yaml.SafeDumper):
    """Writes texts of several lines as block scalars, and uses no anchors."""

    def ignore_aliases(self, data: Any) -> bool:  # noqa: ANN401, ARG002 - as in the class above
        return True


def _text(dumper: yaml.SafeDumper, value: str) -> yaml.ScalarNode:
    return dumper.represent_scalar("tag:yaml.org,2002:str", value, style="|" if "\n" in value else None)


_Dumper.add_representer(str, _text)
