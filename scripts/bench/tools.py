"""The compared tools: the cost of each on the correct mock, and the faults that it finds."""

from __future__ import annotations

import json
import logging
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import NamedTuple

from mock_server.embedded import Mock, serve
from mock_server.faults import CATALOGUE
from scripts import fault_matrix
from scripts.conformance import against

ROOT = Path(__file__).resolve().parent.parent.parent
CONFIGURATION = ROOT / "contract_tests" / "schemathesis.toml"
EXAMPLES = 30
COMMAND_RUNS = 3

Outcomes = Counter[str]
"""The number of results by outcome: fail, warn, and error for a run that stopped early."""
Tool = Callable[[Mock, Path], Outcomes]


def suite(mock: Mock, folder: Path, examples: int) -> Outcomes:
    """Run the command behind `make conformance`."""
    options, environment = against(mock)
    command = [sys.executable, "-m", "scripts.conformance", *options.as_arguments()]
    command += [f"--fuzz-examples={examples}", f"--report-dir={folder}"]
    subprocess.run(command, cwd=ROOT, env={**os.environ, **environment}, capture_output=True)  # noqa: S603
    return Counter(result["outcome"] for result in json.loads((folder / "conformance.json").read_text())["results"])


def plain_schemathesis(mock: Mock, folder: Path) -> Outcomes:
    """Run the schemathesis command with its own checks only, and with the best settings for this contract."""
    file = folder / "schemathesis.toml"
    lines = CONFIGURATION.read_text().splitlines()
    file.write_text("\n".join(line for line in lines if not line.startswith("hooks")))
    command = [
        str(Path(sys.executable).with_name("schemathesis")),
        f"--config-file={file}",
        "run",
        "openapi.yaml",
        f"--url={mock.base_url}",
        f"--header=Authorization: Bearer {mock.token}",
        f"--max-examples={EXAMPLES}",
        "--continue-on-failure",
    ]
    process = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)  # noqa: S603
    if process.returncode > 1:
        raise RuntimeError(process.stdout + process.stderr)
    summary = re.search(r"found (\d+) unique failure", process.stdout)
    return Counter(fail=int(summary[1]) if summary else process.returncode)


CORE, FUZZ, PEER = "planned core", "planned core and fuzz layer", "plain schemathesis"
TOOLS: Mapping[str, Tool] = {
    CORE: partial(suite, examples=0),
    FUZZ: partial(suite, examples=EXAMPLES),
    PEER: plain_schemathesis,
}


class _RequestCounter(logging.Handler):
    """Counts the lines of the mock's request log, and those of uvicorn for requests that are not valid HTTP."""

    count = 0

    def emit(self, _: logging.LogRecord) -> None:
        self.count += 1


class Cost(NamedTuple):
    """The cost of a tool on the correct mock, including the start of its process, and its number of findings."""

    requests: int
    seconds: float
    findings: int


def cost(tool: Tool) -> Cost:
    """Run a tool against the correct mock several times; the seconds are the median."""
    seconds, logs = [], [logging.getLogger(name) for name in ("mock_server", "uvicorn.error")]
    for _ in range(COMMAND_RUNS):
        counter = _RequestCounter()
        for log in logs:
            log.addHandler(counter)
        with serve() as mock, tempfile.TemporaryDirectory() as folder:
            started = time.perf_counter()
            outcomes = tool(mock, Path(folder))
            seconds.append(time.perf_counter() - started)
        for log in logs:
            log.removeHandler(counter)
    return Cost(counter.count, statistics.median(seconds), outcomes["fail"] + outcomes["warn"])


def verdict(outcomes: Outcomes) -> str:
    """Return the most severe outcome of a run; empty if it has no finding."""
    return next((outcome for outcome in ("fail", "warn", "error") if outcomes[outcome]), "")


def faults() -> list[str]:
    """Return the faults to run; of the faults that exist for each property, only the first."""
    groups = {name.partition(":")[0]: name for name in reversed(CATALOGUE)}
    return [name for name in CATALOGUE if name in groups.values()]


def row(fault: str) -> dict[str, str]:
    """Return the verdict of each tool on a fault, each with a new mock; the planned core runs in this process."""
    findings = fault_matrix.findings(fault).items()
    cells = {CORE: verdict(Counter("error" if check == "harness" else outcome for check, outcome in findings))}
    for name in (FUZZ, PEER):
        with serve(fault) as mock, tempfile.TemporaryDirectory() as folder:
            cells[name] = verdict(TOOLS[name](mock, Path(folder)))
    print(f"{fault}: {cells}", file=sys.stderr, flush=True)
    return cells
