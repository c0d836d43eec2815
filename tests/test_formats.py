"""What CI systems and Prometheus read: annotations, metrics, JUnit. Made from results, without a server."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from junitparser import JUnitXml

from contract_tests.__main__ import main
from contract_tests.checks.requirements import requirements
from contract_tests.contract import CONTRACT
from contract_tests.contract.property import Evidence
from contract_tests.errors import ExitCode
from contract_tests.report import document, github, html, junit, markdown, metrics
from contract_tests.report.causes import causes
from contract_tests.report.reasons import Change, Place
from contract_tests.report.results import Finding, Requirement, ResultId, Results
from contract_tests.report.verdict import LEFT_CHANGED, verdict
from contract_tests.report.verdict import tested as line_of_target

HOSTILE = "</pre>`|<script>alert(1)</script>\x1b[31m\u202e\n::error::##[error] 100%"
TARGET = {
    "base_url": "https://host/api/ver1.0",
    "extension_id": "54",
    "mode": "full",
    **{f"{role}_extension_id": "" for role in ("fresh", "foreign", "me")},
}
RUN = {"suite": "1", "contract": "1", "python": "3", "seed": 0, "options": {}}
NULL = Change(Place.stored, "label", "a", None, "a")


def report(error: str = "", exit_code: ExitCode = ExitCode.failed, expected: str = "", text: str = HOSTILE) -> Any:  # noqa: ANN401 - JSON
    ids = [ResultId("a_check", "label"), ResultId("a_check", "geo_list"), ResultId("b_check"), ResultId("c_check")]
    every = Results.declared(Requirement(id_, "changes", Evidence.stated, "A rule.", "A sentence.", []) for id_ in ids)
    every.add(ids[0], Finding(Evidence.stated, text, "curl x", "PUT x", "200 {}", NULL))
    every.add(ids[1], None)
    every.add(ids[2], Finding(Evidence.inferred, text, change=Change(Place.crashed)))
    every.by_id[ids[0]].expected = expected
    if error:
        every.stop(error)
    whole = document.of(every, causes(every), TARGET, RUN | {"exit_code": int(exit_code)})
    return document.completed(whole, "phone-contract run --only {}")


def cases(folder: Path, document: Any) -> dict[str, ElementTree.Element]:  # noqa: ANN401 - JSON
    junit.write(folder / junit.NAME, document)
    root = ElementTree.parse(folder / junit.NAME).getroot()
    return {case.get("name", ""): case for case in root.iter("testcase")}


def test_junit_has_a_suite_for_each_check_and_a_case_for_each_requirement(tmp_path: Path) -> None:
    found = cases(tmp_path, report())
    assert [*found] == ["a_check:label", "a_check:geo_list", "b_check", "c_check"]
    read = JUnitXml.fromfile(str(tmp_path / junit.NAME))
    assert [suite.name for suite in read] == ["a_check", "b_check", "c_check"]
    assert (read.tests, read.failures, read.errors, read.skipped) == (4, 1, 0, 1)


def test_a_failure_in_junit_is_short_and_its_exchange_stands_in_the_output(tmp_path: Path) -> None:
    case = cases(tmp_path, report(text="x" * 5000))["a_check:label"]
    failure, output = case.find("failure"), case.find("system-out")
    assert failure is not None
    assert output is not None
    assert len(failure.get("message", "")) < junit.MAX_MESSAGE + 50
    assert "sent: PUT x\ngot: 200 {}\nrepeat: curl x" in (output.text or "")


@pytest.mark.parametrize(("code", "kind"), [(ExitCode.error, "error"), (ExitCode.not_restored, junit.NOT_RESTORED)])
def test_an_error_of_the_run_is_an_error_in_junit_that_names_the_extension(
    code: ExitCode, kind: str, tmp_path: Path
) -> None:
    case = cases(tmp_path, report("extension 54 does NOT have its original values", code))["harness"]
    error = case.find("error")
    assert error is not None
    assert error.get("type") == kind
    assert "extension 54" in error.get("message", "")


def test_the_verdict_says_that_values_are_not_restored_and_what_failed_so_far() -> None:
    found = verdict(report("extension 54 is changed", ExitCode.not_restored))
    assert (found.outcome, found.sentence) == ("error", f"{LEFT_CHANGED} Failures have 1 cause so far.")


def test_each_cause_is_an_annotation_of_one_line_and_no_server_can_add_one() -> None:
    lines = [*github.commands(report())]
    assert [line.split(" title=")[0] for line in lines] == ["::error", "::warning", "::notice"]
    assert lines[0].startswith("::error title=null does not clear a property::label%0A")
    assert "100%25" in lines[0]
    for line in lines:
        assert line.isprintable()
        assert len(re.findall(r"::(?:error|warning|notice)\b", line)) == 1


def test_a_known_failure_is_no_annotation() -> None:
    assert [line.split(" title=")[0] for line in github.commands(report(expected="ticket 42"))] == [
        "::warning",
        "::notice",
    ]


def test_no_text_of_a_server_is_markup_in_the_summary() -> None:
    text = markdown.render(report())
    outside = re.sub(r"(`+) .*? \1", "", text)
    assert "alert(1)" in text
    assert "<script>" not in outside
    assert not {"\x1b", "\u202e"} & {*text}
    rows = [line for line in text.splitlines() if line.startswith("| ")]
    assert {len(re.findall(r"(?<!\\)\|", row)) for row in rows} == {7}


def test_the_reports_of_the_worst_server_stay_readable() -> None:
    asked = requirements(CONTRACT)
    every = Results.declared(asked.values())
    for id_ in asked:
        every.add(id_, Finding(Evidence.stated, "m" * 2000, "curl " + "c" * 2000, "s" * 400, "g" * 400))
    whole = document.completed(document.of(every, causes(every), TARGET), "phone-contract run --only {}")
    assert whole["summary"]["failed"] > 400
    assert len(html.render(whole).encode()) < 2_000_000
    assert len(markdown.render(whole)) < 65_536


def test_metrics_count_by_level_and_outcome(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    document.write(tmp_path / document.NAME, report())
    assert main(["metrics", str(tmp_path)]) == ExitCode.ok
    lines = capsys.readouterr().out.splitlines()
    target = 'base_url="https://host/api/ver1.0",extension_id="54",mode="full"'
    assert f'phone_contract_requirements{{{target},level="stated",outcome="fail"}} 1' in lines
    assert f'phone_contract_requirements{{{target},level="open",outcome="note"}} 0' in lines
    assert f'phone_contract_causes{{{target},outcome="fail"}} 1' in lines
    assert f"phone_contract_run_errors{{{target}}} 0" in lines
    names = {line.split("{")[0] for line in lines if not line.startswith("#")}
    assert names == {line.split()[2] for line in lines if line.startswith("# TYPE")}
    sample = re.compile(r'[a-z_]+\{[a-z_]+="(?:[^"\\\n]|\\.)*"(?:,[a-z_]+="(?:[^"\\\n]|\\.)*")*} [0-9.e+]+')
    assert [line for line in lines if not line.startswith("#") and not sample.fullmatch(line)] == []


def test_a_label_of_a_metric_is_escaped() -> None:
    changed = report()
    changed["target"]["base_url"] = 'a"b\\c\nd'
    assert 'base_url="a\\"b\\\\c\\nd"' in next(line for line in metrics.lines(changed) if not line.startswith("#"))


def test_metrics_of_a_file_that_is_no_report(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["metrics", str(tmp_path)]) == ExitCode.usage
    assert "cannot be read" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("ids", "named"), [("54", "54"), ("1,2,3,4", "1,2,3,4"), ("1,2,3,4,5", "1, 2, 3, 4 and 1 more")]
)
def test_a_line_names_a_few_extensions(ids: str, named: str) -> None:
    assert line_of_target(TARGET | {"extension_id": ids}) == f"extension {named} of https://host/api/ver1.0, mode full"
