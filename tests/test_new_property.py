"""A new property in the contract needs no other edit: models, mock, faults and suite have it."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.suite import ROOT

NAME = "greeting_enabled"
COMPONENT = """
    GreetingEnabled:
      type: boolean
      description: Whether callers hear a greeting.
      examples: [false]
      x-risk: medium
      x-evidence: {type: stated, 'null': inferred}
"""
REFERENCE = f"        {NAME}: {{$ref: '#/components/schemas/GreetingEnabled'"
RUN_SUITE = """
import os
import sys
from mock_server.embedded import serve
from contract_tests.__main__ import main
with serve(sys.argv[1] or None) as mock:
    os.environ["PHONE_API_TOKEN"] = mock.token
    sys.exit(main(["run", f"--base-url={mock.base_url}", f"--extension-id={mock.extension_id}",
                   f"--fuzz-examples={sys.argv[2]}",
                   f"--fresh-extension-id={mock.fresh_extension_id}"]))
"""


def with_new_property(text: str) -> str:
    """Return the text of the contract with one more property in both schemas."""
    answer, update = text.rsplit("\n    PhonePropertiesUpdate:\n", 1)
    reference = f"{REFERENCE}, default: true, x-evidence: {{default: stated}}}}\n"
    answer = answer.replace("      properties:\n        label:", f"      properties:\n{reference}        label:", 1)
    update = update.replace("      properties:\n", f"      properties:\n{REFERENCE}}}\n", 1)
    text = f"{answer}\n    PhonePropertiesUpdate:\n{update}"
    return text.replace("\n    Label:\n", f"{COMPONENT}    Label:\n", 1)


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("copy")
    for name in ("openapi.yaml", "pyproject.toml", "generated", "contract_tests", "mock_server", "scripts"):
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, folder / name, ignore=shutil.ignore_patterns("node_modules"))
        else:
            shutil.copy(source, folder / name)
    contract = folder / "openapi.yaml"
    contract.write_text(with_new_property(contract.read_text()))
    for job in (["scripts.generate"], ["scripts.contract_lint", "--without-redocly"]):
        done = subprocess.run([sys.executable, "-m", *job], cwd=folder, capture_output=True, text=True)
        assert done.returncode == 0, done.stdout + done.stderr
    return folder


def run_suite(copy: Path, fault: str, examples: int) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", RUN_SUITE, fault, str(examples)], cwd=copy, capture_output=True, text=True
    )


def test_the_correct_mock_with_the_new_property_passes(copy: Path) -> None:
    run = run_suite(copy, "", 1)
    assert run.returncode == 0, run.stdout + run.stderr


@pytest.mark.parametrize("fault", ["not_stored", "wrong_default"])
def test_a_fault_of_the_new_property_is_found(copy: Path, fault: str) -> None:
    run = run_suite(copy, f"{fault}:{NAME}", 0)
    assert run.returncode == 1, run.stdout + run.stderr
    assert f"{NAME}: " in run.stdout
