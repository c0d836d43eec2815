"""The samples of the documentation, and those of the provider's page, run unchanged against the mock."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys

import pytest

from contract_tests.contract import CONTRACT
from mock_server.embedded import Mock
from scripts.docs.samples import TASKS, harmless, samples
from tests.suite import lacking

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
PROGRAMS = {"curl": ["bash", "-euc"], "fetch": ["node", "--input-type=module", "-e"]}
"""How to run a sample that is not Python; that of the TypeScript client runs in `test_client_packages.py`."""


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


@pytest.fixture
def access(mock: Mock, reset_mock: None, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: ARG001
    """The environment that the samples read."""
    monkeypatch.setenv("PHONE_API_BASE_URL", mock.base_url)
    monkeypatch.setenv("PHONE_API_TOKEN", mock.token)
    monkeypatch.setenv("PHONE_API_CLIENT_ID", mock.client_id)
    monkeypatch.setenv("PHONE_API_CLIENT_SECRET", mock.client_secret)


@pytest.mark.parametrize("task", TASKS)
@pytest.mark.parametrize("language", PROGRAMS)
@pytest.mark.usefixtures("access")
def test_a_sample_runs_as_shown(language: str, task: str) -> None:
    if shutil.which(PROGRAMS[language][0]) is None:
        lacking(PROGRAMS[language][0])
    command = [*PROGRAMS[language], SAMPLES[f"{language}-{task}"]]
    process = subprocess.run(command, capture_output=True, text=True)
    assert process.returncode == 0, process.stderr
    assert is_right(task, process.stdout)


@pytest.mark.parametrize("task", TASKS)
@pytest.mark.parametrize("language", ["python_client", "requests"])
@pytest.mark.usefixtures("access")
def test_a_python_sample_runs_as_shown(language: str, task: str, capsys: pytest.CaptureFixture[str]) -> None:
    name = f"{language}-{task}"
    exec(compile(SAMPLES[name], name, "exec"), {})  # noqa: S102 - our own text; in this process, which is faster
    assert is_right(task, capsys.readouterr().out)


def is_right(task: str, printed: str) -> bool:
    """Whether a sample printed the new value, or all settings, or a token."""
    changed = harmless(CONTRACT)
    if task == "put":
        return changed.schema["examples"][0] in printed
    return changed.name in printed or (task == "token" and is_a_token(printed))


def is_a_token(printed: str) -> bool:
    """Whether the output is a token, or the response that holds it."""
    token = json.loads(printed)["access_token"] if printed.startswith("{") else printed.strip()
    return len(token) == 30
