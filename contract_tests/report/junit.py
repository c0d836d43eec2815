"""A run as JUnit: one case for each requirement, a suite for each check."""

from __future__ import annotations

import io
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from junitparser import Error, Failure, JUnitXml, Skipped, TestCase, TestSuite

from contract_tests import files
from contract_tests.contract.json_values import Json
from contract_tests.errors import ExitCode
from contract_tests.record.text import excerpt, visible
from contract_tests.report import source
from contract_tests.report.results import ResultId

NAME = "junit.xml"
MAX_MESSAGE = 200
"""Characters: CI systems show the message in one line of a list."""
NOT_RESTORED = "not_restored"
_EXCHANGE = {"sent": "sent", "got": "got", "repeat": "reproduction"}


def write(path: Path, document: Json) -> None:
    """Write the file from a report.

    Raises:
        OSError: It cannot be written.
    """
    cases: defaultdict[str, list[TestCase]] = defaultdict(list)
    code = document.get("run", {}).get("exit_code", ExitCode.error)
    for row in document["results"]:
        cases[str(ResultId.parse(row["id"])._replace(subject=""))].append(_case(row, code))
    xml = JUnitXml("contract_tests")  # type: ignore[no-untyped-call]
    for name, of_check in cases.items():
        suite = TestSuite(name)  # type: ignore[no-untyped-call]
        suite.add_testcases(of_check)
        xml.add_testsuite(suite)
    content = io.BytesIO()
    xml.write(content)
    files.replace(path, content.getvalue())


def _case(row: Json, exit_code: int) -> TestCase:
    case = TestCase(str(row["id"]), f"{row['theme']}.{ResultId.parse(row['id']).check}")
    message = visible(str(row.get("message", "")))
    result = _result(row, excerpt(message, 0, MAX_MESSAGE), exit_code)
    if result:
        result.text = "\n".join([message, *_why(row)])
        case.result = [result]
    exchange = [f"{name}: {visible(str(row[key]))}" for name, key in _EXCHANGE.items() if row.get(key)]
    said = exchange if result else [f"{row['outcome']}: {message}", *_why(row), *exchange]
    if message and said:
        case.system_out = "\n".join(said)
    return case


def _why(row: Json) -> Iterator[str]:
    """The sentence behind a result, and the command that judges it again."""
    if "sentence" in row:
        yield f"{source.label(row['sentence'], row['level'])}: {row['sentence']}"
    if "rerun" in row:
        yield f"rerun: {visible(row['rerun'])}"


def _result(row: Json, message: str, exit_code: int) -> Any:  # noqa: ANN401 - junitparser names no common class for them
    """What is not passed; a failure that the baseline expects is skipped, so that it does not fail a build."""
    if row["outcome"] == "fail" and "expected" in row:
        return Skipped(f"known failure: {row['expected']}")
    if row["outcome"] == "error":
        return Error(message, NOT_RESTORED if exit_code == ExitCode.not_restored else "error")
    kinds = {"fail": Failure, "not_testable": Skipped}
    return kinds[row["outcome"]](message, row["level"]) if row["outcome"] in kinds else None
