"""The evidence level of a finding: it is a failure only if the page backs the requirement."""

from __future__ import annotations

from typing import Any

import pytest
from schemathesis.core.failures import Failure

from contract_tests.contract.json_values import Json
from contract_tests.contract.property import Evidence
from contract_tests.fuzz import engine
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
        ("positive_data_acceptance", {"auth_type": "both"}, Evidence.stated),
        ("positive_data_acceptance", {"hangup_timeout": 2**40}, Evidence.inferred),
        ("positive_data_acceptance", {"hold_music": 17}, Evidence.inferred),
        ("positive_data_acceptance", {}, Evidence.inferred),
        ("negative_data_rejection", {"auth_type": "password"}, Evidence.stated),
        ("negative_data_rejection", {"hangup_timeout": -1}, Evidence.inferred),
        ("negative_data_rejection", {"hangup_timeout": -1, "auth_type": "password"}, Evidence.stated),
        ("negative_data_rejection", [], Evidence.inferred),
        ("ignored_auth", {}, Evidence.inferred),
        ("status_code_conformance", {}, Evidence.inferred),
        ("unsupported_method", {}, Evidence.inferred),
        ("not_a_server_error", {"auth_type": "password"}, Evidence.inferred),
    ],
)
def test_a_finding_has_the_level_of_its_evidence(check: str, body: Json, evidence: Evidence) -> None:
    assert level_of(check, body) is evidence


def test_only_access_without_a_token_has_the_level_of_the_page_on_tokens() -> None:
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
