"""Whatever ends a run, the extension is put back: at once, or by the restore command."""

from __future__ import annotations

import itertools
import json
import os
import signal
import stat
import subprocess
import sys
from asyncio import to_thread
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
import requests
from starlette.types import ASGIApp, Receive, Scope, Send

from contract_tests.contract import CONTRACT
from contract_tests.observe.journal import Journal
from contract_tests.session import restoring
from contract_tests.session.run import run
from contract_tests.target.target import Mode, Target
from mock_server import embedded
from mock_server.embedded import Mock
from scripts.conformance import against
from tests import suite
from tests.suite import ROOT, journals, sample, state_dir

FOUND = {"label": "mine", "hangup_timeout": 7, "geo_list": "DE", "record_format": "wav", "hold_music": 3}
PLANNED_PUTS = 165
"""About so many PUTs does a run send."""
MOMENTS = (1, 20, 60, 110, 150)
"""At which PUT of a run something happens."""
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@dataclass
class Gate:
    """ASGI middleware that does something at one PUT, or at each one, and may hang up from then on."""

    app: ASGIApp
    at: int
    act: Callable[[], None] = field(default=lambda: None)
    at_each: bool = False
    is_cut: bool = False
    is_after: bool = False
    puts: int = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or do not."""
        is_put = scope["type"] == "http" and scope["method"] == "PUT"
        self.puts += is_put
        is_due = is_put and (self.puts == self.at or (self.at_each and self.puts > self.at))
        if is_due and not self.is_after:
            await to_thread(self.act)
        if self.is_cut:
            await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"9")]})
            raise ConnectionResetError
        await self.app(scope, receive, send)
        if is_due and self.is_after:
            await to_thread(self.act)


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
    return requests.get(url(mock), headers={"Authorization": f"Bearer {mock.token}"}, timeout=60).content


def prepare(mock: Mock) -> bytes:
    """Configure the extension, and return what it shows."""
    headers = {"Authorization": f"Bearer {mock.token}"}
    assert requests.put(url(mock), json=FOUND, headers=headers, timeout=60).status_code == 200
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


@pytest.mark.parametrize(("moment", "is_after"), [(1, False), (80, True)])
def test_a_run_that_is_killed_loses_nothing(moment: int, is_after: bool, tmp_path: Path) -> None:
    with gated(moment, is_after=is_after) as (mock, gate):
        before = prepare(mock)
        run = start(mock, tmp_path, "--fuzz-examples=0")
        gate.act = lambda: os.kill(run.pid, signal.SIGKILL)
        run.communicate(timeout=300)
        assert run.returncode == -signal.SIGKILL
        assert restore(mock, tmp_path).returncode == 0
        assert (shown(mock), journals(tmp_path)) == (before, [])


@pytest.mark.parametrize("is_after", [False, True])
def test_what_a_kill_at_any_put_would_leave_can_be_restored(is_after: bool, tmp_path: Path) -> None:
    """A kill leaves the journal and the extension as they are at that moment, so both are copied at each PUT."""
    moments: list[tuple[bytes, bytes]] = []
    with gated(1, is_after=is_after) as (mock, gate):
        before = prepare(mock)
        path = Journal(state_dir(tmp_path), mock.base_url, mock.extension_id).path
        gate.act = lambda: moments.append((shown(mock), path.read_bytes()))
        gate.at_each = True
        assert suite.run_against(mock, tmp_path, "--fuzz-examples=0").code == 0
        gate.act = lambda: None
        assert len(moments) >= PLANNED_PUTS
        for settings, journal in sample(moments, 10):
            assert requests.put(url(mock), data=settings, headers=as_json(mock), timeout=60).status_code == 200
            path.write_bytes(journal)
            assert restore(mock, tmp_path).returncode == 0
            assert (shown(mock), journals(tmp_path)) == (before, [])


def as_json(mock: Mock) -> dict[str, str]:
    return {"Authorization": f"Bearer {mock.token}", "Content-Type": "application/json"}


def cut_off(moment: int, folder: Path) -> tuple[int, list[bool], bool]:
    """Cut a run's connection at a PUT for good: its exit code, whether restores fail, whether all is as before."""
    with gated(moment, is_after=False) as (mock, gate):
        before = prepare(mock)

        def cut() -> None:
            gate.is_cut = True

        gate.act = cut
        target, environment = against(mock)
        options = replace(target, fuzz_examples=0, state_dir=str(folder))
        code = run(options, environment).exit_code
        ends = [message for *_, message in restoring.restore(options, environment)]
        gate.is_cut = False
        ends += [message for *_, message in restoring.restore(options, environment)]
        return code, [*map(bool, ends)], shown(mock) == before


@pytest.mark.usefixtures("no_pauses")
def test_a_run_that_is_cut_off_at_any_moment_loses_nothing(tmp_path: Path) -> None:
    moments = sample(range(1, PLANNED_PUTS, 8), 3)
    with ThreadPoolExecutor(len(moments)) as pool:  # after a cut, a run mostly waits
        ends = [*pool.map(cut_off, moments, [tmp_path / str(moment) for moment in moments])]
    assert ends == [(6, [True, False], True)] * len(moments)


@pytest.mark.usefixtures("no_pauses")
def test_a_run_that_is_cut_off_says_how_to_restore(tmp_path: Path) -> None:
    with gated(30, is_after=False) as (mock, gate):
        prepare(mock)

        def cut() -> None:
            gate.is_cut = True

        gate.act = cut
        run = suite.run_against(mock, tmp_path, "--fuzz-examples=0")
    assert run.code == 6, run.printed
    assert "may NOT have its original values" in run.printed
    assert f"python -m contract_tests restore --base-url {mock.base_url} --extension-id 54" in run.printed
    assert "Traceback" not in run.printed


@pytest.mark.parametrize(("number", "moment"), sample([*itertools.product(SIGNALS, MOMENTS)], 3))
def test_a_signal_ends_the_run_with_everything_put_back(number: signal.Signals, moment: int, tmp_path: Path) -> None:
    with gated(moment, is_after=True) as (mock, gate):
        before = prepare(mock)
        gate.act = lambda: os.kill(os.getpid(), number)
        run = suite.run_against(mock, tmp_path, "--fuzz-examples=0")
        assert run.code == 3, run.printed
        assert f"the run was interrupted ({number.name})" in run.printed
        assert shown(mock) == before
    assert not journals(tmp_path)
    assert run.report["results"]


def test_an_extension_that_was_left_changed_is_not_tested_before_it_is_put_back(tmp_path: Path) -> None:
    with gated(30, is_after=True) as (mock, gate):
        before = prepare(mock)
        run = start(mock, tmp_path, "--fuzz-examples=0")
        gate.act = lambda: os.kill(run.pid, signal.SIGKILL)
        run.communicate(timeout=300)
        assert shown(mock) != before
        (file,) = journals(tmp_path)
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        assert mock.token not in file.read_text()
        again = suite.run_against(mock, tmp_path, "--fuzz-examples=0")
        assert again.code == pytest.ExitCode.USAGE_ERROR
        assert "was left changed by a run that broke off: restore it first" in again.printed
        command = f"python -m contract_tests restore --base-url {mock.base_url} --extension-id 54"
        assert f"restore it: {command}" in again.printed
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
    ended = suite.phone_contract(["restore", f"--state-dir={tmp_path}"], {})
    assert ended.returncode == 4
    assert "restore --base-url http://127.0.0.1:1/api --extension-id 54 --state-dir" in ended.stdout


def test_a_second_run_on_an_extension_is_refused_while_the_first_one_lasts(tmp_path: Path) -> None:
    with embedded.serve() as mock:
        target = Target(mock.base_url, mock.extension_id, Mode.full)
        journal = Journal.reserve(state_dir(tmp_path), target)
        printed, _ = start(mock, tmp_path, "--fuzz-examples=0").communicate(timeout=300)
        journal.release()
        assert "is being tested by another run" in printed
        assert "PUT" not in printed
        assert suite.run_against(mock, tmp_path, "--fuzz-examples=0").code == 0
