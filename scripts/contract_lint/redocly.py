"""Redocly's rules, which exist only for Node: install the pinned version on first use, run it, read its report."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

from scripts.contract_lint.finding import Finding

NODE = Path(__file__).resolve().parent.parent / "node"
# Written by npm at the end of an installation.
INSTALLED = NODE / "node_modules" / ".package-lock.json"


class NotRunError(Exception):
    """Redocly could not be run; says why."""


def lint(files: Sequence[Path]) -> dict[Path, dict[str, list[Finding]]]:
    """Return Redocly's findings by file and rule; raises NotRunError."""
    _install()
    command = ["npm", "exec", "--offline", "--no", "--", "redocly", "lint", "--config", "redocly.yaml"]
    result = _run([*command, "--format=json", "--max-problems=10000", *(str(file.resolve()) for file in files)])
    try:
        problems = json.loads(result.stdout)["problems"]
    except ValueError as error:
        raise NotRunError(f"it broke off: {_last_line(result)}") from error
    report: dict[Path, dict[str, list[Finding]]] = {file: defaultdict(list) for file in files}
    places = {file.resolve(): file for file in files}
    for problem in problems:
        location = problem["location"][0]
        file = places[(NODE / location["source"]["ref"]).resolve()]
        report[file][f"redocly/{problem['ruleId']}"].append(Finding(location["pointer"], problem["message"]))
    return report


def _install() -> None:
    if shutil.which("npm") is None:
        raise NotRunError("npm is not on this machine")
    if INSTALLED.exists() and INSTALLED.stat().st_mtime >= (NODE / "package-lock.json").stat().st_mtime:
        return
    result = _run(["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--no-update-notifier"])
    if result.returncode:
        raise NotRunError(f"`npm ci` in scripts/node failed: {_last_line(result)}")


def _run(command: list[str]) -> subprocess.CompletedProcess[str]:
    quiet = {"REDOCLY_TELEMETRY": "off", "REDOCLY_SUPPRESS_UPDATE_NOTICE": "true"}
    return subprocess.run(command, cwd=NODE, env=os.environ | quiet, capture_output=True, text=True)  # noqa: S603


def _last_line(result: subprocess.CompletedProcess[str]) -> str:
    lines = result.stderr.strip().splitlines()
    return lines[-1].strip() if lines else f"exit code {result.returncode}"
