"""Every fault is found, every check finds one, the correct server gets no finding, and the committed table is right."""

from __future__ import annotations

import pytest

from scripts import fault_matrix
from tests.suite import ROOT


@pytest.fixture(scope="module")
def rows() -> dict[str, dict[str, str]]:
    return fault_matrix.matrix()


def test_the_matrix_has_no_gap(rows: dict[str, dict[str, str]]) -> None:
    assert len(rows) >= 120
    assert fault_matrix.gaps(rows, fault_matrix.found(None)) == []


def test_the_committed_matrix_is_not_stale(rows: dict[str, dict[str, str]]) -> None:
    for name, text in {"md": fault_matrix.as_markdown(rows), "csv": fault_matrix.as_csv(rows)}.items():
        assert (ROOT / "docs" / f"fault-matrix.{name}").read_text() == text, "run `make fault-matrix`"


def test_a_survivor_an_idle_check_and_a_false_finding_are_gaps(rows: dict[str, dict[str, str]]) -> None:
    idle = {
        fault: {check: told for check, told in row.items() if check != "get_changes_nothing"}
        for fault, row in rows.items()
    }
    assert fault_matrix.gaps({**rows, "survivor": {}}, {}) == ["no check finds the fault survivor"]
    assert fault_matrix.gaps(idle, {}) == ["the check get_changes_nothing finds no fault"]
    assert fault_matrix.gaps(rows, {"put_is_stored": "fail"}) == [
        "the correct server gets a finding of put_is_stored: fail"
    ]
