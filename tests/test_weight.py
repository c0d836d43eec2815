"""The evidence level of a finding: it is a failure only if the page backs the requirement."""

from __future__ import annotations

from typing import Any

import pytest
from schemathesis.core.failures import Failure

from contract_tests.checks.put_rules import Update
from contract_tests.contract import CONTRACT
from contract_tests.contract.json_values import Json
from contract_tests.contract.property import Evidence
from contract_tests.contract.weight import answered, is_clamped, is_normalised
from contract_tests.contract.weight import weigh as weigh_value
from contract_tests.fuzz import engine
from contract_tests.fuzz.checks import OBSERVER
from contract_tests.fuzz.weight import weigh
from contract_tests.report.results import Results
from contract_tests.target.target import Mode, Target

SCHEMA = engine.load(Target("http://127.0.0.1:9", "54", Mode.full), Results(), 1, extension_id="54")
PUT = SCHEMA["/extension/{extension_id}/phone/"]["PUT"]


class Response:
    """The attributes of a response that the level depends on."""

    def __init__(self, status_code: int, content: bytes) -> None:
        self.status_code = status_code
        self.content = content


def level_of(check: str, body: Json, status: int = 200, content: bytes = b"{}") -> Evidence:
    case = PUT.Case(path_parameters={"extension_id": "54"}, body=body, media_type="application/json")
    response: Any = Response(status, content)
    return weigh(check, Failure(operation="PUT", message=""), case, response)


@pytest.mark.parametrize(
    ("check", "body", "evidence"),
    [
        ("positive_data_acceptance", {"auth_type": "both"}, Evidence.inferred),
        ("positive_data_acceptance", {"hangup_timeout": 2**40}, Evidence.inferred),
        ("positive_data_acceptance", {"hold_music": 17}, Evidence.inferred),
        ("positive_data_acceptance", {}, Evidence.inferred),
        ("negative_data_rejection", [], Evidence.inferred),
        ("ignored_auth", {}, Evidence.inferred),
        ("status_code_conformance", {}, Evidence.inferred),
        ("unsupported_method", {}, Evidence.inferred),
        ("not_a_server_error", {"auth_type": "password"}, Evidence.inferred),
        ("not_a_server_error", {"auth_type": "both"}, Evidence.stated),
        ("not_a_server_error", {}, Evidence.inferred),
    ],
)
def test_a_finding_has_the_level_of_its_evidence(check: str, body: Json, evidence: Evidence) -> None:
    assert level_of(check, body) is evidence


@pytest.mark.parametrize(
    ("sent", "after", "evidence"),
    [
        ({"auth_type": "password"}, {"auth_type": "password"}, Evidence.stated),
        ({"auth_type": "password"}, {"auth_type": "digest"}, Evidence.inferred),
        ({"hangup_timeout": "60"}, {"hangup_timeout": 60}, Evidence.inferred),
        ({"hangup_timeout": "60"}, {"hangup_timeout": "60"}, Evidence.stated),
        ({"hangup_timeout": -1}, {"hangup_timeout": -1}, Evidence.inferred),
        ({"hangup_timeout": -1, "auth_type": "x"}, {"hangup_timeout": -1, "auth_type": "x"}, Evidence.stated),
        ({"static_reg_address": "192.0.2.1"}, {"static_reg_address": "192.0.2.1"}, Evidence.inferred),
    ],
)
def test_an_invalid_value_that_was_accepted_weighs_what_became_of_it(
    sent: Json, after: Json, evidence: Evidence, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(OBSERVER, "update", lambda _: Update(None, sent, 200, after, after))
    assert level_of("negative_data_rejection", sent) is evidence


def test_only_an_answer_without_a_token_weighs_as_much_as_the_page_says_of_tokens() -> None:
    accepted = Failure(operation="PUT", title="API accepts requests without authentication", message="")
    response: Any = Response(200, b"{}")
    assert weigh("ignored_auth", accepted, PUT.Case(), response) is Evidence.stated


@pytest.mark.parametrize(
    ("status", "content", "evidence"),
    [
        (200, b'{"auth_type": "password"}', Evidence.stated),
        (200, b"not JSON", Evidence.example),
        (200, b'{"auth_type": "digest"}', Evidence.example),
        (400, b'{"status": 5}', Evidence.inferred),
    ],
)
def test_a_response_has_the_level_of_the_rule_that_it_breaks(status: int, content: bytes, evidence: Evidence) -> None:
    assert level_of("response_schema_conformance", {}, status, content) is evidence


@pytest.mark.parametrize(
    ("sent", "shown", "is_one"),
    [
        (2**40, 600, True),
        (1, 5, True),  # the page names 5, so a range may begin there
        (1, 6, False),
        (6, 7, False),
        (5, 6, False),
        (2**40, 2**40 % 2**32, False),
    ],
)
def test_a_number_is_clamped_only_to_a_range_that_holds_what_the_page_names(
    sent: int, shown: int, *, is_one: bool
) -> None:
    known = CONTRACT.properties["hangup_timeout"]
    assert is_clamped(known, sent, shown) is is_one
    assert (weigh_value(CONTRACT, known.name, sent, shown) is Evidence.inferred) is is_one


@pytest.mark.parametrize(
    ("name", "sent", "shown", "is_same"),
    [
        ("geo_list", "DE FR AT", "AT DE FR", True),
        ("geo_list", "DE FR", "DE,FR", False),  # the page shows blanks
        ("geo_list", "DE FR", "DE", False),
        ("vm_mailto", "a@example.com,b@example.com", "b@example.com, a@example.com", True),
        ("label", "a  b", "a b", True),
        ("label", "a b", "b a", False),  # a list has a form, a text has none
        ("external_number", "0044 20 7946-0123", "+442079460123", True),
        ("external_number", "00442079460123", "442079460123", False),
        ("external_number", "+442079460123", "442079460123", False),  # the page shows the +
        ("auth_type", "both", "Both", False),
    ],
)
def test_a_value_is_normalised_only_where_another_spelling_means_the_same(
    name: str, sent: str, shown: str, *, is_same: bool
) -> None:
    assert is_normalised(CONTRACT.properties[name], sent, shown) is is_same


def test_an_empty_text_in_an_answer_may_stand_for_null() -> None:
    for name, evidence in (("record_format", Evidence.inferred), ("auth_type", Evidence.stated)):
        broken = [each for each in CONTRACT.answer_violations({name: ""}) if each.path == name]
        assert {answered(CONTRACT, {name: ""}, each) for each in broken} == {evidence}
