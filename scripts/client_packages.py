"""Build the packages of the clients, a wheel and an npm package, and print their sizes."""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from scripts.clients import ROOT, SOURCES
from scripts.node_packages import NotRunError, install

CLIENTS = ROOT / "generated" / "clients"
NO_COPY = shutil.ignore_patterns("node_modules", "dist", "__pycache__")


class BuildError(Exception):
    """A package could not be built; the message is the output of the build."""


def wheel(output: Path) -> Path:
    """Build the wheel of the Python client; returns its file."""
    with tempfile.TemporaryDirectory() as temporary:
        folder = _copy("python", Path(temporary))
        _run([sys.executable, "-m", "hatchling", "build", "--target=wheel", "--directory=dist"], folder)
        return _move(folder, "dist/*.whl", output)


def npm_package(output: Path) -> Path:
    """Build the npm package of the TypeScript client; returns its file.

    Raises:
        NotRunError: npm is not installed, or it failed.
    """
    programs = install(SOURCES / "typescript")
    with tempfile.TemporaryDirectory() as temporary:
        folder = _copy("typescript", Path(temporary))
        (folder / "node_modules").symlink_to(programs.parent)
        _run(["npm", "run", "build"], folder)
        _run(["npm", "pack", "--ignore-scripts"], folder)
        return _move(folder, "*.tgz", output)


def _copy(client: str, temporary: Path) -> Path:
    """Copy a client, so that the build leaves nothing in `generated/`; the package also gets the licence."""
    folder = temporary / client
    shutil.copytree(CLIENTS / client, folder, ignore=NO_COPY)
    shutil.copy(ROOT / "LICENSE", folder)
    return folder


def _run(command: list[str], folder: Path) -> None:
    environment = os.environ | {"npm_config_update_notifier": "false"}
    result = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True)  # noqa: S603
    if result.returncode:
        raise BuildError(result.stdout + result.stderr)


def _move(folder: Path, pattern: str, output: Path) -> Path:
    [file] = folder.glob(pattern)
    output.mkdir(parents=True, exist_ok=True)
    return Path(shutil.move(file, output / file.name))


def main() -> int:
    """Run the job; returns 0, or 2 if a package could not be built."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--without-typescript", action="store_true", help="for a machine without npm")
    parser.add_argument("--output", type=Path, default=Path("dist"), help="the folder for the packages")
    options = parser.parse_args()
    try:
        for build in [wheel] if options.without_typescript else [wheel, npm_package]:
            file = build(options.output)
            print(f"{file}  {file.stat().st_size:,} bytes")
    except (BuildError, NotRunError) as error:
        print(f"a package was not built: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
