# ruff: noqa: D102 - the class says what its one step does
"""The planned core against servers: budget, seeds, culprits, bounds, and what it leaves behind."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import requests

from contract_tests.checks.history import VALID
from contract_tests.contract import CONTRACT
from contract_tests.observe.culprits import MAX_EXTRA_REQUESTS
from contract_tests.record.har import Record
from contract_tests.record.step import Kind
from contract_tests.report.results import Outcome, Results
from contract_tests.session.run import run
from mock_server.embedded import serve
from mock_server.faults import CATALOGUE
from mock_server.phone import Phone, Properties
from mock_server.problems import Problem
from scripts.fault_matrix import verdicts
from tests import servers
from tests.judged import judged, options_for

BUDGET = 400


def findings(results: Results) -> list[str]:
    return [str(result.id) for result in results.by_id.values() if result.is_finding]


def test_a_correct_server_gets_no_finding_within_the_budget() -> None:
    with serve() as mock:
        result = verdicts(mock)
    results = result.results
    assert findings(results) == []
    assert results.error == ""
    assert not results.count(Outcome.not_testable)
    # The first look and the restore are in no record.
    assert results.requests == len(result.records[0].exchanges) + 5 <= BUDGET


@pytest.mark.parametrize(
    "name", ["plain", "strict_reading", "lenient_reading", "int32_columns", "group_needs_network_auth"]
)
def test_a_correct_server_that_answers_otherwise_gets_no_more_requests(name: str) -> None:
    result = judged(name)
    assert result.problems == []
    assert 300 < result.requests <= BUDGET


def test_no_planned_request_depends_on_the_seed(tmp_path: Path) -> None:
    sent = []
    for seed in (1, 10):
        with servers.serve("strict_reading") as running:
            options, environment = options_for(running, seed=seed, state_dir=str(tmp_path))
            (record,) = run(options, environment).records
        sent.append([(each.step.method, each.step.path, each.step.body, each.status) for each in record])
    assert sent[0] == sent[1]
    assert len(sent[0]) > 300


def test_the_other_extension_is_as_it_was() -> None:
    with serve() as mock:
        url = mock.base_url + CONTRACT.path_to(mock.fresh_extension_id)
        headers = {"Authorization": f"Bearer {mock.token}"}
        before = requests.get(url, headers=headers, timeout=60).json()
        verdicts(mock)
        assert requests.get(url, headers=headers, timeout=60).json() == before


class RefusesLongTexts(Phone):
    """A text of more than 100 characters is too long here, and so is a group that holds one."""

    def validate(self, document: Properties) -> Properties:
        if any(isinstance(value, str) and len(value) > 100 for value in document.values()):
            raise Problem(400, "bad_request", "too long")
        return super().validate(document)


class RefusesIntercom(Phone):
    """One property cannot be set at all."""

    def validate(self, document: Properties) -> Properties:
        if document.get("intercom") is not None:
            raise Problem(400, "bad_request", "intercom cannot be set")
        return super().validate(document)


class RefusesAll(Phone):
    """Nothing can be set, and each refusal has to be split."""

    def validate(self, document: Properties) -> Properties:
        if document:
            raise Problem(400, "bad_request", "no")
        return document


class TakesAll(Phone):
    """Every value is valid and stored."""

    def validate(self, document: Properties) -> Properties:
        return {name: value for name, value in document.items() if name in CONTRACT.properties}


class MayOnlyRead(Phone):
    """The application may not write."""

    def validate(self, document: Properties) -> Properties:  # noqa: ARG002
        raise Problem(403, "app_access_type_deny", "The application may only read")


RUNS: dict[type[Phone], tuple[Results, Record]] = {}
"""One run for each behaviour."""


def against(behaviour: type[Phone]) -> tuple[Results, Record]:
    """The results and the record of a run against a mock that behaves so."""
    if behaviour not in RUNS:
        with pytest.MonkeyPatch.context() as patch:
            patch.setitem(CATALOGUE, behaviour.__name__, behaviour)
            with serve(behaviour.__name__) as mock:
                result = verdicts(mock)
        RUNS[behaviour] = result.results, result.records[0]
    return RUNS[behaviour]


def test_a_refused_group_is_split_to_the_culprit_and_the_others_are_judged() -> None:
    results, record = against(RefusesIntercom)
    assert findings(results) == ["valid_value_is_accepted:intercom", "setting_can_be_changed:intercom"]
    finding = results["valid_value_is_accepted:intercom"].finding
    assert finding
    assert re.search("intercom: [015] is valid, and was refused with 400", finding.message)
    assert results["put_is_stored:label"].outcome is Outcome.passed
    assert results["put_is_stored:label"].judged > 10
    assert len(record.exchanges) < BUDGET + 60
    refused = results["invalid_value_is_refused:intercom"]
    assert refused.outcome is Outcome.passed  # null was accepted: its valid twin


def test_a_length_that_the_page_leaves_open_is_a_note_that_names_it() -> None:
    results, _ = against(RefusesLongTexts)
    assert findings(results) == []
    result = results["valid_value_is_accepted:label"]
    assert result.outcome is Outcome.noted
    assert result.finding
    assert "characters) is valid, and was refused with 400" in result.finding.message
    ranges = results["open_ranges"].finding
    assert ranges
    assert "conference_pin" in ranges.message


@pytest.mark.parametrize("behaviour", [RefusesAll, TakesAll])
def test_a_target_that_does_all_wrong_costs_more_within_bounds(behaviour: type[Phone]) -> None:
    results, record = against(behaviour)
    assert findings(results)
    assert len(record.exchanges) < BUDGET + 2 * MAX_EXTRA_REQUESTS


def test_where_no_valid_value_was_accepted_a_refusal_proves_nothing() -> None:
    results, _ = against(RefusesAll)
    assert results["invalid_value_is_refused:label"].outcome is Outcome.not_testable


def test_an_accepted_invalid_value_is_put_back_before_the_next_property() -> None:
    _, record = against(TakesAll)
    taken = [seen.step for seen in record if seen.step.kind is Kind.invalid and seen.is_success]
    assert len(taken) > len(CONTRACT.properties)
    sent = [seen.step for seen in record if seen.step.kind in {Kind.invalid, Kind.put_back}]
    changed = ""
    for step in sent:
        if step.kind is Kind.put_back:
            changed = ""
        else:
            assert changed in {"", step.subject}
            changed = step.subject


def test_an_application_that_may_only_read_is_not_judged_on_writing() -> None:
    results, record = against(MayOnlyRead)
    assert findings(results) == []
    assert "every PUT was refused with 403" in results.error
    assert [seen.step.kind for seen in record if seen.status == 403 and seen.step.kind in VALID] == [
        Kind.change,
        Kind.identity,
    ]
    assert results["put_is_stored:label"].outcome is Outcome.not_testable
    assert results["get_answers_settings"].outcome is Outcome.passed


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        ("text_accepted_for_integer", "it was accepted and coerced"),
        ("invalid_enum_accepted", "it was accepted and stored"),
        ("invalid_enum_ignored", "it was accepted and ignored"),
    ],
)
def test_what_became_of_an_invalid_value_is_told(fault: str, words: str) -> None:
    with serve(fault) as mock:
        results = verdicts(mock).results
    messages = [
        found.finding.message for found in results.by_id.values() if found.finding and "refused" in found.id.check
    ]
    assert any(words in message for message in messages)
