"""Measure the mock beside Prism: requests a second, and the start. The argument is the Markdown file of the result.

Prism validates against the same contract, but keeps no state. Needs wrk (Debian: apt-get install wrk) and npm.
"""

from __future__ import annotations

import contextlib
import json
import re
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Sequence
from pathlib import Path

from mock_server import seed
from mock_server.contract import BASE_PATH
from scripts.bench.page import write_part
from scripts.bench.tables import cells, spread
from scripts.bench.whole_command import ROOT, RUNS

JOB = "make bench-mock"
PEERS = ROOT / "scripts" / "peers"
PRISM = str(PEERS / "node_modules" / ".bin" / "prism")
MOCK = [sys.executable, "-m", "mock_server", "--quiet"]
PORT, SECONDS, CONNECTIONS, STARTS = 8061, 5, 16, 7
ORIGIN = f"http://127.0.0.1:{PORT}"
RESOURCE = "/extension/54/phone/"
BODY = {"hangup_timeout": 30}


@contextlib.contextmanager
def running(command: Sequence[str], url: str, token: str) -> Iterator[None]:
    """Run a server inside the `with` block; wait until `url` answers."""
    server = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)  # noqa: S603
    try:
        for _ in range(100):
            with contextlib.suppress(OSError):
                request = urllib.request.Request(url, headers={"Authorization": f"Bearer {token}"})  # noqa: S310
                urllib.request.urlopen(request).close()  # noqa: S310
                break
            time.sleep(0.1)
        else:
            raise SystemExit(f"{command[0]} does not answer at {url}")
        yield
    finally:
        server.terminate()
        server.wait()


def rate(url: str, method: str, token: str) -> float:
    """Measure the requests a second with wrk; every response must be a success."""
    lines = [f'wrk.method = "{method}"', f'wrk.headers["Authorization"] = "Bearer {token}"']
    if method == "PUT":
        lines += ['wrk.headers["Content-Type"] = "application/json"', f"wrk.body = [[{json.dumps(BODY)}]]"]
    with tempfile.NamedTemporaryFile("w", suffix=".lua") as script:
        script.write("\n".join(lines))
        script.flush()
        command = ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{SECONDS}s", "-s", script.name, url]
        output = subprocess.run(command, capture_output=True, text=True, check=True).stdout  # noqa: S603
    if "Non-2xx" in output:
        raise SystemExit(f"{method} {url}: not every response was a 2xx\n{output}")
    return float(re.search(r"Requests/sec:\s*([\d.]+)", output)[1])  # type: ignore[index]


def rates_table(token: str, folder: Path) -> Iterator[str]:
    """Measure each server; yields the table of its rates, also relative to those of Prism."""
    state = f"--state={folder / 'mock.db'}"
    servers = {
        "mock": ([*MOCK, f"--port={PORT}"], BASE_PATH),
        "mock, 2 workers with a state file": ([*MOCK, f"--port={PORT}", "--workers=2", state], BASE_PATH),
        "Prism": ([PRISM, "mock", "openapi.yaml", f"-p{PORT}"], ""),
    }
    rates: dict[str, dict[str, list[float]]] = {}
    for name, (command, base_path) in servers.items():
        url = ORIGIN + base_path + RESOURCE
        with running(command, url, token):
            rates[name] = {method: [rate(url, method, token) for _ in range(RUNS)] for method in ("GET", "PUT")}
    yield cells("requests a second", "GET", "PUT", "GET, beside Prism", "PUT, beside Prism")
    yield cells("---", "---:", "---:", "---:", "---:")
    for name, own in rates.items():
        times = [sorted(own[method])[RUNS // 2] / sorted(rates["Prism"][method])[RUNS // 2] for method in own]
        yield cells(name, *(spread(own[method], "{:,.0f}") for method in own), *(f"{each:.1f}" for each in times))


def seconds_to_start() -> float:
    """The seconds from the start of a process to its line that says where it listens."""
    started = time.perf_counter()
    with subprocess.Popen([*MOCK, "--port=0"], cwd=ROOT, stdout=subprocess.PIPE, text=True) as server:  # noqa: S603
        assert server.stdout
        server.stdout.readline()
        seconds = time.perf_counter() - started
        server.terminate()
    return seconds


def main(output: str) -> int:
    """Write the part of the page; returns 0, or 2 if a tool is missing."""
    for tool, remedy in (("wrk", "apt-get install wrk"), ("npm", "apt-get install npm")):
        if not shutil.which(tool):
            print(f"{tool} is missing: {remedy}", file=sys.stderr)
            return 2
    if not (PEERS / "node_modules").exists():
        subprocess.run(["npm", "ci", "--silent", "--no-audit", "--no-fund"], cwd=PEERS, check=True)  # noqa: S607
    token = next(a.token.get_secret_value() for a in seed.load(seed.SHIPPED).demos if a.token)
    starts = [seconds_to_start() for _ in range(STARTS)]
    with tempfile.TemporaryDirectory() as folder:
        table = "\n".join(rates_table(token, Path(folder)))
    text = f"""## The mock beside Prism

`{JOB}` wrote this part: wrk with {CONNECTIONS} connections for {SECONDS} s, {RUNS} times, on the same machine, one
server after the other. The figures are minimum-median-maximum. Prism validates against the same contract, but keeps no
state.

{table}

The mock is ready {spread(starts, "{:.2f}")} s after its process starts ({STARTS} starts)."""
    write_part(Path(output), JOB, [text])
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
