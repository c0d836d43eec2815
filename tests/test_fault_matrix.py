"""Every fault is found, every check finds a fault, and the committed tables say so.

A sample of the faults runs in `make test`; `make fault-matrix` runs all of them, and fails where one is not found.
"""

from __future__ import annotations

import pytest

from mock_server.faults import CATALOGUE
from scripts import fault_matrix
from tests.suite import ROOT, sample

TABLES = ROOT / "docs"


@pytest.fixture(scope="module")
def rows() -> dict[str, dict[str, str]]:
    """The committed table."""
    return fault_matrix.read(TABLES / "fault-matrix.csv")


def test_the_committed_matrix_has_every_fault_and_no_gap(rows: dict[str, dict[str, str]]) -> None:
    assert [*rows] == [*CATALOGUE]
    assert fault_matrix.gaps(rows, fault_matrix.findings(None)) == []


def test_both_tables_say_the_same(rows: dict[str, dict[str, str]]) -> None:
    assert (TABLES / "fault-matrix.csv").read_text() == fault_matrix.as_csv(rows)
    assert (TABLES / "fault-matrix.md").read_text() == fault_matrix.as_markdown(rows)


def test_the_committed_matrix_is_not_stale(rows: dict[str, dict[str, str]]) -> None:
    faults = sample([*CATALOGUE], 61)
    assert fault_matrix.matrix(faults) == {fault: rows[fault] for fault in faults}, "run `make fault-matrix`"


def test_gaps_are_an_undetected_fault_a_check_without_fault_and_a_false_finding(
    rows: dict[str, dict[str, str]],
) -> None:
    without_check = {
        fault: {check: outcome for check, outcome in row.items() if check != "get_changes_nothing"}
        for fault, row in rows.items()
    }
    assert fault_matrix.gaps({**rows, "undetected": {}}, {}) == ["no check finds the fault undetected"]
    assert fault_matrix.gaps({**rows, "undetected": {"harness": "error"}}, {}) == [
        "no check finds the fault undetected"
    ]
    assert "the check get_changes_nothing finds no fault" in fault_matrix.gaps(without_check, {})
    assert fault_matrix.gaps(rows, {"put_is_stored": "fail"}) == [
        "the correct server gets a finding of put_is_stored: fail"
    ]
