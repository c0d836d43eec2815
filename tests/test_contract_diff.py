"""`make diff` on edited copies of the contract: breaking changes, harmless changes, and wrong arguments."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from scripts.contract_diff import __main__ as diff_contract
from scripts.contract_diff import rules
from scripts.contract_diff.__main__ import USAGE
from scripts.contract_diff.compare import changes
from scripts.contract_diff.versions import may_break
from scripts.contract_lint.source import CONTRACT
from tests.contract_edits import EDITS, OURS, WIRE, default
from tests.contract_faults import SCHEMAS, Change, both, put, ref
from tests.suite import in_process, lacking
from tests.test_contract_lint import DOCUMENT, TEXT, broken

WHAT = re.compile(r"(?P<keyword>[^:(]+?)(: .*?)?(?P<messages> \(in .*\))?", re.DOTALL)
TURNED = {"is new": "is gone", "is gone": "is new"}


def stored(change: Change, file: Path) -> Path:
    """Write the contract after an edit as JSON, which is also YAML."""
    file.write_text(json.dumps(broken(change)), encoding="utf-8")
    return file


def compared(old: dict[str, Any], new: dict[str, Any]) -> tuple[bool, Counter[str]]:
    """Return whether a change breaks, and the number of lines by place and keyword."""
    reported, lines = changes(old, new), Counter[str]()
    for change in reported:
        what = WHAT.fullmatch(change.what)
        assert what
        lines[f"{change.place}: {what['keyword']}{what['messages'] or ''}"] += 1
    return any(change.breaking for change in reported), lines


@pytest.mark.parametrize("name", EDITS)
def test_an_edit_is_rated_in_both_directions_and_nothing_else_is_reported(name: str) -> None:
    edit, edited = EDITS[name], broken(EDITS[name].change)
    assert compared(DOCUMENT, edited) == (edit.breaks, Counter(edit.lines))
    lines_back = edit.lines_back or {
        re.sub("is new|is gone", lambda word: TURNED[word[0]], line) for line in edit.lines
    }
    assert compared(edited, DOCUMENT) == (edit.breaks_back, Counter(lines_back))


def test_about_a_hundred_edits_are_rated() -> None:
    assert len(WIRE) + len(OURS) >= 100


def test_each_keyword_of_the_contract_is_rated() -> None:
    rated = {keyword.partition(" ")[0] for keyword in rules.EXTENSIONS}
    assert rated == {"x-vocabulary", *DOCUMENT["x-vocabulary"]}


def run(*arguments: str | Path, **environment: str) -> subprocess.CompletedProcess[str]:
    return in_process(diff_contract.main, *arguments, environment={**os.environ, **environment})


def test_the_report_names_place_and_values_and_counts(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    edit = both(default("hangup_timeout", 50), put(f"{SCHEMAS}/Label", {"x-risk": "medium"}))
    code = diff_contract.main([str(CONTRACT), str(stored(edit, tmp_path / "new.json"))])
    assert code == 1
    assert capsys.readouterr().out.splitlines()[:-1] == [
        "breaking  hangup_timeout: default: 60 -> 50",
        'harmless  label: x-risk: "low" -> "medium"',
        "version 0.1.0 -> 0.1.0: 1 breaking, 1 harmless",
    ]


@pytest.mark.parametrize(
    ("edit", "version", "code"),
    [
        (default("hangup_timeout", 50), "0.1.1", 1),
        (default("hangup_timeout", 50), "0.2.0", 0),
        (put(f"{SCHEMAS}/Label", {"x-risk": "medium"}), "0.1.0", 0),
        (both(), "0.1.0", 0),
    ],
)
def test_a_release_may_break_under_a_new_version(edit: Change, version: str, code: int, tmp_path: Path) -> None:
    new = stored(both(edit, put("#/info", {"version": version})), tmp_path / "new.json")
    assert diff_contract.main(["--versioned", str(CONTRACT), str(new)]) == code
    # Without --versioned, the exit code does not depend on the version.
    breaks = any(change.breaking for change in changes(DOCUMENT, broken(edit)))
    assert diff_contract.main([str(CONTRACT), str(new)]) == breaks


@pytest.mark.parametrize(
    ("old", "new", "announced"),
    [
        ("0.1.0", "0.1.9", False),
        ("0.1.0", "0.2.0", True),
        ("0.9.0", "0.10.0", True),
        ("0.2.0", "0.1.0", False),
        ("0.9.0", "1.0.0", True),
        ("1.0.0", "1.1.0", False),
        ("1.4.0", "2.0.0", True),
        ("1.0.0", "0.9.0", False),
        ("one", "2.0.0", False),
    ],
)
def test_a_version_announces_a_break(old: str, new: str, announced: bool) -> None:
    assert may_break(old, new) is announced


def clone(folder: Path) -> Path:
    """Make a git repository: its first tag has the contract with another default, its second tag the contract."""
    if shutil.which("git") is None:
        lacking("git")
    git = [
        "git",
        "-c",
        "commit.gpgsign=false",
        "-c",
        "user.name=a",
        "-c",
        "user.email=a@example.com",
        "-C",
        str(folder),
    ]
    text = TEXT.replace("default: 60,", "default: 50,")
    assert text != TEXT
    for command in (["init", "--quiet"], ["commit", "--quiet", "--allow-empty", "--message=Begin"], ["tag", "empty"]):
        subprocess.run([*git, *command], check=True)
    for content, tag in ((text, "v0.1.0"), (TEXT, "v0.1.1")):
        (folder / CONTRACT.name).write_text(content, encoding="utf-8")
        subprocess.run([*git, "add", CONTRACT.name], check=True)
        subprocess.run([*git, "commit", "--quiet", "--message=Change"], check=True)
        subprocess.run([*git, "tag", tag], check=True)
    return folder / CONTRACT.name


def test_old_may_be_a_revision_and_a_file_comes_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(diff_contract, "CONTRACT", clone(tmp_path))
    monkeypatch.chdir(tmp_path)
    assert diff_contract.main(["v0.1.0", str(CONTRACT)]) == 1
    assert capsys.readouterr().out.startswith("breaking  hangup_timeout: default: 50 -> 60\n")
    assert [diff_contract.main([old, str(CONTRACT)]) for old in ("HEAD~1", "HEAD")] == [1, 0]
    (tmp_path / "v0.1.0").write_text(TEXT, encoding="utf-8")
    assert diff_contract.main(["v0.1.0", str(CONTRACT)]) == 0
    with pytest.raises(SystemExit) as ended:
        diff_contract.main(["empty", str(CONTRACT)])
    assert ended.value.code == USAGE
    assert capsys.readouterr().err == "diff: empty: this revision has no openapi.yaml\n"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, "there is no such file, and no such git revision in this clone"),
        (b"\xff\xfe\x00", "cannot be read: "),
        (b"{", "cannot be read: "),
        (b"[" * 1500, "cannot be read: "),
        (b"- a list", "cannot be read: not a YAML mapping"),
        (b"", "cannot be read: not a YAML mapping"),
        (b"a: &a [*a]", "no contract: #: document-is-json: "),
        (b"openapi: 3.1.1", "no contract: #: document-is-valid-openapi: "),
        (TEXT.replace("x-risk: low", "x-risk: none").encode(), "no contract: #/components/schemas/Label/x-risk: "),
        (TEXT.replace("$ref: '#/components/schemas/Label'", "$ref: x.yaml").encode(), "no contract: #/components/"),
    ],
    ids=["no file", "no text", "half", "deep", "list", "empty", "endless", "no paths", "no risk", "no target"],
)
def test_a_file_that_cannot_be_compared_gives_a_message_of_one_line_and_a_usage_error(
    content: bytes | None, message: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "old.yaml"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(SystemExit) as ended:
        diff_contract.main([str(file)])
    printed = capsys.readouterr()
    assert (ended.value.code, printed.out) == (USAGE, "")
    assert printed.err.startswith(f"diff: {file}: {message}")
    assert printed.err.count("\n") == 1


def test_a_schema_within_itself_cannot_be_compared(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = stored(put(f"{SCHEMAS}/BundleEntry/properties", {"inner": ref("BundleEntry")}), tmp_path / "old.json")
    with pytest.raises(SystemExit):
        diff_contract.main([str(file)])
    assert capsys.readouterr().err.endswith("a reference leads back to itself\n")


@pytest.mark.parametrize("old", ["no-such-revision", "", "--help", "HEAD; true", "a\nb"])
def test_an_unknown_revision_gives_a_message_of_one_line(old: str) -> None:
    result = run("--", old)
    assert (result.returncode, result.stdout) == (USAGE, "")
    assert result.stderr.endswith("there is no such file, and no such git revision in this clone\n")
    assert len(result.stderr.splitlines()) == 1
