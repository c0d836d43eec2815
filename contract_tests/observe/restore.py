"""Puts back every extension that a run left changed: `python -m contract_tests.observe.restore [REPORT_DIR]`."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from contract_tests.client.client import Client
from contract_tests.contract.document import Contract
from contract_tests.errors import USAGE, Parser, UsageError
from contract_tests.observe import snapshot
from contract_tests.observe.snapshot import RestoreError
from contract_tests.report.results import Results
from contract_tests.target.target import ACCESS, Target, with_access

DONE, FAILED = 0, 6
"""Exit codes: all put back; at least one not."""


def put_back(file: Path, target: Target, contract: Contract) -> None:
    """Put back the settings of one snapshot, and remove it.

    Raises:
        RestoreError: They are not known to be back.
        UsageError: There is no token.
    """
    taken = snapshot.read(file)
    with Client(target, contract, Results()) as client:
        client.connection.authorise()
        taken.put_back(client, contract)
    file.unlink()


def restore(folder: Path, options: Mapping[str, str], environment: Mapping[str, str]) -> int:
    """Put back every unfinished snapshot of a report directory; returns the exit code.

    Raises:
        UsageError: An option is wrong, or there is no token.
    """
    contract = Contract()
    files = snapshot.unfinished(folder)
    if not files:
        print(f"{folder}: nothing to put back")  # noqa: T201 - a command
    failed = False
    for file in files:
        try:
            taken = snapshot.read(file)
            target = with_access(Target.of(taken.target), options, environment, contract)
            put_back(file, target, contract)
        except RestoreError as error:
            sys.stderr.write(f"ERROR: {error}\n       the snapshot stays in {file}\n")
            failed = True
        else:
            where = f"extension {target.extension_id} of {target.base_url}"
            print(f"{where} is as it was at {taken.taken}")  # noqa: T201
    return FAILED if failed else DONE


def main(arguments: Sequence[str]) -> int:
    """Run the command; returns its exit code."""
    parser = Parser(prog="python -m contract_tests.observe.restore", description=__doc__)
    parser.add_argument("report_dir", nargs="?", default="reports", type=Path)
    for name, text in ACCESS.items():
        parser.add_argument(f"--{name}", dest=name, default="", help=text)
    options = vars(parser.parse_args(arguments))
    folder: Path = options["report_dir"]
    os.environ["NETRC"] = os.devnull  # else `requests` would replace the token
    try:
        if not folder.is_dir():
            raise UsageError(f"{folder}: there is no such report directory")
        return restore(folder, options, os.environ)
    except UsageError as error:
        sys.stderr.write(f"ERROR: {error}\n")
        return USAGE


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
