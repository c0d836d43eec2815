"""The two contracts that are compared: read from files or from git, and what their version numbers announce."""

from __future__ import annotations

import os
import re
import subprocess
import tempfile
from pathlib import Path
from typing import Any

from contract_tests.contract.document import load_yaml
from scripts.contract_lint.rules import BEFORE_COMPARING, lint
from scripts.contract_lint.source import UnreadableError


class NoContractError(Exception):
    """There is nothing to compare with; the message says why in one line."""


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


def read_file_or_revision(name: str, contract: Path) -> dict[str, Any]:
    """Return the document in the file of this name, or else of this git revision; raises NoContractError."""
    if os.path.lexists(name):
        return read(Path(name), name)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / contract.name
        file.write_bytes(of_revision(name, contract))
        return read(file, name)


def of_revision(revision: str, contract: Path) -> bytes:
    """Return the content of the contract's file in a git revision; raises NoContractError."""
    commit = _git(contract.parent, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}")
    if not commit:
        raise NoContractError(f"{revision}: there is no such file, and no such git revision in this clone")
    content = _git(contract.parent, "show", f"{commit.decode().strip()}:./{contract.name}")
    if not content:
        raise NoContractError(f"{revision}: this revision has no {contract.name}")
    return content


def _git(folder: Path, *arguments: str) -> bytes:
    """Return what git prints; nothing where it fails or is not installed."""
    try:
        command = ["git", *arguments]
        return subprocess.run(command, cwd=folder, capture_output=True, check=True).stdout  # noqa: S603
    except (OSError, ValueError, subprocess.CalledProcessError):
        return b""


def may_break(old: str, new: str) -> bool:
    """Whether a version announces a break: another major version, or while that is 0 another minor one."""
    parts = [re.match(r"(\d+)\.(\d+)\.", version) for version in (old, new)]
    before, after = ([int(number) for number in part.groups()] if part else [] for part in parts)
    return bool(before and after) and after[: 1 + (after[0] == 0)] > before[: 1 + (before[0] == 0)]
