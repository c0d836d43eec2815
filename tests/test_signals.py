"""A signal ends the real command in order: the extension is as before, the reports are there, and nobody writes on."""

from __future__ import annotations

import itertools
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import requests
from starlette.types import ASGIApp, Receive, Scope, Send

from contract_tests.contract import CONTRACT
from mock_server import embedded
from mock_server.embedded import Mock
from scripts.conformance import against
from tests.suite import ROOT, journals, sample, state_dir

LATENCY_MS = 20
MOMENTS = (1, 4, 12, 30, 60, 100, 160)
"""At which request of a run the signal comes; tests/test_restore.py tries more of them, without a process."""
REPEATS = range(15)
AFTERWARDS = 0.4
"""Seconds in which a process that was left behind would send something."""
IN_PARALLEL = 4
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@dataclass
class Bell:
    """ASGI middleware that does something once, at one request."""

    app: ASGIApp
    at: int
    ring: Callable[[], None] = lambda: None
    count: int = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Count requests."""
        if scope["type"] == "http":
            self.count += 1
            if self.count == self.at:
                self.ring()
        await self.app(scope, receive, send)


@dataclass
class Command:
    """A command in a process group of its own.

    Attributes:
        words: The command line.
        folder: Of its reports.
        process: The first process of the group.
    """

    words: Sequence[str]
    folder: Path
    process: subprocess.Popen[str] = field(init=False)

    def start(self) -> None:
        """Start it with a clean environment."""
        self.process = subprocess.Popen(
            self.words,
            cwd=ROOT,
            env={"PATH": os.environ["PATH"], "HOME": str(self.folder)},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )

    @property
    def suite(self) -> int:
        """The process that runs the suite, however it was called."""
        children = {int(parent): int(pid) for pid, parent in processes("pid", "ppid")}
        pid = self.process.pid
        while pid in children:
            pid = children[pid]
        return pid

    @property
    def is_alive(self) -> bool:
        """Whether any process of the group is left that is not a mere entry of the process table."""
        rows = processes("pgid", "stat")
        return any(int(group) == self.process.pid and not state.startswith("Z") for group, state in rows)


def processes(*columns: str) -> list[list[str]]:
    """These columns of the process table."""
    command = ["ps", "-A", *(f"-o{column}=" for column in columns)]
    table = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    return [row.split() for row in table.splitlines()]


SENDERS: Mapping[str, Callable[[Command, int], None]] = {
    "make": lambda command, number: os.kill(command.process.pid, number),
    "the command": lambda command, number: os.kill(command.suite, number),
    "the group": lambda command, number: os.killpg(command.process.pid, number),
}


def make(mock: Mock, folder: Path, *variables: str, **options: object) -> Command:
    """`make conformance` in the virtual environment that runs these tests, which make takes as it is."""
    target, _ = against(mock)
    given = {**target.chosen(), "fuzz_examples": 0, "token": mock.token, "report_dir": folder, **options}
    given |= {"state_dir": state_dir(folder), "venv": sys.prefix}
    words = [f"{name.upper()}={value}" for name, value in given.items()]
    return Command([*variables, "make", f"--old-file={sys.prefix}/.installed", "conformance", *words], folder)


@contextmanager
def ringing(at: int) -> Iterator[tuple[Mock, Bell]]:
    bells: list[Bell] = []

    def wrap(app: ASGIApp) -> ASGIApp:
        bells.append(Bell(app, at))
        return bells[0]

    with embedded.serve(wrap=wrap, latency_ms=LATENCY_MS) as mock:
        yield mock, bells[0]


def shown(mock: Mock, extension_id: str) -> bytes:
    url = mock.base_url + CONTRACT.path_to(extension_id)
    return requests.get(url, headers={"Authorization": f"Bearer {mock.token}"}, timeout=60).content


def wrong(
    folder: Path, at: int, act: Callable[[Command], None], *variables: str, extension_ids: str = "54", **options: str
) -> list[str]:
    """What is wrong after a command that something happens to at a request, counted from its first one."""
    ids = extension_ids.split(",")
    with ringing(at + len(ids)) as (mock, bell):
        before = [shown(mock, id_) for id_ in ids]
        command = make(mock, folder, *variables, extension_id=extension_ids, **options)
        bell.ring = lambda: act(command)
        command.start()
        printed, _ = command.process.communicate(timeout=300)
        count = bell.count
        time.sleep(AFTERWARDS)
        held = {
            "a process is left": command.is_alive,
            "a request came after the end": bell.count != count,
            "nothing was sent": count <= len(ids),
            "an extension is not as before": [shown(mock, id_) for id_ in ids] != before,
            "a journal is left": bool(journals(folder)),
            f"a traceback: {printed}": "Traceback" in printed,
            f"no report: {printed}": not has_results(folder),
        }
    return [text for text, is_wrong in held.items() if is_wrong]


def has_results(folder: Path) -> bool:
    content = (folder / "conformance.json").read_text()
    return bool(content) and bool(json.loads(content)["results"])


def all_wrong(folder: Path, plays: Sequence[Callable[[Path], list[str]]]) -> dict[int, list[str]]:
    """What is wrong with each of several plays, by number; some of them at the same time."""
    folders = [folder / str(number) for number in range(len(plays))]
    for each in folders:
        each.mkdir()
    with ThreadPoolExecutor(IN_PARALLEL) as pool:
        found = enumerate(pool.map(lambda play, place: play(place), plays, folders))
        return {number: texts for number, texts in found if texts}


@pytest.mark.parametrize("receiver", SENDERS)
def test_a_signal_at_any_moment_leaves_nothing_behind(receiver: str, tmp_path: Path) -> None:
    # Make alone passes SIGTERM on only, and waits for the end of the run after the others: a short run.
    def play(number: int, at: int) -> Callable[[Path], list[str]]:
        return lambda folder: wrong(folder, at, lambda command: SENDERS[receiver](command, number), mode="safe")

    plays = [play(number, at) for number, at in sample([*itertools.product(SIGNALS, MOMENTS)], 9)]
    assert len(plays) >= len(SIGNALS)
    assert all_wrong(tmp_path, plays) == {}


def eight_times(command: Command) -> None:
    """Ctrl-C eight times, 20 ms apart, from a process that outlives none of it."""
    code = "import os, sys, time\nfor _ in range(8): os.killpg(int(sys.argv[1]), 2); time.sleep(0.02)"
    subprocess.Popen([sys.executable, "-c", code, str(command.process.pid)], stderr=subprocess.DEVNULL)


def test_eight_times_ctrl_c_leaves_nothing_behind(tmp_path: Path) -> None:
    plays = [lambda folder, at=at: wrong(folder, 2 + 8 * at, eight_times) for at in sample(REPEATS, 8)]
    assert all_wrong(tmp_path, plays) == {}


@pytest.mark.parametrize("receiver", ["the command", "the group"])
def test_a_signal_leaves_nothing_behind_on_two_extensions(receiver: str, tmp_path: Path) -> None:
    def play(number: int) -> Callable[[Path], list[str]]:
        act = SENDERS[receiver]
        return lambda folder: wrong(
            folder, 60, lambda command: act(command, number), extension_ids="54,55", fresh_extension_id=""
        )

    assert all_wrong(tmp_path, [play(number) for number in sample(SIGNALS, 2)]) == {}


def test_the_end_of_a_job_leaves_nothing_behind(tmp_path: Path) -> None:
    # At its own end, `timeout` does what it does at SIGTERM; but that end may come before the first request.
    assert wrong(tmp_path, 30, lambda command: command.process.terminate(), "timeout", "600") == []
    assert "the run was interrupted (SIGTERM)" in (tmp_path / "conformance.json").read_text()


@pytest.mark.parametrize("seconds", [0.05, 0.2, 0.4, 0.8])
def test_a_signal_before_the_first_request_leaves_nobody_behind(seconds: float, tmp_path: Path) -> None:
    with ringing(0) as (mock, bell):
        before = shown(mock, "54")
        command = make(mock, tmp_path)
        command.start()
        time.sleep(seconds)
        os.killpg(command.process.pid, signal.SIGTERM)
        command.process.communicate(timeout=300)
        count = bell.count
        time.sleep(AFTERWARDS)
        assert (command.is_alive, bell.count) == (False, count)
        assert shown(mock, "54") == before
    assert not journals(tmp_path)
