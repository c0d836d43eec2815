"""The contract has no finding, and each rule of its lint refuses a contract that breaks it."""

from __future__ import annotations

import copy
import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from scripts.contract_lint import redocly
from scripts.contract_lint.__main__ import main
from scripts.contract_lint.finding import Finding
from scripts.contract_lint.grammar import walk
from scripts.contract_lint.pointer import resolve
from scripts.contract_lint.rules import DOCUMENT_IS_JSON, STAGES, lint, lint_document, name
from scripts.contract_lint.source import CONTRACT
from scripts.node_packages import NODE
from tests.contract_faults import FAULTS, REDOCLY_FAULTS, TEXT_FAULTS, Change
from tests.suite import in_process, lacking, sample

TEXT = CONTRACT.read_text(encoding="utf-8")
DOCUMENT: dict[str, Any] = yaml.safe_load(TEXT)
ROOT = CONTRACT.parent

Report = dict[str, list[Finding]]


def table(faults: dict[str, dict[str, Change]]) -> list[tuple[str, str]]:
    return [(rule, fault) for rule, named in faults.items() for fault in named]


def broken(change: Change) -> dict[str, Any]:
    document = copy.deepcopy(DOCUMENT)
    change(document)
    return document


def run(*arguments: str | Path, path: str = os.environ["PATH"]) -> subprocess.CompletedProcess[str]:
    return in_process(main, *arguments, environment=os.environ | {"PATH": path})


def test_committed_contract_has_no_finding() -> None:
    assert lint(CONTRACT) == {}


@pytest.mark.parametrize(("rule", "fault"), table(FAULTS))
def test_rule_refuses(rule: str, fault: str) -> None:
    assert set(lint_document(broken(FAULTS[rule][fault]))) == {rule}


def test_every_rule_is_proven() -> None:
    assert set(FAULTS) == {name(rule) for stage in STAGES for rule in stage}


@pytest.mark.parametrize("fault", TEXT_FAULTS)
def test_yaml_that_is_not_plain_json_is_refused(fault: str, tmp_path: Path) -> None:
    old, new = TEXT_FAULTS[fault]
    assert old in TEXT
    file = tmp_path / "openapi.yaml"
    file.write_text(TEXT.replace(old, new, 1), encoding="utf-8")
    assert set(lint(file)) == {DOCUMENT_IS_JSON}


@pytest.mark.parametrize("junk", [5, "x", [5], {"x": 5}], ids=str)
def test_the_lint_does_not_crash_on_any_document(junk: object) -> None:
    document = copy.deepcopy(DOCUMENT)
    # One place for each keyword of each kind of object.
    places = {(node.kind, key): node.pointer for node in walk("document", DOCUMENT) for key in node.value}
    for (_, key), pointer in sample([*places.items()], 6):
        holder = resolve(document, pointer)
        original, holder[key] = holder[key], junk
        lint_document(document)
        holder[key] = original
    assert document == DOCUMENT


@pytest.fixture(scope="module")
def redocly_report(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Report]:
    """The findings of Redocly on the contract (key "") and on each broken contract, from one run."""
    if shutil.which("npm") is None:
        lacking("npm")
    folder = tmp_path_factory.mktemp("redocly")
    files = {folder / "sound.yaml": ""}
    for number, (rule, fault) in enumerate(table(REDOCLY_FAULTS)):
        file = folder / f"{number}.yaml"
        file.write_text(json.dumps(broken(REDOCLY_FAULTS[rule][fault])), encoding="utf-8")
        files[file] = f"{rule}: {fault}"
    (folder / "sound.yaml").write_text(TEXT, encoding="utf-8")
    return {files[file]: report for file, report in redocly.lint(list(files)).items()}


def test_committed_contract_has_no_finding_of_redocly(redocly_report: dict[str, Report]) -> None:
    assert redocly_report[""] == {}


@pytest.mark.parametrize(("rule", "fault"), table(REDOCLY_FAULTS))
def test_redocly_refuses(rule: str, fault: str, redocly_report: dict[str, Report]) -> None:
    assert rule in redocly_report[f"{rule}: {fault}"]


def test_lockfile_names_no_registry() -> None:
    assert "http" not in (NODE / "package-lock.json").read_text(encoding="utf-8")


def test_command_line_passes_the_contract() -> None:
    result = run("--without-redocly")
    assert (result.returncode, result.stdout) == (
        0,
        "openapi.yaml: 0 findings; redocly was not run: --without-redocly\n",
    )


def test_command_line_prints_place_rule_and_advice(tmp_path: Path) -> None:
    file = tmp_path / "broken.yaml"
    file.write_text(TEXT.replace("tags: [Phone]", "tags: [Phones]", 1), encoding="utf-8")
    result = run(file, "--without-redocly")
    assert result.returncode == 1
    assert result.stdout.splitlines()[0] == (
        "broken.yaml: #/paths/~1extension~1{extension_id}~1phone~1/get/tags/0: operation-tag-is-declared: "
        "tag 'Phones' is not declared under `tags`"
    )


def test_command_line_fails_where_redocly_cannot_run() -> None:
    result = run(path="/nonexistent")
    assert result.returncode == 1
    assert "redocly was not run: npm is not installed" in result.stdout


@pytest.mark.parametrize("content", [None, b"\xff\xfe\x00", b"{", b"- a list", b""])
def test_a_file_that_cannot_be_read_gives_a_message_of_one_line(content: bytes | None, tmp_path: Path) -> None:
    file = tmp_path / "openapi.yaml"
    if content is not None:
        file.write_bytes(content)
    result = run(file)
    assert (result.returncode, result.stdout) == (2, "")
    assert len(result.stderr.splitlines()) == 1


def test_redocly_does_not_run_on_a_file_that_is_not_plain_json(tmp_path: Path) -> None:
    file = tmp_path / "openapi.yaml"
    file.write_text("openapi: !!python/name:os.system", encoding="utf-8")
    result = run(file)
    assert result.returncode == 1
    assert "redocly was not run: correct these first" in result.stdout
