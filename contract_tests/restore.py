"""Puts back every extension that a run left changed: `python -m contract_tests.restore [REPORT_DIR]`."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from contract_tests import snapshot
from contract_tests.client import Client
from contract_tests.contract import Contract
from contract_tests.results import Results
from contract_tests.snapshot import RestoreError
from contract_tests.target import Target, UsageError, authorise

DONE, FAILED, USAGE = 0, 6, 4
"""Exit codes: all put back; at least one not; a wrong option, no token, or no such directory."""


def restore(folder: Path, environment: dict[str, str]) -> int:
    """Put back every unfinished snapshot of a report directory; returns the exit code."""
    contract = Contract()
    files = snapshot.unfinished(folder)
    if not files:
        print(f"{folder}: nothing to put back")  # noqa: T201 - a command
    failed = False
    for file in files:
        try:
            taken = snapshot.read(file)
            target = Target.of(taken.target)
            with Client(authorise(target, "", environment, contract), contract, Results()) as client:
                taken.put_back(client, contract)
        except RestoreError as error:
            sys.stderr.write(f"ERROR: {error}\n       the snapshot stays in {file}\n")
            failed = True
        else:
            file.unlink()
            where = f"extension {target.extension_id} of {target.base_url}"
            print(f"{where} is as it was at {taken.taken}")  # noqa: T201
    return FAILED if failed else DONE


def main(arguments: list[str]) -> int:
    """Run the command; returns its exit code."""
    folder = Path(arguments[0] if arguments else "reports")
    os.environ["NETRC"] = os.devnull  # else `requests` would replace the token
    try:
        if not folder.is_dir():
            raise UsageError(f"{folder}: there is no such report directory")
        return restore(folder, dict(os.environ))
    except UsageError as error:
        sys.stderr.write(f"ERROR: {error}\n")
        return USAGE


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
