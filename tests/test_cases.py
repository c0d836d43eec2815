"""Checks find their requests by typed cases, never by the English text in `about`."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping, Sequence

import pytest

from contract_tests.contract import CONTRACT
from contract_tests.plan import part, plan
from contract_tests.record.har import Record
from contract_tests.record.step import Case, Kind, Step
from contract_tests.report.results import Results
from contract_tests.target.target import Mode, Target
from mock_server.embedded import serve
from scripts import fault_matrix
from tests.suite import sample
from tests.test_judge import judged

FAULTS = [
    None,
    "teapot",
    "property_required:auth_type",
    "refusal_as_200",
    "scheme_case_matters",
    "unauthorized_without_challenge",
    "unauthorized_as_403",
    "unknown_id_answered",
    "malformed_json_as_empty",
    "media_type_ignored",
    "media_type_parameters_refused",
    "text_accepted_for_integer",
]
"""Each check that looks for a case finds one of these faults, except for checks that only give notes."""

Verdicts = Mapping[str, tuple[str, int, int]]


def verdicts(results: Results) -> Verdicts:
    """Return the outcome of each result, its number of judgements, and its number of findings."""
    return {str(id_): (result.outcome, result.judged, result.found) for id_, result in results.by_id.items()}


def run(fault: str | None) -> tuple[Verdicts, Record]:
    with serve(fault) as mock:
        result = fault_matrix.verdicts(mock)
    return verdicts(result.results), result.records[0]


@pytest.fixture
def other_words(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Replace the text in `about` of every planned request."""

    def reworded(*arguments: object) -> Sequence[Step]:
        steps = part(*arguments)  # type: ignore[arg-type]
        return [dataclasses.replace(step, about=f"request number {number}") for number, step in enumerate(steps)]

    with monkeypatch.context() as patched:
        patched.setattr("contract_tests.session.fleet.part", reworded)
        yield


@pytest.mark.parametrize("fault", sample(FAULTS, 4))
def test_other_words_in_the_plan_give_the_same_verdicts(fault: str | None, request: pytest.FixtureRequest) -> None:
    original, _ = run(fault)
    request.getfixturevalue("other_words")
    reworded, record = run(fault)
    assert reworded == original
    assert {exchange.step.about for exchange in record if exchange.step.kind is Kind.question} != {""}
    assert not [exchange for exchange in record if exchange.step.about == "one property alone"]


@pytest.mark.parametrize("fault", [None, "text_accepted_for_integer"])
def test_other_words_in_a_record_give_the_same_verdicts(fault: str | None) -> None:
    original, record = run(fault)
    reworded = [dataclasses.replace(exchange, step=dataclasses.replace(exchange.step, about="")) for exchange in record]
    assert verdicts(judged(Record(record.target, reworded))) == original


def test_every_case_is_planned() -> None:
    target = Target("http://127.0.0.1:9/api/ver1.0", "54", Mode.full, fresh_extension_id="55")
    added_by_a_run = {Case.same_state, Case.other_state, Case.settled, Case.wrong_secret}
    assert {step.case for step in plan(CONTRACT, target)} == {*Case} - added_by_a_run
