"""A report as metrics, in the text format of Prometheus."""

from __future__ import annotations

import datetime
import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path

from contract_tests.contract.json_values import Json
from contract_tests.errors import UsageError
from contract_tests.report import document
from contract_tests.report.document import ReportError
from contract_tests.report.verdict import known, new

PREFIX = "phone_contract"
OUTCOMES = ("pass", "note", "warn", "fail", "not_testable")
LEVELS = ("stated", "example", "inferred", "open")
Samples = Mapping[tuple[tuple[str, str], ...], float]
"""The value by labels."""


def main(file: Path) -> int:
    """Print the metrics of a report.

    Raises:
        UsageError: It is no report.
    """
    try:
        report = document.read(file)
    except ReportError as error:
        raise UsageError(str(error)) from None
    sys.stdout.writelines(f"{line}\n" for line in lines(report))
    return 0


def lines(report: Json) -> Iterator[str]:
    """The metrics of a report; a sum that is 0 is there too, so that an alert sees it."""
    summary, causes = report["summary"], report.get("causes", [])
    found = Counter((row["level"], row["outcome"]) for row in report["results"] if row["outcome"] != "error")
    by_level: Samples = {
        (("level", level), ("outcome", outcome)): found[level, outcome] for level in LEVELS for outcome in OUTCOMES
    }
    counts = {"fail": len(new(causes, "fail")), "warn": len(new(causes, "warn")), "known": len(known(causes))}
    by_outcome: Samples = {(("outcome", outcome),): count for outcome, count in counts.items()}
    target = {name: report["target"][name] for name in ("base_url", "extension_id", "mode")}
    metrics: dict[str, tuple[str, Samples]] = {
        "requirements": ("Requirements by the evidence of the page and by outcome.", by_level),
        "causes": ("Causes behind the findings, by outcome.", by_outcome),
        "run_errors": ("1 if the run went wrong, else 0.", {(): summary["errors"]}),
        "requests": ("Requests of the run.", {(): summary["requests"]}),
        "run_seconds": ("How long the run took.", {(): summary["seconds"]}),
    }
    if "written" in report:
        time = datetime.datetime.fromisoformat(report["written"]).timestamp()
        metrics["written_timestamp_seconds"] = (
            "When the report was written; its age is time() minus this.",
            {(): time},
        )
    for name, (text, samples) in metrics.items():
        yield f"# HELP {PREFIX}_{name} {text}"
        yield f"# TYPE {PREFIX}_{name} gauge"
        for labels, value in samples.items():
            yield f"{PREFIX}_{name}{{{_labels({**target, **dict(labels)})}}} {value:.12g}"


def _labels(labels: Mapping[str, str]) -> str:
    return ",".join(f'{name}="{_escaped(value)}"' for name, value in labels.items())


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
