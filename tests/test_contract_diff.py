"""`make diff` on edited copies of the contract: what breaks, what is harmless, and what cannot be compared."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from scripts.contract_diff import __main__ as diff_contract
from scripts.contract_diff import meaning
from scripts.contract_diff.__main__ import NOT_RUN, USAGE, Comparison, compare, may_break
from scripts.contract_lint import redocly
from scripts.contract_lint.__main__ import CONTRACT
from scripts.contract_lint.pointer import resolve
from tests.contract_faults import ACTIVE, GET, PATH, RESOURCE, SCHEMAS, UPDATE, Change, both, drop, put, ref
from tests.suite import ROOT, lacking
from tests.test_contract_lint import DOCUMENT, TEXT, broken

GUARDED = {"auth_type": "network", "geo_list": "*"}
PING = {"operationId": "ping", "parameters": []}
LABEL = {"type": ["string", "null"], "description": "A label.", "x-risk": "low", "x-evidence": {"type": "stated"}}


def evidence(schema: str, **levels: str) -> Change:
    return put(f"{SCHEMAS}/{schema}/x-evidence", levels)


def default(name: str, value: object) -> Change:
    return put(f"{RESOURCE}/properties/{name}", {"default": value})


def new_property(**keywords: object) -> Change:
    return both(
        put(SCHEMAS, {"Nickname": {**LABEL, **keywords}}),
        put(f"{RESOURCE}/properties", {"nickname": ref("Nickname")}),
        put(f"{UPDATE}/properties", {"nickname": ref("Nickname")}),
    )


def rename(old: str, new: str) -> Change:
    """Give a schema another name everywhere, which nobody sees on the wire."""

    def change(document: dict[str, Any]) -> None:
        text = json.dumps(document).replace(f'{SCHEMAS}/{old}"', f'{SCHEMAS}/{new}"').replace(f'"{old}":', f'"{new}":')
        document.clear()
        document.update(json.loads(text))

    return change


# By name: the edit, and the places of the changes that it makes.
BREAKING: dict[str, tuple[Change, set[str]]] = {
    # on the wire
    "enum loses a value": (put(f"{SCHEMAS}/AuthType", {"enum": ["digest", "both"]}), {"auth_type"}),
    "enum gains a value": (put(f"{SCHEMAS}/RecordFormat", {"enum": ["mp3", "wav", "ogg"]}), {"record_format"}),
    "null is no longer allowed": (put(f"{SCHEMAS}/Label", {"type": "string"}), {"label"}),
    "null is allowed": (put(f"{SCHEMAS}/VmEnabled", {"type": ["boolean", "null"]}), {"vm_enabled"}),
    "another type": (put(f"{SCHEMAS}/HangupTimeout", {"type": "string"}), {"hangup_timeout"}),
    "a tighter bound": (put(f"{SCHEMAS}/Intercom", {"maximum": 60}), {"intercom"}),
    "another pattern": (put(f"{SCHEMAS}/GeoList", {"pattern": "^[A-Z]{2}$"}), {"geo_list"}),
    "a member of an entry is gone": (drop(ACTIVE.rpartition("/")[0], "active"), {"bundle.bundle_list.active"}),
    "an answer need not hold a property": (
        lambda document: document["components"]["schemas"]["PhoneProperties"]["required"].remove("geo_list"),
        {"/extension/{extension_id}/phone/ get 200"},
    ),
    "an update must hold a property": (
        put(UPDATE, {"required": ["label"]}),
        {"/extension/{extension_id}/phone/ put requestBody"},
    ),
    "an operation is gone": (drop(PATH, "put"), {"/extension/{extension_id}/phone/ put"}),
    "an answer is gone": (drop(f"{GET}/responses", "404"), {"/extension/{extension_id}/phone/ get 404"}),
    # ours
    "another default": (default("hangup_timeout", 50), {"hangup_timeout"}),
    "false for the default 0": (default("hold_music", False), {"hold_music"}),  # Python takes the two for one
    "another default of an object": (default("bundle", {"bundle_list": {}, "bundle_id": None}), {"bundle"}),
    "a default is gone": (drop(f"{RESOURCE}/properties/auth_type", "default"), {"auth_type"}),
    "a default is new": (default("label", ""), {"label"}),
    "the default null is gone": (drop(f"{RESOURCE}/properties/intercom", "default"), {"intercom"}),
    "evidence is raised": (evidence("GeoList", pattern="stated"), {"geo_list"}),
    "evidence of null is raised": (evidence("ConferencePin", null="stated"), {"conference_pin"}),
    "evidence of a default is raised": (
        put(f"{RESOURCE}/properties/preserve_caller_id_number_att_tr/x-evidence", {"default": "stated"}),
        {"preserve_caller_id_number_att_tr"},
    ),
    "evidence of a member is raised": (put(f"{ACTIVE}/x-evidence", {"null": "example"}), {"bundle.bundle_list.active"}),
    "evidence of the path is raised": (
        put("#/components/parameters/ExtensionId/schema/x-evidence", {"pattern": "stated"}),
        {"/extension/{extension_id}/phone/ get 0", "/extension/{extension_id}/phone/ put 0"},
    ),
    "risk is lowered": (put(f"{SCHEMAS}/ExternalNumber", {"x-risk": "high"}), {"external_number"}),
    "another unit": (put(f"{SCHEMAS}/HangupTimeout", {"x-unit": "milliseconds"}), {"hangup_timeout"}),
    "ids may no longer be refused": (drop(f"{SCHEMAS}/VmGreeting", "x-refers-to"), {"vm_greeting"}),
    "other values are equal": (put(f"{SCHEMAS}/HoldMusic", {"x-equal-values": [[0, 1]]}), {"hold_music"}),
    "a word is no longer tolerated": (
        put(f"{SCHEMAS}/RecordStereo", {"x-tolerated-values": ["yes"]}),
        {"record_stereo"},
    ),
    "a value must be taken": (put(f"{SCHEMAS}/IncomingLimit", {"x-named-values": [0, 1, 2, 3]}), {"incoming_limit"}),
    "another value where nothing was set": (
        put(RESOURCE, {"x-unset-value": {"value": "", "evidence": "inferred"}}),
        {"/extension/{extension_id}/phone/ get 200", "/extension/{extension_id}/phone/ put 200"},
    ),
    "what stands there is better backed": (
        put(f"{RESOURCE}/x-unset-value", {"evidence": "stated"}),
        {"/extension/{extension_id}/phone/ get 200", "/extension/{extension_id}/phone/ put 200"},
    ),
    "PUT replaces": (put(f"{PATH}/put", {"x-update": "replace"}), {"/extension/{extension_id}/phone/ put"}),
    "a bundle is merged": (put(f"{SCHEMAS}/Bundle", {"x-update": "merge"}), {"bundle"}),
    "what opens the phone may be sent": (
        drop(UPDATE, "x-never-together"),
        {"/extension/{extension_id}/phone/ put requestBody"},
    ),
    "another recording format": (
        lambda document: document["components"]["schemas"]["RecordFormat"]["x-recording-formats"].pop(),
        {"record_format"},
    ),
    "a keyword that nobody rated": (put(f"{SCHEMAS}/Label", {"x-colour": "red"}), {"label"}),
}
HARMLESS: dict[str, tuple[Change, set[str]]] = {
    # on the wire
    "a property that is optional": (new_property(), {"nickname", "components schemas Nickname"}),
    "the same with a default and a risk": (
        new_property(default="", **{"x-named-values": [""]}),
        {"nickname", "components schemas Nickname"},
    ),
    "an operation is new": (
        lambda document: put("#/paths", {"/ping/": {"get": {**resolve(document, GET), **PING}}})(document),
        {"/ping/"},
    ),
    "another name of a schema": (
        rename("Error", "Refusal"),
        {"components schemas Error", "components schemas Refusal"},
    ),
    "another description": (put(f"{SCHEMAS}/Label", {"description": "Display name."}), {"label"}),
    "another summary": (put(GET, {"summary": "Fetch"}), {"/extension/{extension_id}/phone/ get"}),
    "another example": (put(f"{SCHEMAS}/Label", {"examples": ["Front desk"]}), {"label"}),
    "another version": (put("#/info", {"version": "0.1.1"}), {"info"}),
    "a default host": (
        put("#/servers/0/variables/hostname", {"default": "api.test"}),
        {"servers 0 variables hostname"},
    ),
    # ours
    "evidence is lowered": (evidence("StaticRegAddress", pattern="example"), {"static_reg_address"}),
    "evidence of a default is lowered": (
        put(f"{RESOURCE}/properties/vm_enabled/x-evidence", {"default": "inferred"}),
        {"vm_enabled"},
    ),
    "risk is raised": (put(f"{SCHEMAS}/Label", {"x-risk": "medium"}), {"label"}),
    "a unit is told": (put(f"{SCHEMAS}/VmGreeting", {"x-unit": "files"}), {"vm_greeting"}),
    "ids may be refused": (put(f"{SCHEMAS}/Intercom", {"x-refers-to": "phone"}), {"intercom"}),
    "the same said otherwise": (put(f"{SCHEMAS}/VmGreeting", {"x-refers-to": "a sound"}), {"vm_greeting"}),
    "a word more is tolerated": (put(f"{SCHEMAS}/VmEnabled", {"x-tolerated-values": ["yes"]}), {"vm_enabled"}),
    "a value may be refused": (put(f"{SCHEMAS}/IncomingLimit", {"x-named-values": [0, 1]}), {"incoming_limit"}),
    "less is sent at once": (
        put(UPDATE, {"x-never-together": [GUARDED, {"vm_enabled": False}]}),
        {"/extension/{extension_id}/phone/ put requestBody"},
    ),
    "a contradiction is told": (put(f"{SCHEMAS}/AuthType", {"x-contradiction": "None."}), {"auth_type"}),
    "another explanation": (put("#/x-vocabulary", {"x-unit": "The unit."}), {"the document"}),
    "another program": (
        lambda document: document["paths"]["/extension/{extension_id}/phone/"]["put"]["x-codeSamples"].pop(),
        {"/extension/{extension_id}/phone/ put"},
    ),
}
NONE: dict[str, tuple[Change, set[str]]] = {
    "no edit": (both(), set()),
    "another order": (
        lambda document: document["components"]["schemas"].update(
            AuthType=dict(reversed(document["components"]["schemas"]["AuthType"].items()))
        ),
        set(),
    ),
    "60.0 for 60": (default("hangup_timeout", 60.0), set()),
}
EDITS = BREAKING | HARMLESS | NONE


def stored(change: Change, file: Path) -> Path:
    """A JSON file, which is YAML too, of the contract after an edit."""
    file.write_text(json.dumps(broken(change)), encoding="utf-8")
    return file


def groups() -> list[list[str]]:
    """The edits in groups that touch no place twice, since each run of Redocly takes a second."""
    made: list[list[str]] = []
    for name in BREAKING | HARMLESS:
        fits = (group for group in made if not any(_meet(EDITS[name][1], EDITS[other][1]) for other in group))
        group = next(fits, [])
        group.append(name)
        if len(group) == 1:
            made.append(group)
    return [*made, list(NONE)]


def _meet(one: set[str], other: set[str]) -> bool:
    return any(left.startswith(right) or right.startswith(left) for left in one for right in other)


@pytest.fixture(scope="module")
def compared(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Comparison]:
    """By edit, the contract beside the copy of it with all edits of its group."""
    if shutil.which("npm") is None:
        lacking("npm")
    folder = tmp_path_factory.mktemp("diff")
    found: dict[str, Comparison] = {}
    for number, group in enumerate(groups()):
        file = stored(both(*(EDITS[name][0] for name in group)), folder / f"{number}.json")
        found |= dict.fromkeys(group, compare(CONTRACT, CONTRACT.name, file))
    return found


@pytest.mark.parametrize("name", EDITS)
def test_an_edit_is_rated(name: str, compared: dict[str, Comparison]) -> None:
    places = EDITS[name][1]
    found = [change for change in compared[name].changes if change.place in places]
    assert compared[name].not_run == ""
    assert {change.place for change in found} == places
    assert any(change.breaking for change in found) == (name in BREAKING)


def test_nothing_else_is_reported(compared: dict[str, Comparison]) -> None:
    for group in groups():
        made = set().union(*(EDITS[name][1] for name in group))
        assert {change.place for change in compared[group[0]].changes} == made


def test_each_keyword_of_the_contract_is_rated() -> None:
    told = {keyword.partition(" ")[0] for keyword in meaning.RULES}
    assert told == {"default", "x-vocabulary", *DOCUMENT["x-vocabulary"]}


def run(*arguments: str | Path, **environment: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "scripts.contract_diff.__main__", *map(str, arguments)]
    return subprocess.run(command, cwd=ROOT, env={**os.environ, **environment}, capture_output=True, text=True)


@pytest.fixture
def without_redocly(monkeypatch: pytest.MonkeyPatch) -> None:
    """Redocly finds nothing, so that a test of the rest takes no second."""
    monkeypatch.setattr(redocly, "diff", lambda _old, _new: [])


@pytest.mark.usefixtures("without_redocly")
def test_the_report_names_place_and_values_and_counts(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    edit = both(default("hangup_timeout", 50), put(f"{SCHEMAS}/Label", {"x-risk": "medium"}))
    code = diff_contract.main([str(CONTRACT), str(stored(edit, tmp_path / "new.json"))])
    assert code == 1
    assert capsys.readouterr().out.splitlines()[:-1] == [
        "breaking  hangup_timeout: default: 60 -> 50",
        'harmless  label: x-risk: "low" -> "medium"',
        "version 0.1.0 -> 0.1.0: 1 breaking, 1 harmless",
    ]


@pytest.mark.usefixtures("without_redocly")
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
    # Who only asks what breaks is told so under any version.
    breaks = any(change.breaking for change in meaning.changes(DOCUMENT, broken(edit)))
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
    """A repository with a tag, and after it a commit whose default differs."""
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


@pytest.mark.usefixtures("without_redocly")
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
    ("content", "told"),
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
def test_what_cannot_be_compared_gives_one_line_and_an_exit_code_of_its_own(
    content: bytes | None, told: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "old.yaml"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(SystemExit) as ended:
        diff_contract.main([str(file)])
    printed = capsys.readouterr()
    assert (ended.value.code, printed.out) == (USAGE, "")
    assert printed.err.startswith(f"diff: {file}: {told}")
    assert printed.err.count("\n") == 1


def test_a_schema_within_itself_cannot_be_compared(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = stored(put(f"{SCHEMAS}/BundleEntry/properties", {"inner": ref("BundleEntry")}), tmp_path / "old.json")
    with pytest.raises(SystemExit):
        diff_contract.main([str(file)])
    assert capsys.readouterr().err.endswith("a reference leads back to itself\n")


def test_where_redocly_cannot_run_harmless_is_not_certain(tmp_path: Path) -> None:
    same, other = run(CONTRACT, PATH="/nonexistent"), stored(default("intercom", 5), tmp_path / "old.json")
    assert same.returncode == NOT_RUN
    assert "redocly was not run" in same.stdout
    assert run(other, PATH="/nonexistent").returncode == 1


@pytest.mark.parametrize("old", ["no-such-revision", "", "--help", "HEAD; true", "a\nb"])
def test_an_unknown_revision_is_told_in_one_line(old: str) -> None:
    result = run("--", old)
    assert (result.returncode, result.stdout) == (USAGE, "")
    assert result.stderr.endswith("there is no such file, and no such git revision in this clone\n")
    assert len(result.stderr.splitlines()) == 1
