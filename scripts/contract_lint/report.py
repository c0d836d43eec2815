"""The findings of all rules, Redocly's among them, and what is printed of them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from scripts.contract_lint import redocly
from scripts.contract_lint.finding import Finding
from scripts.contract_lint.rules import BEFORE_ANY_TOOL
from scripts.node_packages import NotRunError

Report = dict[str, list[Finding]]
"""The findings by rule."""


def add_redocly(report: Report, file: Path) -> str:
    """Add Redocly's findings to the report; returns why Redocly was not run, or nothing."""
    if BEFORE_ANY_TOOL & report.keys():
        return "correct these first"
    try:
        report.update(redocly.lint([file])[file])
    except NotRunError as error:
        return str(error)
    return ""


def lines(report: Report, name: str, not_run: str) -> Iterator[str]:
    """Yield a line for each finding in the file of this name, and their number."""
    for rule, findings in report.items():
        for pointer, message in findings:
            yield f"{name}: {pointer}: {rule}: {message}"
    count = sum(map(len, report.values()))
    yield f"{name}: {count} finding{'s' * (count != 1)}" + (f"; redocly was not run: {not_run}" if not_run else "")
