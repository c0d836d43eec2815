"""The committed clients are up to date, the job reports manual changes, and no property is written by hand."""

from __future__ import annotations

import ast
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from scripts.clients import SOURCES
from scripts.node_packages import install
from tests.suite import ROOT, lacking

CLIENTS = Path("generated/clients")
PYTHON, TYPESCRIPT = CLIENTS / "python" / "phone_properties_client", CLIENTS / "typescript" / "src"


@pytest.fixture(scope="module")
def node_modules() -> Path:
    if shutil.which("npm") is None:
        lacking("npm")
    return install(SOURCES / "typescript").parent


@pytest.fixture
def tree(tmp_path: Path, node_modules: Path) -> Path:
    """A copy of the files that the job reads and writes."""
    shutil.copy(ROOT / "openapi.yaml", tmp_path)
    for folder in ("scripts", "generated", "clients", "contract_tests"):
        ignored = shutil.ignore_patterns("node_modules", "dist", "__pycache__")
        shutil.copytree(ROOT / folder, tmp_path / folder, ignore=ignored)
    (tmp_path / "clients" / "typescript" / "node_modules").symlink_to(node_modules)
    return tmp_path


def generate(tree: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-B", "-m", "scripts.clients", *arguments]
    return subprocess.run(command, cwd=tree, capture_output=True, text=True)


def content(tree: Path) -> dict[str, str]:
    files = (path for path in tree.rglob("*") if path.is_file() and not {"node_modules", "dist"} & set(path.parts))
    return {path.relative_to(tree).as_posix(): path.read_text("utf-8", "surrogateescape") for path in files}


def test_generating_again_changes_no_byte(tree: Path) -> None:
    before = content(tree)
    shutil.rmtree(tree / CLIENTS)
    assert generate(tree).returncode == 0
    assert content(tree) == before


def test_manual_changes_are_reported_and_undone(tree: Path) -> None:
    before = content(tree)
    client, schema = tree / PYTHON / "client.py", tree / TYPESCRIPT / "schema.ts"
    client.write_text(client.read_text(encoding="utf-8") + "left = 1\n", encoding="utf-8")
    schema.write_text(schema.read_text(encoding="utf-8").replace("auth_type?:", "auth_type:"), encoding="utf-8")
    (tree / PYTHON / "py.typed").unlink()
    (tree / TYPESCRIPT / "old.ts").write_text("export {};\n", encoding="utf-8")
    edited = content(tree)

    result = generate(tree, "--check")
    assert result.returncode == 1
    for line in (
        "phone_properties_client/client.py differs",
        "-left = 1",
        '+            auth_type?: components["schemas"]["AuthType"];',
        "phone_properties_client/py.typed is missing",
        "src/old.ts does not belong there",
    ):
        assert line in result.stdout.splitlines()
    assert "run `make clients`" in result.stdout
    assert content(tree) == edited

    assert generate(tree).returncode == 0
    assert content(tree) == before


def test_a_new_property_needs_no_other_edit(tree: Path) -> None:
    before = content(tree)
    document = yaml.safe_load(before["openapi.yaml"])
    document["components"]["securitySchemes"]["OAuth2"]["flows"]["clientCredentials"]["tokenUrl"] = "/token"
    schemas = document["components"]["schemas"]
    schemas["BellVolume"] = {"type": ["integer", "null"], "description": "Loudness of the bell.", "x-risk": "critical"}
    for schema in ("PhoneProperties", "PhonePropertiesUpdate"):
        schemas[schema]["properties"]["bell_volume"] = {"$ref": "#/components/schemas/BellVolume"}
    (tree / "openapi.yaml").write_text(yaml.safe_dump(document, sort_keys=False), encoding="utf-8")

    assert generate(tree).returncode == 0
    after = content(tree)
    changed = [PYTHON / "models.py", PYTHON / "contract.py", TYPESCRIPT / "schema.ts", TYPESCRIPT / "contract.ts"]
    assert {file for file in after if before.get(file) != after[file]} == {"openapi.yaml", *map(Path.as_posix, changed)}
    assert 'bell_volume?: components["schemas"]["BellVolume"];' in after[(TYPESCRIPT / "schema.ts").as_posix()]
    assert '"/token"' in after[(TYPESCRIPT / "contract.ts").as_posix()]
    program = (
        "from phone_properties_client.contract import CRITICAL, TOKEN_URL\n"
        "from phone_properties_client.models import PhonePropertiesUpdate\n"
        "print(TOKEN_URL, PhonePropertiesUpdate(bell_volume=None), 'bell_volume' in CRITICAL)\n"
    )
    folder = tree / PYTHON.parent
    result = subprocess.run([sys.executable, "-B", "-c", program], cwd=folder, capture_output=True, text=True)
    assert result.stdout == "/token PhonePropertiesUpdate(bell_volume=None) True\n", result.stderr


def test_a_description_stays_inside_its_comment(tree: Path) -> None:
    contract = tree / "openapi.yaml"
    document = yaml.safe_load(contract.read_text(encoding="utf-8"))
    text = 'A """ and a */ and a \\N and {{ version }}.'
    document["components"]["schemas"]["Label"]["description"] = text
    document["paths"][document["x-resource"]["path"]]["put"]["description"] = text
    contract.write_text(yaml.safe_dump(document, sort_keys=False), encoding="utf-8")
    assert generate(tree).returncode == 0
    for name in ("models.py", "client.py"):
        module = ast.parse((tree / PYTHON / name).read_text(encoding="utf-8"))
        constants = [node.value for node in ast.walk(module) if isinstance(node, ast.Constant)]
        assert [constant for constant in constants if isinstance(constant, str) and text in constant]
    for name in ("schema.ts", "client.ts"):
        assert text.replace("*/", "*\\/") in (tree / TYPESCRIPT / name).read_text(encoding="utf-8")


def test_the_typescript_client_can_be_skipped(tree: Path) -> None:
    (tree / TYPESCRIPT / "schema.ts").write_text("export {};\n", encoding="utf-8")
    result = generate(tree, "--check", "--without-typescript")
    assert result.returncode == 0
    assert result.stdout == "generated/clients/typescript was skipped: npm is not installed\n"


def test_a_generator_that_refuses_the_contract_changes_nothing(tree: Path) -> None:
    contract = tree / "openapi.yaml"
    document = yaml.safe_load(contract.read_text(encoding="utf-8"))
    document["components"]["schemas"]["Error"]["required"] = "status"  # not a list
    contract.write_text(yaml.safe_dump(document, sort_keys=False), encoding="utf-8")
    before = content(tree)
    result = generate(tree)
    assert (result.returncode, content(tree)) == (2, before)
    assert result.stderr.startswith("generation failed: ")
    assert "Input should be a valid list" in result.stderr


def test_no_property_is_written_by_hand() -> None:
    document = yaml.safe_load((ROOT / "openapi.yaml").read_text(encoding="utf-8"))
    names = "|".join(document["components"]["schemas"]["PhonePropertiesUpdate"]["properties"])
    sources = [
        path
        for path in SOURCES.rglob("*")
        if path.suffix in {".py", ".ts", ".jinja"} and not {"node_modules", "dist"} & set(path.parts)
    ]
    assert {"client.py", "client.ts", "contract.py.jinja"} <= {path.name for path in sources}
    assert not [path.name for path in sources if re.search(rf"\b({names})\b", path.read_text(encoding="utf-8"))]


def test_lockfile_names_no_registry() -> None:
    assert '"resolved"' not in (SOURCES / "typescript" / "package-lock.json").read_text(encoding="utf-8")
