"""Puts back every extension that a run left changed."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path

from contract_tests.client.client import Client
from contract_tests.contract import CONTRACT
from contract_tests.contract.document import Contract
from contract_tests.errors import ExitCode, UsageError
from contract_tests.observe import snapshot
from contract_tests.observe.snapshot import RestoreError
from contract_tests.target.options import Options
from contract_tests.target.target import Target, with_access


def put_back(file: Path, target: Target, contract: Contract) -> None:
    """Put back the settings of one snapshot, and remove it.

    Raises:
        RestoreError: They are not known to be back.
        UsageError: There is no token.
    """
    taken = snapshot.read(file)
    with Client(target, contract) as client:
        client.connection.authorise()
        taken.put_back(client, contract)
    file.unlink()


def restore(folder: Path, options: Options, environment: Mapping[str, str]) -> int:
    """Put back every unfinished snapshot of a report directory; returns the exit code.

    Raises:
        UsageError: An option is wrong, or there is no token.
    """
    if not folder.is_dir():
        raise UsageError(f"{folder}: there is no such report directory")
    files = snapshot.unfinished(folder)
    if not files:
        print(f"{folder}: nothing to put back")  # noqa: T201 - a command
    failed = False
    for file in files:
        try:
            taken = snapshot.read(file)
            target = with_access(Target.of(taken.target), options, environment, CONTRACT)
            put_back(file, target, CONTRACT)
        except RestoreError as error:
            sys.stderr.write(f"ERROR: {error}\n       the snapshot stays in {file}\n")
            failed = True
        else:
            where = f"extension {target.extension_id} of {target.base_url}"
            print(f"{where} is as it was at {taken.taken}")  # noqa: T201
    return ExitCode.not_restored if failed else ExitCode.ok
