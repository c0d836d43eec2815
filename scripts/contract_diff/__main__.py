"""Say what a change of the contract breaks, for clients and for servers under test.

Compares OLD, a file or else a git revision, with openapi.yaml. Exit code 0: no change, or harmless ones; 1: a breaking
one; 4: OLD or the contract cannot be compared.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import NoReturn

from contract_tests.record.text import visible
from scripts.contract_diff.compare import changes
from scripts.contract_diff.report import lines
from scripts.contract_diff.versions import NoContractError, may_break, read, read_file_or_revision
from scripts.contract_lint.source import CONTRACT

BREAKING, USAGE = 1, 4


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        self.exit(USAGE, f"diff: {visible(' '.join(message.split()))}\n")


def main(arguments: list[str] | None = None) -> int:
    """Run the job; returns its exit code."""
    parser = _Parser(description=__doc__)
    parser.add_argument("old", metavar="OLD", help="a file, or a git revision of openapi.yaml")
    parser.add_argument("new", metavar="NEW", nargs="?", type=Path, default=CONTRACT, help="default: openapi.yaml")
    parser.add_argument("--versioned", action="store_true", help="where info.version announces a break, exit with 0")
    options = parser.parse_args(arguments)
    try:
        old, new = read_file_or_revision(options.old, CONTRACT), read(options.new, options.new.name)
        found = changes(old, new)
    except (NoContractError, ValueError) as error:
        parser.error(str(error))
    except RecursionError:
        parser.error(f"{options.old} or {options.new.name}: a reference leads back to itself")
    versions = old["info"]["version"], new["info"]["version"]
    print(*map(visible, lines(found, *versions)), sep="\n")
    breaking = any(change.breaking for change in found)
    return BREAKING if breaking and not (options.versioned and may_break(*versions)) else 0


if __name__ == "__main__":
    sys.exit(main())
