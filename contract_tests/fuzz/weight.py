"""How much a finding of schemathesis weighs: what the page does not back may be a warning, never a failure."""

from __future__ import annotations

from typing import Any

from schemathesis import Case, Response
from schemathesis.core.failures import CustomFailure, Failure

from contract_tests.checks.put_rules import Deviation
from contract_tests.contract import CONTRACT
from contract_tests.contract.json_values import Json, json_object
from contract_tests.contract.property import Evidence
from contract_tests.contract.weight import accepted_invalid, answered, server_error
from contract_tests.fuzz.checks import OBSERVER


def weigh(check: str, failure: Failure, case: Case[Any], response: Response) -> Evidence:
    """The evidence of the requirement that a failed check stands for.

    A failure below the levels stated and example is a warning (see `x-evidence` in the contract).
    """
    if isinstance(failure, CustomFailure) and isinstance(failure.exception, Deviation):
        return failure.exception.evidence
    if check == "not_a_server_error":
        return server_error(CONTRACT, response.status_code, _body(case), is_own=_is_own(case))
    if check == "negative_data_rejection":
        return _weight_of_acceptance(case, response)
    if check == "response_schema_conformance":
        return _weight_of_answer(response)
    if check == "ignored_auth" and failure.title.startswith("API accepts"):
        return Evidence.stated  # requests carry a token
    # Of status codes, media types, other methods and headers the page says nothing. That values are accepted which it
    # names, the planned core tests, from more than one state: a refusal here may come from a rule between two values.
    return Evidence.inferred


def _body(case: Case[Any]) -> Json:
    return None if case.method == "GET" else case.body


def _is_own(case: Case[Any]) -> bool:
    """Whether a case goes to the extension under test, and not to a made-up id."""
    return "extension_id" in (case.operation.schema.config.parameters or {})


def _weight_of_acceptance(case: Case[Any], response: Response) -> Evidence:
    """How well the page backs that an invalid body may not be accepted, by what became of its values."""
    update = OBSERVER.update(case)
    if not 200 <= response.status_code < 300 or update is None or not isinstance(update.sent, dict):
        return Evidence.inferred
    names = {violation.path.partition(".")[0] for violation in CONTRACT.update_violations(update.sent)}
    weights = [accepted_invalid(CONTRACT, update.sent, name, update.after or {}) for name in names & update.sent.keys()]
    return max(weights, default=Evidence.inferred)


def _weight_of_answer(response: Response) -> Evidence:
    """How well the page backs what an answer breaks; a value that was sent as an invalid one is told where it was."""
    settings = json_object(response.content)
    if response.status_code != 200:
        return Evidence.inferred
    if settings is None:
        return Evidence.example
    weights = [
        answered(CONTRACT, settings, violation)
        for violation in CONTRACT.answer_violations(settings)
        if not OBSERVER.has_sent(violation.path.partition(".")[0], settings)
    ]
    return max(weights, default=Evidence.open)
