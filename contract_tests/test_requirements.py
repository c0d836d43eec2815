"""One verdict a check of the planned core, over everything that it sent and recorded."""

from __future__ import annotations

import pytest

from contract_tests.checks import CATALOGUE
from contract_tests.contract import CONTRACT
from contract_tests.record.har import Record
from contract_tests.report.results import Results
from contract_tests.report.verdict import conclude

IDS = {check.name: check.ids(CONTRACT) for check in CATALOGUE.values()}


def test_the_plan_is_sent(observed: Record) -> None:
    """Send the requests of the planned core, or those of this worker."""
    assert observed.exchanges


@pytest.mark.parametrize("check", IDS)
def test_check(check: str, observed: Record, results: Results, rerun: str) -> None:  # noqa: ARG001
    """Conclude one check."""
    conclude(results.of(IDS[check]), rerun)
