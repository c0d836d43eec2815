"""The planned core beside a bare client that sends the same requests."""

from __future__ import annotations

import contextlib
import dataclasses
import http.client
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from urllib.parse import urlsplit

import requests

from contract_tests.checks.judge import judge
from contract_tests.checks.requirements import requirements
from contract_tests.client.client import Client
from contract_tests.contract import CONTRACT
from contract_tests.observe.observation import Observation
from contract_tests.plan import plan
from contract_tests.record.exchange import Exchange
from contract_tests.record.har import Record
from contract_tests.record.masking import SECRET
from contract_tests.report.results import Results
from contract_tests.target.credentials import Credentials
from contract_tests.target.target import TIMEOUT, Mode, Target
from mock_server.embedded import Mock, serve
from mock_server.middleware import RESET_PATH
from scripts.bench.tables import cells
from scripts.bench.tools import ROOT

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
