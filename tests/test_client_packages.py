"""The packages of the clients: what is in them, and that the programs of their READMEs run as shown."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from contract_tests.contract import CONTRACT
from mock_server.embedded import Mock, serve
from scripts.client_packages import main
from scripts.clients import SOURCES
from scripts.docs.samples import harmless, samples
from tests.certificates import certificate
from tests.clients import programs
from tests.suite import ROOT, lacking


@pytest.fixture(scope="module")
def mock() -> Iterator[Mock]:
    with serve() as mock:
        yield mock


@pytest.fixture(scope="module")
def packages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of both packages."""
    if shutil.which("npm") is None:
        lacking("npm")
    folder = tmp_path_factory.mktemp("packages")
    job = [sys.executable, "-m", "scripts.client_packages", f"--output={folder}"]
    built = subprocess.run(job, cwd=ROOT, capture_output=True, text=True)
    assert built.returncode == 0, built.stderr
    sizes = [f"{file}  {file.stat().st_size:,} bytes\n" for file in (*folder.glob("*.whl"), *folder.glob("*.tgz"))]
    assert (len(sizes), built.stdout) == (2, "".join(sizes))
    return folder


@pytest.fixture(scope="module")
def python_client(packages: Path) -> Path:
    """The folder in which the wheel is installed."""
    folder = packages / "installed"
    [wheel] = packages.glob("*.whl")
    install = ["pip", "install", "--quiet", "--no-index", "--no-deps", f"--target={folder}", str(wheel)]
    subprocess.run([sys.executable, "-m", *install], check=True)
    return folder


@pytest.fixture(scope="module")
def node_project(packages: Path) -> Path:
    """A folder with the npm package in its `node_modules`."""
    [package] = packages.glob("*.tgz")
    shutil.unpack_archive(package, packages)
    folder = packages / "project"
    (folder / "node_modules").mkdir(parents=True)
    (packages / "package").rename(folder / "node_modules" / "phone-properties-client")
    return folder


def environment(mock: Mock, **more: str) -> dict[str, str]:
    access = {"PHONE_API_CLIENT_ID": mock.client_id, "PHONE_API_CLIENT_SECRET": mock.client_secret}
    return {"PATH": os.environ["PATH"], "PHONE_API_BASE_URL": mock.base_url, **access, **more}


def run(command: list[str | Path], folder: Path, variables: dict[str, str]) -> list[str]:
    """Run a program; returns the lines that it prints."""
    result = subprocess.run(command, cwd=folder, env=variables, capture_output=True, text=True)
    assert result.returncode == 0, result.stderr
    return result.stdout.splitlines()


def test_the_python_programs_run_as_shown(python_client: Path, mock: Mock, tmp_path: Path) -> None:
    blocks = programs("python", "python")
    assert [*blocks][:4] == ["Quick start", "Bundle", "Errors", "Retries"]
    assert [*blocks][-2:] == ["Proxies", "Own certificate authority, client certificate (mTLS)"]
    pem = str(certificate(tmp_path, 1))
    variables = environment(mock, PYTHONPATH=str(python_client), CA_FILE=pem, CERT_FILE=pem, KEY_FILE=pem)
    quick = tmp_path / "quick_start.py"
    quick.write_text(blocks["Quick start"], encoding="utf-8")
    assert run([sys.executable, quick], tmp_path, variables)[1:] == ["30 None"]
    everything = tmp_path / "everything.py"
    everything.write_text("\n".join(blocks.values()), encoding="utf-8")
    assert "no such internal number: 404 not_found: There is no such internal number" in run(
        [sys.executable, everything], tmp_path, variables
    )


def test_the_typescript_programs_run_as_shown(node_project: Path, mock: Mock) -> None:
    blocks = programs("typescript", "js")
    runnable = ["Quick start", "Bundle", "Errors", "Retries", "Timeouts, headers, hooks, request budget"]
    assert [*blocks] == [*runnable, "Proxies", "Own certificate authority, client certificate (mTLS)"]
    quick = node_project / "quick_start.mjs"
    quick.write_text(blocks["Quick start"], encoding="utf-8")
    assert run(["node", quick], node_project, environment(mock))[1:] == ["30 null"]
    everything = node_project / "everything.mjs"  # without the two that need a proxy and certificates
    everything.write_text("\n".join(blocks[title] for title in runnable), encoding="utf-8")
    assert "404 There is no such internal number undefined" in run(
        ["node", everything], node_project, environment(mock)
    )


def test_the_typescript_samples_of_the_documentation_run_as_shown(node_project: Path, mock: Mock) -> None:
    program = node_project / "sample.mjs"
    printed = {}
    for task, programs_ in samples(CONTRACT).items():
        [source] = [each.source for each in programs_ if each.language.name == "typescript_client"]
        program.write_text(source, encoding="utf-8")
        printed[task] = "\n".join(run(["node", program], node_project, environment(mock, PHONE_API_TOKEN=mock.token)))
    assert harmless(CONTRACT).name in printed["token"]
    assert harmless(CONTRACT).name in printed["get"]
    assert printed["put"] == harmless(CONTRACT).schema["examples"][0]


def test_commonjs_can_load_the_npm_package(node_project: Path, mock: Mock) -> None:
    program = node_project / "program.cjs"
    program.write_text(
        'const { BearerToken, PhoneClient } = require("phone-properties-client");\n'
        "const client = new PhoneClient(process.env.PHONE_API_BASE_URL, new BearerToken(process.env.TOKEN));\n"
        'client.get("54").then((settings) => console.log(settings.auth_type));\n',
        encoding="utf-8",
    )
    assert run(["node", program], node_project, environment(mock, TOKEN=mock.token)) == ["digest"]


def test_the_npm_package_has_types_for_both_forms(node_project: Path) -> None:
    right, wrong = (
        'import { PhoneClient, BearerToken, type PhoneProperties } from "phone-properties-client";\n'
        f'export const settings: Promise<{kind}> = new PhoneClient("", new BearerToken("x")).get("54");\n'
        for kind in ("PhoneProperties", "string")
    )
    programs = {"right.mts": right, "right.cts": right, "wrong.mts": wrong, "wrong.cts": wrong}
    for name, program in programs.items():
        (node_project / name).write_text(program, encoding="utf-8")
    compiler = SOURCES / "typescript" / "node_modules" / ".bin" / "tsc"
    options = ["--strict", "--noEmit", "--skipLibCheck", "--module", "NodeNext", "--target", "ES2022"]
    checked = subprocess.run([compiler, *options, *programs], cwd=node_project, capture_output=True, text=True)
    assert re.findall(r"^(\w+\.\w+).*error (TS\d+)", checked.stdout, re.MULTILINE) == [
        ("wrong.cts", "TS2322"),
        ("wrong.mts", "TS2322"),
    ], checked.stdout


def test_the_npm_package_can_be_published(node_project: Path) -> None:
    package = node_project / "node_modules" / "phone-properties-client"
    facts = json.loads((package / "package.json").read_text(encoding="utf-8"))
    assert not {"private", "dependencies", "peerDependencies"} & facts.keys()
    assert re.fullmatch(r"\d+\.\d+\.\d+", facts["version"])
    assert {file.name for file in package.iterdir()} == {"LICENSE", "README.md", "dist", "package.json"}


def test_the_wheel_has_the_command_and_the_licence(packages: Path, python_client: Path) -> None:
    [wheel] = packages.glob("*.whl")
    names = zipfile.ZipFile(wheel).namelist()
    assert any(name.endswith("licenses/LICENSE") for name in names)
    assert {name.split("/")[0].split("-")[0] for name in names} == {"phone_properties_client"}
    assert (python_client / "bin" / "phone").exists()


def test_typescript_takes_options_of_a_call(node_project: Path) -> None:
    shutil.copy(ROOT / "tests" / "call_options.mjs", node_project)
    [line] = run(["node", node_project / "call_options.mjs"], node_project, {"PATH": os.environ["PATH"]})
    printed = json.loads(line)
    url = "http://127.0.0.1/api/extension/{}/phone/"
    first, second = (
        {"name": "of the client", "url": url.format("a%2Fb"), "method": "GET", "app": "test"},
        {"name": "of the call", "url": url.format("54"), "method": "GET", "id": "7", "app": "test"},
    )
    assert printed["sent"][:6] == [{"hook": "GET"}, first, {"hook": 200}, {"hook": "GET"}, second, {"hook": 200}]
    assert [request["name"] for request in printed["sent"][6:] if "name" in request] == ["429", "late"]
    assert printed["failures"] == {
        "aborted_wait": "AbortError",
        "timeout": "TimeoutError",
        "number": "RangeError",
        "not_a_number": "RangeError",
    }
    assert printed["retry_after"] == 3600


def test_a_machine_without_npm_builds_the_wheel(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", ["client_packages", "--without-typescript", f"--output={tmp_path}"])
    assert main() == 0
    assert [file.suffix for file in tmp_path.iterdir()] == [".whl"]
