"""Measure all in one run; write Markdown to the file named, `-` for the terminal."""

from __future__ import annotations

import logging
import multiprocessing
import os
import platform
import sys
from collections.abc import Iterator
from pathlib import Path

from scripts.bench.bare_client import CLIENT_RUNS, client_table
from scripts.bench.growth import SIZES, growth
from scripts.bench.tables import cells, only_found, side_by_side
from scripts.bench.tools import COMMAND_RUNS, CORE, EXAMPLES, FUZZ, PEER, TOOLS, cost, faults, row

WORKERS = 2


def report() -> Iterator[str]:
    """Measure, and tell."""
    costs = {name: cost(tool) for name, tool in TOOLS.items()}
    print(costs, file=sys.stderr, flush=True)
    client = client_table()
    larger = [growth(size) for size in SIZES]
    with multiprocessing.Pool(WORKERS) as pool:
        rows = dict(zip(faults(), pool.imap(row, faults()), strict=True))
    yield f"""# Measured

`make bench` (`python -m scripts.bench docs/bench.md`) wrote this in one run, on {os.cpu_count()} cores, with Python
{platform.python_version()}. All requests go over loopback to the mock of this repo.

## Side by side

- {CORE}: `make conformance FUZZ_EXAMPLES=0`
- {FUZZ}: `make conformance FUZZ_EXAMPLES={EXAMPLES}`
- {PEER}: its command line with its own checks, the settings of `contract_tests/schemathesis.toml` without our
  hooks, `--max-examples={EXAMPLES} --continue-on-failure`

Requests are lines of the mock's log, the same for all; seconds are those of the command, process start included and the
mock already up, the median of {COMMAND_RUNS}. Each fault is tried with a fresh mock for each tool; the {CORE} sends the
same then, from the process of this job. Of faults that the mock has once for each property, the first stands for all.
{PEER.capitalize()} has no warnings: it exits with a failure or it does not.
"""
    yield from side_by_side(costs, rows)
    yield f"""
## Beside a bare client

The mock has a process of its own. A bare client is a loop that sends the recorded requests again, with the same headers
and bodies, over one connection, and looks at nothing. Medians of {CLIENT_RUNS} runs, in turn; process start excluded.
"""
    yield from client
    yield """
## With more properties

The contract with clones of its properties under new names, in both schemas, in a copy of the repo; `make generate` and
`make conformance FUZZ_EXAMPLES=0` there. A group change sets many properties at once; an invalid value has a request of
its own, since one beside another would hide it. Seconds are those of the command, the mock's start included.
"""
    yield cells("properties", "planned", "group changes", "invalid values", "requests sent", "seconds", "findings")
    yield cells(*["---:"] * 7)
    yield from (cells(*line) for line in larger)
    yield f"""
## Fault by fault

{only_found(rows)}
`error`: the run broke off without a finding.
"""
    yield cells("fault", *TOOLS)
    yield cells("---", *["---"] * len(TOOLS))
    yield from (cells(f"`{fault}`", *row.values()) for fault, row in rows.items())


def main(output: str) -> int:
    """Write the report; returns 0."""
    os.environ["NETRC"] = os.devnull  # as the suite does: else `requests` might send other credentials
    logging.getLogger("mock_server").setLevel(logging.INFO)
    logging.getLogger("uvicorn.error").addHandler(logging.NullHandler())  # tracebacks of faults are no progress
    text = "\n".join(report()) + "\n"
    if output == "-":
        print(text, end="")
    else:
        Path(output).write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
