"""Compare the planned core with a bare client that sends the same requests."""

from __future__ import annotations

import contextlib
import http.client
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

import requests

from contract_tests.record.exchange import Exchange
from contract_tests.record.har import Record
from contract_tests.record.masking import SECRET
from contract_tests.session.run import run
from contract_tests.target.target import TIMEOUT
from mock_server.embedded import Mock, serve
from mock_server.middleware import RESET_PATH
from scripts.bench.tables import cells, spread
from scripts.bench.whole_command import ROOT
from scripts.conformance import against

CLIENT_RUNS = 7

BareClient = Callable[[Sequence[Exchange], str], float]


@contextlib.contextmanager
def separate_mock() -> Iterator[Mock]:
    """Serve the correct mock in a separate process."""
    with serve() as embedded:
        pass
    command = [sys.executable, "-m", "mock_server", "--port=0", "--quiet"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as server:  # noqa: S603
        try:
            assert server.stdout
            base_url = server.stdout.readline().split()[-1]
            origin = "{0.scheme}://{0.netloc}".format(urlsplit(base_url))
            yield replace(embedded, origin=origin, base_url=base_url)
        finally:
            server.terminate()


def core(mock: Mock, folder: Path) -> tuple[Record, float]:
    """Run the planned core in this process, with its files; returns the record and the seconds."""
    options, environment = against(mock)
    started = time.perf_counter()
    result = run(replace(options, fuzz_examples=0), environment, folder=folder)
    return result.records[0], time.perf_counter() - started


def with_requests(exchanges: Sequence[Exchange], token: str) -> float:
    """Send the recorded requests again, over one session of `requests`; returns the seconds."""
    to_send = [(each, _headers(each, token)) for each in exchanges]
    started = time.perf_counter()
    with requests.Session() as session:
        for each, headers in to_send:
            session.request(
                each.step.method, each.url, data=each.step.body, headers=headers, timeout=TIMEOUT, allow_redirects=False
            )
    return time.perf_counter() - started


def with_http_client(exchanges: Sequence[Exchange], token: str) -> float:
    """Send the recorded requests again, over one connection of the standard library; returns the seconds."""
    paths = [str(requests.Request(each.step.method, each.url).prepare().path_url) for each in exchanges]
    to_send = [(each.step, path, _headers(each, token)) for each, path in zip(exchanges, paths, strict=True)]
    host = urlsplit(exchanges[0].url).netloc
    started = time.perf_counter()
    with contextlib.closing(http.client.HTTPConnection(host, timeout=TIMEOUT)) as connection:
        for step, path, headers in to_send:
            connection.request(step.method, path, step.body, headers)
            connection.getresponse().read()
    return time.perf_counter() - started


def _headers(exchange: Exchange, token: str) -> dict[str, str]:
    return {name: value.replace(SECRET, token) for name, value in exchange.sent_headers.items()}


def client_table() -> list[str]:
    """Measure the planned core and the bare clients; returns the table."""
    core_seconds: list[float] = []
    bare_seconds: dict[BareClient, list[float]] = {with_requests: [], with_http_client: []}
    with separate_mock() as mock, tempfile.TemporaryDirectory() as folder:
        for _ in range(CLIENT_RUNS):
            record, seconds = core(mock, Path(folder))
            core_seconds.append(seconds)
            for client, times in bare_seconds.items():
                requests.post(mock.origin + RESET_PATH, timeout=TIMEOUT).raise_for_status()
                times.append(client(record.exchanges, mock.token))
            requests.post(mock.origin + RESET_PATH, timeout=TIMEOUT).raise_for_status()
    reference = statistics.median(bare_seconds[with_requests])
    rows = {
        "planned core: plan, send, record, restore, judge": core_seconds,
        "bare client, `requests.Session`": bare_seconds[with_requests],
        "bare client, `http.client`": bare_seconds[with_http_client],
    }
    return [
        cells(f"{len(record.exchanges)} requests", "seconds", "relative to the bare client with `requests`"),
        cells("---", "---:", "---:"),
        *(
            cells(name, spread(times, "{:.3f}"), f"{statistics.median(times) / reference:.2f}")
            for name, times in rows.items()
        ),
    ]
