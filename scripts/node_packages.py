"""Install the Node.js programs that a lock file pins, when they are first used."""

from __future__ import annotations

import fcntl
import shutil
import subprocess
from pathlib import Path

NODE = Path(__file__).resolve().parent / "node"
"""The folder of the packages for `make lint` and `make docs`."""


class NotRunError(Exception):
    """A Node.js program could not run; the message is the reason."""


def install(folder: Path) -> Path:
    """Install the packages of the lock file in `folder`, unless they are up to date; returns the folder of programs.

    Raises:
        NotRunError: npm is not installed, or it failed.
    """
    if shutil.which("npm") is None:
        raise NotRunError("npm is not installed")
    installed = folder / "node_modules" / ".package-lock.json"  # written by npm at the end of an installation
    lock = folder / "package-lock.json"
    with lock.open(encoding="utf-8") as file:
        fcntl.flock(file, fcntl.LOCK_EX)  # two concurrent installations would delete each other's files
        if not (installed.exists() and installed.stat().st_mtime >= lock.stat().st_mtime):
            command = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--no-update-notifier"]
            result = subprocess.run(command, cwd=folder, capture_output=True, text=True)  # noqa: S603
            if result.returncode:
                reason = [*result.stderr.strip().splitlines(), f"exit code {result.returncode}"][0]
                raise NotRunError(f"`npm ci` in {folder.name} failed: {reason}")
    return folder / "node_modules" / ".bin"
