"""The planned core beside a bare client that sends the same requests."""

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
from scripts.bench.tables import cells
from scripts.bench.tools import ROOT
from scripts.conformance import against

CLIENT_RUNS = 7

Bare = Callable[[Sequence[Exchange], str], float]


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
            yield replace(described, origin=origin, base_url=base_url)
        finally:
            server.terminate()


def core(mock: Mock, folder: Path) -> tuple[Record, float]:
    """The planned core in this process, its files written: the record, and the seconds."""
    options, environment = against(mock)
    started = time.perf_counter()
    result = run(replace(options, fuzz_examples=0), environment, folder=folder)
    return result.records[0], time.perf_counter() - started


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
    core_seconds: list[float] = []
    bare: dict[Bare, list[float]] = {with_requests: [], with_http_client: []}
    with separate_mock() as mock, tempfile.TemporaryDirectory() as folder:
        for _ in range(CLIENT_RUNS):
            record, seconds = core(mock, Path(folder))
            core_seconds.append(seconds)
            for client, times in bare.items():
                requests.post(mock.origin + RESET_PATH, timeout=TIMEOUT).raise_for_status()
                times.append(client(record.exchanges, mock.token))
            requests.post(mock.origin + RESET_PATH, timeout=TIMEOUT).raise_for_status()
    base = statistics.median(bare[with_requests])
    rows = {
        "planned core: plan, send, record, restore, judge": core_seconds,
        "bare client, `requests.Session`": bare[with_requests],
        "bare client, `http.client`": bare[with_http_client],
    }
    return [
        cells(f"{len(record.exchanges)} requests", "seconds, median", "of the bare client with `requests`"),
        cells("---", "---:", "---:"),
        *(
            cells(name, f"{statistics.median(times):.3f}", f"{statistics.median(times) / base:.2f}")
            for name, times in rows.items()
        ),
    ]
