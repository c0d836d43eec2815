"""Compare the requests per second of the mock and of Prism: GET, and PUT of one property. Each is one process.

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
from collections.abc import Iterator
from pathlib import Path

from mock_server import seed

ROOT = Path(__file__).resolve().parent.parent
PEERS = ROOT / "scripts" / "peers"
SECONDS, CONNECTIONS = 8, 16
RESOURCE = "/extension/54/phone/"
BODY = {"hangup_timeout": 30}


@contextlib.contextmanager
def running(command: list[str], url: str, token: str) -> Iterator[None]:
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


def wrk(url: str, method: str, token: str) -> float:
    """Measure the requests per second with wrk; every response must be a success."""
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


def main() -> int:
    """Print the table; returns 0, or 2 if a tool is missing."""
    for tool, remedy in (("wrk", "apt-get install wrk"), ("npm", "apt-get install npm")):
        if not shutil.which(tool):
            print(f"{tool} is missing: {remedy}", file=sys.stderr)
            return 2
    if not (PEERS / "node_modules").exists():
        subprocess.run(["npm", "ci", "--silent", "--no-audit", "--no-fund"], cwd=PEERS, check=True)  # noqa: S607
    token = next(a.token.get_secret_value() for a in seed.load(seed.SHIPPED).demos if a.token)
    servers = {
        "mock": ([sys.executable, "-m", "mock_server", "--port=8061", "--quiet"], "http://127.0.0.1:8061/api/ver1.0"),
        "Prism": ([str(PEERS / "node_modules/.bin/prism"), "mock", "openapi.yaml", "-p8062"], "http://127.0.0.1:8062"),
    }
    rates: dict[str, dict[str, float]] = {}
    for name, (command, base_url) in servers.items():
        with running(command, base_url + RESOURCE, token):
            rates[name] = {method: wrk(base_url + RESOURCE, method, token) for method in ("GET", "PUT")}
    print("| requests per second | GET | PUT |\n|---|---|---|")
    for name, rate in rates.items():
        print(f"| {name} | {rate['GET']:,.0f} | {rate['PUT']:,.0f} |")
    ratio = {method: rates["mock"][method] / rates["Prism"][method] for method in ("GET", "PUT")}
    print(f"| ratio | {ratio['GET']:.1f} | {ratio['PUT']:.1f} |")
    return 0


if __name__ == "__main__":
    sys.exit(main())
