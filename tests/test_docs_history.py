"""The changelog of the contract: what changed between the tagged versions in its git repository."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from contract_tests.contract.document import Contract
from scripts.contract_lint.source import CONTRACT as FILE
from scripts.docs import history
from scripts.docs import site as docs
from scripts.node_packages import NotRunError
from tests.suite import lacking

DEFAULT = "default: 60, x-evidence"
NOBODY = {f"GIT_{role}_{what}": "nobody@example.com" for role in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}


def git(folder: Path, *arguments: str) -> None:
    environment = {"PATH": os.environ["PATH"], "GIT_CONFIG_GLOBAL": os.devnull, **NOBODY}
    subprocess.run(["git", *arguments], cwd=folder, env=environment, check=True, capture_output=True)


def release(folder: Path, text: str, tag: str) -> Path:
    """Write a version of the contract, and tag it; returns its file."""
    file = folder / "openapi.yaml"
    file.write_text(text, encoding="utf-8")
    git(folder, "add", ".")
    git(folder, "commit", "--message", tag)
    git(folder, "tag", tag)
    return file


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    git(tmp_path, "init", "--quiet")
    return tmp_path


def version(number: str) -> str:
    return FILE.read_text(encoding="utf-8").replace("version: 0.1.0", f"version: {number}", 1)


def test_a_contract_outside_of_git_is_its_first_version(tmp_path: Path) -> None:
    (tmp_path / "openapi.yaml").write_text(version("0.1.0"), encoding="utf-8")
    [only] = history.releases(Contract(tmp_path / "openapi.yaml"))
    assert (only.name, only.is_compared) == (history.UNRELEASED, False)


def test_the_newest_version_comes_first_and_each_is_compared_with_the_one_before(repository: Path) -> None:
    release(repository, "no contract", "v0.0.9")
    release(repository, version("0.1.0"), "v0.1.0")
    file = release(repository, version("0.10.0").replace(DEFAULT, "default: 61, x-evidence"), "v0.10.0")
    newest, first, unreadable = history.releases(Contract(file))
    assert (newest.name, newest.before, first.name, first.is_compared) == ("v0.10.0", "v0.1.0", "v0.1.0", False)
    assert [str(change) for change in newest.changes] == ["breaking  hangup_timeout: default: 60 -> 61"]
    assert (unreadable.name, unreadable.document) == ("v0.0.9", None)
    file.write_text(version("0.10.0").replace(DEFAULT, "default: 62, x-evidence"), encoding="utf-8")
    unreleased = history.releases(Contract(file))[0]
    assert (unreleased.name, unreleased.before, len(unreleased.changes)) == (history.UNRELEASED, "v0.10.0", 1)


def test_the_page_tells_the_changes_and_older_versions_stay(repository: Path) -> None:
    old = release(repository, version("0.1.0"), "v0.1.0").read_bytes()
    file = release(repository, version("0.2.0").replace(DEFAULT, "default: 61, x-evidence"), "v0.2.0")
    site = repository / "site"
    try:
        docs.build(site, Contract(file))
    except NotRunError as error:
        lacking(str(error))
    page = (site / "changelog.html").read_text(encoding="utf-8")
    assert page.index("Version 0.2.0") < page.index("Breaking since v0.1.0") < page.index("Version 0.1.0")
    assert "<code>hangup_timeout</code>: default: 60 -&gt; 61" in page
    assert 'href="v0.1.0/openapi.yaml"' in page
    assert (site / "v0.1.0" / "openapi.yaml").read_bytes() == old
    assert 'href="../v0.1.0/openapi.yaml"' in (site / "v0.2.0" / "changelog.html").read_text(encoding="utf-8")
