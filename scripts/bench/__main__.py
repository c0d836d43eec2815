"""Measure everything in one run. The argument is the Markdown file to write; `-` means the terminal."""

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
    """Measure, then yield the lines of the report."""
    costs = {name: cost(tool) for name, tool in TOOLS.items()}
    print(costs, file=sys.stderr, flush=True)
    client = client_table()
    larger = [growth(size) for size in SIZES]
    with multiprocessing.Pool(WORKERS) as pool:
        rows = dict(zip(faults(), pool.imap(row, faults()), strict=True))
    yield f"""# Benchmark

`make bench` (`python -m scripts.bench docs/bench.md`) wrote this page in one run, on {os.cpu_count()} cores, with
Python {platform.python_version()}. All requests go over loopback to the mock of this repo.

## Side by side

- {CORE}: `make conformance FUZZ_EXAMPLES=0`
- {FUZZ}: `make conformance FUZZ_EXAMPLES={EXAMPLES}`
- {PEER}: its command line with its own checks, the settings of `contract_tests/schemathesis.toml` without the
  hooks of the suite, and `--max-examples={EXAMPLES} --continue-on-failure`

The log of the mock gives the number of requests of each tool. Seconds are the median of {COMMAND_RUNS} runs of the
command; they include the start of the process, but not that of the mock. Each tool runs against each fault, with a new
mock every time. Here the {CORE} runs in the process of this job, with the same requests. If the mock has a fault for
each property, only the first of these faults is used. {PEER.capitalize()} has no warnings: it reports a failure or
nothing.
"""
    yield from side_by_side(costs, rows)
    yield f"""
## Beside a bare client

The mock runs in a separate process. A bare client is a loop that sends the recorded requests again, with the same
headers and bodies, over one connection. It does not check the responses. The table has the medians of {CLIENT_RUNS}
runs, in alternation, without the start of the process.
"""
    yield from client
    yield """
## With more properties

A copy of the repo has a larger contract: both schemas contain copies of the properties under new names. `make generate`
and `make conformance FUZZ_EXAMPLES=0` run there. A group change sets many properties at once. An invalid value has a
separate request, because one invalid value can hide another. Seconds are those of the command, with the mock's start.
"""
    yield cells("properties", "planned", "group changes", "invalid values", "requests sent", "seconds", "findings")
    yield cells(*["---:"] * 7)
    yield from (cells(*line) for line in larger)
    yield f"""
## Fault by fault

{only_found(rows)}
`error`: the run stopped without a finding.
"""
    yield cells("fault", *TOOLS)
    yield cells("---", *["---"] * len(TOOLS))
    yield from (cells(f"`{fault}`", *row.values()) for fault, row in rows.items())


def main(output: str) -> int:
    """Write the report; returns 0."""
    os.environ["NETRC"] = os.devnull  # as in the suite: else `requests` might send credentials of a .netrc file
    logging.getLogger("mock_server").setLevel(logging.INFO)
    logging.getLogger("uvicorn.error").addHandler(logging.NullHandler())  # do not print tracebacks of faults
    text = "\n".join(report()) + "\n"
    if output == "-":
        print(text, end="")
    else:
        Path(output).write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
