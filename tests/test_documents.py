"""The strategies reach what they are for."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.documents import PROPERTIES, SCHEMAS, Json, changed, enough, enum, types, valid, validator, whole_documents


def drawn(strategy: st.SearchStrategy[Json], effort: settings) -> list[Json]:
    documents: list[Json] = []

    @effort
    @given(strategy)
    def draw(document: Json) -> None:
        documents.append(document)

    draw()
    return documents


def test_valid_documents_reach_every_kind_of_value() -> None:
    documents = [
        document
        for name in ("PhoneProperties", "PhonePropertiesUpdate")
        for document in drawn(valid(SCHEMAS[name]), whole_documents)
    ]
    reached = {(name, repr(value)) for document in documents for name, value in document.items() if name in PROPERTIES}
    for name, schema in PROPERTIES.items():
        values: list[object] = [*enum(schema), *([None] if "null" in types(schema) else [])]
        values += [True, False] if "boolean" in types(schema) else []
        values += [schema["minimum"], schema["maximum"]] if "integer" in types(schema) else []
        assert {(name, repr(value)) for value in values} <= reached
    assert any(document.keys() - PROPERTIES.keys() for document in documents)


def test_valid_bundles_reach_every_shape() -> None:
    bundles = drawn(valid(PROPERTIES["bundle"]), whole_documents)
    sizes = [None if bundle["bundle_list"] is None else len(bundle["bundle_list"]) for bundle in bundles]
    shapes = {(size, bundle["bundle_id"] is None) for size, bundle in zip(sizes, bundles, strict=True)}
    assert shapes >= {(size, alone) for size in (None, 0, 1, 2) for alone in (True, False)}


def test_changed_documents_break_every_property() -> None:
    documents = drawn(changed(SCHEMAS["PhonePropertiesUpdate"]), enough)
    contract = validator("PhonePropertiesUpdate")
    errors = [error for document in documents for error in contract.iter_errors(document)]
    assert {error.instance_path[0] for error in errors} == PROPERTIES.keys()
    nested = {error.instance_path[1] for error in errors if len(error.instance_path) > 1}
    assert nested >= PROPERTIES["bundle"]["properties"].keys()
