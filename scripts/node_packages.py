"""Programs that exist only for Node: install what a lock file pins on first use."""

from __future__ import annotations

import fcntl
import shutil
import subprocess
from pathlib import Path

NODE = Path(__file__).resolve().parent / "node"
"""The folder of what lint, comparison and documentation need."""


class NotRunError(Exception):
    """A program for Node could not be run; says why."""


def install(folder: Path) -> Path:
    """Install what the lock file of `folder` pins, if that is not there; returns the folder of its programs.

    Raises:
        NotRunError: There is no npm, or it failed.
    """
    if shutil.which("npm") is None:
        raise NotRunError("npm is not on this machine")
    installed = folder / "node_modules" / ".package-lock.json"  # written by npm at the end of an installation
    lock = folder / "package-lock.json"
    with lock.open(encoding="utf-8") as file:
        fcntl.flock(file, fcntl.LOCK_EX)  # two tests at a time would empty each other's folder
        if not (installed.exists() and installed.stat().st_mtime >= lock.stat().st_mtime):
            command = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--no-update-notifier"]
            result = subprocess.run(command, cwd=folder, capture_output=True, text=True)  # noqa: S603
            if result.returncode:
                complaint = [*result.stderr.strip().splitlines(), f"exit code {result.returncode}"][0]
                raise NotRunError(f"`npm ci` in {folder.name} failed: {complaint}")
    return folder / "node_modules" / ".bin"
