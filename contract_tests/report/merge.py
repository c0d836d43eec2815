"""Joins the reports of the parts of a fleet, each of which a run with `--shard` made."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from contract_tests.contract.json_values import Json
from contract_tests.errors import ExitCode, UsageError
from contract_tests.report import document, files
from contract_tests.report.document import ReportError
from contract_tests.report.results import HARNESS

SUMS = ("passed", "failed", "warned", "noted", "not_testable", "requests", "known", "causes")


def merged(reports: Sequence[Json]) -> Json:
    """One report of all servers.

    Raises:
        UsageError: A report is about no server by name, or two are about the same one.
    """
    names = Counter(server["name"] for report in reports for server in report.get("servers", ()))
    if not all(report.get("servers") for report in reports):
        raise UsageError("merge: a report names no server; only those of a file of targets can be joined")
    if twice := [name for name, count in names.items() if count > 1]:
        raise UsageError(f"merge: {twice[0]} is in two reports")
    summaries = [report["summary"] for report in reports]
    errors = [row["message"] for report in reports for row in report["results"] if row["outcome"] == "error"]
    rows = [row for report in reports for row in report["results"] if row["outcome"] != "error"]
    targets = [report["target"] for report in reports]
    joined = reports[0] | {
        "summary": summaries[0]
        | {name: sum(summary.get(name, 0) for summary in summaries) for name in SUMS}
        | {"errors": int(bool(errors)), "seconds": max(summary["seconds"] for summary in summaries)},
        "results": rows + ([HARNESS | {"message": "; ".join(errors)}] if errors else []),
        "causes": [cause for report in reports for cause in report["causes"]],
        "servers": [server for report in reports for server in report["servers"]],
        "target": {name: ", ".join(dict.fromkeys(filter(None, (row[name] for row in targets)))) for name in targets[0]},
    }
    if "run" in joined:
        joined["run"] = joined["run"] | {"exit_code": _exit_code(reports)}
    is_full = len(joined["servers"]) <= document.MAX_IN_FULL and not any(map(document.is_findings_only, reports))
    return joined if is_full else document.findings_only(joined)


def _exit_code(reports: Sequence[Json]) -> int:
    return max(int(report.get("run", {}).get("exit_code", 0)) for report in reports)


def main(folders: Sequence[Path], report_dir: str) -> int:
    """Join reports, and write the joint one in every format; returns the worst exit code of the runs.

    Raises:
        UsageError: They cannot be joined.
    """
    try:
        reports = [document.read(folder) for folder in folders]
    except ReportError as error:
        raise UsageError(str(error)) from None
    joined = merged(reports)
    folder = files.prepare(report_dir)
    for name, write in files.WRITERS.items():
        try:
            write(folder / name, joined)
        except OSError as error:
            raise UsageError(f"{folder / name}: cannot be written ({error.strerror})") from None
    return _exit_code(reports) or (ExitCode.error if joined["summary"]["errors"] else ExitCode.ok)
