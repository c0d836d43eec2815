"""Rules on the words: JSON Schema's keywords and our own x- keywords."""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from functools import reduce
from typing import Any

from jsonschema_rs import ValidationError, iter_errors

from scripts.contract_lint.contract import X_RESOURCE, Contract
from scripts.contract_lint.finding import Finding
from scripts.contract_lint.grammar import CHILDREN, METHODS
from scripts.contract_lint.pointer import child
from scripts.contract_lint.properties import CONSTRAINTS

VOCABULARY = "x-vocabulary"

# JSON Schema 2020-12 with the four words that OpenAPI 3.1 adds.
KEYWORDS = (
    set(CHILDREN["schema"])
    | CONSTRAINTS
    | {"$anchor", "$comment", "$dynamicAnchor", "$dynamicRef", "$id", "$ref", "$schema", "$vocabulary"}
    | {"contentEncoding", "contentMediaType", "contentSchema", "dependentRequired", "maxContains", "minContains"}
    | {"deprecated", "description", "examples", "format", "readOnly", "title", "writeOnly"}
    | {"discriminator", "example", "externalDocs", "xml"}
)

TEXT = {"type": "string", "minLength": 1}
EVIDENCE = {"enum": ["stated", "example", "inferred"]}

# What an x- keyword may hold; one that is not here may hold anything.
SHAPES: dict[str, dict[str, Any]] = {
    VOCABULARY: {"type": "object", "additionalProperties": TEXT},
    X_RESOURCE: {
        "type": "object",
        "required": ["path", "operations", "answer", "update"],
        "properties": {
            "path": TEXT,
            "operations": {
                "type": "array",
                "uniqueItems": True,
                "items": {"enum": [*METHODS]},
                # The suite is about reading and changing.
                "allOf": [{"contains": {"const": "get"}}, {"contains": {"const": "put"}}],
            },
            "answer": TEXT,
            "update": TEXT,
        },
        "additionalProperties": False,
    },
    "x-evidence": {"type": "object", "minProperties": 1, "additionalProperties": EVIDENCE},
    "x-risk": {"enum": ["low", "medium", "high", "critical"]},
    "x-group": TEXT,
    "x-unit": TEXT,
    "x-refers-to": TEXT,
    "x-contradiction": TEXT,
    "x-update": {"enum": ["merge", "replace"]},
    "x-equal-values": {"type": "array", "minItems": 1, "items": {"type": "array", "minItems": 2, "uniqueItems": True}},
    "x-tolerated-values": {"type": "array", "minItems": 1, "uniqueItems": True},
    "x-unset-value": {
        "type": "object",
        "required": ["value", "evidence"],
        "properties": {"value": True, "evidence": EVIDENCE},
        "additionalProperties": False,
    },
}


def schema_is_valid(contract: Contract) -> Iterator[Finding]:
    """A schema is valid JSON Schema 2020-12; openapi-spec-validator breaks on some that are not."""
    found: set[Finding] = set()
    for node in contract.all("schema"):
        try:
            contract.validator(node.pointer)
        except ValidationError as error:
            # The place is in the document, and so the same for each schema that refers to the bad one.
            found.add(Finding(reduce(child, error.instance_path, "#"), error.message))
    yield from sorted(found)


def extension_has_its_shape(contract: Contract) -> Iterator[Finding]:
    """An x- keyword holds what the vocabulary says: evidence is stated, example or inferred, and so on."""
    for pointer, keyword, value in _extensions(contract):
        for error in iter_errors(SHAPES.get(keyword, {}), value):
            yield Finding(pointer, f"{error.message}: see x-vocabulary")


def extension_is_explained(contract: Contract) -> Iterator[Finding]:
    """An x- keyword is explained in x-vocabulary."""
    explained = contract.document.get(VOCABULARY, {})
    for pointer, keyword, _ in _extensions(contract):
        if keyword not in explained and keyword != VOCABULARY:
            yield Finding(pointer, f"{keyword} is not explained: add it to x-vocabulary{_nearest(keyword, explained)}")


def explained_extension_is_used(contract: Contract) -> Iterator[Finding]:
    """What x-vocabulary explains is used."""
    used = {keyword for _, keyword, _ in _extensions(contract)}
    for keyword in contract.document.get(VOCABULARY, {}):
        if keyword not in used:
            yield Finding(child(f"#/{VOCABULARY}", keyword), f"{keyword} is used nowhere: drop it")


def keyword_is_known(contract: Contract) -> Iterator[Finding]:
    """A schema has only keywords of JSON Schema 2020-12 and OpenAPI 3.1; a misspelt one would say nothing."""
    for node in contract.all("schema"):
        for keyword in node.value:
            if keyword == "nullable":
                yield Finding(child(node.pointer, keyword), "nullable is OpenAPI 3.0: add 'null' to the type")
            elif keyword not in KEYWORDS and not keyword.startswith("x-"):
                yield Finding(child(node.pointer, keyword), f"unknown keyword{_nearest(keyword, KEYWORDS)}")


def _extensions(contract: Contract) -> Iterator[tuple[str, str, object]]:
    for node in contract.nodes:
        for keyword, value in node.value.items():
            if keyword.startswith("x-"):
                yield child(node.pointer, keyword), keyword, value


def _nearest(word: str, words: set[str] | dict[str, Any]) -> str:
    near = difflib.get_close_matches(word, words, n=1)
    return f" (did you mean {near[0]}?)" if near else ""
