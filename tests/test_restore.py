"""Whatever ends a run, the extension is put back: at once, or by the restore command."""

from __future__ import annotations

import json
import os
import signal
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import requests
from starlette.types import ASGIApp, Receive, Scope, Send

from contract_tests.contract import CONTRACT
from contract_tests.observe.journal import Journal
from contract_tests.target.target import Mode, Target
from mock_server import embedded
from mock_server.embedded import Mock
from scripts.conformance import against
from tests import suite
from tests.suite import ROOT, journals, sample, state_dir

FOUND = {"label": "mine", "hangup_timeout": 7, "geo_list": "DE", "record_format": "wav", "hold_music": 3}
KILLS, CUTS = 50, 20
PLANNED_PUTS = 165
"""About so many PUTs does a run send."""


@dataclass
class Gate:
    """ASGI middleware that does something at one PUT, and may hang up from then on."""

    app: ASGIApp
    at: int
    act: Callable[[], None] = field(default=lambda: None)
    is_cut: bool = False
    is_after: bool = False
    puts: int = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or do not."""
        self.puts += scope["method"] == "PUT"
        is_due = self.puts == self.at and scope["method"] == "PUT"
        if is_due and not self.is_after:
            self.act()
        if self.is_cut:
            await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"9")]})
            raise ConnectionResetError
        await self.app(scope, receive, send)
        if is_due and self.is_after:
            self.act()


@contextmanager
def gated(at: int, *, is_after: bool) -> Iterator[tuple[Mock, Gate]]:
    gates: list[Gate] = []

    def wrap(app: ASGIApp) -> ASGIApp:
        gates.append(Gate(app, at + 1, is_after=is_after))  # one PUT sets what is found
        return gates[0]

    with embedded.serve(wrap=wrap) as mock:
        yield mock, gates[0]


def url(mock: Mock) -> str:
    return mock.base_url + CONTRACT.path_to(mock.extension_id)


def shown(mock: Mock) -> bytes:
    return requests.get(url(mock), headers={"Authorization": f"Bearer {mock.token}"}, timeout=5).content


def prepare(mock: Mock) -> bytes:
    """Configure the extension, and return what it shows."""
    headers = {"Authorization": f"Bearer {mock.token}"}
    assert requests.put(url(mock), json=FOUND, headers=headers, timeout=5).status_code == 200
    return shown(mock)


def start(mock: Mock, folder: Path, *options: str) -> subprocess.Popen[str]:
    target, environment = against(mock)
    return subprocess.Popen(
        [sys.executable, "-m", "contract_tests", "run", f"--report-dir={folder}", *target.as_arguments(), *options],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], "PHONE_CONTRACT_STATE_DIR": str(state_dir(folder)), **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def restore(mock: Mock, folder: Path) -> subprocess.CompletedProcess[str]:
    return suite.restore(mock, folder, PHONE_API_TOKEN=mock.token)


def killed(moment: int, folder: Path) -> bool:
    """Kill a run at a PUT, before or after it is done; whether the extension is as it was after a restore."""
    with gated(1 + moment * PLANNED_PUTS // KILLS, is_after=moment % 2 == 1) as (mock, gate):
        before = prepare(mock)
        run = start(mock, folder, "--fuzz-examples=0")
        gate.act = lambda: os.kill(run.pid, signal.SIGKILL)
        run.communicate(timeout=120)
        assert run.returncode == -signal.SIGKILL
        assert restore(mock, folder).returncode == 0
        return shown(mock) == before and not journals(folder)


def cut_off(moment: int, folder: Path) -> bool:
    """Cut a run's connection at a PUT for good; whether the extension is as it was after a restore."""
    with gated(1 + moment * PLANNED_PUTS // CUTS, is_after=False) as (mock, gate):
        before = prepare(mock)

        def cut() -> None:
            gate.is_cut = True

        gate.act = cut
        run = start(mock, folder, "--fuzz-examples=0")
        printed, _ = run.communicate(timeout=120)
        assert run.returncode == 6, printed
        assert "may NOT have its original values" in printed
        assert f"python -m contract_tests restore --base-url {mock.base_url} --extension-id 54 --state-dir" in printed
        assert "Traceback" not in printed
        assert restore(mock, folder).returncode == 6
        gate.is_cut = False
        assert restore(mock, folder).returncode == 0
        return shown(mock) == before


@pytest.mark.parametrize(
    ("end", "count", "at_once"),
    [(killed, KILLS, 2), (cut_off, CUTS, 10)],  # after a cut, a run mostly waits
    ids=["killed", "cut off"],
)
def test_a_run_that_is_ended_at_any_moment_loses_nothing(
    end: Callable[[int, Path], bool], count: int, at_once: int, tmp_path: Path
) -> None:
    moments = sample(range(count), 3)
    with ThreadPoolExecutor(at_once) as pool:
        folders = [tmp_path / str(moment) for moment in moments]
        assert [*pool.map(end, moments, folders)] == [True] * len(moments)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_the_run_with_everything_put_back(number: signal.Signals, tmp_path: Path) -> None:
    with gated(60, is_after=True) as (mock, gate):
        before = prepare(mock)
        run = start(mock, tmp_path, "--fuzz-examples=0")
        gate.act = lambda: run.send_signal(number)
        printed, _ = run.communicate(timeout=120)
        assert run.returncode == 3, printed
        assert shown(mock) == before
    assert not journals(tmp_path)
    assert json.loads((tmp_path / "conformance.json").read_text())["results"]


def test_an_extension_that_was_left_changed_is_not_tested_before_it_is_put_back(tmp_path: Path) -> None:
    with gated(30, is_after=True) as (mock, gate):
        before = prepare(mock)
        run = start(mock, tmp_path, "--fuzz-examples=0")
        gate.act = lambda: os.kill(run.pid, signal.SIGKILL)
        run.communicate(timeout=120)
        assert shown(mock) != before
        (file,) = journals(tmp_path)
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        assert mock.token not in file.read_text()
        again = start(mock, tmp_path, "--fuzz-examples=0")
        printed, _ = again.communicate(timeout=120)
        assert again.returncode == pytest.ExitCode.USAGE_ERROR
        assert "was left changed by a run that broke off: restore it first" in printed
        assert f"restore it: python -m contract_tests restore --base-url {mock.base_url} --extension-id 54" in printed
        assert restore(mock, tmp_path).returncode == 0
        assert shown(mock) == before
        assert "nothing to restore" in restore(mock, tmp_path).stderr


def test_the_restore_command_says_what_is_wrong(tmp_path: Path) -> None:
    with embedded.serve() as mock:
        missing = restore(mock, tmp_path)
        path = Journal(state_dir(tmp_path), mock.base_url, "54").path
        path.write_text("{}\n")
        broken = restore(mock, tmp_path)
        other = {"base_url": "http://127.0.0.1:1", "extension_id": "55", "started": "", "settings": {}, "allowed": []}
        path.write_text(json.dumps(other) + "\n")
        foreign = restore(mock, tmp_path)
        values = {"settings": {"label": 7}, "allowed": ["label"]}
        own = {"base_url": mock.base_url, "extension_id": "54", "started": "", **values}
        path.write_text(json.dumps(own) + '\n{"changes": ["label"]}\n')
        invalid = restore(mock, tmp_path)
    assert [ended.returncode for ended in (missing, broken, foreign, invalid)] == [4] * 4
    assert "nothing to restore" in missing.stderr
    assert "is not a journal of this suite" in broken.stderr
    assert "is not the journal of extension 54" in foreign.stderr
    assert "correct the value, or restore it yourself" in invalid.stderr
    assert "Traceback" not in missing.stderr + broken.stderr + foreign.stderr + invalid.stderr


def test_without_a_server_the_restore_command_names_what_is_left(tmp_path: Path) -> None:
    journal = Journal(tmp_path, "http://127.0.0.1:1/api", "54")
    journal.lock()
    journal.begin({"label": "mine"}, {"label"})
    journal.release()
    command = [sys.executable, "-m", "contract_tests", "restore", f"--state-dir={tmp_path}"]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, env={"PATH": os.environ["PATH"]})
    assert ended.returncode == 4
    assert "restore --base-url http://127.0.0.1:1/api --extension-id 54 --state-dir" in ended.stdout


def test_a_second_run_on_an_extension_is_refused_while_the_first_one_lasts(tmp_path: Path) -> None:
    with embedded.serve() as mock:
        target = Target(mock.base_url, mock.extension_id, Mode.full)
        journal = Journal.reserve(state_dir(tmp_path), target)
        printed, _ = start(mock, tmp_path, "--fuzz-examples=0").communicate(timeout=60)
        journal.release()
        assert "is being tested by another run" in printed
        assert "PUT" not in printed
        assert start(mock, tmp_path, "--fuzz-examples=0").wait(timeout=60) == 0
