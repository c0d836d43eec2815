"""The logic of `make tools` that runs no tool: its verdicts and its page."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

from scripts.tools.generators import EDIT, GENERATORS, GO_CORRECTION, Trial
from scripts.tools.installed import EDITIONS, HERE
from scripts.tools.loaders import LOADERS, FailedError, Loader, Loading, run, try_out
from scripts.tools.page import ABOUT_LANGUAGES, MEANING, page
from scripts.tools.steps import EXPECTED, cells
from tests.suite import ROOT

PAGE = (ROOT / "docs" / "tools.md").read_text(encoding="utf-8")
ALL_RIGHT = "\n".join(f"{step}={text}" for step, text in EXPECTED.items())


def test_the_correction_for_go_covers_the_defaults_of_both_editions(tmp_path: Path) -> None:
    line = "\tvar {0} Bundle = {1}\n"
    file = tmp_path / "model.go"
    defaults = ["{}", '{"bundle_id":null}', "null"]
    file.write_text("".join(line.format("bundle", default) for default in defaults) + "\tvar limit int64 = 0\n")
    subprocess.run([*EDIT, GO_CORRECTION, file], check=True)
    assert file.read_text() == "\tvar bundle Bundle\n" * len(defaults) + "\tvar limit int64 = 0\n"


def loader(*command: str) -> Loader:
    return Loader("some tool", "validates", lambda: "1.2.3", lambda _, folder: run([*command], folder))


def test_a_step_counts_only_with_exactly_the_right_line() -> None:
    assert set(cells(ALL_RIGHT).values()) == {"✓"}
    wrong = cells(ALL_RIGHT.replace("enum=mp3", "enum=MP3").replace("404=404 not_found", ""))
    assert {step: cell for step, cell in wrong.items() if cell != "✓"} == {"enum": "MP3", "404": "nothing"}


def test_a_tool_that_succeeds_or_fails_or_is_not_installed() -> None:
    fails = "import sys; sys.exit('Error: the schema is wrong')"
    assert try_out(loader(sys.executable, "-c", "pass"), "3.1").outcome == "yes"
    failed = try_out(loader(sys.executable, "-c", fails), "3.0")
    assert (failed.outcome, failed.remark) == ("no", "Error: the schema is wrong")
    missing = try_out(loader("no-such-program"), "3.0")
    assert (missing.outcome, missing.remark) == ("not tried", "no-such-program is not installed")


def test_a_known_failure_has_its_note_and_another_edition_has_none() -> None:
    def fail(_contract: Path, _folder: Path) -> str:
        raise FailedError("exit code 1")

    noted = Loader("some tool", "validates", lambda: "1", fail, {"3.0": "it knows no map"})
    assert [try_out(noted, edition).remark for edition in ("3.1", "3.0")] == ["exit code 1", "it knows no map"]


def test_the_page_shows_failures() -> None:
    good = Trial("good", "1", "3.1", cells(ALL_RIGHT))
    bad = Trial("bad", "1", "3.1", {}, "the compiler fails: a | b")
    odd = Trial("odd", "1", "3.1", cells(ALL_RIGHT.replace("enum=mp3", "enum=MP3")))
    loadings = [Loading("tool", "lints", "2", "3.1", "yes", ""), Loading("tool", "lints", "2", "3.0", "no", "line 3")]
    text = page([good, bad, odd], loadings, ["Python 3"])
    count = len(EXPECTED)
    assert f"| good | 1 | 3.1 |{' ✓ |' * count}" in text
    assert f"| bad | 1 | 3.1 |{' 1 |' * count}" in text
    assert "1. `the compiler fails: a | b`\n2. `MP3`\n" in text
    assert "| odd | 1 | 3.1 | ✓ | ✓ | 2 | ✓ |" in text
    assert "| tool | 2 | lints | yes | no | 3.0: line 3 |" in text


def test_the_committed_page_has_each_tool_in_its_pinned_version() -> None:
    assert EXPECTED.keys() == MEANING.keys()
    for generator in GENERATORS:
        editions = re.findall(rf"^\| {re.escape(generator.name)} \| [\d.]+ \| (3\.\d) \|", PAGE, re.MULTILINE)
        assert editions == [*EDITIONS], generator.name
    for tool in LOADERS:
        assert PAGE.count(f"| {tool.name} |") == 1, tool.name
    assert ABOUT_LANGUAGES in PAGE
    pinned = json.loads((HERE / "package.json").read_text(encoding="utf-8"))["dependencies"].values()
    assert [version for version in pinned if version not in PAGE] == []


def test_the_lock_files_name_no_registry_and_every_package() -> None:
    assert '"resolved"' not in (HERE / "package-lock.json").read_text(encoding="utf-8")
    lock = (HERE / "requirements.lock").read_text(encoding="utf-8")
    wanted = [line for line in (HERE / "requirements.in").read_text(encoding="utf-8").splitlines() if "==" in line]
    assert [package for package in wanted if f"{package} \\\n    --hash=sha256:" not in lock] == []
    assert "://" not in lock
