"""Compare the suite with other tools, and write the result into docs/bench.md.

    python -m scripts.peers PAGE [--results=FOLDER] [--tool=NAME …] [--faults=N] [--write-only]

Results are kept in a folder outside of the repository, so that a run that was stopped goes on where it was.
"""

from __future__ import annotations

import argparse
import os
import platform
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from scripts.bench.page import write_part
from scripts.peers.measured import Measured, Store, Tool
from scripts.peers.node_tools import DREDD, PORTMAN, PRISM
from scripts.peers.other_tools import SPECMATIC, TAVERN
from scripts.peers.servers import CORRECT, FAULTS, chosen
from scripts.peers.suite import CORE, FUZZ, SCHEMATHESIS
from scripts.peers.table import CORRECT_RUNS, Column, part
from scripts.tools import installed

TOOLS = (CORE, FUZZ, SCHEMATHESIS, TAVERN, PORTMAN, PRISM, DREDD, SPECMATIC)
STRIDE = 6
"""Every sixth fault is measured first, so that a run that was stopped has tried faults of all kinds."""
JOB = "make bench-peers"


def default_folder() -> Path:
    """Where results are kept: the user's cache."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "phone-properties-contract" / "peers"


def measure_all(store: Store, tools: Sequence[Tool], faults: Sequence[str], workers: int) -> None:
    """Run what is not kept: once against the correct server, then against each fault, then the correct server again.

    The runs whose seconds count are alone on the machine; those against faults may share it.
    """
    _correct(store, tools, range(1))
    spread = [fault for start in range(STRIDE) for fault in faults[start::STRIDE]]
    pairs = [(tool, fault) for fault in spread for tool in tools]
    with ThreadPoolExecutor(workers) as pool:
        for (tool, fault), result in zip(pairs, pool.map(lambda pair: store.measured(*pair), pairs), strict=True):
            _tell(tool, fault, result)
    _correct(store, tools, range(1, CORRECT_RUNS))


def _correct(store: Store, tools: Sequence[Tool], runs: range) -> None:
    for run in runs:
        for tool in tools:
            _tell(tool, CORRECT, store.measured(tool, CORRECT, run))


def _tell(tool: Tool, server: str, result: Measured) -> None:
    counts = f"{result.requests} requests, {result.seconds:.1f} s, {len(result.failures)} failures"
    print(f"{tool.name}, {server}: {counts} {result.stopped}".rstrip(), file=sys.stderr, flush=True)


def columns(store: Store, tools: list[Tool], faults: list[str]) -> list[Column]:
    """What is kept of each tool that ran on the correct server."""
    found = []
    for tool in tools:
        correct = [result for run in range(CORRECT_RUNS) if (result := store.read(tool, CORRECT, run))]
        tried = {fault: result for fault in faults if (result := store.read(tool, fault))}
        if correct:
            found.append(Column(tool, correct, tried))
    return found


def introduction(faults: list[str]) -> str:
    """What was compared, and how."""
    return f"""## Beside other tools

`make bench-peers` wrote this part, on {os.cpu_count()} cores, with Python {platform.python_version()}. The servers are
from `tests/servers`. Their author knew the provider's page, but neither the checks nor the tools. The suite's own tests
use these servers too, so the suite was corrected on them; the other tools were not. One of them is correct. The others
have one fault each: {len(faults)} faults, evenly spaced in the list sorted by kind and name. Each run has a new server.
The server counts the requests. Its state is compared before and after a run. Seconds are those of the command, with its
start: minimum-median-maximum of {CORRECT_RUNS} runs, or one number. A tool finds a fault if it reports a failure that
it does not report on the correct server. A warning does not count.
"""


def main(arguments: list[str]) -> int:
    """Measure and write; returns 0."""
    parser = argparse.ArgumentParser(prog="python -m scripts.peers", description=__doc__)
    parser.add_argument("page", type=Path)
    parser.add_argument("--results", type=Path, default=default_folder())
    parser.add_argument("--tool", action="append", choices=[tool.name for tool in TOOLS])
    parser.add_argument("--faults", type=int, default=FAULTS)
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--write-only", action="store_true", help="measure nothing")
    given = parser.parse_args(arguments)
    os.environ["NETRC"] = os.devnull  # as in the suite: else `requests` might send credentials of a .netrc file
    store, faults = Store(given.results), chosen(given.faults)
    tools = [tool for tool in TOOLS if tool.name in (given.tool or [tool.name])]
    if not given.write_only:
        if SPECMATIC in tools:
            installed.install_python_packages()
        measure_all(store, tools, faults, given.workers)
    write_part(given.page, JOB, [introduction(faults), *part(columns(store, [*TOOLS], faults), faults)])
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
