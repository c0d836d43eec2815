"""What the suite finds, what it costs and how it grows, beside plain schemathesis and a bare client, in one run.

Writes Markdown to the file named, `-` for the terminal.
"""

from __future__ import annotations

import contextlib
import copy
import dataclasses
import http.client
import json
import logging
import multiprocessing
import os
import platform
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

import requests
import yaml

from contract_tests.client import Client
from contract_tests.contract import Contract, Json
from contract_tests.credentials import Credentials
from contract_tests.judge import judge
from contract_tests.masking import SECRET
from contract_tests.observe import Observation
from contract_tests.plan import plan
from contract_tests.record import Exchange, Kind, Record
from contract_tests.requirements import requirements
from contract_tests.results import Results
from contract_tests.target import TIMEOUT, Mode, Target
from mock_server.embedded import Mock, serve
from mock_server.faults import CATALOGUE
from mock_server.middleware import RESET_PATH
from scripts import fault_matrix
from scripts.conformance import against

ROOT = Path(__file__).resolve().parent.parent
CONFIGURATION = ROOT / "contract_tests" / "schemathesis.toml"
CONTRACT = Contract()
EXAMPLES = 30
WORKERS = 2
COMMAND_RUNS, CLIENT_RUNS = 3, 7
SIZES = (31, 100, 300)
COPIED = ("openapi.yaml", "pyproject.toml", "generated", "contract_tests", "mock_server", "scripts")

Outcomes = Counter[str]
"""How often each outcome came up: fail, warn, and error for a run that broke off."""
Tool = Callable[[Mock, Path], Outcomes]
Bare = Callable[[Sequence[Exchange], str], float]


def suite(mock: Mock, folder: Path, examples: int) -> Outcomes:
    """Run the command behind `make conformance`."""
    options, environment = against(mock)
    command = [sys.executable, "-m", "scripts.conformance", *options]
    command += [f"--fuzz-examples={examples}", f"--report-dir={folder}"]
    subprocess.run(command, cwd=ROOT, env={**os.environ, **environment}, capture_output=True)  # noqa: S603
    return Counter(result["outcome"] for result in json.loads((folder / "conformance.json").read_text())["results"])


def plain_schemathesis(mock: Mock, folder: Path) -> Outcomes:
    """Run its CLI with its own checks only, tuned as well as it goes."""
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
    counted = re.search(r"found (\d+) unique failure", process.stdout)
    return Counter(fail=int(counted[1]) if counted else process.returncode)


CORE, FUZZ, PEER = "planned core", "planned core and fuzz layer", "plain schemathesis"
TOOLS: Mapping[str, Tool] = {
    CORE: partial(suite, examples=0),
    FUZZ: partial(suite, examples=EXAMPLES),
    PEER: plain_schemathesis,
}


class _Requests(logging.Handler):
    """Counts the lines of the mock's request log, and uvicorn's for requests that are not HTTP."""

    count = 0

    def emit(self, _: logging.LogRecord) -> None:
        self.count += 1


class Cost(NamedTuple):
    """What a tool costs on the correct mock, process start included, and what it finds there."""

    requests: int
    seconds: float
    findings: int


def cost(tool: Tool) -> Cost:
    """Run a tool against the correct mock; the median of the seconds."""
    seconds, logs = [], [logging.getLogger(name) for name in ("mock_server", "uvicorn.error")]
    for _ in range(COMMAND_RUNS):
        counter = _Requests()
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
    """The weightiest outcome of a run, in a word; empty where it found nothing."""
    return next((word for word in ("fail", "warn", "error") if outcomes[word]), "")


def faults() -> list[str]:
    """The faults to run; of those that the mock has once for each property, the first."""
    groups = {name.partition(":")[0]: name for name in reversed(CATALOGUE)}
    return [name for name in CATALOGUE if name in groups.values()]


def row(fault: str) -> dict[str, str]:
    """What each tool says of a fault, each on a mock of its own; the planned core runs in this process."""
    found = fault_matrix.found(fault).items()
    cells = {CORE: verdict(Counter("error" if check == "harness" else outcome for check, outcome in found))}
    for name in (FUZZ, PEER):
        with serve(fault) as mock, tempfile.TemporaryDirectory() as folder:
            cells[name] = verdict(TOOLS[name](mock, Path(folder)))
    print(f"{fault}: {cells}", file=sys.stderr, flush=True)
    return cells


@contextlib.contextmanager
def separate_mock() -> Iterator[Mock]:
    """Serve the correct mock from a process of its own."""
    with serve() as described:
        pass
    command = [sys.executable, "-m", "mock_server", "--port=0", "--quiet"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as server:  # noqa: S603
        try:
            assert server.stdout
            base_url = server.stdout.readline().split()[-1]
            origin = "{0.scheme}://{0.netloc}".format(urlsplit(base_url))
            yield dataclasses.replace(described, origin=origin, base_url=base_url)
        finally:
            server.terminate()


def core(target: Target, folder: Path) -> tuple[Record, float, float]:
    """The planned core in this process, its file written: the record, seconds to plan and observe, and to judge."""
    results = Results()
    for requirement in requirements(CONTRACT).values():
        results.declare(requirement)
    started = time.perf_counter()
    with (
        Record(target.redacted()).write_to(folder / "record.har") as record,
        Client(target, CONTRACT, results) as client,
    ):
        Observation(CONTRACT, target, client, record).run(plan(CONTRACT, target))
    observed = time.perf_counter()
    judge(record, CONTRACT, results)
    return record, observed - started, time.perf_counter() - observed


def with_requests(exchanges: Sequence[Exchange], token: str) -> float:
    """Send what was recorded again, over one session of `requests`; the seconds."""
    sent = [(each, _headers(each, token)) for each in exchanges]
    started = time.perf_counter()
    with requests.Session() as session:
        for each, headers in sent:
            session.request(
                each.step.method, each.url, data=each.step.body, headers=headers, timeout=TIMEOUT, allow_redirects=False
            )
    return time.perf_counter() - started


def with_http_client(exchanges: Sequence[Exchange], token: str) -> float:
    """Send what was recorded again, over one connection of the standard library; the seconds."""
    paths = [str(requests.Request(each.step.method, each.url).prepare().path_url) for each in exchanges]
    sent = [(each.step, path, _headers(each, token)) for each, path in zip(exchanges, paths, strict=True)]
    started = time.perf_counter()
    with contextlib.closing(http.client.HTTPConnection(urlsplit(exchanges[0].url).netloc, timeout=TIMEOUT)) as to:
        for step, path, headers in sent:
            to.request(step.method, path, step.body, headers)
            to.getresponse().read()
    return time.perf_counter() - started


def _headers(exchange: Exchange, token: str) -> dict[str, str]:
    return {name: value.replace(SECRET, token) for name, value in exchange.sent_headers.items()}


def client_table() -> list[str]:
    """The planned core beside bare clients that send the same requests."""
    observing: list[float] = []
    judging: list[float] = []
    bare: dict[Bare, list[float]] = {with_requests: [], with_http_client: []}
    with separate_mock() as mock, tempfile.TemporaryDirectory() as folder:
        target = Target(
            base_url=mock.base_url,
            extension_id=mock.extension_id,
            mode=Mode.full,
            fresh_extension_id=mock.fresh_extension_id,
            foreign_extension_id=mock.foreign_extension_id,
            me_extension_id=mock.extension_id,
            credentials=Credentials(mock.token),
        )
        for _ in range(CLIENT_RUNS):
            record, observed, judged = core(target, Path(folder))
            observing.append(observed)
            judging.append(judged)
            for client, seconds in bare.items():
                requests.post(mock.origin + RESET_PATH, timeout=TIMEOUT).raise_for_status()
                seconds.append(client(record.exchanges, mock.token))
            requests.post(mock.origin + RESET_PATH, timeout=TIMEOUT).raise_for_status()
    base = statistics.median(bare[with_requests])
    rows = {
        "planned core": [one + other for one, other in zip(observing, judging, strict=True)],
        "its part up to the last answer: plan, send, record in the file": observing,
        "its part after that: judge": judging,
        "bare client, `requests.Session`": bare[with_requests],
        "bare client, `http.client`": bare[with_http_client],
    }
    return [
        cells(f"{len(record.exchanges)} requests", "seconds, median", "of the bare client with `requests`"),
        cells("---", "---:", "---:"),
        *(
            cells(name, f"{statistics.median(seconds):.3f}", f"{statistics.median(seconds) / base:.2f}")
            for name, seconds in rows.items()
        ),
    ]


def grown(document: Mapping[str, Json], size: int) -> dict[str, Json]:
    """The contract with clones of its properties, each of a component of its own, up to so many properties."""
    contract = copy.deepcopy(dict(document))
    schemas = contract["components"]["schemas"]
    both = (schemas["PhoneProperties"], schemas["PhonePropertiesUpdate"])
    names = [*both[0]["properties"]]
    for number in range(len(names), size):
        turn, index = divmod(number, len(names))
        name = names[index]
        reference = both[0]["properties"][name]["$ref"]
        schemas[f"{reference.rpartition('/')[2]}{turn}"] = copy.deepcopy(schemas[reference.rpartition("/")[2]])
        for schema in both:
            used = copy.deepcopy(schema["properties"][name])
            schema["properties"][f"{name}_{turn}"] = {**used, "$ref": f"{reference}{turn}"}
        if name in both[0]["required"]:
            both[0]["required"].append(f"{name}_{turn}")
    return contract


def growth(size: int) -> list[str]:
    """The planned core in a copy of this repo whose contract has so many properties."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for part in COPIED:
            if (ROOT / part).is_dir():
                ignored = shutil.ignore_patterns("__pycache__", "node_modules")
                shutil.copytree(ROOT / part, folder / part, ignore=ignored)
            else:
                shutil.copy(ROOT / part, folder / part)
        file = folder / "openapi.yaml"
        file.write_text(yaml.safe_dump(grown(CONTRACT.document, size), sort_keys=False, allow_unicode=True))
        subprocess.run([sys.executable, "-m", "scripts.generate"], cwd=folder, check=True)
        command = [sys.executable, "-m", "scripts.conformance", "--fuzz-examples=0", "--report-dir=reports"]
        started = time.perf_counter()
        subprocess.run(command, cwd=folder, capture_output=True)  # noqa: S603
        seconds = time.perf_counter() - started
        summary = json.loads((folder / "reports" / "conformance.json").read_text())["summary"]
        target = Target.of(Record.read(folder / "reports" / "record.har").target)
        contract = Contract(file)
        steps = plan(contract, target)
    kinds = Counter(step.kind for step in steps)
    counts = (len(contract.properties), len(steps), kinds[Kind.change], kinds[Kind.invalid], summary["requests"])
    print(f"{size} properties: {counts}, {seconds:.1f} s, {summary}", file=sys.stderr, flush=True)
    findings = summary["failed"] + summary["warned"] + summary["errors"]
    return [*(f"{count:,}" for count in counts), f"{seconds:.1f}", str(findings)]


def cells(*texts: str) -> str:
    """A line of a table."""
    return f"| {' | '.join(texts)} |"


def side_by_side(costs: Mapping[str, Cost], rows: Mapping[str, Mapping[str, str]]) -> list[str]:
    """One column a tool: what it costs, and how many faults it finds."""
    failed = [sum(row[tool] == "fail" for row in rows.values()) for tool in costs]
    found = [sum(row[tool] in {"fail", "warn"} for row in rows.values()) for tool in costs]
    return [
        cells("", *costs),
        cells("---", *["---:"] * len(costs)),
        cells("requests on the correct mock", *(f"{cost.requests:,}" for cost in costs.values())),
        cells("seconds on the correct mock", *(f"{cost.seconds:.1f}" for cost in costs.values())),
        cells("findings on the correct mock", *(str(cost.findings) for cost in costs.values())),
        cells("faults found, by a failure", *(f"{count} of {len(rows)}" for count in failed)),
        cells("faults found, by a failure or a warning", *(f"{count} of {len(rows)}" for count in found)),
    ]


def only_found(rows: Mapping[str, Mapping[str, str]]) -> str:
    """How many faults the suite finds and plain schemathesis does not, and the other way round."""
    pairs = Counter((row[CORE] in {"fail", "warn"}, bool(row[PEER])) for row in rows.values())
    return (
        f"Of the {len(rows)} faults, {pairs[True, False]} are found by the {CORE} and not by {PEER}, "
        f"{pairs[False, True]} the other way round, {pairs[True, True]} by both, {pairs[False, False]} by neither."
    )


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
