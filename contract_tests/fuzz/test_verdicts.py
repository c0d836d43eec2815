"""One verdict a check of the fuzz layer, over everything that was sent."""

from __future__ import annotations

import pytest

from contract_tests.fuzz import engine
from contract_tests.fuzz.test_state_machine import REQUIREMENT
from contract_tests.report.results import Results
from contract_tests.report.verdict import conclude


@pytest.mark.usefixtures("gathered")
@pytest.mark.parametrize("check", [requirement.id for requirement in [*engine.requirements(), REQUIREMENT]])
def test_check(check: str, results: Results, rerun: str) -> None:
    """Conclude one check."""
    conclude(results.of([check]), rerun)
