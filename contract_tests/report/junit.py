"""A run as JUnit: one case for each requirement, grouped by check."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

from junitparser import Error, Failure, JUnitXml, Skipped, TestCase, TestSuite

from contract_tests import files
from contract_tests.contract.json_values import Json
from contract_tests.record.text import visible
from contract_tests.report import source
from contract_tests.report.results import ResultId

NAME = "junit.xml"


def write(path: Path, document: Json) -> None:
    """Write the file from a report.

    Raises:
        OSError: It cannot be written.
    """
    suite = TestSuite("conformance")  # type: ignore[no-untyped-call]
    suite.add_testcases([_case(row) for row in document["results"]])
    xml = JUnitXml("contract_tests")  # type: ignore[no-untyped-call]
    xml.add_testsuite(suite)
    content = io.BytesIO()
    xml.write(content, pretty=True)
    files.replace(path, content.getvalue())


_DETAILS = {"sent": "sent", "got": "got", "repeat": "reproduction", "rerun": "rerun"}


def _case(row: Json) -> TestCase:
    case = TestCase(str(row["id"]), f"{row['theme']}.{ResultId.parse(row['id']).check}")
    message = visible(str(row.get("message", "")))
    details = [f"{source.label(row['sentence'], row['level'])}: {row['sentence']}"] if "sentence" in row else []
    details += [f"{name}: {visible(str(row[key]))}" for name, key in _DETAILS.items() if row.get(key)]
    result = _result(row, message)
    if result:
        result.text = "\n".join([message, *details])
        case.result = [result]
    elif message:
        case.system_out = "\n".join([f"{row['outcome']}: {message}", *details])
    return case


def _result(row: Json, message: str) -> Any:  # noqa: ANN401 - junitparser names no common class for them
    """What is not passed; a failure that the baseline expects is skipped, so that it does not fail a build."""
    if row["outcome"] == "fail" and "expected" in row:
        return Skipped(f"known failure: {row['expected']}")
    kinds = {"error": Error, "fail": Failure, "not_testable": Skipped}
    return kinds[row["outcome"]](message) if row["outcome"] in kinds else None
