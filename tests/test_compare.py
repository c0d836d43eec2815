"""The comparison of the reports of two real runs, and files that are not a report."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from contract_tests.__main__ import main
from contract_tests.errors import ExitCode
from contract_tests.report import compare, document
from mock_server.embedded import serve
from tests.suite import run_against

FAILING = "put_is_stored:label"


@pytest.fixture(scope="module")
def correct(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a run against the correct mock."""
    directory = tmp_path_factory.mktemp("correct")
    with serve() as mock:
        run_against(mock, directory, "--mode=safe", "--fuzz-examples=0")
    return directory


@pytest.fixture(scope="module")
def faulty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a run against a mock with a fault."""
    directory = tmp_path_factory.mktemp("faulty")
    with serve("not_stored:label") as mock:
        run_against(mock, directory, "--mode=safe", "--fuzz-examples=0")
    return directory


def changed(run: Path, into: Path, id_: str, **keys: object) -> Path:
    """Write the report of a run with one row changed, or without that row if there are no keys."""
    report = json.loads((run / document.NAME).read_text())
    row = next(row for row in report["results"] if row["id"] == id_)
    row.update(keys)
    if not keys:
        report["results"].remove(row)
    document.write(into, report)
    return into


def compared(before: Path, after: Path, capsys: pytest.CaptureFixture[str]) -> tuple[int, dict[str, list[str]], str]:
    """Return the exit code, the lines (id and difference) by kind, and the line with the counts."""
    code = compare.main(before, after)
    *lines, counts = capsys.readouterr().out.splitlines()
    differences: dict[str, list[str]] = {}
    for line in lines:
        kind, id_, difference = line.split("\t")
        differences.setdefault(kind, []).append(f"{id_} {difference}")
    return code, differences, counts


def failures(run: Path) -> set[str]:
    rows: list[dict[str, Any]] = json.loads((run / document.NAME).read_text())["results"]
    return {row["id"] for row in rows if row["outcome"] == "fail"}


def test_a_run_does_not_differ_from_itself(faulty: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, differences, counts = compared(faulty, faulty / document.NAME, capsys)
    assert (code, differences) == (0, {})
    assert counts == ", ".join(f"{kind}: 0" for kind in compare.Kind)


def test_what_got_worse_is_named_and_gives_exit_code_1(
    correct: Path, faulty: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, differences, counts = compared(correct, faulty, capsys)
    assert code == 1
    assert {line.partition(" ")[0] for line in differences["worse"] if " -> fail: " in line} == failures(faulty)
    assert FAILING in failures(faulty)
    assert f"worse: {len(differences['worse'])}, better: 0" in counts


def test_a_failure_that_no_longer_occurs_is_fixed(
    correct: Path, faulty: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, differences, _ = compared(faulty, correct, capsys)
    assert code == 0
    assert f"{FAILING} fail -> pass" in differences["better"]
    assert "worse" not in differences


def test_of_two_long_texts_only_the_part_that_differs_is_printed() -> None:
    old, new = ("x" * 5000 + last for last in ("one", "other"))
    rows = [{"results": [{"id": "open_no_body", "outcome": "note", "message": text}]} for text in (old, new)]
    (line, _) = compare.lines(compare.differences(*rows))
    assert "xone (5,003 characters) -> …" in line
    assert line.endswith("xother (5,005 characters)")
    assert len(line) < 1000


@pytest.mark.parametrize(
    ("id_", "keys", "kind", "difference"),
    [
        ("open_no_body", {"message": "Refused\nwith\t\x1b[31m422."}, "different", r"with \x1b[31m422."),
        ("put_answers_200", {"outcome": "warn", "message": "m"}, "worse", "pass -> warn: m"),
        ("put_answers_200", {"id": "new"}, "new", "absent -> pass"),
        ("put_answers_200", {"id": "new", "outcome": "fail", "message": "m"}, "worse", "absent -> fail: m"),
        ("put_answers_200", {}, "gone", "pass -> absent"),
    ],
)
def test_each_difference_has_its_kind(
    id_: str,
    keys: dict[str, str],
    kind: str,
    difference: str,
    correct: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    code, differences, _ = compared(correct, changed(correct, tmp_path / "b.json", id_, **keys), capsys)
    assert code == (kind == "worse")
    (line,) = differences[kind]
    assert line.startswith(keys.get("id", id_))
    assert line.endswith(difference)


@pytest.mark.parametrize("good", ["pass", "note"])
def test_a_warning_that_is_gone_is_better(
    good: str, correct: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    id_ = {"pass": "put_answers_200", "note": "open_no_body"}[good]
    before = changed(correct, tmp_path / "a.json", id_, outcome="warn", message="m")
    assert compared(before, correct, capsys)[:2] == (0, {"better": [f"{id_} warn -> {good}"]})


def test_a_comparison_is_printed_as_markdown(correct: Path, faulty: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["compare", "--markdown", str(correct), str(faulty)]) == ExitCode.failed
    printed = capsys.readouterr().out
    assert f"<summary>worse: {printed.count(' -> fail') + printed.count(' -> warn')}" in printed
    assert f"| `{FAILING}` | `pass -> fail: " in printed


def test_a_result_that_is_not_testable_is_not_fixed(
    faulty: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    after = changed(faulty, tmp_path / "b.json", FAILING, outcome="not_testable")
    assert compared(faulty, after, capsys)[:2] == (0, {"different": [f"{FAILING} fail -> not_testable"]})


def test_an_error_of_the_later_run_counts_as_worse(
    correct: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with serve(rate_limit=60) as throttled:
        run_against(throttled, tmp_path, "--fuzz-examples=0")
    for before in (correct, tmp_path):
        code, differences, _ = compared(before, tmp_path, capsys)
        assert code == 1
        assert "error: the target's request budget is used up" in differences["worse"][0]
    code, differences, _ = compared(tmp_path, correct, capsys)
    assert (code, differences["better"]) == (0, ["harness error -> absent"])


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, "cannot be read (No such file or directory)"),
        (b"", "is not JSON"),
        (b"\xff", "is not JSON"),
        (b"[" * 100_000, "is not JSON"),
        (b"9" * 5000, "is not JSON"),
        (b"[]", "is not a report of this suite (the document: "),
        (b'{"summary": {}, "results": [], "target": "\\ud800"}', "is not "),
        (b'{"summary": {}, "results": [], "target": {}}', "is not a report of this suite (summary: "),
    ],
)
def test_a_file_that_is_not_a_report_gives_a_message_of_one_line_and_a_usage_error(
    content: bytes | None, message: str, correct: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / document.NAME
    if content is not None:
        file.write_bytes(content)
    for arguments in ([str(correct), str(tmp_path)], [str(file), str(correct)]):
        assert main(["compare", *arguments]) == ExitCode.usage
        printed = capsys.readouterr()
        assert printed.out == ""
        assert printed.err.startswith(f"ERROR: {file}: {message}")
        assert printed.err.count("\n") == 1


def test_a_second_report_is_required(correct: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["compare", str(correct)])
    assert ended.value.code == ExitCode.usage
    assert capsys.readouterr().err.startswith("ERROR: the following arguments are required: B; see ")
