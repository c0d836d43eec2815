"""The samples of the documentation, and those of the provider's page, run unchanged against the mock."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from contract_tests.contract import CONTRACT
from mock_server.embedded import Mock
from scripts.docs.samples import TASKS, harmless, samples
from tests.suite import ROOT, lacking

OF_PAGE = {
    sample["lang"]: sample["source"]
    for sample in CONTRACT.document["paths"][CONTRACT.resource_path]["put"]["x-codeSamples"]
}
COMMANDS = {"Shell": ["bash", "-euc"], "Python": [sys.executable, "-c"]}
RESERVED_NUMBER = "+12025550142"
SAMPLES = {
    f"{program.language.name}-{task}": program.source
    for task, programs in samples(CONTRACT).items()
    for program in programs
}
PROGRAMS = {
    "curl": ["bash", "-euc"],
    "python_client": [sys.executable, "-c"],
    "requests": [sys.executable, "-c"],
    "fetch": ["node", "--input-type=module", "-e"],
}
"""How to run a sample of each language; that of the TypeScript client runs in `test_client_packages.py`."""


@pytest.mark.parametrize("language", OF_PAGE)
@pytest.mark.usefixtures("reset_mock")
def test_a_sample_of_the_page_changes_the_number_and_prints_all_settings(language: str, mock: Mock) -> None:
    source = OF_PAGE[language]
    for placeholder, value in (
        ("https://<hostname>/api/ver1.0", mock.base_url),
        ("<access_token>", mock.token),
        ("+79876543210", RESERVED_NUMBER),
    ):
        assert placeholder in source
        source = source.replace(placeholder, value)
    process = subprocess.run([*COMMANDS[language], source], capture_output=True, text=True)
    assert process.returncode == 0, process.stderr
    settings = json.loads(process.stdout)
    assert settings["external_number"] == RESERVED_NUMBER
    assert not CONTRACT.answer_violations(settings)


@pytest.mark.parametrize("task", TASKS)
@pytest.mark.parametrize("language", PROGRAMS)
@pytest.mark.usefixtures("reset_mock")
def test_a_sample_runs_as_shown(language: str, task: str, mock: Mock) -> None:
    if shutil.which(PROGRAMS[language][0]) is None:
        lacking(PROGRAMS[language][0])
    access = {
        "PHONE_API_BASE_URL": mock.base_url,
        "PHONE_API_TOKEN": mock.token,
        "PHONE_API_CLIENT_ID": mock.client_id,
        "PHONE_API_CLIENT_SECRET": mock.client_secret,
    }
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT / "generated" / "clients" / "python"), **access}
    command = [*PROGRAMS[language], SAMPLES[f"{language}-{task}"]]
    process = subprocess.run(command, cwd=Path(__file__).parent, env=environment, capture_output=True, text=True)
    assert process.returncode == 0, process.stderr
    assert said(task) in process.stdout or (task == "token" and is_a_token(process.stdout))


def said(task: str) -> str:
    """What a sample prints: the new value, or the name of a setting among all settings."""
    changed = harmless(CONTRACT)
    return str(changed.schema["examples"][0]) if task == "put" else changed.name


def is_a_token(printed: str) -> bool:
    """Whether the output is a token, or the response that holds it."""
    token = json.loads(printed)["access_token"] if printed.startswith("{") else printed.strip()
    return len(token) == 30
