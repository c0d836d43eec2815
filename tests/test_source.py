"""Every report says whether the sentence behind a result is a source or an inference."""

from __future__ import annotations

from pathlib import Path

import pytest

from contract_tests.contract.property import Evidence
from contract_tests.report import document, html, junit, markdown, terminal
from contract_tests.report.causes import causes
from contract_tests.report.results import Finding, Requirement, ResultId, Results

PAGE = "auth_type: not mandatory"
RFC = "RFC 8259, 7: Any character may be escaped"
EXTENSIONS = ("fresh", "foreign", "me")
INFERRED = "not said by the page; inferred from the contract"


@pytest.mark.parametrize(
    ("sentence", "evidence", "label"),
    [
        (PAGE, Evidence.stated, "the source"),
        (PAGE, Evidence.inferred, "inferred from"),
        (RFC, Evidence.inferred, "the source"),
        (INFERRED, Evidence.inferred, "inferred"),
    ],
)
def test_each_report_has_the_label_of_the_sentence(
    tmp_path: Path, sentence: str, evidence: Evidence, label: str
) -> None:
    id_ = ResultId("a_check")
    results = Results.declared([Requirement(id_, "answers", evidence, "A rule.", sentence, [])])
    results.add(id_, Finding(evidence, "It is broken."))
    target = dict.fromkeys(("base_url", "extension_id", "mode", *(f"{role}_extension_id" for role in EXTENSIONS)), "-")
    report = document.completed(document.of(results, causes(results), target), "rerun")
    junit.write(tmp_path / "junit.xml", report)
    (result,) = results.by_id.values()
    explained = terminal.failure([result], "rerun") or terminal.warning([result], "rerun")
    assert f"  {label}: {sentence}" in explained.splitlines()
    assert f"- {label}: `{sentence}`" in markdown.render(report)
    assert f"\n{label}: {sentence}" in (tmp_path / "junit.xml").read_text()
    assert f"<dt>{label.capitalize()}</dt>\n    <dd>{sentence} <span" in html.render(report)
