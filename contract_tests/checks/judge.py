"""Verdicts from a record alone."""

from __future__ import annotations

from contract_tests.checks import CATALOGUE
from contract_tests.checks.history import History
from contract_tests.contract.document import Contract
from contract_tests.record.har import Record
from contract_tests.report.results import Results


def judge(record: Record, contract: Contract, results: Results) -> None:
    """Judge a record by every check, for the results that are declared.

    Pure: the same record gives the same verdicts, with or without the target.
    """
    history = History(record, contract)
    declared = results.rows()
    for check in CATALOGUE.values():
        rows = declared.get(check.name, {})
        for name, finding in check.judge(history):
            if name in rows:  # one that was not declared is left out
                rows[name].add(finding)
