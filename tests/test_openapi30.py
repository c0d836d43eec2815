"""The edition in OpenAPI 3.0 is valid, accepts the same documents as the contract, and lists what it leaves out."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest
import requests
import yaml
from hypothesis import assume, given
from openapi_schema_validator import OAS30Validator
from openapi_spec_validator import OpenAPIV30SpecValidator

from contract_tests.contract import CONTRACT
from contract_tests.contract.document import resolve
from mock_server.embedded import serve
from scripts.contract_lint.pointer import resolve as at
from scripts.openapi30 import LOSSES, edition
from tests.contract_faults import SCHEMAS, Change, both, put
from tests.documents import DOCUMENT, changed, whole_documents
from tests.documents import SCHEMAS as NEWER
from tests.suite import ROOT
from tests.test_models import with_integers

FILE = ROOT / "generated" / "openapi-3.0.yaml"
EDITION: dict[str, Any] = yaml.safe_load(FILE.read_text(encoding="utf-8"))
LABEL = f"{SCHEMAS}/Label"


def validator(document: dict[str, Any], schema: str) -> OAS30Validator:
    """Return a validator of OpenAPI 3.0 for a schema with its references resolved."""
    return OAS30Validator(_plain(resolve(document, {"$ref": schema})))


def _plain(node: Any) -> Any:  # noqa: ANN401 - any JSON value
    """Return the value without `x-` keywords."""
    if isinstance(node, dict):
        return {key: _plain(value) for key, value in node.items() if not key.startswith("x-")}
    return [_plain(item) for item in node] if isinstance(node, list) else node


ANSWER, UPDATE = (validator(EDITION, schema) for schema in (CONTRACT.resource.answer, CONTRACT.resource.update))


def test_a_validator_of_openapi_3_0_accepts_it() -> None:
    assert [error.message for error in OpenAPIV30SpecValidator(EDITION).iter_errors()] == []


def test_it_is_the_edition_of_the_contract() -> None:
    assert edition(CONTRACT.document) == EDITION


def test_no_keyword_of_openapi_3_1_remains() -> None:
    words = json.dumps(_plain(EDITION["components"]["schemas"]))
    for word in ('"propertyNames":', '"const":', '"examples":', '"type": [', '"type": "null"'):
        assert word not in words


def test_a_schema_that_stands_inline_is_no_component() -> None:
    assert DOCUMENT["components"]["schemas"].keys() - EDITION["components"]["schemas"].keys() == {
        "BundleList",
        "RecordFormat",
    }


@pytest.mark.parametrize("name", CONTRACT.properties)
def test_a_property_has_its_description_beside_its_default(name: str) -> None:
    schema = at(EDITION, f"{CONTRACT.resource.answer}/properties/{name}")
    assert schema.get("description") == CONTRACT.properties[name].schema["description"] or schema.keys() == {"$ref"}


def test_a_keyword_that_is_left_out_is_listed_with_its_value() -> None:
    assert {(loss["place"], loss["keyword"]) for loss in EDITION[LOSSES]} == {
        (f"{SCHEMAS}/Bundle/properties/bundle_list", "propertyNames"),
    }
    assert all(loss["value"] == at(DOCUMENT, f"{SCHEMAS}/BundleList/propertyNames") for loss in EDITION[LOSSES])


@pytest.mark.parametrize("name", CONTRACT.properties)
def test_a_property_allows_the_same_values(name: str) -> None:
    known = CONTRACT.properties[name]
    values = [None, *known.examples, *known.enum, *known.named, "", "no member", 0, -1, True, 1.5, [], {}]
    for value in values:
        allowed = not CONTRACT.update_violations({name: value})
        assert UPDATE.is_valid({name: value}) is allowed, value


@whole_documents
@given(changed(NEWER["PhonePropertiesUpdate"]))
def test_any_update_is_allowed_by_both_or_by_none(document: Any) -> None:  # noqa: ANN401 - drawn
    document = with_integers(document)  # for a validator of OpenAPI 3.0, 60.0 is not an integer
    assume("\\n" not in json.dumps(document))  # in Python, `$` also matches before a line break at the end
    violations = CONTRACT.update_violations(document)
    lost = {"propertyNames", "maximum"}  # listed; and the bounds of int64, which a 3.0 validator reads out of no format
    if not {violation.keyword for violation in violations} & lost:
        assert UPDATE.is_valid(document) is not bool(violations)


def test_the_answers_of_the_mock_are_valid() -> None:
    with serve() as mock:
        url, headers = mock.base_url + CONTRACT.path_to(mock.extension_id), {"Authorization": f"Bearer {mock.token}"}
        answers = [requests.get(url, headers=headers, timeout=60)]
        answers += [
            requests.put(url, json={known.name: value}, headers=headers, timeout=60)
            for known in CONTRACT.properties.values()
            for value in [*known.examples, *([None] if known.is_nullable else [])]
        ]
        refusal = requests.get(url, timeout=60)
    assert {answer.status_code for answer in answers} == {200}
    for answer in answers:
        assert [error.message for error in ANSWER.iter_errors(answer.json())] == []
    assert validator(EDITION, f"{SCHEMAS}/Error").is_valid(refusal.json())
    assert not ANSWER.is_valid(answers[0].json() | {"record_format": "ogg"})


CASES: dict[str, tuple[Change, str, dict[str, Any]]] = {
    "null": (both(), LABEL, {"type": "string", "nullable": True}),
    "a constant": (put(LABEL, {"const": "a"}), LABEL, {"enum": ["a"]}),
    "an exclusive bound": (
        put(f"{SCHEMAS}/Intercom", {"exclusiveMinimum": 0}),
        f"{SCHEMAS}/Intercom",
        {"minimum": 0, "exclusiveMinimum": True},
    ),
    "several types": (
        put(LABEL, {"type": ["string", "integer"]}),
        LABEL,
        {"anyOf": [{"type": "string"}, {"type": "integer"}]},
    ),
    "several examples": (
        put(LABEL, {"examples": ["a", "b"]}),
        LABEL,
        {"example": "a", "x-examples": ["a", "b"]},
    ),
    "what stands beside a reference": (
        both(),
        f"{CONTRACT.resource.answer}/properties/auth_type",
        {"allOf": [{"$ref": f"{SCHEMAS}/AuthType"}], "default": "digest"},
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_what_3_0_says_in_other_words(case: str) -> None:
    change, place, expected = CASES[case]
    document = copy.deepcopy(dict(CONTRACT.document))
    change(document)
    converted = edition(document)
    schema = at(converted, place)
    assert {key: schema.get(key) for key in expected} == expected
    assert [error.message for error in OpenAPIV30SpecValidator(converted).iter_errors()] == []


def test_an_unknown_word_is_lost_and_listed() -> None:
    document = copy.deepcopy(dict(CONTRACT.document))
    put(LABEL, {"contentEncoding": "base64", "if": {"minLength": 1}})(document)
    converted = edition(document)
    assert not {"contentEncoding", "if"} & at(converted, LABEL).keys()
    assert {"place": LABEL, "keyword": "if", "value": {"minLength": 1}} in converted[LOSSES]
