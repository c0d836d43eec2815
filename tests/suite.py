"""Helpers that run the suite as a user does, in a separate process, and return its report."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn, TypeVar

import pytest

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


def run_suite(report_dir: Path, *options: str, **environment: str) -> Run:
    """Run the suite's command with these options; the environment has only PATH and the given variables."""
    return command(["contract_tests", "run"], report_dir, *options, **environment)


def run_pytest(report_dir: Path, *options: str, **environment: str) -> Run:
    """Run the suite with pytest."""
    return command(["pytest", "contract_tests", "-q"], report_dir, *options, **environment)


def judge_again(record: Path, report_dir: Path, *options: str) -> Run:
    """Judge a record again."""
    return command(["contract_tests", "judge", str(record)], report_dir, *options)


def restore(mock: Mock, report_dir: Path, *options: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Restore the extension of a mock after a run of these tests."""
    where = [
        f"--base-url={mock.base_url}",
        f"--extension-id={mock.extension_id}",
        f"--state-dir={state_dir(report_dir)}",
    ]
    return subprocess.run(
        [sys.executable, "-m", "contract_tests", "restore", *where, *options],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], **environment},
        capture_output=True,
        text=True,
    )


def command(module: list[str], report_dir: Path, *options: str, **environment: str) -> Run:
    """Run a module with these options; the environment has only PATH and the given variables."""
    process = subprocess.run(
        [sys.executable, "-m", *module, f"--report-dir={report_dir}", *options],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], "PHONE_CONTRACT_STATE_DIR": str(state_dir(report_dir)), **environment},
        capture_output=True,
        text=True,
    )
    report = report_dir / "conformance.json"
    content = report.read_text() if report.exists() else ""
    return Run(process.returncode, process.stdout + process.stderr, json.loads(content) if content else {})


def run_against(mock: Mock, report_dir: Path, *options: str) -> Run:
    """Run the complete suite against an embedded mock."""
    target, environment = against(mock)
    return run_suite(report_dir, *target.as_arguments(), *options, **environment)
