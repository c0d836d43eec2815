"""Redocly's rules, which exist only for Node: install the pinned version on first use, run it, read its report."""

from __future__ import annotations

import json
import os
import subprocess
from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from scripts.contract_lint.finding import Finding
from scripts.node_packages import NODE, NotRunError, install


def lint(files: Sequence[Path]) -> dict[Path, dict[str, list[Finding]]]:
    """Return Redocly's findings by file and rule; raises NotRunError."""
    command = [str(install(NODE) / "redocly"), "lint", "--config=redocly.yaml", "--format=json", "--max-problems=10000"]
    result = _run([*command, *(str(file.resolve()) for file in files)])
    try:
        answers = list(_json_documents(result.stdout))
    except ValueError:
        answers = []
    if len(answers) != len(files):
        raise NotRunError(f"it broke off: {_lines(result)[-1]}")
    return {file: _findings(answer["problems"]) for file, answer in zip(files, answers, strict=True)}


def _findings(problems: list[dict[str, Any]]) -> dict[str, list[Finding]]:
    report: dict[str, list[Finding]] = defaultdict(list)
    for problem in problems:
        pointer = problem["location"][0]["pointer"] or "#"
        report[f"redocly/{problem['ruleId']}"].append(Finding(pointer, problem["message"]))
    return report


def _json_documents(text: str) -> Iterator[dict[str, Any]]:
    """Yield the documents that Redocly prints one after the other, one for each file."""
    decoder = json.JSONDecoder()
    while text := text.lstrip():
        document, end = decoder.raw_decode(text)
        yield document
        text = text[end:]


def _run(command: list[str]) -> subprocess.CompletedProcess[str]:
    quiet = {"REDOCLY_TELEMETRY": "off", "REDOCLY_SUPPRESS_UPDATE_NOTICE": "true"}
    return subprocess.run(command, cwd=NODE, env=os.environ | quiet, capture_output=True, text=True)  # noqa: S603


def _lines(result: subprocess.CompletedProcess[str]) -> list[str]:
    """Return what the program complained of."""
    return result.stderr.strip().splitlines() or [f"exit code {result.returncode}"]
