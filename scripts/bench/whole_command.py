"""Measure `make conformance` on the correct mock, from the start of its process to its end."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from mock_server.embedded import serve
from scripts.bench.tables import cells, spread
from scripts.conformance import against

ROOT = Path(__file__).resolve().parent.parent.parent
RUNS = 3
EXAMPLES = (0, 30)
"""The measured values of `--fuzz-examples`: without and with the fuzz layer."""

LAUNCHER = """
import resource, subprocess, sys, time
started = time.perf_counter()
subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
print(time.perf_counter() - started, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
"""
"""Runs a command; prints its seconds and its memory. It is small: memory of what starts a process is counted too."""


def command_row(examples: int) -> list[str]:
    """Run the command several times; returns a row of the table."""
    seconds, memory = [], []
    for _ in range(RUNS):
        with serve() as mock, tempfile.TemporaryDirectory() as folder:
            options, environment = against(mock)
            command = [sys.executable, "-m", "scripts.conformance", *options.as_arguments()]
            command += [f"--fuzz-examples={examples}", f"--report-dir={folder}"]
            launcher = [sys.executable, "-c", LAUNCHER, *command]
            output = subprocess.run(  # noqa: S603
                launcher, cwd=ROOT, env={**os.environ, **environment}, stdout=subprocess.PIPE, text=True, check=True
            ).stdout
            spent, used = map(float, output.split())
            seconds.append(spent)
            memory.append(used / 2**10)
            summary = json.loads((Path(folder) / "conformance.json").read_text(encoding="utf-8"))["summary"]
    findings = summary["failed"] + summary["warned"] + summary["errors"]
    return [
        f"`make conformance FUZZ_EXAMPLES={examples}`",
        f"{summary['requests']:,}",
        spread(seconds, "{:.2f}"),
        spread(memory, "{:.0f}"),
        str(findings),
    ]


def command_table() -> list[str]:
    """Measure the command without and with the fuzz layer; returns the table."""
    return [
        cells("command", "requests", "seconds", "MiB of memory at most", "findings"),
        cells("---", "---:", "---:", "---:", "---:"),
        *(cells(*command_row(examples)) for examples in EXAMPLES),
    ]
