"""Every fault is found, every check finds a fault, and the correct server gets no finding."""

from __future__ import annotations

import pytest

from scripts import fault_matrix
from tests.suite import ROOT


@pytest.fixture(scope="module")
def rows() -> dict[str, dict[str, str]]:
    return fault_matrix.matrix()


def test_the_matrix_has_no_gap(rows: dict[str, dict[str, str]]) -> None:
    assert len(rows) >= 120
    assert fault_matrix.gaps(rows, fault_matrix.findings(None)) == []


def test_the_committed_matrix_is_not_stale(rows: dict[str, dict[str, str]]) -> None:
    for name, text in {"md": fault_matrix.as_markdown(rows), "csv": fault_matrix.as_csv(rows)}.items():
        assert (ROOT / "docs" / f"fault-matrix.{name}").read_text() == text, "run `make fault-matrix`"


def test_gaps_are_an_undetected_fault_a_check_without_fault_and_a_false_finding(
    rows: dict[str, dict[str, str]],
) -> None:
    without_check = {
        fault: {check: outcome for check, outcome in row.items() if check != "get_changes_nothing"}
        for fault, row in rows.items()
    }
    assert fault_matrix.gaps({**rows, "undetected": {}}, {}) == ["no check finds the fault undetected"]
    assert fault_matrix.gaps(without_check, {}) == ["the check get_changes_nothing finds no fault"]
    assert fault_matrix.gaps(rows, {"put_is_stored": "fail"}) == [
        "the correct server gets a finding of put_is_stored: fail"
    ]
