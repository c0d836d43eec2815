"""Traceability: every statement of the page is tested or excluded, and every check quotes its source."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import pytest

from contract_tests.checks import CATALOGUE, THEMES, Check, requirements
from contract_tests.checks.catalogue import register
from contract_tests.contract import CONTRACT
from contract_tests.contract.document import load_yaml
from contract_tests.contract.property import Evidence
from contract_tests.contract.statements import NOT_SAID, statements
from contract_tests.fuzz import layer
from contract_tests.report import source
from contract_tests.report.results import Requirement, ResultId
from mock_server.faults import CATALOGUE as FAULTS
from scripts import coverage
from tests.suite import ROOT

STATEMENTS = statements()
ALL_BY_ID = requirements.requirements(CONTRACT)
ALL = [*ALL_BY_ID.values(), *layer.requirements()]
RFC = r"RFC \d{4}, \d+(\.\d+)*: \S.+"


@pytest.fixture(scope="module")
def judged() -> set[ResultId]:
    return coverage.judged()


@pytest.fixture(scope="module")
def lines(judged: set[ResultId]) -> Sequence[coverage.Line]:
    return coverage.lines(judged, coverage.matrix())


def test_every_observable_statement_is_tested_in_a_real_run_and_every_other_one_excluded(
    lines: Sequence[coverage.Line], judged: set[ResultId]
) -> None:
    assert coverage.gaps(lines, judged) == []
    assert Counter(line.is_observable for line in lines if line.ids) == {True: 119}
    assert Counter(line.is_observable for line in lines if not line.ids) == {False: 78}


def test_a_fault_of_the_committed_matrix_proves_each_statement_that_a_check_can_fail(
    lines: Sequence[coverage.Line],
) -> None:
    matrix = coverage.matrix()
    proven = {line.statement.id for line in lines if line.fails}
    for line in lines:
        assert not line.fault or line.fault in matrix
        assert all(matrix[line.fault][id_.check] == "fail" for id_ in line.fails)
        assert all(line.statement.id in ALL_BY_ID[id_].statements for id_ in line.fails)
    not_proven = {line.statement.id: line for line in lines if line.is_observable and line.statement.id not in proven}
    assert [*not_proven] == ["G-02", "A-04", "P17-d"]
    assert all(line.reason for line in not_proven.values())
    assert not_proven["G-02"].warns and not_proven["P17-d"].warns and not_proven["A-04"].notes


def test_a_statement_whose_fault_no_check_fails_is_named(judged: set[ResultId]) -> None:
    matrix = {**coverage.matrix(), "plus_sign_refused": {"valid_value_is_accepted": "warn"}, "auth_ignored": {}}
    assert coverage.gaps(coverage.lines(judged, matrix), judged) == [
        "A-03: no check that names it fails the fault auth_ignored",
        "P10-s2: no check that names it fails the fault plus_sign_refused",
    ]


def test_each_proof_is_of_a_statement_and_by_a_fault_of_the_mock() -> None:
    proofs = load_yaml(coverage.PROOFS)
    assert {*proofs["faults"], *proofs["not_failed"]} <= STATEMENTS.keys()
    assert {*map(coverage.fault_of, STATEMENTS.values())} - {""} <= FAULTS.keys()


def test_the_committed_table_is_not_stale(lines: Sequence[coverage.Line]) -> None:
    assert (ROOT / "docs" / "coverage.md").read_text() == coverage.as_markdown(lines), "run `make coverage`"


def test_a_statement_that_is_not_tested_and_a_requirement_that_was_not_judged_are_named(
    judged: set[ResultId],
) -> None:
    without = judged - {ResultId("token_is_issued")}
    gaps = coverage.gaps(coverage.lines(without, coverage.matrix()), without)
    assert gaps == [
        "A-01 is tested by no requirement",
        "A-01 is neither tested nor excluded",
        "A-01: no check that names it fails the fault credentials_under_other_names",
        "A-02: no check that names it fails the fault token_under_another_name",
        "token_is_issued was not judged",
    ]


def test_the_statements_are_those_of_the_page() -> None:
    assert len(STATEMENTS) == 197
    assert Counter(row.tag for row in STATEMENTS.values()) == {"W": 98, "F": 21, "X": 24, "B": 46, "I": 8}


def test_every_excluded_statement_exists() -> None:
    groups = load_yaml(requirements.EXCLUDED_FILE)
    excluded = [id_ for group in groups for id_ in group["statements"]]
    assert len(excluded) == len(set(excluded))
    assert set(excluded) <= set(STATEMENTS)
    assert all(group["reason"] for group in groups)


@pytest.mark.parametrize("check", CATALOGUE.values(), ids=CATALOGUE)
def test_each_statement_of_a_check_belongs_to_one_of_its_requirements(check: Check) -> None:
    known = requirements.requirements(CONTRACT)
    statements_of_results = {id_ for result in check.ids(CONTRACT) for id_ in known[result].statements}
    assert {*check.backing.statements.split()} <= statements_of_results


def test_a_statement_about_a_property_belongs_only_to_the_requirement_of_that_property() -> None:
    known = requirements.requirements(CONTRACT)
    assert {row.subject for row in STATEMENTS.values()} == {"", *CONTRACT.properties}
    for requirement in known.values():
        subjects = {STATEMENTS[id_].subject for id_ in requirement.statements}
        assert subjects <= {"", requirement.id.subject}


@pytest.mark.parametrize("check", CATALOGUE.values(), ids=CATALOGUE)
def test_a_check_has_a_rule_and_a_theme(check: Check) -> None:
    assert check.rule.endswith((".", "?"))
    assert check.theme in THEMES


@pytest.mark.parametrize("requirement", ALL, ids=[str(each.id) for each in ALL])
def test_a_sentence_is_of_the_page_or_of_an_rfc_or_says_that_it_is_inferred(requirement: Requirement) -> None:
    assert_has_a_known_form(requirement.sentence, requirement.statements)
    assert source.label(requirement.sentence, "stated") == (
        "inferred" if requirement.sentence.startswith(NOT_SAID) else "the source"
    )


@pytest.mark.parametrize(
    "sentence", ["", "HTTP", "Common sense", "RFC 9110: GET is safe", "label: type long", NOT_SAID]
)
def test_any_other_form_of_a_sentence_is_found(sentence: str) -> None:
    with pytest.raises(AssertionError):
        assert_has_a_known_form(sentence, ["P01-t", "O-07"])


def assert_has_a_known_form(sentence: str, ids: Sequence[str]) -> None:
    """A sentence is an inference, or the words of its statements, of an RFC with its section, or of both."""
    if sentence.startswith(NOT_SAID):
        assert sentence != NOT_SAID
        return
    quotes_the_page = any(STATEMENTS[id_].text in sentence for id_ in ids)
    for id_ in sorted(ids, key=lambda id_: -len(STATEMENTS[id_].text)):
        sentence = sentence.replace(STATEMENTS[id_].text, "", 1)
    rest = sentence.strip("; ")
    assert re.fullmatch(RFC, rest) if rest else quotes_the_page


@pytest.mark.parametrize("id_", ["property_has_its_type", "fresh_extension_shows_default", "property_is_optional"])
def test_a_requirement_about_a_property_quotes_the_statement_about_the_property(id_: str) -> None:
    for requirement in requirements.requirements(CONTRACT).values():
        if requirement.id.check == id_:
            assert requirement.sentence.startswith(f"{requirement.id.subject}: ")


def test_no_two_checks_have_one_name() -> None:
    check = next(iter(CATALOGUE.values()))
    with pytest.raises(ValueError, match=f"two checks have the name {check.name}"):
        register(check)


def test_levels_come_from_the_contract_where_it_has_them() -> None:
    known = requirements.requirements(CONTRACT)
    assert (
        known[ResultId.parse("fresh_extension_shows_default:preserve_caller_id_number_att_tr")].level
        is Evidence.inferred
    )
    assert known[ResultId.parse("fresh_extension_shows_default:auth_type")].level is Evidence.stated
    assert known[ResultId.parse("open_null")].level is Evidence.open


def test_the_suite_knows_no_fault_and_the_mock_does_not_know_the_suite() -> None:
    def sources(folder: str) -> str:
        return "\n".join(file.read_text() for file in sorted(Path(ROOT / folder).rglob("*.py")))

    suite, mock = sources("contract_tests"), sources("mock_server")
    assert "mock_server" not in suite
    assert "contract_tests" not in mock
    assert not re.search("user.agent", mock, re.IGNORECASE)
    faults = {name.partition(":")[0] for name in FAULTS if "_" in name}
    assert [name for name in faults if re.search(rf"\b{name}\b", suite)] == []


def test_a_result_has_the_evidence_of_its_property_and_the_statements_about_its_type() -> None:
    enums = CATALOGUE["enum_is_kept_as_sent"].backing
    replaced = CATALOGUE["object_is_replaced"].backing.level_of(CONTRACT, "bundle")
    assert replaced is Evidence[CONTRACT.properties["bundle"].evidence["x-update"]]
    assert enums.level_of(CONTRACT, "auth_type") is Evidence.stated
    types = CATALOGUE["invalid_value_is_refused"].backing
    assert "P12-t" in types.statements_of("hangup_timeout")
    assert "P12-t" not in types.statements_of("label")
    assert enums.statements_of("auth_type") == ["P05-s2"]
