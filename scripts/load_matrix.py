"""Run a load run against every fault that shows only under load, and write what it finds.

The argument is the Markdown file to write. The job fails if a fault is not found, or if the correct mock gets a
finding.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from mock_server.faults import UNDER_LOAD
from mock_server.seed import SHIPPED, load
from scripts.bench.tables import cells

EXTENSIONS = "1000-1079"
MAX_REQUESTS = 1_300
"""Of a run against a fault, those of the first look included; a restore that must read again may add some."""
MAX_SECONDS = 120
"""Of each run; only that against the correct mock takes so long."""


@dataclass(frozen=True)
class Row:
    """What a run found.

    Attributes:
        requests: How many it sent.
        violations: Turns with a failure.
        checks: The checks that failed.
        code: Its exit code.
        load: The figures of the load.
    """

    requests: int
    violations: int
    checks: list[str]
    code: int
    load: dict[str, Any]


@contextmanager
def mock(fault: str | None) -> Iterator[str]:
    """Serve the mock from a process of its own; yields its base URL."""
    command = [sys.executable, "-m", "mock_server", "--port", "0", "--quiet", "--extensions", EXTENSIONS]
    with subprocess.Popen(  # noqa: S603 - our own command
        [*command, *(["--fault", fault] if fault else [])], stdout=subprocess.PIPE, text=True
    ) as server:
        assert server.stdout
        try:
            yield next(line.split()[-1] for line in server.stdout if line.startswith("Base URL"))
        finally:
            server.terminate()


def run(fault: str | None, *options: str) -> Row:
    """Put the mock with a fault, or the correct one, under load."""
    token = load(SHIPPED).demos[0].token
    assert token
    with mock(fault) as base_url, TemporaryDirectory() as folder:
        limits = [f"--seconds={MAX_SECONDS}", f"--extension-id={EXTENSIONS}"]
        places = [f"--base-url={base_url}", f"--report-dir={folder}/reports", f"--state-dir={folder}/state"]
        ended = subprocess.run(  # noqa: S603 - our own command
            [sys.executable, "-m", "contract_tests", "load", *limits, *places, *options],
            env={**os.environ, "PHONE_API_TOKEN": token.get_secret_value()},
            capture_output=True,
            check=False,
        )
        document = json.loads(Path(folder, "reports", "conformance.json").read_text())
    failed = [row["id"].partition(":")[0] for row in document["results"] if row["outcome"] == "fail"]
    figures = document["load"]
    return Row(
        document["summary"]["requests"], figures["violations"], [*dict.fromkeys(failed)], ended.returncode, figures
    )


def page(rows: dict[str, Row], correct: Row) -> Iterator[str]:
    """The lines of the page."""
    times = correct.load["response_times"]["all"]
    per_second = times["requests"] / correct.load["processor_seconds"]
    yield f"""# Faults that show only under load

`make load-matrix` wrote this page: `make load` runs against the mock with each fault, with {correct.load["users"]}
users and at most {MAX_REQUESTS:,} requests, those of the first look included; a restore that must read again adds
some. The planned requests, which come one at a time, find none of these faults.
"""
    yield cells("fault", "requests", "turns with a failure", "found by")
    yield cells("---", "---:", "---:", "---")
    for fault, row in rows.items():
        yield cells(f"`{fault}`", f"{row.requests:,}", str(row.violations), ", ".join(row.checks) or "nothing")
    yield f"""
The correct mock for {correct.load["seconds"]:.0f} seconds, on {os.cpu_count()} cores, which the mock used too:

{cells("", "")}
{cells("---", "---:")}
{cells("requests", f"{correct.requests:,}")}
{cells("turns with a failure", str(correct.violations))}
{cells("turns with a warning", str(correct.load["warnings"]))}
{cells("share of the processor time for judging", f"{correct.load['judging_percent']} %")}
{cells("requests for each second of the processor", f"{per_second:,.0f}")}"""


def main(file: Path) -> int:
    """Write the page; returns 1 where a fault is not found, or the correct mock gets a finding."""
    rows = {fault: run(fault, f"--max-requests={MAX_REQUESTS}") for fault in UNDER_LOAD}
    correct = run(None)
    file.write_text("\n".join(page(rows, correct)) + "\n", encoding="utf-8")
    problems = [f"load finds nothing of the fault {fault}" for fault, row in rows.items() if not row.violations]
    problems += [f"the run against the correct mock ended with {correct.code}"] if correct.code else []
    print("\n".join(problems) or f"{len(rows)} faults, each found; the correct mock: no finding")
    return int(bool(problems))


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
