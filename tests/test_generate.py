"""The generated models are up to date with the contract, and a manual change is reported."""

from __future__ import annotations

import difflib
import importlib.util
import shutil
import subprocess
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import yaml

from scripts.generate import ROOT

NEW_SCHEMA: dict[str, Any] = {
    "type": ["integer", "null"],
    "minimum": 1,
    "description": "Loudness of the bell.",
    "examples": [7],
}


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A copy of the files that the job reads and writes."""
    shutil.copy(ROOT / "openapi.yaml", tmp_path)
    shutil.copy(ROOT / "pyproject.toml", tmp_path)  # the generator takes its line length from there
    for folder in ("scripts", "generated", "contract_tests"):
        ignored = shutil.ignore_patterns("node_modules")
        shutil.copytree(ROOT / folder, tmp_path / folder, ignore=ignored)
    return tmp_path


def generate(tree: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-B", "-m", "scripts.generate", *arguments]
    return subprocess.run(command, cwd=tree, capture_output=True, text=True)


def content(tree: Path) -> dict[str, bytes]:
    return {str(file.relative_to(tree)): file.read_bytes() for file in tree.rglob("*") if file.is_file()}


def load(file: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location("models_with_a_new_property", file)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # where pydantic looks for the names in annotations
    spec.loader.exec_module(module)
    return module


def test_generating_again_changes_no_byte(tree: Path) -> None:
    before = content(tree)
    assert generate(tree).returncode == 0
    assert content(tree) == before


def test_a_manual_change_is_reported(tree: Path) -> None:
    models = tree / "generated" / "models.py"
    edited = models.read_text(encoding="utf-8").replace("] = 60\n", "] = 61\n")
    models.write_text(edited, encoding="utf-8")
    result = generate(tree, "--check")
    assert result.returncode == 1
    assert "-    ] = 61" in result.stdout + result.stderr
    assert "+    ] = 60" in result.stdout + result.stderr
    assert "run `make generate`" in result.stdout
    assert models.read_text(encoding="utf-8") == edited


def test_a_hand_made_change_of_the_older_edition_is_shown(tree: Path) -> None:
    edition = tree / "generated" / "openapi-3.0.yaml"
    edition.write_text(edition.read_text(encoding="utf-8").replace("nullable: true", "nullable: false", 1), "utf-8")
    result = generate(tree, "--check")
    assert result.returncode == 1
    assert "nullable: false" in result.stdout
    assert generate(tree).returncode == 0
    assert generate(tree, "--check").returncode == 0


def test_new_property_of_the_contract_reaches_the_models(tree: Path) -> None:
    before = content(tree)
    document = yaml.safe_load(before["openapi.yaml"])
    schemas = document["components"]["schemas"]
    schemas["BellVolume"] = NEW_SCHEMA
    schemas["PhoneProperties"]["properties"]["bell_volume"] = {"$ref": "#/components/schemas/BellVolume", "default": 5}
    schemas["PhonePropertiesUpdate"]["properties"]["bell_volume"] = {"$ref": "#/components/schemas/BellVolume"}
    (tree / "openapi.yaml").write_text(yaml.safe_dump(document, sort_keys=False), encoding="utf-8")

    assert generate(tree).returncode == 0
    after = content(tree)
    assert {file for file in before if before[file] != after[file]} == {
        "openapi.yaml",
        "generated/models.py",
        "generated/openapi-3.0.yaml",
    }
    assert before.keys() == after.keys()
    old, new = (texts["generated/models.py"].decode().splitlines() for texts in (before, after))
    assert not [line for line in difflib.ndiff(old, new) if line.startswith("-")]

    models = load(tree / "generated" / "models.py")
    assert models.PhoneProperties.model_fields["bell_volume"].default == 5
    assert models.PhonePropertiesUpdate.model_validate({"bell_volume": None}).model_dump() == {"bell_volume": None}
    with pytest.raises(ValueError, match="greater than or equal to 1"):
        models.PhonePropertiesUpdate.model_validate({"bell_volume": 0})
