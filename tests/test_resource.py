"""The contract names its resource: another path or operation changes nothing for suite, mock and clients."""

from __future__ import annotations

import copy
import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from contract_tests.checks.requirements import requirements
from contract_tests.contract import CONTRACT
from contract_tests.contract.document import Contract
from contract_tests.plan import plan
from contract_tests.target.target import Mode, Target
from scripts.clients import SOURCES
from scripts.node_packages import install
from scripts.resource_contract import resource_contract
from tests.suite import ROOT, lacking

TARGET = Target("http://127.0.0.1:9/api/ver1.0", "54", Mode.full, "55", "77", "54")
REFUSALS = {"400": {"$ref": "#/components/responses/BadRequest"}}
FAX = {
    "get": {
        "operationId": "getFax",
        "tags": ["Phone"],
        "summary": "Get the fax",
        "description": "Answers the settings of the fax.",
        "parameters": [{"$ref": "#/components/parameters/ExtensionId"}],
        "responses": {"200": {"$ref": "#/components/responses/Fax"}, **REFUSALS},
    },
    "delete": {
        "operationId": "deleteFax",
        "tags": ["Phone"],
        "summary": "Delete the fax",
        "description": "Deletes the fax.",
        "parameters": [{"$ref": "#/components/parameters/ExtensionId"}],
        "responses": {"204": {"description": "The fax is deleted."}, **REFUSALS},
    },
}
FAX_SCHEMA = {
    "type": "object",
    "description": "The settings of a fax.",
    "properties": {"pages": {"type": "integer", "description": "How many pages.", "examples": [1]}},
    "x-evidence": {"type": "inferred"},
}
FAX_RESPONSE = {
    "description": "The settings of the fax.",
    "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Fax"}, "example": {"pages": 1}}},
}


def with_fax(document: dict[str, Any], paths: dict[str, Any]) -> dict[str, Any]:
    components = document["components"]
    schemas = {"Fax": FAX_SCHEMA, **components["schemas"]}
    responses = {**components["responses"], "Fax": FAX_RESPONSE}
    return {**document, "paths": paths, "components": {**components, "schemas": schemas, "responses": responses}}


def before(document: dict[str, Any]) -> dict[str, Any]:
    return with_fax(document, {"/extension/{extension_id}/fax/": FAX, **document["paths"]})


def after(document: dict[str, Any]) -> dict[str, Any]:
    return with_fax(document, {**document["paths"], "/extension/{extension_id}/fax/": FAX})


def beside(document: dict[str, Any]) -> dict[str, Any]:
    """Add an operation to the path of the resource, but not to `x-resource`."""
    item = {"summary": "The phone", "delete": FAX["delete"], **document["paths"][CONTRACT.resource_path]}
    return {**document, "paths": {CONTRACT.resource_path: item}}


def before_and_beside(document: dict[str, Any]) -> dict[str, Any]:
    """Add both, for what takes long."""
    return before(beside(document))


Edit = Callable[[dict[str, Any]], dict[str, Any]]
EDITS: list[Edit] = [before, after, beside]


def stored(edit: Edit, folder: Path) -> Path:
    """Write a contract with another path or operation."""
    file = folder / "openapi.yaml"
    document = edit(copy.deepcopy(dict(CONTRACT.document)))
    file.write_text(json.dumps(document), encoding="utf-8")
    return file


def tree(folder: Path, edit: Edit | None) -> Path:
    """Copy this repo, edit the contract of the copy, and generate its models."""
    for name in ("openapi.yaml", "pyproject.toml"):
        shutil.copy(ROOT / name, folder)
    for name in ("clients", "contract_tests", "generated", "mock_server", "scripts"):
        ignored = shutil.ignore_patterns("node_modules", "dist")
        shutil.copytree(ROOT / name, folder / name, ignore=ignored)
    if edit:
        stored(edit, folder)
        job(folder, "-m", "scripts.generate")
    return folder


def job(folder: Path, *arguments: str | Path) -> str:
    command = [sys.executable, *map(str, arguments)]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.mark.parametrize("edit", EDITS)
def test_plan_and_requirements_are_the_same(edit: Edit, tmp_path: Path) -> None:
    contract = Contract(stored(edit, tmp_path))
    assert plan(contract, TARGET) == plan(CONTRACT, TARGET)
    assert requirements(contract) == requirements(CONTRACT)
    assert contract.responses == CONTRACT.responses


@pytest.mark.parametrize("edit", EDITS)
def test_generators_get_only_the_resource(edit: Edit, tmp_path: Path) -> None:
    assert resource_contract(Contract(stored(edit, tmp_path))) == CONTRACT.document


def results(folder: Path, examples: int = 1) -> dict[str, Any]:
    """Run the whole suite on the mock of this folder; returns its outcomes and requests."""
    job(folder, "-m", "scripts.conformance", f"--fuzz-examples={examples}", "--report-dir", folder / "reports")
    report = json.loads((folder / "reports" / "conformance.json").read_text())
    record = json.loads((folder / "reports" / "record.har").read_text())
    asked = [
        (entry["request"]["method"], entry["request"]["url"].split("/", 3)[3], entry["response"]["status"])
        for entry in record["log"]["entries"]
    ]
    rows = {row["id"]: row["outcome"] for row in report["results"]}
    return {"rows": rows, "requests": report["summary"]["requests"], "asked": asked}


@pytest.fixture(scope="module")
def usual(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    return results(tree(tmp_path_factory.mktemp("usual"), None))


def test_mock_and_run_are_the_same_fuzzing_included(usual: dict[str, Any], tmp_path: Path) -> None:
    assert any(id_.startswith("fuzz.") and outcome == "pass" for id_, outcome in usual["rows"].items())
    assert results(tree(tmp_path, before_and_beside)) == usual


def test_clients_are_the_same(tmp_path: Path) -> None:
    if shutil.which("npm") is None:
        lacking("npm")
    folder = tree(tmp_path, before_and_beside)
    (folder / "clients" / "typescript" / "node_modules").symlink_to(install(SOURCES / "typescript").parent)
    assert job(folder, "-m", "scripts.clients", "--check") == ""


def test_suite_and_mock_use_the_names_of_the_contract(tmp_path: Path) -> None:
    """The path and the names of the schemas are written only in the contract."""
    folder = tree(tmp_path, lambda document: json.loads(renamed(json.dumps(document))))
    assert json.loads((folder / "openapi.yaml").read_text())["x-resource"]["path"] == "/line/{extension_id}/"
    run = results(folder, examples=0)
    assert any("/line/" in path for _, path, _ in run["asked"])
    assert not any("/extension/" in path for _, path, _ in run["asked"])
    assert {"fail", "error"}.isdisjoint(run["rows"].values())


def renamed(text: str) -> str:
    return (
        text.replace('PhoneProperties"', 'Line"')
        .replace('PhonePropertiesUpdate"', 'LineUpdate"')
        .replace(CONTRACT.resource_path, "/line/{extension_id}/")
    )
