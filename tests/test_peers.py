"""The comparison with other tools: the choice of faults, one tool on one fault, the reading of each tool's output."""

from __future__ import annotations

import json
import re
from functools import partial
from pathlib import Path

import pytest
import yaml

from contract_tests.contract import CONTRACT
from scripts.peers import commands, outputs
from scripts.peers.measured import Measured, Store, Tool
from scripts.peers.node_tools import portman_settings, without_formats
from scripts.peers.other_tools import adapted, tavern_tests
from scripts.peers.servers import CORRECT, FAULTS, chosen, family
from scripts.peers.suite import CORE
from scripts.peers.table import Column, part
from scripts.peers.values import all_at_once, changes
from tests.servers import BREAKING, SYSTEMATIC
from tests.suite import ROOT

PAGE = (ROOT / "docs" / "bench.md").read_text(encoding="utf-8")


def tool(name: str, failures: set[str] | None = None) -> Tool:
    return Tool(name, "as in a test", partial(str, "1.0"), lambda _, __: failures or set(), ())


def run(*failures: str, changed: int = 0, stopped: str = "") -> Measured:
    return Measured(1234, 2.5, [*failures], ["54 label"] * changed, stopped)


def junit(folder: Path, name: str, text: str) -> Path:
    file = folder / "junit.xml"
    file.write_text(
        f'<testsuite><testcase name="{name}"><failure><![CDATA[{text}]]></failure></testcase><testcase name="good"/>'
        "</testsuite>"
    )
    return file


def test_the_faults_are_different_and_of_all_kinds() -> None:
    faults = chosen()
    assert len(set(faults)) == FAULTS
    assert {family(fault) for fault in faults} == {family(name) for name in [*BREAKING, *SYSTEMATIC]}


def test_the_planned_core_finds_a_fault_and_the_result_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(commands, "SECONDS", 3600)  # a busy machine is no fault of the tool
    fault = "put_writes_nothing"
    result = Store(tmp_path).measured(CORE, fault)
    assert result.requests > 100
    assert not result.stopped
    assert any(failure.startswith("put_is_stored:") for failure in result.failures)
    assert Store(tmp_path).read(CORE, fault) == result


def test_a_tool_that_breaks_off_is_told_and_other_sources_give_another_file(tmp_path: Path) -> None:
    def breaks_off(*_: object) -> set[str]:
        raise ValueError("no report")

    broken = Tool("broken", "", str, breaks_off, ())
    store = Store(tmp_path)
    assert store.measured(broken, CORRECT).stopped == "ValueError: no report"
    other = Tool("broken", "", str, breaks_off, ("openapi.yaml", "Makefile"))
    assert Store(tmp_path).file(other, CORRECT) != store.file(broken, CORRECT)


def test_a_fault_is_found_by_a_failure_that_the_correct_server_does_not_have() -> None:
    faults = ["type_of_label", "lost_label", "get_text", "get_500"]
    tried = {
        "type_of_label": run("a", "new"),
        "lost_label": run("a"),
        "get_text": run("b", changed=1, stopped="ValueError"),
    }
    column = Column(tool("some tool"), [run("a"), run("b")], tried)
    assert column.found(faults) == "1 of 3"
    lines = part([column, Column(tool("absent tool"), [run(stopped="java is missing")], {})], faults)
    assert lines[0].startswith("**Not complete**: some tool ")
    assert lines[2].startswith("Seconds are from one run so far")
    assert "|  | some tool |" in lines
    assert "| requests, correct server | 1,234 |" in lines
    assert "| false findings, correct server | 2 |" in lines
    assert "| runs on faults that leave settings changed | 1 of 3 |" in lines
    assert "| `get_text` | documents | broken off |" in lines
    assert "| `get_500` | documents | not tried |" in lines
    assert "- absent tool: java is missing" in lines


def test_failures_of_schemathesis_have_the_place_but_not_the_value(tmp_path: Path) -> None:
    text = """1. Test Case ID: 3kjvWF

- ST108 Response violates schema

    -1 is less than the minimum of 0

    Validated against the response schema for status code 200.

    Schema at /components/schemas/HoldMusic:

        {"minimum": 0}

- ST201 Schema-violating request accepted

    Invalid data should have been rejected
    Invalid component: in body - hold_music: Value smaller than minimum

[200] OK:

    `{"hold_music":-1}`

Reproduce with:
"""
    assert outputs.schemathesis(junit(tmp_path, "PUT /x", text)) == {
        "PUT /x: ST108 Response violates schema N is less than the minimum of N "
        "Schema at /components/schemas/HoldMusic:",
        "PUT /x: ST201 Schema-violating request accepted Invalid data should have been rejected "
        "Invalid component: in body - hold_music: Value smaller than minimum",
    }


def test_failures_of_dredd_are_the_lines_of_its_message(tmp_path: Path) -> None:
    text = "Message:\nbody: At '/label' Invalid type\nbody: At '/intercom' Invalid type\n\nRequest:\nmethod: GET"
    assert outputs.dredd(junit(tmp_path, "GET (200) /extension/54/phone/", text)) == {
        "GET (N) /extension/N/phone/: body: At '/label' Invalid type",
        "GET (N) /extension/N/phone/: body: At '/intercom' Invalid type",
    }


def test_failures_of_tavern_are_the_names_of_tests(tmp_path: Path) -> None:
    assert outputs.tests(junit(tmp_path, "label is stored", "Format variables: token 1234")) == {"label is stored"}


def test_failures_of_specmatic_have_the_place_and_no_random_value(tmp_path: Path) -> None:
    text = 'Testing\n  >> RESPONSE.BODY.label\n\n      R1001: expected text but got 17 of type number "x"'
    assert outputs.specmatic(junit(tmp_path, "GET -> 200", text)) == {"GET -> N: >> RESPONSE.BODY.label"}


def test_failures_of_newman_are_assertions() -> None:
    error = {"test": "[GET] - Status code is 401", "message": "expected 200 to equal 401"}
    report = {"run": {"failures": [{"source": {"name": "no token"}, "error": error}]}}
    assert outputs.newman(report) == {"no token: [GET] - Status code is N expected N to equal N"}


def test_prism_counts_for_responses_only() -> None:
    header = [
        {"location": ["request", "body"], "message": "must be string"},
        {"location": ["response", "body", "label"], "message": "must be string"},
    ]
    assert outputs.prism([json.dumps(header)] * 2) == {"body.label: must be string"}


def test_no_change_opens_an_extension_to_everybody() -> None:
    for update in [all_at_once(), *(update for updates in changes().values() for update in updates)]:
        assert not any(together.items() <= update.items() for together in CONTRACT.never_together)
        assert not CONTRACT.update_violations(update)


def test_the_tests_of_tavern_and_portman_change_every_property() -> None:
    names = {test["test_name"] for test in yaml.safe_load_all(_without_tags(tavern_tests("55", "54", "77")))}
    assert {f"{name} is stored" for name in CONTRACT.properties} <= names
    folders = {folder["name"] for folder in portman_settings()["tests"]["integrationTests"]}
    assert {f"{name} is stored" for name in CONTRACT.properties} <= folders


def _without_tags(text: str) -> str:
    return text.replace("!force_original_structure ", "")


def test_the_copies_of_the_contract_differ_in_what_a_tool_cannot_read() -> None:
    copy = adapted(CONTRACT.document, "54")
    assert copy["components"]["parameters"]["ExtensionId"]["schema"]["enum"] == [54]
    assert copy["components"]["schemas"]["HoldMusic"]["example"] == 19
    assert without_formats({"format": "int64", "anyOf": [{"format": "x", "type": "integer"}]}) == {
        "anyOf": [{"type": "integer"}]
    }


def figures() -> dict[str, str]:
    """The row "faults found" of the page, by tool."""
    rows = [re.split(r" *\| *", line.strip("| ")) for line in PAGE.splitlines() if line.startswith("|")]
    names = next(row for row in rows if "planned core" in row)
    found = next(row for row in rows if row[0] == "**faults found**")
    return dict(zip(names[-len(found) + 1 :], (cell.strip("*") for cell in found[1:]), strict=True))


@pytest.mark.parametrize("place", ["README.md", "docs/schemathesis.md"])
def test_the_figures_that_a_reader_meets_are_those_of_the_page(place: str) -> None:
    text = " ".join((ROOT / place).read_text(encoding="utf-8").split())
    quoted = re.findall(r"\b(planned core|schemathesis|Tavern|[A-Z]\w+) finds? (\d+ of \d+)", text)
    assert quoted
    assert {name: found for name, found in figures().items() if name in dict(quoted)} == dict(quoted)
