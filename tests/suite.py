"""Helpers that run the suite as a user does, and return its report.

Commands run in this process: a new one takes longer to import the suite than to run it. Where the process itself is
tested (signals, kills, limits on memory, installation), a test starts one.
"""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import chdir, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn, TypeVar

import pytest

from contract_tests.__main__ import main
from contract_tests.observe import restore as restore_module
from contract_tests.session import first_look
from mock_server.embedded import Mock
from scripts.conformance import against

Item = TypeVar("Item")
ROOT = Path(__file__).resolve().parent.parent


def lacking(tool: str) -> NoReturn:
    """Skip the test, because a tool is not installed; in CI, where every tool is required, fail instead."""
    if "CI_REQUIRE_ALL" in os.environ:
        pytest.fail(f"CI needs {tool}", pytrace=False)
    pytest.skip(f"this machine has no {tool}, and CI_REQUIRE_ALL is not set")


def sample(items: Sequence[Item], every: int) -> Sequence[Item]:
    """One of `every` items; all of them in `make test-all`."""
    return items if "TEST_ALL" in os.environ else items[::every]


def without_pauses(patch: pytest.MonkeyPatch) -> None:
    """Let a run ask again at once, as often as it does otherwise: for servers on which time changes nothing."""
    of_restore = [(restore_module, name) for name in ("PAUSES", "SHORT_PAUSES", "BUSY_PAUSES")]
    for module, name in [*of_restore, (first_look, "PAUSES")]:
        patch.setattr(module, name, tuple(0.0 for _ in getattr(module, name)))


@dataclass(frozen=True)
class Run:
    """A finished run: its exit code, its output, and its JSON report (empty if there is none)."""

    code: int
    printed: str
    report: dict[str, Any]

    def outcomes(self, *wanted: str) -> set[str]:
        """Return the ids of the results with one of these outcomes."""
        return {result["id"] for result in self.report["results"] if result["outcome"] in wanted}


def state_dir(report_dir: Path) -> Path:
    """Where a run of these tests keeps its journals."""
    return report_dir.with_name(f"{report_dir.name}-state")


def journals(report_dir: Path) -> list[Path]:
    """What a run left unrestored."""
    return [*state_dir(report_dir).glob("*.journal")]


def in_process(
    main: Callable[[], int | None],
    *arguments: str | Path,
    environment: Mapping[str, str] = os.environ,
    answer: str = "",
) -> subprocess.CompletedProcess[str]:
    """Run a command in this process, as in one of its own; not from several threads at the same time.

    Args:
        main: The function of a module that runs as a command.
        *arguments: The command line.
        environment: All variables that the command has.
        answer: What a user types.
    """
    output, errors = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8", write_through=True) for _ in range(2))
    variables, words = dict(environment), [str(sys.modules[main.__module__].__file__), *map(str, arguments)]
    with pytest.MonkeyPatch.context() as patch, chdir(ROOT), redirect_stdout(output), redirect_stderr(errors):
        for name in os.environ.keys() - variables.keys():
            patch.delenv(name)
        for name, value in variables.items():
            patch.setenv(name, value)
        patch.setattr(sys, "argv", words)
        patch.setattr(sys, "stdin", io.StringIO(answer))
        try:
            code = main() or 0
        except SystemExit as ended:
            code = int(ended.code or 0)
    texts = [stream.buffer.getvalue().decode() for stream in (output, errors)]
    return subprocess.CompletedProcess(words, code, *texts)


def phone_contract(arguments: Sequence[str], environment: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    """Run the suite's command."""
    return in_process(main, *arguments, environment=environment)


def run_suite(report_dir: Path, *options: str, **environment: str) -> Run:
    """Run the suite's command with these options; the environment has only PATH and the given variables."""
    ended = phone_contract(["run", f"--report-dir={report_dir}", *options], clean(report_dir, environment))
    return read(ended, report_dir)


def judge_again(record: Path, report_dir: Path, *options: str) -> Run:
    """Judge a record again."""
    ended = phone_contract(["judge", str(record), f"--report-dir={report_dir}", *options], clean(report_dir, {}))
    return read(ended, report_dir)


def make_venv(folder: Path) -> Path:
    """This environment, as `make` expects it in VENV."""
    folder.mkdir()
    for part in ("bin", "lib", "pyvenv.cfg"):
        (folder / part).symlink_to(Path(sys.prefix) / part)
    for stamp in (".installed", ".installed-dev", ".installed-load"):
        (folder / stamp).touch()
    return folder


def restore(mock: Mock, report_dir: Path, *options: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Restore the extension of a mock after a run of these tests."""
    where = [f"--base-url={mock.base_url}", f"--extension-id={mock.extension_id}"]
    return phone_contract(["restore", *where, *options], clean(report_dir, environment))


def run_pytest(report_dir: Path, *options: str, **environment: str) -> Run:
    """Run the suite with pytest, in a separate process."""
    ended = subprocess.run(
        [sys.executable, "-m", "pytest", "contract_tests", "-q", f"--report-dir={report_dir}", *options],
        cwd=ROOT,
        env=clean(report_dir, environment),
        capture_output=True,
        text=True,
    )
    return read(ended, report_dir)


def clean(report_dir: Path, more: Mapping[str, str]) -> dict[str, str]:
    """The environment of a command: PATH, where it keeps its journals, and the given variables."""
    return {"PATH": os.environ["PATH"], "PHONE_CONTRACT_STATE_DIR": str(state_dir(report_dir)), **more}


def read(ended: subprocess.CompletedProcess[str], report_dir: Path) -> Run:
    """What a run that has ended left."""
    report = report_dir / "conformance.json"
    content = report.read_text() if report.exists() else ""
    return Run(ended.returncode, ended.stdout + ended.stderr, json.loads(content) if content else {})


def run_against(mock: Mock, report_dir: Path, *options: str) -> Run:
    """Run the complete suite against an embedded mock."""
    target, environment = against(mock)
    return run_suite(report_dir, *target.as_arguments(), *options, **environment)
