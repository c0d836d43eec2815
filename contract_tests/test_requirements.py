"""One verdict a check of the planned core, over everything that it sent and recorded."""

from __future__ import annotations

import pytest

from contract_tests.checks import CATALOGUE
from contract_tests.contract import Contract
from contract_tests.record import Record
from contract_tests.results import Results
from contract_tests.verdict import conclude

CONTRACT = Contract()
IDS = {check.name: check.ids(CONTRACT) for check in CATALOGUE.values()}


@pytest.mark.parametrize("check", IDS)
def test_check(check: str, observed: Record, results: Results, rerun: str) -> None:  # noqa: ARG001
    """Conclude one check."""
    conclude([results.by_id[id_] for id_ in IDS[check] if id_ in results.by_id], rerun)
