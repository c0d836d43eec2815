"""A full disk, no memory, a bug of ours: an error of the run with the reports that can be written, and nothing left."""

from __future__ import annotations

import dataclasses
import errno
import itertools
import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any, NoReturn

import pytest
import requests

from contract_tests import checks
from contract_tests.__main__ import main
from contract_tests.client import request_budget
from contract_tests.contract import CONTRACT
from contract_tests.errors import ExitCode
from contract_tests.observe.observation import Observation
from contract_tests.observe.restore import Restore
from contract_tests.report import document, files, html, junit
from contract_tests.target.options import Options
from mock_server import embedded
from mock_server.embedded import Mock
from scripts.conformance import against
from tests.servers.serving import Running, serve
from tests.suite import ROOT, journals, sample, state_dir

MOMENTS = range(20)
TRIED = [*sample(MOMENTS[:-1], 3), MOMENTS[-1]]
FILE_SIZES = (0, 1, 4, 16, 64, 128, 256)
"""KiB: a file that grows beyond it cannot be written, as by `ulimit -f`."""
MAX_MEMORY = 400
"""MiB."""
ENOUGH = 60
"""So many requests show whether the memory grows with them."""
HUGE = ("extra_keys_20000", "eight_mebibytes_of_lists", "deeply_nested", "endless_get")


@pytest.fixture(scope="module")
def mock() -> Iterator[Mock]:
    """A correct mock."""
    with embedded.serve() as running:
        yield running


def options(mock: Mock, folder: Path, **more: object) -> list[str]:
    target, _ = against(mock)
    given = {"mode": "safe", "fuzz_examples": 0, "report_dir": folder, "state_dir": state_dir(folder), **more}
    return [*Options.of({**target.chosen(), **given}).as_arguments(), "--fuzz-examples=0"]


def shown(mock: Mock) -> bytes:
    url = mock.base_url + CONTRACT.path_to(mock.extension_id)
    return requests.get(url, headers={"Authorization": f"Bearer {mock.token}"}, timeout=60).content


@dataclass(frozen=True)
class Ended:
    """How a command ended.

    Attributes:
        code: Its exit code.
        printed: What it printed.
        is_restored: Whether the extension is as before.
    """

    code: int
    printed: str
    is_restored: bool


Run = Callable[..., Ended]


@pytest.fixture
def run(mock: Mock, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Run:
    """The command in this process."""
    for name, value in against(mock)[1].items():
        monkeypatch.setenv(name, value)

    def once(**more: object) -> Ended:
        before = shown(mock)
        code = main(["run", *options(mock, tmp_path, **more)])
        captured = capsys.readouterr()
        return Ended(code, captured.out + captured.err, shown(mock) == before)

    return once


class Disk:
    """Fails from one of its writes on, as a disk that is full."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.writes, self.full_at = 0, sys.maxsize
        for name in ("fsync", "pwrite"):
            monkeypatch.setattr(os, name, self._counted(getattr(os, name)))

    def _counted(self, call: Callable[..., int]) -> Callable[..., int]:
        def counted(*arguments: Any) -> int:  # noqa: ANN401 - passed on
            self.writes += 1
            if self.writes >= self.full_at and self._grows(*arguments):
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            return call(*arguments)

        return counted

    @staticmethod
    def _grows(descriptor: int, content: bytes = b"", place: int | None = None) -> bool:
        """Whether a call needs new room; what overwrites a place does not."""
        return place is None or place + len(content) > os.fstat(descriptor).st_size


def check_broken_off(ended: Ended, folder: Path) -> None:
    """Exit code 3 or 6, no "Pass", a record that is JSON, and the extension as before."""
    assert ended.code in {ExitCode.error, ExitCode.not_restored}, ended.printed
    assert "ERROR: " in ended.printed
    assert "Traceback" not in ended.printed
    assert ended.is_restored
    assert bool(journals(folder)) is (ended.code == ExitCode.not_restored)
    for name in ("record.har", document.NAME):
        content = (folder / name).read_text() if (folder / name).exists() else ""
        assert not content or json.loads(content)
    page = folder / html.NAME
    assert not page.exists() or "Pass" not in page.read_text()


def test_a_disk_that_is_full_at_any_moment(run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    disk = Disk(monkeypatch)
    assert run().code == ExitCode.ok
    whole = disk.writes
    for moment in TRIED:
        disk.writes, disk.full_at = 0, 1 + moment * (whole - 1) // (len(MOMENTS) - 1)
        ended = run()
        if disk.full_at > len(files.WRITERS) * 2:
            check_broken_off(ended, tmp_path)
        else:  # the files of the reports cannot be made
            assert (ended.code, ended.is_restored) == (ExitCode.usage, True)
    assert disk.full_at == whole


@pytest.mark.parametrize("size", sample(FILE_SIZES, 2))
def test_a_file_that_cannot_grow(size: int, mock: Mock, tmp_path: Path) -> None:
    before = shown(mock)
    done = subprocess.run(
        [sys.executable, "-m", "contract_tests", "run", *options(mock, tmp_path)],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], "PYTHONDONTWRITEBYTECODE": "1", **against(mock)[1]},
        capture_output=True,
        text=True,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (size * 1024, size * 1024)),
    )
    check_broken_off(Ended(done.returncode, done.stdout + done.stderr, shown(mock) == before), tmp_path)


def fails(error: Exception) -> Callable[..., Any]:
    def fail(*_: object, **__: object) -> NoReturn:
        raise error

    return fail


@pytest.mark.parametrize("error", [MemoryError(), AssertionError("of ours")])
@pytest.mark.parametrize("place", ["check", "observation", "html", "junit", "json", "restore"])
def test_an_error_of_ours(
    place: str, error: Exception, run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    fail = fails(error)
    match place:
        case "check":
            name = next(iter(checks.CATALOGUE))
            broken = dataclasses.replace(checks.CATALOGUE[name], judge=fail)
            monkeypatch.setitem(checks.CATALOGUE, name, broken)
        case "observation":
            send, count = Observation.send, iter(range(1000))
            later = lambda *given: fail() if next(count) > 60 else send(*given)  # noqa: E731
            monkeypatch.setattr(Observation, "send", later)
        case "restore":
            monkeypatch.setattr(Restore, "_compare", fail)
        case _:
            module = {"html": html, "junit": junit, "json": document}[place]
            monkeypatch.setitem(files.WRITERS, module.NAME, fail)
    ended = run()
    assert f"an error of the suite: {type(error).__name__}" in ended.printed
    if place == "restore":
        assert ended.code == ExitCode.not_restored
        assert "finish the restore: " in ended.printed
        assert journals(tmp_path)
        return
    check_broken_off(ended, tmp_path)
    reports = {name for name in files.WRITERS if (tmp_path / name).exists()}
    assert reports == {name for name, write in files.WRITERS.items() if write is not fail}
    assert all("an error of the suite" in (tmp_path / name).read_text() for name in reports)


def test_seconds_bound_the_run(run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    looks = itertools.count()  # each look at the clock moves it by a second
    clock = SimpleNamespace(monotonic=lambda: float(next(looks)), time=time.time, sleep=lambda _: None)
    monkeypatch.setattr(request_budget, "time", clock)
    ended = run(max_seconds=200, mode="full")
    check_broken_off(ended, tmp_path)
    assert "ERROR: the 200 s of --max-seconds are over; " in ended.printed
    assert 20 < int(json.loads((tmp_path / document.NAME).read_text())["summary"]["requests"]) < 200


@pytest.mark.parametrize(("text", "code"), [("-1", 4), ("nan", 4), ("inf", 4), ("0", 0), ("600", 0)])
def test_seconds_are_checked(text: str, code: int, run: Run) -> None:
    ended = run(max_seconds=text)
    assert ended.code == code
    assert ("--max-seconds" in ended.printed) is bool(code)


def peak_memory(running: Running, folder: Path, mode: str) -> tuple[int, int]:
    """The exit code of a run, and the MiB that its process took at most.

    A small process starts it: what the starting one takes counts as taken by the started one, too.
    """
    code = "import resource, subprocess, sys; command = [sys.executable, '-m', 'contract_tests', *sys.argv[1:]]"
    code += "; code = subprocess.run(command).returncode"
    code += "; print('peak', resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss); sys.exit(code)"
    where = {"base_url": running.base_url, "extension_id": running.extension_id, "report_dir": folder}
    arguments = Options.of({**where, "state_dir": folder, "mode": mode}).as_arguments()
    done = subprocess.run(
        [sys.executable, "-c", code, "run", *arguments, "--fuzz-examples=0", f"--max-requests={ENOUGH}"],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], "PHONE_API_TOKEN": running.token},
        capture_output=True,
        text=True,
    )
    peak = int(done.stdout.rpartition("peak")[2])
    return done.returncode, peak // (2**20 if sys.platform == "darwin" else 2**10)


@pytest.mark.parametrize(("name", "mode"), [*itertools.product(HUGE, sample(["safe", "full"], 2))])
def test_no_server_fills_the_memory(name: str, mode: str, tmp_path: Path) -> None:
    with serve(name) as running:
        before = running.states()
        code, peak = peak_memory(running, tmp_path, mode)
        assert peak <= MAX_MEMORY
        assert code in {*running.owed.exits, ExitCode.error}
        assert running.states() == before
    assert max(file.stat().st_size for file in tmp_path.iterdir() if file.is_file()) < 100 * 2**20
