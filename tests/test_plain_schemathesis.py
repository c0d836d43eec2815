"""Plain `schemathesis run` with the semantic checks of the suite: the faults that they find in addition."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from mock_server.embedded import serve
from tests.suite import ROOT

WITH_CHECKS = ["--config-file=contract_tests/schemathesis.toml"]
WITHOUT = ["--generation-deterministic"]


def schemathesis(fault: str | None, *options: str, **environment: str) -> subprocess.CompletedProcess[str]:
    with serve(fault) as mock:
        command = [
            str(Path(sys.executable).with_name("schemathesis")),
            *[option for option in options if option.startswith("--config")],
            "run",
            "openapi.yaml",
            f"--url={mock.base_url}",
            f"--header=Authorization: Bearer {mock.token}",
            "--max-examples=5",
            *[option for option in options if not option.startswith("--config")],
        ]
        return subprocess.run(command, cwd=ROOT, env={**os.environ, **environment}, capture_output=True, text=True)


def test_the_correct_mock_passes_with_the_semantic_checks() -> None:
    run = schemathesis(None, *WITH_CHECKS)
    assert run.returncode == 0, run.stdout + run.stderr
    assert "No issues found" in run.stdout


def test_the_semantic_checks_find_a_fault_that_plain_schemathesis_does_not_find() -> None:
    with_checks = schemathesis("put_not_stored", *WITH_CHECKS)
    assert with_checks.returncode == 1
    assert "put_is_stored" in with_checks.stdout
    assert schemathesis("put_not_stored", *WITHOUT).returncode == 0


def test_the_hooks_load_by_environment_variable_alone() -> None:
    run = schemathesis(
        "put_not_stored", "--checks=put_is_stored", SCHEMATHESIS_HOOKS="contract_tests.schemathesis_hooks"
    )
    assert "put_is_stored" in run.stdout + run.stderr
