# ruff: noqa: D102 - the docstring of the class describes the method
"""Open questions of the page: a server gets no failure, whichever way it decides them."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from starlette.requests import Request

from contract_tests.checks.judge import judge
from contract_tests.checks.requirements import requirements
from contract_tests.contract.document import Contract
from contract_tests.record.exchange import Exchange
from contract_tests.record.har import Record
from contract_tests.record.step import Case, Kind, Step
from contract_tests.report.results import Outcome, ResultId, Results
from mock_server.embedded import serve
from mock_server.faults import CATALOGUE
from mock_server.phone import Phone, Properties
from mock_server.problems import Problem
from mock_server.seed import Application
from scripts.fault_matrix import verdicts
from tests.suite import run_against

PROPERTIES = Contract().properties.values()


def is_id(value: Any) -> bool:  # noqa: ANN401 - any JSON value
    return isinstance(value, int) and not isinstance(value, bool) and value > 10_000


class RefusesLongText(Phone):
    """The page states no maximum length."""

    def validate(self, document: Properties) -> Properties:
        if any(isinstance(value, str) and len(value) > 64 for value in document.values()):
            raise Problem(422, "unprocessable", "too long")
        return super().validate(document)


class RefusesUnknownIds(Phone):
    """Only the server knows which ids exist, and the page states no status code for an unknown id."""

    def validate(self, document: Properties) -> Properties:
        bundle = document.get("bundle")
        if any(map(is_id, document.values())) or (isinstance(bundle, dict) and bundle.get("bundle_list")):
            raise Problem(409, "conflict", "no such id")
        return super().validate(document)


class IgnoresNull(Phone):
    """For most properties, the page does not say whether null clears the value."""

    def merge(self, before: Properties, update: Properties) -> Properties:
        open_nulls = {known.name for known in PROPERTIES if known.evidence["null"] != "stated"}
        applied = {name: value for name, value in update.items() if value is not None or name not in open_nulls}
        return super().merge(before, applied)


class RefusesBadIdsAsBadRequests(Phone):
    """The page states no status code for an unknown extension id."""

    def resolve(self, application: Application, extension_id: str) -> str:
        try:
            return super().resolve(application, extension_id)
        except Problem as problem:
            raise Problem(400, "bad_request", problem.message) from None


class AnswersYesOrNo(Phone):
    """The page names the values 'yes' and 'no' for a boolean."""

    def present(self, properties: Properties) -> Properties:
        state = super().present(properties)
        return {**state, "record_stereo": {True: "yes", False: "no", None: None}[state["record_stereo"]]}


class AnswersMore(Phone):
    """Both schemas are open: a response may have more keys."""

    def present(self, properties: Properties) -> Properties:
        state = super().present(properties)
        return {**state, "allow_webrtc": True, "bundle": {**state["bundle"], "since": 1}}


class AnswersNullForZero(Phone):
    """0 and null mean the same sound."""

    def present(self, properties: Properties) -> Properties:
        state = super().present(properties)
        return {**state, **{name: state[name] or None for name in ("hold_music", "ringback_sound", "vm_greeting")}}


LENIENT: list[type[Phone]] = [
    RefusesLongText,
    RefusesUnknownIds,
    RefusesBadIdsAsBadRequests,
    IgnoresNull,
    AnswersYesOrNo,
    AnswersMore,
    AnswersNullForZero,
]


class AllTogether(
    RefusesLongText,
    RefusesUnknownIds,
    RefusesBadIdsAsBadRequests,
    AnswersYesOrNo,
    AnswersMore,
    AnswersNullForZero,
):
    """All decisions after which the original values can be restored: else a run ends before the fuzz layer."""


RESULTS: dict[type[Phone], Results] = {}
"""Of the planned requests; one run for each behaviour."""


def results_of(behaviour: type[Phone]) -> Results:
    """The results of the planned requests to a mock that behaves so."""
    if behaviour not in RESULTS:
        with pytest.MonkeyPatch.context() as patch:
            patch.setitem(CATALOGUE, behaviour.__name__, behaviour)
            with serve(behaviour.__name__) as mock:
                RESULTS[behaviour] = verdicts(mock).results
    return RESULTS[behaviour]


@pytest.mark.parametrize("behaviour", LENIENT)
@pytest.mark.usefixtures("no_pauses")
def test_no_decision_of_an_open_question_is_a_failure(behaviour: type[Phone]) -> None:
    rows = results_of(behaviour).by_id.values()
    assert [row.finding for row in rows if row.outcome is Outcome.failed] == []
    assert any(row.outcome is Outcome.passed for row in rows)


def test_no_decision_is_a_failure_in_the_fuzz_layer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert {*AllTogether.__bases__} == {*LENIENT} - {IgnoresNull}
    monkeypatch.setitem(CATALOGUE, AllTogether.__name__, AllTogether)
    with serve(AllTogether.__name__) as mock:
        run = run_against(mock, tmp_path, "--fuzz-examples=3")
    assert run.outcomes("fail") == set(), run.printed
    assert "fuzz.put_is_stored" in run.outcomes("pass", "warn")


class AcceptsUnusualBodies(Phone):
    """A missing body counts as an empty object, a byte order mark is skipped, and the last duplicate key counts."""

    async def read_body(self, request: Request) -> bytes:
        return await request.body()

    def decode(self, body: bytes) -> Properties:
        try:
            document = json.loads(body.removeprefix(b"\xef\xbb\xbf") or b"{}")
        except ValueError:
            document = None
        return document if isinstance(document, dict) else super().decode(body)


class RefusesUnusualValues(Phone):
    """NUL, numbers with a point, unknown keys and an empty object are refused."""

    def decode(self, body: bytes) -> Properties:
        if b"\\u0000" in body or re.search(rb"[0-9][.]0\b", body):
            raise Problem(400, "bad_request", "unusual")
        return super().decode(body)

    def validate(self, document: Properties) -> Properties:
        if not document or document.keys() - {known.name for known in PROPERTIES}:
            raise Problem(400, "bad_request", "unusual")
        return super().validate(document)


class NeedsAnother(Phone):
    """One switch can be on only while another one is."""

    def merge(self, before: Properties, update: Properties) -> Properties:
        after = super().merge(before, update)
        if update.get("record_transfer") and not after.get("record_enabled", True):
            raise Problem(409, "conflict", "recording is off")
        return after


class DropsWithoutAnother(NeedsAnother):
    """One switch stays off while another one is."""

    def merge(self, before: Properties, update: Properties) -> Properties:
        try:
            return super().merge(before, update)
        except Problem:
            return super().merge(before, {**update, "record_transfer": False})


@pytest.fixture(scope="module")
def of_correct_mock() -> Results:
    """The results of the correct mock."""
    with serve() as mock:
        return verdicts(mock).results


@pytest.mark.parametrize(
    ("behaviour", "question", "answer"),
    [
        (AcceptsUnusualBodies, "open_no_body", "Accepted with 200; nothing changed"),
        (AcceptsUnusualBodies, "open_byte_order_mark", 'Accepted with 200; shows "after a mark"'),
        (AcceptsUnusualBodies, "open_duplicate_key", 'Accepted with 200; shows "second"'),
        (AcceptsUnusualBodies, "open_large_body", 'Accepted with 200; shows "xxxx'),
        (RefusesUnusualValues, "open_nul_in_text", "Refused with 400"),
        (RefusesUnusualValues, "open_integral_fraction", "Refused with 400"),
        (RefusesUnusualValues, "open_empty_update", "Refused with 400"),
        (NeedsAnother, "open_coupling", "record_transfer: true is taken only together with record_enabled: true"),
        (DropsWithoutAnother, "open_coupling", "record_transfer: true is taken only together with record_enabled"),
        (IgnoresNull, "open_null", "null is left out: label"),
        (AnswersNullForZero, "open_zero_and_null", "not: hold_music, ringback_sound, vm_greeting"),
        (RefusesBadIdsAsBadRequests, "open_unknown_id", "400"),
        (RefusesLongText, "open_ranges", 'label: "Reception xxx'),
        (CATALOGUE["invalid_value_as_422"], "open_refusal", "422 with message, status"),
    ],
)
def test_the_profile_has_the_decision_of_a_server(
    behaviour: type[Phone], question: str, answer: str, of_correct_mock: Results
) -> None:
    usual = of_correct_mock[question].finding
    result = results_of(behaviour)[question]
    assert result.outcome is Outcome.noted
    assert result.finding and usual
    assert answer in result.finding.message
    assert answer not in usual.message


@pytest.mark.parametrize(
    ("question", "step", "base_url", "answer"),
    [
        (
            "open_trailing_slash",
            Step(Kind.question, "GET", "/extension/54/phone", case=Case.no_last_slash),
            "http://h/api/ver1.0",
            "answers 301.",
        ),
        (
            "open_base_path",
            Step(Kind.read, "GET", "/extension/54/phone/"),
            "http://h/v2",
            "/v2, documented is /api/ver1.0",
        ),
    ],
)
def test_the_profile_has_the_path_of_the_resource(question: str, step: Step, base_url: str, answer: str) -> None:
    results = Results.declared([requirements(Contract())[ResultId(question)]])
    record = Record({"base_url": base_url, "extension_id": "54"}, [Exchange(step, base_url + step.path, {}, 301)])
    judge(record, Contract(), results)
    finding = results[question].finding
    assert finding
    assert answer in finding.message
