"""What each tool reports, read as a set of failures. The same failure has the same text in each run."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

FAILED = "fail"


def conformance(report: Mapping[str, Any]) -> set[str]:
    """The failures of our suite's `conformance.json`."""
    return {result["id"] for result in report["results"] if result["outcome"] == FAILED}


def junit(file: Path) -> list[tuple[str, str]]:
    """Name and text of each failed or broken test of a JUnit file."""
    return [
        (str(case.get("name")), f"{problem.get('message') or ''}\n{problem.text or ''}".strip())
        for case in ElementTree.parse(file).iter("testcase")  # noqa: S314 - written by the tool that just ran
        for problem in case
        if problem.tag in {"failure", "error"}
    ]


def schemathesis(file: Path) -> set[str]:
    """The failures of a JUnit report: operation, title, message, and the place in the schema."""
    return {
        stable(f"{operation}: {' '.join(part)}")
        for operation, text in junit(file)
        for part in _schemathesis_parts(text)
    }


def _schemathesis_parts(text: str) -> list[list[str]]:
    """The lines of each failure that say what it is; not those with the value, the response and the command."""
    parts: list[list[str]] = []
    is_failure = False
    for line in (line.strip() for line in text.splitlines()):
        if line.startswith("- "):
            parts.append([line.removeprefix("- ")])
            is_failure = True
        elif re.match(r"\[\d+\]|Reproduce|\d+\. Test Case", line):
            is_failure = False
        elif is_failure and line and (len(parts[-1]) == 1 or line.startswith(("Schema at", "Invalid component"))):
            parts[-1].append(line)
    return parts


def tests(file: Path) -> set[str]:
    """The failed tests of a JUnit report, by name."""
    return {stable(name) for name, _ in junit(file)}


def dredd(file: Path) -> set[str]:
    """The failed transactions of Dredd's xUnit report, one by one with what is wrong."""
    return {
        stable(f"{name}: {line}")
        for name, text in junit(file)
        for line in text.removeprefix("Message:").partition("\n\n")[0].strip().splitlines()
    }


def newman(report: Mapping[str, Any]) -> set[str]:
    """The failed assertions of Newman's JSON report."""
    return {
        stable(f"{failure['source'].get('name', '')}: {failure['error'].get('test', '')} {failure['error']['message']}")
        for failure in report["run"]["failures"]
    }


def prism(violations: Sequence[str]) -> set[str]:
    """The violations in responses, of the headers in which Prism reports them."""
    return {
        stable(f"{'.'.join(map(str, violation['location'][1:]))}: {violation['message']}")
        for header in violations
        for violation in json.loads(header)
        if violation["location"][0] == "response"
    }


def specmatic(file: Path) -> set[str]:
    """The failed scenarios of a JUnit report; the values of a scenario are random."""
    return {stable(f"{name}: {' '.join(_specmatic_reasons(text))}") for name, text in junit(file)}


def _specmatic_reasons(text: str) -> list[str]:
    return sorted({line.strip() for line in text.splitlines() if line.strip().startswith(">>")})


def stable(text: str) -> str:
    """A text without what differs from run to run: numbers and long random words."""
    return re.sub(r"\b[0-9a-f]{12,}\b|-?\b\d+(\.\d+)?\b", "N", text)
