"""Load runs in Locust's own processes: a worker that is killed, and the process that leads the run."""

from __future__ import annotations

import importlib.util
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import requests

from contract_tests.contract import CONTRACT
from mock_server import seed
from mock_server.embedded import serve
from tests.started import started
from tests.suite import ROOT, lacking

IDS = [str(1000 + number) for number in range(6)]
MAX_WAIT = 90
"""Seconds for a run to end; most of it is the time after which a worker takes its leader for lost."""


@pytest.fixture(scope="module", autouse=True)
def _with_locust() -> None:
    if not importlib.util.find_spec("locust"):
        lacking("Locust")


class Server(NamedTuple):
    """A mock, wherever it runs."""

    base_url: str
    token: str


@pytest.fixture
def mock() -> Iterator[Server]:
    with serve(extensions=[int(id_) for id_ in IDS]) as running:
        yield Server(running.base_url, running.token)


@pytest.fixture
def mock_of_two_processes(tmp_path: Path) -> Iterator[Server]:
    """A mock whose processes share a state file."""
    token = seed.load(seed.SHIPPED).demos[0].token
    assert token
    options = ["--workers=2", f"--state={tmp_path / 'mock.db'}", f"--extensions={IDS[0]}-{IDS[-1]}"]
    with started([sys.executable, "-m", "mock_server", *options], cwd=ROOT) as lines:
        yield Server(lines["Base URL"], token.get_secret_value())


def shown(mock: Server) -> dict[str, Any]:
    headers = {"Authorization": f"Bearer {mock.token}"}
    return {id_: requests.get(mock.base_url + CONTRACT.path_to(id_), headers=headers, timeout=30).json() for id_ in IDS}


@dataclass
class Processes:
    """The processes of a run.

    Attributes:
        mock: The server.
        folder: For reports and journals.
        started: The processes, that which leads first.
    """

    mock: Server
    folder: Path
    started: list[subprocess.Popen[str]] = field(default_factory=list)

    @property
    def journals(self) -> list[Path]:
        """What is not restored."""
        return [*(self.folder / "state").glob("*.journal")]

    def start(self, command: str, *options: str) -> subprocess.Popen[str]:
        """Start a command of load runs."""
        process = subprocess.Popen(
            [sys.executable, "-m", "contract_tests", command, *options],
            cwd=ROOT,
            env={"PATH": os.environ["PATH"], "PHONE_API_TOKEN": self.mock.token},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self.started.append(process)
        return process

    def lead(self, *options: str) -> subprocess.Popen[str]:
        """Start the process that leads a run of a minute."""
        where = [f"--base-url={self.mock.base_url}", f"--extension-id={IDS[0]}-{IDS[-1]}", "--rate=100"]
        places = [f"--report-dir={self.folder / 'reports'}", f"--state-dir={self.folder / 'state'}"]
        return self.start("load", *where, *places, *options)

    def wait_until_changed(self, before: dict[str, Any]) -> None:
        """Wait until every extension was changed."""
        until = time.monotonic() + MAX_WAIT
        while any(shown(self.mock)[id_] == before[id_] for id_ in IDS):
            assert all(process.poll() is None for process in self.started), self.printed()
            assert time.monotonic() < until
            time.sleep(0.2)

    def printed(self) -> str:
        """What all processes printed, after their end."""
        return "\n".join(process.communicate(timeout=MAX_WAIT)[0] for process in self.started)


@contextmanager
def processes(mock: Server, folder: Path) -> Iterator[Processes]:
    """Ends what is left at the end."""
    found = Processes(mock, folder)
    try:
        yield found
    finally:
        for process in found.started:
            process.kill()


def with_two_workers(found: Processes) -> Sequence[subprocess.Popen[str]]:
    """Start a run with two workers."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    found.lead("--workers=2", f"--bind=127.0.0.1:{port}")
    for _ in range(2):
        found.start("load-worker", f"--master=127.0.0.1:{port}")
    return found.started


def test_what_a_killed_worker_left_is_restored_and_the_run_is_not_green(mock: Server, tmp_path: Path) -> None:
    before = shown(mock)
    with processes(mock, tmp_path) as found:
        lead, killed, other = with_two_workers(found)
        found.wait_until_changed(before)
        assert len(found.journals) == len(IDS)
        killed.kill()
        printed = found.printed()
    assert shown(mock) == before, printed
    assert (lead.returncode, other.returncode) == (3, 0)
    assert found.journals == []
    assert "was lost; its extensions were restored: 100" in printed
    report = json.loads((tmp_path / "reports" / "conformance.json").read_text())
    assert (report["load"]["violations"], report["load"]["workers"]) == (0, 2)


def test_workers_without_their_leader_restore_and_end(mock: Server, tmp_path: Path) -> None:
    before = shown(mock)
    with processes(mock, tmp_path) as found:
        lead, *workers = with_two_workers(found)
        found.wait_until_changed(before)
        lead.kill()
        printed = found.printed()
    assert shown(mock) == before, printed
    assert [worker.returncode for worker in workers] == [3, 3]
    assert printed.count("3 of 3 extensions have their original values") == 2
    assert len(found.journals) == len(IDS)  # the leader could not remove them; a restore finds nothing to do


def test_a_signal_ends_a_run_in_order(mock: Server, tmp_path: Path) -> None:
    before = shown(mock)
    with processes(mock, tmp_path) as found:
        alone = found.lead()
        found.wait_until_changed(before)
        alone.send_signal(signal.SIGTERM)
        printed = found.printed()
    assert shown(mock) == before, printed
    assert (alone.returncode, found.journals) == (3, [])
    assert "the run was interrupted (SIGTERM)" in printed
    assert "0 fail" in printed
    assert mock.token not in printed


def test_a_mock_of_several_processes_loses_nothing_under_load(mock_of_two_processes: Server, tmp_path: Path) -> None:
    before = shown(mock_of_two_processes)
    with processes(mock_of_two_processes, tmp_path) as found:
        alone = found.lead("--max-requests=300")
        printed = found.printed()
    assert shown(mock_of_two_processes) == before, printed
    assert (alone.returncode, found.journals) == (0, []), printed
    load = json.loads((tmp_path / "reports" / "conformance.json").read_text())["load"]
    assert (load["violations"], load["warnings"], load["shed"], load["unanswered"]) == (0, 0, 0, 0)
    assert load["accepted"] > 50
