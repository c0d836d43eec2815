"""Tell what a change of the contract breaks, for clients and for servers under test.

Compares OLD, a file or else a git revision, with openapi.yaml: Redocly's rules for the wire, our own for defaults,
evidence, risk and the other x- keywords (`scripts/contract_diff/meaning.py`). Exit code 0: no change, or harmless ones;
1: a breaking one; 3: Redocly was not run, and what was compared is harmless; 4: OLD or the contract cannot be compared.
"""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple, NoReturn

from contract_tests.contract.document import load_yaml
from contract_tests.contract.json_values import in_json
from contract_tests.record.text import visible
from scripts.contract_diff import meaning
from scripts.contract_diff.change import Change, place
from scripts.contract_lint import redocly
from scripts.contract_lint.__main__ import CONTRACT
from scripts.contract_lint.rules import BEFORE_COMPARING, lint
from scripts.contract_lint.source import UnreadableError
from scripts.node_packages import NotRunError

BREAKING, NOT_RUN, USAGE = 1, 3, 4


class Comparison(NamedTuple):
    """The changes, the breaking ones first; both versions; and why Redocly was not run, empty where it was."""

    changes: list[Change]
    old: str
    new: str
    not_run: str


class NoContractError(Exception):
    """There is nothing to compare with; says why in one line."""


def read(file: Path, name: str) -> dict[str, Any]:
    """Return the document in a file, which messages call `name`; raises NoContractError."""
    try:
        findings = {rule: found for rule, found in lint(file).items() if rule in BEFORE_COMPARING}
    except (UnreadableError, RecursionError) as error:
        raise NoContractError(f"{name}: cannot be read: {error}") from error
    for rule, found in findings.items():
        raise NoContractError(f"{name}: no contract: {found[0].pointer}: {rule}: {found[0].message}")
    document: dict[str, Any] = load_yaml(file)
    return document


def of_revision(revision: str, folder: Path) -> Path:
    """Write the contract of a git revision into a folder; returns the file. Raises NoContractError."""
    commit = _git("rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}")
    if not commit:
        raise NoContractError(f"{revision}: there is no such file, and no such git revision in this clone")
    content = _git("show", f"{commit.decode().strip()}:./{CONTRACT.name}")
    if not content:
        raise NoContractError(f"{revision}: this revision has no {CONTRACT.name}")
    file = folder / CONTRACT.name
    file.write_bytes(content)
    return file


def _git(*arguments: str) -> bytes:
    """Return what git prints, nothing where it fails or is not there."""
    try:
        command = ["git", *arguments]
        return subprocess.run(command, cwd=CONTRACT.parent, capture_output=True, check=True).stdout  # noqa: S603
    except (OSError, ValueError, subprocess.CalledProcessError):
        return b""


def of_redocly(changes: list[dict[str, Any]]) -> Iterator[Change]:
    """Yield Redocly's changes, without those that our own comparison rates."""
    for change in changes:
        pointer, keyword = change["path"], change.get("property", "")
        if "/x-" in pointer or keyword.startswith("x-") or (keyword == "default" and change["typeName"] == "Schema"):
            continue
        told = "; ".join(verdict["message"] for verdict in change["verdicts"])
        values = [change[side]["value"] for side in ("base", "revision") if "value" in change.get(side, {})]
        told = told or f"{keyword} {change['kind']}: {' -> '.join(map(in_json, values))}".strip(" :")
        yield Change(change["impact"] == "major", place(pointer), told)


def compare(old: Path, old_name: str, new: Path) -> Comparison:
    """Compare two files; the older is called `old_name` in messages. Raises NoContractError."""
    before, after = read(old, old_name), read(new, new.name)
    not_run = ""
    try:
        found = set(meaning.changes(before, after))
        found.update(of_redocly(redocly.diff(old, new)))
    except RecursionError as error:
        raise NoContractError(f"{old_name} or {new.name}: a reference leads back to itself") from error
    except NotRunError as error:
        not_run = str(error)
    changes = sorted(found, key=lambda change: (not change.breaking, change.place, change.what))
    return Comparison(changes, before["info"]["version"], after["info"]["version"], not_run)


def may_break(old: str, new: str) -> bool:
    """Whether a version announces a break: another major version, or while that is 0 another minor one."""
    parts = [re.match(r"(\d+)\.(\d+)\.", version) for version in (old, new)]
    was, is_ = ([int(number) for number in part.groups()] if part else [] for part in parts)
    return bool(was and is_) and is_[: 1 + (is_[0] == 0)] > was[: 1 + (was[0] == 0)]


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
    with tempfile.TemporaryDirectory() as folder:
        try:
            old = Path(options.old)
            old = old if os.path.lexists(options.old) else of_revision(options.old, Path(folder))
            compared = compare(old, options.old, options.new)
        except (NoContractError, ValueError) as error:
            parser.error(str(error))
    print(*map(visible, told(compared)), sep="\n")
    if any(change.breaking for change in compared.changes):
        return 0 if options.versioned and may_break(compared.old, compared.new) else BREAKING
    return NOT_RUN if compared.not_run else 0


def told(compared: Comparison) -> Iterator[str]:
    """Yield a line a change, and the counts."""
    breaking = sum(change.breaking for change in compared.changes)
    yield from map(str, compared.changes)
    yield f"version {compared.old} -> {compared.new}: {breaking} breaking, {len(compared.changes) - breaking} harmless"
    if breaking:
        announced = "announces a break" if may_break(compared.old, compared.new) else "does not announce a break"
        yield f"info.version {announced}: that takes another major version, or while it is 0 another minor one"
    if compared.not_run:
        yield f"redocly was not run, so changes on the wire were not looked for: {compared.not_run}"


if __name__ == "__main__":
    sys.exit(main())
