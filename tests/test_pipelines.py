"""The pipeline files: their shell steps run against the mock, and what they keep is there after a failure too.

To install takes a minute, and `test_wheel.py` tests it. So here `python -m venv` makes a folder whose pip only notes
what it is asked to install, and whose phone-contract is the suite of this repository.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml
from junitparser import JUnitXml

from contract_tests.report import junit
from mock_server.embedded import Mock, serve
from tests.suite import ROOT

ONLY = "put_is_stored:*,get_answers_settings"
FAULT = "not_stored:label"
FAKE_PYTHON = f"""#!/bin/bash
set -e
[ "$1 $2" = "-m venv" ]
mkdir -p "$3/bin"
printf '#!/bin/bash\\necho "$@" >> "$INSTALLED"\\n' > "$3/bin/pip"
printf '#!/bin/bash\\nPYTHONPATH="{ROOT}" exec "{sys.executable}" -m contract_tests "$@"\\n' > "$3/bin/phone-contract"
chmod +x "$3/bin/pip" "$3/bin/phone-contract"
"""


@dataclass(frozen=True)
class Pipeline:
    """What a pipeline file does.

    Attributes:
        script: Its shell steps.
        variables: What it puts into the environment.
        kept: The folder that it keeps after each run.
        summary: The page of the job, where there is one.
    """

    script: str
    variables: Mapping[str, str]
    kept: Path
    summary: Path | None = None


def load(name: str) -> Any:  # noqa: ANN401 - YAML
    return yaml.safe_load((ROOT / name).read_text(encoding="utf-8"))


def action(mock: Mock, folder: Path) -> Pipeline:
    given = {"base-url": mock.base_url, "extension-id": mock.extension_id, "fuzz-examples": "0"}
    content = load("action.yml")
    inputs = {name: given.get(name, known.get("default", "")) for name, known in content["inputs"].items()}
    values = {f"inputs.{name}": value for name, value in inputs.items()}
    values |= {"runner.temp": str(folder), "github.action_path": str(ROOT)}

    def filled(text: str) -> str:
        return re.sub(r"\$\{\{ ([\w.-]+) }}", lambda found: values[found[1]], str(text))

    *_, last = content["runs"]["steps"]
    assert last["if"] == "always()"
    assert last["uses"].startswith("actions/upload-artifact@")
    steps = [step for step in content["runs"]["steps"] if "run" in step]
    assert {step["shell"] for step in steps} == {"bash"}
    variables = {name: filled(text) for step in steps for name, text in step["env"].items()}
    summary = folder / "summary-of-the-job.md"
    variables |= {"RUNNER_TEMP": str(folder), "GITHUB_STEP_SUMMARY": str(summary)}
    kept = Path(filled(last["with"]["path"]))
    return Pipeline("\n".join(step["run"] for step in steps), variables, kept, summary)


def gitlab(mock: Mock, folder: Path) -> Pipeline:
    job = load("pipelines/gitlab.yml")["phone-contract"]
    assert job["artifacts"]["when"] == "always"
    (kept,) = job["artifacts"]["paths"]
    assert job["artifacts"]["reports"]["junit"] == f"{kept}reports/{junit.NAME}"
    return Pipeline("\n".join(job["script"]), job["variables"] | target(mock), folder / kept)


def jenkins(mock: Mock, folder: Path) -> Pipeline:
    text = (ROOT / "pipelines/Jenkinsfile").read_text(encoding="utf-8")
    (script,) = re.findall(r"sh '''(.*?)'''", text, re.DOTALL)
    variables = dict(re.findall(r"(PHONE_CONTRACT_\w+) = '(.*)'", text))
    always = text[text.index("always {") :]
    assert f"junit testResults: 'conformance/reports/{junit.NAME}'" in always
    assert "archiveArtifacts artifacts: 'conformance/**'" in always
    parameters = {f"PHONE_CONTRACT_{name}" for name in re.findall(r"string\(name: '(\w+)'", text)}
    assert parameters == {*re.findall(r'(PHONE_CONTRACT_\w+) = "\$\{params\.\w+}"', text)}
    assert parameters == {*target(mock)} - {"PHONE_CONTRACT_FUZZ_EXAMPLES"}
    return Pipeline(script, variables | target(mock), folder / "conformance")


def target(mock: Mock) -> dict[str, str]:
    """What a user of a template sets."""
    return {
        "PHONE_CONTRACT_BASE_URL": mock.base_url,
        "PHONE_CONTRACT_EXTENSION_ID": mock.extension_id,
        "PHONE_CONTRACT_PACKAGE": "phone-properties-contract",
        "PHONE_CONTRACT_FUZZ_EXAMPLES": "0",
    }


PIPELINES = {"action.yml": action, "gitlab.yml": gitlab, "Jenkinsfile": jenkins}


@pytest.fixture(scope="module")
def faulty() -> Iterator[Mock]:
    with serve(FAULT) as mock:
        yield mock


def run(pipeline: Pipeline, mock: Mock, folder: Path) -> tuple[int, str]:
    """Run the shell steps as a CI system does: the first that fails ends the job."""
    tools = folder / "tools"
    tools.mkdir(exist_ok=True)
    for name in ("python", "python3"):
        (tools / name).write_text(FAKE_PYTHON)
        (tools / name).chmod(0o755)
    environment = {
        "PATH": f"{tools}:{os.environ['PATH']}",
        "HOME": str(folder),
        "INSTALLED": str(folder / "installed.txt"),
        "PHONE_API_TOKEN": mock.token,
        "PHONE_CONTRACT_ONLY": ONLY,
        **pipeline.variables,
    }
    done = subprocess.run(
        ["bash", "-eo", "pipefail", "-c", pipeline.script], cwd=folder, env=environment, capture_output=True, text=True
    )
    return done.returncode, done.stdout + done.stderr


@pytest.mark.parametrize("name", PIPELINES)
def test_the_shell_steps_test_a_server_and_keep_reports_after_a_failure(
    name: str, faulty: Mock, tmp_path: Path
) -> None:
    pipeline = PIPELINES[name](faulty, tmp_path)
    code, printed = run(pipeline, faulty, tmp_path)
    assert code == 1, printed
    assert "install" in (tmp_path / "installed.txt").read_text()
    found = JUnitXml.fromfile(str(pipeline.kept / "reports" / junit.NAME))
    assert (found.failures, found.errors) == (1, 0)
    assert faulty.token not in printed
    if pipeline.summary:
        assert pipeline.summary.read_text().startswith("## ❌ Fail")
        assert re.search(r"^::error title=An accepted change is not stored::label%0A", printed, re.MULTILINE)


@pytest.mark.parametrize("name", PIPELINES)
def test_the_state_folder_is_among_what_a_pipeline_keeps(name: str, faulty: Mock, tmp_path: Path) -> None:
    pipeline = PIPELINES[name](faulty, tmp_path)
    state = tmp_path / pipeline.variables["PHONE_CONTRACT_STATE_DIR"]
    assert state.is_relative_to(pipeline.kept)


def test_each_hook_calls_a_target_of_the_makefile_for_the_contract() -> None:
    ((local,), hooks) = load(".pre-commit-config.yaml")["repos"], load(".pre-commit-config.yaml")["repos"][0]["hooks"]
    assert local["repo"] == "local"
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    for hook in hooks:
        words = hook["entry"].split()
        assert words[:2] == ["make", "--silent"]
        assert words[2] in targets
        assert re.search(hook["files"], "openapi.yaml")


def test_the_image_is_built_from_files_that_are_here_and_runs_without_root() -> None:
    text = (ROOT / "Containerfile").read_text().replace("\\\n", "")
    copied = [line.split()[1:-1] for line in text.splitlines() if line.startswith("COPY ") and "--from" not in line]
    assert all((ROOT / name).exists() for names in copied for name in names)
    stages = re.findall(r"^FROM (\S+)", text, re.MULTILINE)
    assert stages == ["${BASE}", "${BASE}"]
    (user,) = re.findall(r"^USER (\d+):\d+$", text, re.MULTILINE)
    assert int(user) > 0


def test_ci_tests_each_python_and_system_that_the_project_supports() -> None:
    matrix = load(".github/workflows/ci.yml")["jobs"]["suite"]["strategy"]["matrix"]
    assert matrix["python-version"] == ["3.11", "3.12", "3.13", "3.14"]
    assert {name.partition("-")[0] for name in matrix["os"]} == {"ubuntu", "macos", "windows"}
