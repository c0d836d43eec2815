"""How much a finding of schemathesis weighs: what the page does not back may be a warning, never a failure."""

from __future__ import annotations

from typing import Any

from schemathesis import Case, Response
from schemathesis.core.failures import CustomFailure, Failure

from contract_tests.checks.put_rules import Deviation
from contract_tests.contract import CONTRACT
from contract_tests.contract.json_values import ABSENT, Json, json_object
from contract_tests.contract.property import Evidence
from contract_tests.contract.weight import accepted_invalid, answered, server_error
from contract_tests.fuzz.checks import OBSERVER
from contract_tests.report.reasons import Change, Place


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


def change_of(check: str, failure: Failure, case: Case[Any], response: Response) -> Change | None:
    """What became of the property that a failed check is about; None where it is about none."""
    if isinstance(failure, CustomFailure) and isinstance(failure.exception, Deviation):
        return failure.exception.change
    if check == "not_a_server_error":
        return Change(Place.crashed)
    if check == "negative_data_rejection":
        return _accepted(case)
    return _answered(response) if check == "response_schema_conformance" else None


def _accepted(case: Case[Any]) -> Change | None:
    """The invalid value that was accepted and weighs the most."""
    update = OBSERVER.update(case)
    if update is None or not isinstance(update.sent, dict):
        return None
    after = update.after or {}
    names = {violation.path.partition(".")[0] for violation in CONTRACT.update_violations(update.sent)}
    name = max(
        sorted(names & update.sent.keys()),
        key=lambda name: accepted_invalid(CONTRACT, update.sent, name, after),
        default=None,
    )
    if name is None:
        return None
    before = (update.before or {}).get(name, ABSENT)
    return Change(Place.invalid, name, before, update.sent[name], after.get(name, ABSENT))


def _answered(response: Response) -> Change | None:
    """The property of an answer that breaks the contract the most."""
    settings = json_object(response.content)
    violations = [*CONTRACT.answer_violations(settings)] if settings else []
    if not settings or not violations:
        return None
    name = max(violations, key=lambda violation: violation.evidence).path.partition(".")[0]
    return Change(Place.answered, name, shown=settings.get(name, ABSENT))


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
