"""What is refused: invalid values, and bodies that are not an update."""

from __future__ import annotations

from collections.abc import Iterator
from http import HTTPStatus

from contract_tests.checks.backing import ByContract, every
from contract_tests.checks.catalogue import check
from contract_tests.checks.history import VALID, History
from contract_tests.checks.judgement import Judgements, expect, finding
from contract_tests.contract.json_values import ABSENT, Json, identical, in_json
from contract_tests.contract.property import Evidence
from contract_tests.contract.weight import accepted_invalid
from contract_tests.record.exchange import Exchange
from contract_tests.record.step import Case, Kind
from contract_tests.report.reasons import Change, Place
from contract_tests.report.results import Finding


@check(ByContract("type"), each=every, statements="P24-s3 P31-s3 P31-s4 P31-s5", of_each="t")
def invalid_value_is_refused(history: History) -> Judgements:
    """An invalid value of a property is refused. Judged only where a valid value of it was accepted in the same run."""
    for put in history.record.of(Kind.invalid, Kind.mixed):
        name = put.step.subject
        if name in history.accepted_properties and put.status < 500:
            yield name, _accepted(history, put) if put.is_success else None


def _accepted(history: History, put: Exchange) -> Finding:
    """The finding for an invalid value that was accepted: it was ignored, coerced into a valid one, or stored."""
    name, sent = put.step.subject, (put.step.update or {})
    old, new = history.state_before(put), history.state_after(put)
    evidence = accepted_invalid(history.contract, sent, name, new)
    effect = _effect(sent[name], old.get(name), new.get(name))
    violations = history.contract.update_violations({name: sent[name]})
    change = Change(Place.invalid, name, old.get(name, ABSENT), sent[name], new.get(name, ABSENT))
    result = effect if effect == "ignored" else f"{effect} as {in_json(new.get(name))}"
    return finding(evidence, f"{put.step.about}: {violations[0].message}; it was accepted and {result}", put, change)


def _effect(sent: Json, old: Json, new: Json) -> str:
    if identical(sent, new):
        return "stored"
    return "ignored" if identical(old, new) else "coerced"


@check(Evidence.inferred, statements="O-07")
def malformed_body_is_refused(history: History) -> Judgements:
    """A body that is no JSON object is refused."""
    for put in _bodies(history, Case.malformed):
        text = f"a body that is no JSON object ({put.step.about}) was accepted with {put.status}"
        yield expect(not put.is_success, Evidence.inferred, text, put)


@check(Evidence.stated, statements="A-05")
def json_media_type_is_accepted(history: History) -> Judgements:
    """A body that is declared as `application/json` is not refused for its media type."""
    for put in history.record.of(*VALID):
        if put.step.case is not Case.media_type_parameter:
            is_refused = put.status == HTTPStatus.UNSUPPORTED_MEDIA_TYPE
            evidence = Evidence.inferred if history.accepted_properties else Evidence.stated
            yield expect(not is_refused, evidence, "a JSON body was refused for its media type, with 415", put)


@check(Evidence.inferred, statements="A-05")
def other_media_type_is_refused(history: History) -> Judgements:
    """A body that is not declared as JSON is refused."""
    for put in _bodies(history, Case.other_media_type):
        text = f"a body {put.step.about} was accepted with {put.status}"
        yield expect(not put.is_success, Evidence.inferred, text, put)


def _bodies(history: History, case: Case) -> Iterator[Exchange]:
    """The requests with a wrong body; those that failed in the server have a check of their own."""
    for put in history.record.of(Kind.body):
        if put.step.case is case and put.status < 500:
            yield put


@check(Evidence.inferred, statements="A-05")
def media_type_parameter_is_accepted(history: History) -> Judgements:
    """`application/json` with a charset is still JSON.

    > RFC 9110, 8.3.1: The type/subtype MAY be followed by semicolon-delimited parameters
    """
    for put in history.record.of(Kind.change):
        is_comparable = put.is_success or history.has_taken_like(put)
        if put.step.case is Case.media_type_parameter and is_comparable:
            text = f"Content-Type {put.step.headers['Content-Type']} was refused with {put.status}"
            yield expect(put.is_success, Evidence.inferred, text, put)
