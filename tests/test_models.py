"""The generated models accept and refuse the same documents as the contract."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, NamedTuple

import pytest
from hypothesis import given
from pydantic import BaseModel, ValidationError

from generated.models import PhoneProperties, PhonePropertiesUpdate
from tests.documents import PROPERTIES, SCHEMAS, Json, changed, enough, enum, types, valid, validator, whole_documents

MODELS: dict[str, type[BaseModel]] = {
    "PhoneProperties": PhoneProperties,
    "PhonePropertiesUpdate": PhonePropertiesUpdate,
}
DEFAULTS: Json = {name: schema["default"] for name, schema in PROPERTIES.items() if "default" in schema}
ANSWER: Json = {name: schema["examples"][0] for name, schema in PROPERTIES.items()}
BUNDLE: Json = ANSWER["bundle"]

ONE_OF_EACH_TYPE: Json = {
    "boolean": True,
    "integer": 1,
    "number": 1.5,
    "string": "60",
    "null": None,
    "array": [],
    "object": {},
}

VALIDATORS = {name: validator(name) for name in MODELS}


def is_accepted(validate: Callable[[], object]) -> bool:
    try:
        validate()
    except ValidationError:
        return False
    return True


def model_accepts(name: str, document: Json) -> bool:
    """Return whether the model accepts the document; the result is the same for the parsed document and its text."""
    parsed = is_accepted(lambda: MODELS[name].model_validate(document))
    text = is_accepted(lambda: MODELS[name].model_validate_json(json.dumps(document)))
    assert parsed is text
    return parsed


def wrong_values() -> list[tuple[str, object]]:
    """Return wrong values for each property: of every wrong type, out of range, and similar to a member of its enum."""
    return [
        (name, value)
        for name, schema in PROPERTIES.items()
        for value in [
            *(value for kind, value in ONE_OF_EACH_TYPE.items() if kind not in types(schema)),
            *([schema["minimum"] - 1, schema["maximum"] + 1] if "integer" in types(schema) else []),
            *(similar for member in enum(schema) for similar in (member.upper(), f"{member} ", f"{member}x", "")),
        ]
    ]


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize(("name", "value"), wrong_values(), ids=repr)
def test_wrong_value_is_refused(model: str, name: str, value: object) -> None:
    assert not model_accepts(model, ANSWER | {name: value})


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize(
    "bundle",
    [
        BUNDLE | {"bundle_list": {"x": {"active": True}}},
        BUNDLE | {"bundle_list": {"": {"active": True}}},
        BUNDLE | {"bundle_list": {"-1": {"active": True}}},
        BUNDLE | {"bundle_list": {"124": {}}},
        BUNDLE | {"bundle_list": {"124": True}},
        BUNDLE | {"bundle_list": {"124": None}},
        BUNDLE | {"bundle_list": {"124": {"active": None}}},
        BUNDLE | {"bundle_list": {"124": {"active": 1}}},
        BUNDLE | {"bundle_list": {"124": {"active": "true"}}},
        BUNDLE | {"bundle_list": ["124"]},
        BUNDLE | {"bundle_id": "3"},
        BUNDLE | {"bundle_id": -1},
        BUNDLE | {"bundle_id": 2**63},
        {"bundle_list": None},
        {"bundle_id": None},
    ],
    ids=repr,
)
def test_wrong_bundle_is_refused(model: str, bundle: Json) -> None:
    assert model_accepts(model, ANSWER)
    assert not model_accepts(model, ANSWER | {"bundle": bundle})


@pytest.mark.parametrize("name", PROPERTIES)
def test_an_update_has_only_the_properties_that_are_set(name: str) -> None:
    update = {name: ANSWER[name]}
    assert PhonePropertiesUpdate.model_validate(update).model_dump(mode="json") == update


@pytest.mark.parametrize("name", [name for name, schema in PROPERTIES.items() if "null" in types(schema)])
def test_null_is_not_absent(name: str) -> None:
    assert PhonePropertiesUpdate.model_validate({name: None}).model_dump(mode="json") == {name: None}
    assert PhonePropertiesUpdate.model_validate({}).model_dump(mode="json") == {}


def test_the_model_does_not_change_a_response() -> None:
    assert PhoneProperties.model_validate(ANSWER).model_dump(mode="json") == ANSWER


def test_defaults_are_those_of_the_contract() -> None:
    without_defaults = {name: value for name, value in ANSWER.items() if name not in DEFAULTS}
    assert PhoneProperties.model_validate(without_defaults).model_dump(mode="json") == without_defaults | DEFAULTS


class Difference(NamedTuple):
    """A known difference between a model and the contract.

    Attributes:
        reason: Why the difference remains.
        schema: The schema of the model.
        document: A document that only one of them accepts.
        normalise: Changes the document, so that both give the same result.
    """

    reason: str
    schema: str
    document: Json
    normalise: Callable[[Json], Json]


def with_integers(value: Any) -> Any:  # noqa: ANN401 -- any JSON value
    """Replace each float without a fraction by an integer."""
    if isinstance(value, dict):
        return {key: with_integers(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return list(map(with_integers, value))
    return int(value) if isinstance(value, float) and value.is_integer() else value


def with_defaults(document: Json) -> Json:
    """Add the default of each missing property."""
    return DEFAULTS | document


DIFFERENCES = {
    "60.0 is an integer in JSON Schema, but not for the model": Difference(
        "StrictInt refuses every float, and the generator has no type that accepts a float without a fraction",
        "PhonePropertiesUpdate",
        {"hangup_timeout": 60.0},
        with_integers,
    ),
    "the model does not require a property with a default": Difference(
        "the generator's option --use-default, without which the model would not have the contract's defaults",
        "PhoneProperties",
        {name: value for name, value in ANSWER.items() if name != "auth_type"},
        with_defaults,
    ),
}


@pytest.mark.parametrize("difference", DIFFERENCES)
def test_a_known_difference_still_exists(difference: str) -> None:
    _, name, document, normalise = DIFFERENCES[difference]
    assert VALIDATORS[name].is_valid(document) is not model_accepts(name, document)
    assert VALIDATORS[name].is_valid(with_defaults(document)) is model_accepts(name, normalise(document))


@pytest.mark.parametrize("name", MODELS)
def test_models_accept_what_the_contract_allows(name: str) -> None:
    @whole_documents
    @given(valid(SCHEMAS[name]))
    def check(document: Json) -> None:
        assert VALIDATORS[name].is_valid(document)
        assert model_accepts(name, document)

    check()


@pytest.mark.parametrize("name", MODELS)
def test_models_and_contract_agree_on_changed_documents(name: str) -> None:
    refused = []

    @enough
    @given(changed(SCHEMAS[name]))
    def check(document: Json) -> None:
        allowed = VALIDATORS[name].is_valid(with_defaults(document) if name == "PhoneProperties" else document)
        refused.append(not allowed)
        assert model_accepts(name, with_integers(document)) is allowed

    check()
    # The test is useful only if most of the documents are invalid.
    assert sum(refused) > len(refused) / 2


@pytest.mark.parametrize("name", [name for name, schema in PROPERTIES.items() if "pattern" in schema])
@pytest.mark.parametrize(
    "character", "\n\r\t\v\f\x00\x1c\x85\xa0\u2028\u3000\ufeff\u0660\uff11\u0130\u212a\U0001d7d8", ids=ascii
)
def test_pattern_means_the_same_in_both_engines(name: str, character: str) -> None:
    example = ANSWER[name]
    for place in range(len(example) + 1):
        for rest in (place, place + 1):
            document = {name: example[:place] + character + example[rest:]}
            allowed = VALIDATORS["PhonePropertiesUpdate"].is_valid(document)
            assert model_accepts("PhonePropertiesUpdate", document) is allowed
