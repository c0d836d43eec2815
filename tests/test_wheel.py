"""The project as a package: the contents of its wheel, and its commands outside of the repo."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import distribution
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from tests.started import started
from tests.suite import ROOT

PACKAGES = ("contract_tests", "mock_server")
MOVED = {
    "phone_properties_contract/openapi.yaml": "openapi.yaml",
    "mock_server/models.py": "generated/models.py",
}
"""Path in the wheel: path in the repo."""


def build(target: str, source: Path, folder: Path) -> Path:
    """Build a wheel or an sdist without a network."""
    command = [sys.executable, "-m", "hatchling", "build", "--target", target, "--directory", str(folder)]
    subprocess.run(command, cwd=source, check=True, capture_output=True)
    return next(folder.glob("*.whl" if target == "wheel" else "*.tar.gz"))


def contents(wheel: Path) -> dict[str, bytes]:
    """Return the files of a wheel without its metadata."""
    with zipfile.ZipFile(wheel) as archive:
        return {name: archive.read(name) for name in archive.namelist() if ".dist-info/" not in name}


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of this repo."""
    return build("wheel", ROOT, tmp_path_factory.mktemp("wheel"))


def test_the_wheel_holds_the_two_packages_with_all_their_files_and_the_contract(wheel: Path) -> None:
    files = [file for name in PACKAGES for file in (ROOT / name).rglob("*") if file.is_file()]
    expected = {file.relative_to(ROOT).as_posix(): file.read_bytes() for file in files if file.suffix != ".pyc"}
    load = [file for file in (ROOT / "load").rglob("*") if file.is_file() and file.suffix != ".pyc"]
    expected |= {f"phone_properties_load/{file.relative_to(ROOT / 'load')}": file.read_bytes() for file in load}
    expected |= {place: (ROOT / source).read_bytes() for place, source in MOVED.items()}
    assert contents(wheel) == expected
    assert {Path(name).suffix for name in expected} >= {".csv", ".yaml", ".toml", ".json", ".jinja", ".css", ".typed"}


def test_an_sdist_gives_the_same_wheel(wheel: Path, tmp_path: Path) -> None:
    shutil.unpack_archive(build("sdist", ROOT, tmp_path), tmp_path / "source")
    (source,) = (tmp_path / "source").iterdir()
    assert contents(build("wheel", source, tmp_path)) == contents(wheel)


def locked() -> Iterator[str]:
    """Yield the distributions of requirements.lock for this platform."""
    for line in re.findall(r"^\w.*(?= \\$)", (ROOT / "requirements.lock").read_text(), re.MULTILINE):
        requirement = Requirement(line)
        if requirement.marker is None or requirement.marker.evaluate():
            yield requirement.name


def link_dependencies(folder: Path) -> None:
    """Fill a folder with links to the packages of requirements.lock in this environment, and no other packages."""
    folder.mkdir()
    for name in locked():
        package = distribution(name)
        for part in {file.parts[0] for file in package.files or () if file.parts[0] not in {"..", "__pycache__"}}:
            link = folder / part
            if not link.exists():
                link.symlink_to(str(package.locate_file(part)))


@pytest.fixture(scope="module")
def commands(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the commands of a read-only installation; its name has a space."""
    folder = tmp_path_factory.mktemp("place") / "an installation"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder], check=True)
    python = str(folder / "bin" / "python")
    pip = [sys.executable, "-m", "pip", "--python", python, "install", "--quiet", "--no-index", "--no-deps"]
    subprocess.run([*pip, str(wheel)], check=True)
    (packages,) = folder.glob("lib/*/site-packages")
    link_dependencies(folder / "dependencies")
    (packages / "dependencies.pth").write_text(str(folder / "dependencies"))
    for path in folder.rglob("*"):
        if not path.is_symlink():
            path.chmod(path.stat().st_mode & ~0o222)
    assert "PermissionError" in run([python, "-c", f"open({str(packages / 'new')!r}, 'w')"], folder).stderr
    return folder / "bin"


def limited(command: list[str]) -> list[str]:
    """Return the command without root's right to write to read-only files."""
    return ["setpriv", "--bounding-set=-dac_override", "--", *command] if os.geteuid() == 0 else command


def run(command: list[str], folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a command in this folder, without HOME."""
    variables = {"PATH": "/usr/bin:/bin", **environment}
    return subprocess.run(limited(command), cwd=folder, env=variables, capture_output=True, text=True)


def verdicts(folder: Path) -> dict[str, str]:
    """Return the outcomes of a report by id."""
    results = json.loads((folder / "conformance.json").read_text())["results"]
    return {result["id"]: result["outcome"] for result in results}


def credentials(lines: dict[str, str]) -> dict[str, str]:
    """Return the credentials in the mock's printed commands, as environment variables of the suite."""
    form = dict(part.split("=", 1) for part in shlex.split(lines["New token"]) if "=" in part)
    token = lines["Test it"].partition(" ")[0]
    assert token.startswith("PHONE_API_TOKEN=")
    return {
        "PHONE_API_TOKEN": token.partition("=")[2],
        "PHONE_API_CLIENT_ID": form["client_id"],
        "PHONE_API_CLIENT_SECRET": form["client_secret"],
    }


@pytest.fixture(scope="module")
def verdicts_in_repo(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The verdicts on the embedded mock, from a run in the repo."""
    folder = tmp_path_factory.mktemp("repo")
    command = [sys.executable, "-m", "scripts.conformance", "--fuzz-examples=0", f"--report-dir={folder}"]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    return verdicts(folder)


@contextmanager
def installed_mock(commands: Path, folder: Path) -> Iterator[dict[str, str]]:
    """Run `phone-mock` in this folder; yields its printed lines by title."""
    with started(limited([str(commands / "phone-mock")]), cwd=folder, env={"PATH": "/usr/bin:/bin"}) as lines:
        yield lines


def options(lines: dict[str, str]) -> list[str]:
    """Return the options for a complete run of the suite against the mock."""
    target = shlex.split(lines["Test it"])[2:]
    own, foreign = (group.split() for group in lines["Extensions"].split(";"))
    ids = ["--fresh-extension-id", own[1], "--foreign-extension-id", foreign[0], "--me-extension-id", own[0]]
    return [*target, *ids, "--fuzz-examples", "0", "--report-dir", "reports"]


def test_the_installed_commands_give_the_same_verdicts_as_in_the_repo(
    commands: Path, verdicts_in_repo: dict[str, str], tmp_path: Path
) -> None:
    elsewhere = tmp_path / "another folder"
    elsewhere.mkdir()
    with installed_mock(commands, elsewhere) as lines:
        suite = shlex.split(lines["Test it"])[1]
        ended = run([suite, *options(lines)], elsewhere, **credentials(lines))
    assert suite == str(commands / "phone-contract")
    assert ended.returncode == 0, ended
    assert verdicts(elsewhere / "reports") == verdicts_in_repo


def test_the_suite_and_the_contract_alone_give_the_same_verdicts(
    commands: Path, verdicts_in_repo: dict[str, str], tmp_path: Path
) -> None:
    copy = tmp_path / "a copy"
    shutil.copytree(ROOT / "contract_tests", copy / "contract_tests")
    shutil.copy(ROOT / "openapi.yaml", copy)
    with installed_mock(commands, tmp_path) as lines:
        ended = run([sys.executable, "-m", "contract_tests", *options(lines)], copy, **credentials(lines))
    assert ended.returncode == 0, ended
    assert verdicts(copy / "reports") == verdicts_in_repo


def test_the_installed_mock_serves_the_contract(commands: Path, tmp_path: Path) -> None:
    with installed_mock(commands, tmp_path) as lines:
        page = run(["curl", "--location", lines["Browser"]], tmp_path).stdout
        contract = run(["curl", f"{lines['Browser']}/openapi.yaml"], tmp_path).stdout
    assert "in a clone of the project" in page
    assert contract == (ROOT / "openapi.yaml").read_text()
