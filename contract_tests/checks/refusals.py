"""What is refused: invalid values, and bodies that are no update."""

from __future__ import annotations

from contract_tests.checks.catalogue import Judgements, check, check_each, every, finding
from contract_tests.checks.history import History
from contract_tests.contract.document import Violation
from contract_tests.contract.json_values import Json, identical, in_json
from contract_tests.contract.property import Evidence
from contract_tests.record.exchange import Exchange
from contract_tests.record.step import Kind
from contract_tests.report.results import Finding


@check_each(every)
def invalid_value_is_refused(history: History) -> Judgements:
    """An invalid value of a property is refused. Judged only where a valid value of it was accepted in the same run.

    > The columns "Type" and "Description" of the table
    """
    for put in history.record.of(Kind.invalid, Kind.mixed):
        name = put.step.subject
        if name in history.accepted_properties and put.status < 500:
            yield name, _accepted(history, put) if put.is_success else None


def _accepted(history: History, put: Exchange) -> Finding:
    """What became of an invalid value that was accepted: it was ignored, coerced into a valid one, or stored."""
    name = put.step.subject
    sent = (put.step.update or {})[name]
    before, after = history.shown_around(put)
    old, new = (before or {}).get(name), (after or {}).get(name)
    violations = history.contract.update_violations({name: sent})
    evidence = max(_weight(violation) for violation in violations)
    if sent == "" and history.contract.properties[name].is_nullable:
        evidence = Evidence.inferred  # it may mean that there is none
    become = _what_became(sent, old, new)
    # A server that leaves an invalid value out still keeps its types; whether it must say so, the page does not tell.
    weight = Evidence.inferred if become == "ignored" else evidence
    shown = "" if become == "ignored" else f" as {in_json(new)}"
    return finding(weight, f"{put.step.case}: {violations[0].message}; it was accepted and {become}{shown}", put)


def _weight(violation: Violation) -> Evidence:
    """Of an object, the page says what it holds in an answer; whether a PUT may leave a member out is open."""
    return min(violation.evidence, Evidence.inferred) if violation.keyword == "required" else violation.evidence


def _what_became(sent: Json, old: Json, new: Json) -> str:
    if identical(sent, new):
        return "stored"
    return "ignored" if identical(old, new) else "coerced"


@check
def malformed_body_is_refused(history: History) -> Judgements:
    """A body that is no JSON object is refused.

    > RFC 8259, 2 and 8.1, and "JSON parameters"; how a refusal looks is not said
    """
    for put in history.record.of(Kind.body):
        if not put.step.headers and put.status < 500:
            text = f"a body that is no JSON object ({put.step.case}) was accepted with {put.status}"
            yield "", finding(Evidence.inferred, text, put) if put.is_success else None


@check
def other_media_type_is_refused(history: History) -> Judgements:
    """A body that is not declared as JSON is refused.

    > Requests with a body carry Content-Type: application/json
    """
    for put in history.record.of(Kind.body):
        if put.step.headers and put.status < 500:
            text = f"a body {put.step.case} was accepted with {put.status}"
            yield "", finding(Evidence.inferred, text, put) if put.is_success else None


@check
def media_type_parameter_is_accepted(history: History) -> Judgements:
    """`application/json` with a charset is still JSON.

    > RFC 9110, 8.3.1: a media type may have parameters
    """
    for put in history.record.of(Kind.change):
        if put.step.headers:
            text = f"Content-Type {put.step.headers['Content-Type']} was refused with {put.status}"
            yield "", None if put.is_success else finding(Evidence.inferred, text, put)
