"""How much a finding of schemathesis weighs: what the page does not back may be a warning, never a failure."""

from __future__ import annotations

from typing import Any

from schemathesis import Case, Response
from schemathesis.core.failures import CustomFailure, Failure

from contract_tests.checks.put_rules import Deviation
from contract_tests.contract import CONTRACT
from contract_tests.contract.document import Violation
from contract_tests.contract.json_values import json_object
from contract_tests.contract.property import Evidence


def weigh(check: str, failure: Failure, case: Case[Any], response: Response) -> Evidence:
    """The evidence of the requirement that a failed check stands for.

    A failure below the levels stated and example is a warning (see `x-evidence` in the contract).
    """
    if isinstance(failure, CustomFailure) and isinstance(failure.exception, Deviation):
        return failure.exception.evidence
    if check == "not_a_server_error":
        # To refuse a value may be a server's right, to fail on one of the stated type is not (RFC 9110, 15.6).
        return Evidence.stated if _is_valid(case) else Evidence.inferred
    if check == "positive_data_acceptance":
        return Evidence.stated if _is_named_by_page(case) else Evidence.inferred
    if check == "negative_data_rejection":
        is_accepted = 200 <= response.status_code < 300 and isinstance(case.body, dict)
        return _strongest(CONTRACT.update_violations(case.body)) if is_accepted else Evidence.inferred
    if check == "response_schema_conformance":
        return _weight_of_answer(response)
    if check == "content_type_conformance" and response.status_code == 200:
        return Evidence.example  # the page shows JSON
    if check == "ignored_auth" and failure.title.startswith("API accepts"):
        return Evidence.stated  # requests carry a token
    return Evidence.inferred  # of status codes, other methods and headers the page says nothing


def _is_named_by_page(case: Case[Any]) -> bool:
    if case.method == "GET":  # a made-up id may be unknown
        return "extension_id" in (case.operation.schema.config.parameters or {})
    return isinstance(case.body, dict) and CONTRACT.is_named_by_page(case.body)


def _is_valid(case: Case[Any]) -> bool:
    return case.meta is not None and case.meta.generation.mode.is_positive


def _weight_of_answer(response: Response) -> Evidence:
    if response.status_code != 200:
        return Evidence.inferred
    answer = json_object(response.content)
    return Evidence.example if answer is None else _strongest(CONTRACT.answer_violations(answer))


def _strongest(violations: list[Violation]) -> Evidence:
    return max((violation.evidence for violation in violations), default=Evidence.inferred)
