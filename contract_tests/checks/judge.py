"""Verdicts from a record alone."""

from __future__ import annotations

from contract_tests.checks import CATALOGUE
from contract_tests.checks.history import History
from contract_tests.contract.document import Contract
from contract_tests.record.har import Record
from contract_tests.report.results import ResultId, Results


def judge(record: Record, contract: Contract, results: Results) -> None:
    """Judge a record by every check, for the results that are declared.

    Pure: the same record gives the same verdicts, with or without the target.
    """
    history = History(record, contract)
    for check in CATALOGUE.values():
        for name, finding in check.judge(history):
            results.add(ResultId(check.name, name), finding)
