"""Measure the suite on the mock. The argument is the Markdown file that gets the result; `-` means the terminal."""

from __future__ import annotations

import os
import platform
import sys
from collections.abc import Iterator
from pathlib import Path

from scripts.bench.bare_client import CLIENT_RUNS, client_table
from scripts.bench.fuzz_layer import fuzz_table
from scripts.bench.growth import SIZES, growth_table
from scripts.bench.page import write_part
from scripts.bench.whole_command import RUNS, command_table
from scripts.peers.suite import EXAMPLES

JOB = "make bench"


def report() -> Iterator[str]:
    """Measure, then yield the lines of the report."""
    yield f"""## On the mock

`make bench` wrote this part in one run, on {os.cpu_count()} cores, with Python {platform.python_version()}. All
requests go over loopback to the mock of this repo. Seconds are minimum-median-maximum.

### The whole command

{RUNS} runs of the command, with the start of its process, but not that of the mock.
"""
    yield from command_table()
    yield f"""
### Beside a bare client

The mock runs in a separate process. A bare client is a loop that sends the recorded requests again, with the same
headers and bodies, over one connection. It does not check the responses. {CLIENT_RUNS} runs, in alternation, without
the start of the process.
"""
    yield from client_table()
    yield f"""
### The fuzz layer

`FUZZ_EXAMPLES={EXAMPLES}`, {RUNS} runs of each command, with the start of its process. Our layer reads the settings
before and after each PUT, by which it judges what a schema cannot tell.
"""
    yield from fuzz_table()
    yield f"""
### With more properties

A copy of the repo has a larger contract: both schemas contain copies of the properties under new names. `make generate`
and {RUNS} times `make conformance FUZZ_EXAMPLES=0` run there. A group change sets many properties at once. An invalid
value has a separate request, because one invalid value can hide another. Seconds are those of the command, with the
mock's start.
"""
    yield from growth_table(SIZES)


def main(output: str) -> int:
    """Write the report; returns 0."""
    os.environ["NETRC"] = os.devnull  # as in the suite: else `requests` might send credentials of a .netrc file
    lines = [*report()]
    if output == "-":
        print("\n".join(lines))
    else:
        write_part(Path(output), JOB, lines)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
