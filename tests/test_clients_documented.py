"""An editor shows the contract's description of each property and operation, in both clients."""

from __future__ import annotations

import ast
import inspect
import json
import shutil
import subprocess
from collections.abc import Mapping

import pytest
from phone_properties_client import AsyncPhoneClient, PhoneClient, models

from contract_tests.contract.document import Contract, resolve
from scripts.clients import SOURCES
from scripts.node_packages import install
from tests.suite import ROOT, lacking

CONTRACT = Contract(ROOT / "openapi.yaml")
SCHEMAS = CONTRACT.document["components"]["schemas"]
OPERATIONS = {"get": "get", "update": "put"}


def words(text: str) -> str:
    """Return the text in one line, since each language breaks lines in its own way."""
    return " ".join(text.split())


def described(schema: str) -> dict[str, str]:
    """Return the contract's description of each property of a schema."""
    properties = resolve(CONTRACT.document, SCHEMAS[schema])["properties"]
    return {name: words(facts["description"]) for name, facts in properties.items()}


def is_shown(shown: Mapping[str, str], expected: Mapping[str, str]) -> bool:
    return shown.keys() == expected.keys() and all(text in shown[name] for name, text in expected.items())


def python_docstrings(tree: ast.Module) -> dict[str, dict[str, str]]:
    """Return the text below each attribute, by class."""
    return {
        node.name: {
            attribute.target.id: words(text.value.value)
            for attribute, text in zip(node.body, node.body[1:], strict=False)
            if isinstance(attribute, ast.AnnAssign) and isinstance(attribute.target, ast.Name)
            if isinstance(text, ast.Expr) and isinstance(text.value, ast.Constant) and isinstance(text.value.value, str)
        }
        for node in tree.body
        if isinstance(node, ast.ClassDef)
    }


@pytest.mark.parametrize("schema", ["PhoneProperties", "PhonePropertiesUpdate", "Bundle", "BundleEntry", "Error"])
def test_python_shows_the_description_of_each_property(schema: str) -> None:
    shown = python_docstrings(ast.parse(inspect.getsource(models)))[schema]
    assert len(shown) >= 1
    assert is_shown(shown, described(schema))
    assert words(inspect.getdoc(getattr(models, schema)) or "") == words(SCHEMAS[schema]["description"])


@pytest.mark.parametrize("client", [PhoneClient, AsyncPhoneClient])
@pytest.mark.parametrize(("method", "operation"), OPERATIONS.items())
def test_python_shows_the_description_of_each_operation(client: type, method: str, operation: str) -> None:
    facts = CONTRACT.document["paths"][CONTRACT.resource_path][operation]
    shown = words(inspect.getdoc(getattr(client, method)) or "")
    assert shown.startswith(f"{facts['summary']}. {words(facts['description'])} ")


@pytest.fixture(scope="module")
def hover(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """What TypeScript's language service shows in a program that uses the built client, by expression."""
    if shutil.which("npm") is None:
        lacking("npm")
    programs = install(SOURCES / "typescript")
    folder = tmp_path_factory.mktemp("hover")
    package = folder / "node_modules" / "phone-properties-client"
    shutil.copytree(ROOT / "generated" / "clients" / "typescript", package)
    build = subprocess.run([programs / "tsc"], cwd=package, capture_output=True, text=True)
    assert build.returncode == 0, build.stdout

    expressions = [f"client./*hover*/{method};" for method in OPERATIONS]
    for value, schema in (("settings", "PhoneProperties"), ("changes", "PhonePropertiesUpdate")):
        expressions += [f"{value}./*hover*/{name};" for name in described(schema)]
    expressions += [f"settings.bundle./*hover*/{name};" for name in described("Bundle")]
    start = (
        'import type { PhoneClient, PhoneProperties, PhonePropertiesUpdate } from "phone-properties-client";\n'
        "declare const client: PhoneClient, settings: PhoneProperties, changes: PhonePropertiesUpdate;\n"
    )
    program = folder / "program.mts"
    program.write_text(start + "\n".join(expressions), encoding="utf-8")
    command = ["node", str(ROOT / "tests" / "hover.js"), str(programs.parent / "typescript"), str(program)]
    result = subprocess.run(command, capture_output=True, text=True)
    assert result.returncode == 0, result.stderr
    names = [expression.replace("/*hover*/", "").removesuffix(";") for expression in expressions]
    return dict(zip(names, map(words, json.loads(result.stdout)), strict=True))


@pytest.mark.parametrize(
    ("value", "schema"),
    [("settings", "PhoneProperties"), ("changes", "PhonePropertiesUpdate"), ("settings.bundle", "Bundle")],
)
def test_typescript_shows_the_description_of_each_property(hover: dict[str, str], value: str, schema: str) -> None:
    expected = {f"{value}.{name}": text for name, text in described(schema).items()}
    assert len(expected) >= 1
    assert is_shown({name: hover[name] for name in expected}, expected)


@pytest.mark.parametrize(("method", "operation"), OPERATIONS.items())
def test_typescript_shows_the_description_of_each_operation(hover: dict[str, str], method: str, operation: str) -> None:
    facts = CONTRACT.document["paths"][CONTRACT.resource_path][operation]
    shown = hover[f"client.{method}"]
    assert shown.startswith(f"{facts['summary']}. {words(facts['description'])} @param extensionId ")


def test_the_unit_is_shown(hover: dict[str, str]) -> None:
    shown = python_docstrings(ast.parse(inspect.getsource(models)))["PhonePropertiesUpdate"]
    units = {name: known.schema["x-unit"] for name, known in CONTRACT.properties.items() if "x-unit" in known.schema}
    assert len(units) >= 1
    for name, unit in units.items():
        assert shown[name].endswith(f" Unit: {unit}.")
        assert f" Unit: {unit}." in hover[f"changes.{name}"]
