"""The contract as the suite reads it: evidence, equal values, values that the page names."""

from __future__ import annotations

import pytest

from contract_tests.contract import CONTRACT
from contract_tests.contract.json_values import Json, Settings, identical
from contract_tests.contract.property import Evidence, Property, known_part


@pytest.mark.parametrize(
    ("update", "keyword", "evidence"),
    [
        ({"auth_type": "password"}, "enum", Evidence.stated),
        ({"hangup_timeout": "60"}, "type", Evidence.stated),
        ({"hangup_timeout": -1}, "minimum", Evidence.inferred),
        ({"hangup_timeout": 2**63}, "maximum", Evidence.inferred),
        ({"vm_enabled": None}, "type", Evidence.inferred),
        ({"record_format": "ogg"}, "enum", Evidence.stated),
        ({"bundle": {"bundle_list": {"a": {"active": True}}, "bundle_id": 3}}, "propertyNames", Evidence.inferred),
        ({"bundle": {"bundle_list": {"1": {"active": "true"}}, "bundle_id": 3}}, "type", Evidence.stated),
        ({"bundle": {"bundle_list": {"1": {}}, "bundle_id": 3}}, "required", Evidence.stated),
        ([], "type", Evidence.stated),
    ],
)
def test_a_violation_has_the_evidence_of_its_constraint(update: Json, keyword: str, evidence: Evidence) -> None:
    violations = [(violation.keyword, violation.evidence) for violation in CONTRACT.update_violations(update)]
    assert (keyword, evidence) in violations


def test_a_valid_update_has_no_violation() -> None:
    assert CONTRACT.update_violations({"hold_music": None, "unknown": 1, "record_format": None}) == []


@pytest.mark.parametrize(
    "known", [known for known in CONTRACT.properties.values() if "x-tolerated-values" in known.schema]
)
def test_a_tolerated_value_is_a_violation_with_inferred_evidence_only(known: Property) -> None:
    for value in known.schema["x-tolerated-values"]:
        violations = [
            violation for violation in CONTRACT.answer_violations({known.name: value}) if violation.path == known.name
        ]
        assert [violation.evidence for violation in violations] == [Evidence.inferred]


def test_equal_values_are_the_same_and_others_are_not() -> None:
    equal = [known for known in CONTRACT.properties.values() if "x-equal-values" in known.schema]
    assert equal
    for known in equal:
        assert known.same(0, None)
        assert not known.same(0, 1)
    assert not CONTRACT.properties["incoming_limit"].same(0, None)


@pytest.mark.parametrize(
    ("left", "right", "same"),
    [
        (1, True, False),
        (0, False, False),
        (1, 1.0, True),
        ([1], [True], False),
        ({"a": 1}, {"a": True}, False),
        ("1", 1, False),
    ],
)
def test_json_values_of_different_types_are_not_identical(left: Json, right: Json, same: bool) -> None:
    assert identical(left, right) is same


@pytest.mark.parametrize(
    ("update", "named"),
    [
        ({"auth_type": "both"}, True),
        ({"record_format": None}, True),
        ({"vm_enabled": False}, True),
        ({"hangup_timeout": 60}, True),
        ({"hold_music": 0}, True),
        ({"hold_music": 17}, False),
        ({"label": "Reception"}, False),
        ({"geo_list": "*"}, True),
        ({"geo_list": "DE FR AT"}, True),
        ({"geo_list": "DE FR IT"}, False),
        ({"intercom": 0}, True),
        ({"intercom": None}, True),
        ({"label": "anything else"}, False),
        ({"label": None}, False),
        ({"auth_type": "both", "hangup_timeout": 2**40}, False),
        ({"bundle": {"bundle_list": None, "bundle_id": None}}, True),
        ({"bundle": {"bundle_list": {"124": {"active": True}}, "bundle_id": 3}}, False),
        ({"password": "x"}, False),
        ({}, False),
    ],
)
def test_updates_with_values_that_the_page_names_are_recognised(update: Settings, named: bool) -> None:
    assert CONTRACT.is_named_by_page(update) is named


def test_the_known_part_of_a_nested_object_has_only_declared_keys() -> None:
    bundle = {"bundle_list": {"1": {"active": True, "since": 5}}, "bundle_id": 3, "": None}
    expected = {"bundle_list": {"1": {"active": True}}, "bundle_id": 3}
    assert known_part(CONTRACT.properties["bundle"].schema, bundle) == expected
    assert CONTRACT.differences({"bundle": expected}, {"bundle": bundle}) == {}
