"""What exists only for Node: the versions that `scripts/node/package-lock.json` pins, installed on first use."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

NODE = Path(__file__).resolve().parent / "node"
MODULES = NODE / "node_modules"
# Written by npm at the end of an installation.
INSTALLED = MODULES / ".package-lock.json"


class NotInstalledError(Exception):
    """The packages could not be installed; says why."""


def install() -> None:
    """Install the packages where that was not done since the lock changed; raises NotInstalledError."""
    if shutil.which("npm") is None:
        raise NotInstalledError("npm is not on this machine")
    if INSTALLED.exists() and INSTALLED.stat().st_mtime >= (NODE / "package-lock.json").stat().st_mtime:
        return
    result = run(["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--no-update-notifier"])
    if result.returncode:
        raise NotInstalledError(f"`npm ci` in scripts/node failed: {complaints(result)[0]}")


def run(command: list[str]) -> subprocess.CompletedProcess[str]:
    """Run a program in the folder of the packages, without telemetry."""
    quiet = {"REDOCLY_TELEMETRY": "off", "REDOCLY_SUPPRESS_UPDATE_NOTICE": "true"}
    return subprocess.run(command, cwd=NODE, env=os.environ | quiet, capture_output=True, text=True)  # noqa: S603


def complaints(result: subprocess.CompletedProcess[str]) -> list[str]:
    """What the program complained of."""
    return result.stderr.strip().splitlines() or [f"exit code {result.returncode}"]
