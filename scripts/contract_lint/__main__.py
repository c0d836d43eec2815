"""Lint the contract: openapi-spec-validator, our own rules (`scripts/contract_lint/rules.py`), Redocly's strict rules.

Exit code 0: no finding; 1: findings, or Redocly was not run; 2: the file cannot be read.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from scripts.contract_lint.report import add_redocly, lines
from scripts.contract_lint.rules import lint
from scripts.contract_lint.source import CONTRACT, UnreadableError

FINDINGS, UNREADABLE = 1, 2


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
        return UNREADABLE
    not_run = "--without-redocly" if options.without_redocly else add_redocly(report, options.file)
    print(*lines(report, options.file.name, not_run), sep="\n")
    return FINDINGS if report or (not_run and not options.without_redocly) else 0


if __name__ == "__main__":
    sys.exit(main())
