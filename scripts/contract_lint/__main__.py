"""Lint the contract: openapi-spec-validator, our own rules (`scripts/contract_lint/rules.py`), Redocly's strict rules.

Exit code 0: no finding; 1: findings, or Redocly was not run; 2: the file cannot be read.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from scripts.contract_lint import redocly
from scripts.contract_lint.finding import Finding
from scripts.contract_lint.rules import BEFORE_ANY_TOOL, lint
from scripts.contract_lint.source import UnreadableError
from scripts.node_packages import NotRunError

CONTRACT = Path(__file__).resolve().parents[2] / "openapi.yaml"


def main() -> int:
    """Run the job; returns its exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", nargs="?", type=Path, default=CONTRACT, help="default: openapi.yaml")
    parser.add_argument("--without-redocly", action="store_true", help="for a machine without npm")
    options = parser.parse_args()
    try:
        report = lint(options.file)
    except UnreadableError as error:
        print(f"{options.file}: cannot be read: {error}", file=sys.stderr)
        return 2
    not_run = _add_redocly(report, options.file, wanted=not options.without_redocly)
    for rule, findings in report.items():
        for pointer, message in findings:
            print(f"{options.file.name}: {pointer}: {rule}: {message}")
    count = sum(map(len, report.values()))
    summary = f"{count} finding{'s' * (count != 1)}" + (f"; redocly was not run: {not_run}" if not_run else "")
    print(f"{options.file.name}: {summary}")
    return 1 if count or (not_run and not options.without_redocly) else 0


def _add_redocly(report: dict[str, list[Finding]], file: Path, *, wanted: bool) -> str:
    """Add Redocly's findings to the report; returns why it was not run, or nothing."""
    if not wanted:
        return "--without-redocly"
    if BEFORE_ANY_TOOL & report.keys():
        return "correct these first"
    try:
        report.update(redocly.lint([file])[file])
    except NotRunError as error:
        return str(error)
    return ""


if __name__ == "__main__":
    sys.exit(main())
