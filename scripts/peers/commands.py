"""Runs the programs of the comparison."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from scripts.node_packages import install

ROOT = Path(__file__).resolve().parent.parent.parent
HERE = ROOT / "scripts" / "peers"
SECONDS = 240
"""The limit for one command."""
QUIET = {"SPECMATIC_DISABLE_TELEMETRY": "true", "DO_NOT_TRACK": "1", "SCARF_ANALYTICS": "false", "NO_COLOR": "1"}


def command(
    arguments: Sequence[str],
    folder: Path,
    variables: Mapping[str, str] | None = None,
    *,
    codes: Sequence[int] = (0, 1),
    cwd: Path | None = None,
) -> str:
    """Run a command and return what it prints; it goes to a file, in case a process keeps it open.

    Raises:
        ValueError: It ends with another exit code.
    """
    environment = {**os.environ, **QUIET, **(variables or {})}
    file = folder / "printed.txt"
    with file.open("w", encoding="utf-8") as output:
        process = subprocess.run(  # noqa: S603
            arguments, cwd=cwd or folder, env=environment, stdout=output, stderr=output, timeout=SECONDS
        )
    printed = file.read_text(encoding="utf-8", errors="replace")
    if process.returncode not in codes:
        raise ValueError(f"exit code {process.returncode}: {printed.strip()[-200:]}")
    return printed


def node(name: str) -> str:
    """The program of an npm package of this folder, installed when first used."""
    return str(install(HERE) / name)


def node_version(package: str) -> str:
    """The installed version of an npm package of this folder."""
    install(HERE)
    manifest = HERE / "node_modules" / package / "package.json"
    return str(json.loads(manifest.read_text(encoding="utf-8"))["version"])


def python(name: str) -> str:
    """A program of a virtual environment for the Python tools, made when first used."""
    folder, lock = ROOT / ".tools" / "peers", HERE / "requirements.lock"
    stamp = folder / "requirements.lock"
    if not (stamp.exists() and stamp.read_text() == lock.read_text()):
        shutil.rmtree(folder, ignore_errors=True)
        subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)  # noqa: S603
        pip = [str(folder / "bin" / "pip"), "install", "--quiet", "--disable-pip-version-check", "--require-hashes"]
        subprocess.run([*pip, "-r", str(lock)], check=True)  # noqa: S603
        shutil.copy(lock, stamp)
    return str(folder / "bin" / name)


def free_port() -> int:
    """A free port of the loopback interface."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


@contextmanager
def background(arguments: Sequence[str], folder: Path, port: int, variables: Mapping[str, str]) -> Iterator[None]:
    """Run a server while the block runs; wait until it listens.

    Raises:
        ValueError: It ends, or it does not listen in time.
    """
    with (folder / "server.txt").open("w") as output:
        process = subprocess.Popen(  # noqa: S603
            arguments, cwd=folder, env={**os.environ, **QUIET, **variables}, stdout=output, stderr=output
        )
        try:
            limit = time.monotonic() + SECONDS
            while time.monotonic() < limit and process.poll() is None:
                with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
                    break
                time.sleep(0.1)
            else:
                raise ValueError(f"{arguments[0]} does not listen")
            yield
        finally:
            process.terminate()
            process.wait()
