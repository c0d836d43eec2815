"""If the set-up fails, one line says what to do. `make clean` keeps original values that are not restored yet."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.suite import ROOT

PATH = "/usr/bin:/bin"


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """A folder with the files for the set-up; its name has a space."""
    folder = tmp_path / "a clone"
    folder.mkdir()
    for name in ("Makefile", "pyproject.toml", "requirements.lock"):
        shutil.copy(ROOT / name, folder)
    return folder


def make(folder: Path, target: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run a target; the environment has only PATH and the given variables."""
    environment = {"PATH": PATH, **variables}
    return subprocess.run(["make", target], cwd=folder, env=environment, capture_output=True, text=True)


def errors(ended: subprocess.CompletedProcess[str]) -> list[str]:
    """The lines of stderr, without the line that make adds to every failure."""
    return [line for line in ended.stderr.splitlines() if not line.startswith("make: ***")]


@pytest.mark.parametrize(
    ("missing", "message"),
    [
        ("version_info", "ERROR: {} is too old. Use Python 3.11 or newer: make setup PYTHON=python3.13"),
        ("ensurepip", "ERROR: {} has no module venv. On Debian and Ubuntu: apt install python3-venv"),
    ],
)
def test_an_unsuitable_python(clone: Path, missing: str, message: str) -> None:
    python = clone / "fake python"
    python.write_text(f'#!/bin/sh\ncase "$2" in *{missing}*) echo "a long message" >&2; exit 1;; esac\n')
    python.chmod(0o755)
    ended = make(clone, "setup", PYTHON=str(python))
    assert ended.returncode == 2
    assert errors(ended)[-1] == message.format(python)
    assert not (clone / ".venv").exists()


def test_no_python(clone: Path) -> None:
    ended = make(clone, "setup", PYTHON="nowhere")
    assert (ended.returncode, errors(ended)) == (
        2,
        ["ERROR: nowhere is not installed. Install Python 3.11 or newer"],
    )


def test_no_network(clone: Path) -> None:
    index = {"PIP_INDEX_URL": "http://127.0.0.1:9", "PIP_CONFIG_FILE": "/dev/null", "PIP_RETRIES": "0"}
    ended = make(clone, "setup", PYTHON=sys.executable, **index)
    assert (ended.returncode, errors(ended)) == (
        2,
        [
            "ERROR: pip could not install requirements.lock: check the network and pip's index. "
            "Its messages are in .venv/pip.log"
        ],
    )
    assert "No matching distribution" in (clone / ".venv" / "pip.log").read_text()
    assert not (clone / ".venv" / ".installed").exists()


def test_clean_removes_what_jobs_wrote(clone: Path) -> None:
    for name in ("reports", "site", "scripts/__pycache__", "scripts/node/node_modules", ".venv/__pycache__"):
        (clone / name).mkdir(parents=True)
    assert make(clone, "clean").returncode == 0
    remaining = {path.relative_to(clone).as_posix() for path in clone.rglob("*") if path.is_dir()}
    assert remaining == {".venv", ".venv/__pycache__", "scripts", "scripts/node"}


@pytest.mark.parametrize("name", ["requirements.lock", "requirements-dev.lock"])
def test_the_lock_files_name_no_registry_and_every_hash(name: str) -> None:
    text = (ROOT / name).read_text()
    assert "://" not in text
    assert not re.search(r"^--", text, re.MULTILINE)
    packages = re.findall(r"^[\w.-]+==.*(?:\n    .*)*", text, re.MULTILINE)
    assert len(packages) > 30
    assert all("--hash=sha256:" in package for package in packages)
