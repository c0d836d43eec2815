"""Run the planned core against every fault of the mock, and write which check finds which fault.

The job writes fault-matrix.md and fault-matrix.csv into the given folder. It fails if a fault is not found, if a check
finds no fault, or if the correct server gets a finding.
"""

from __future__ import annotations

import csv
import io
import multiprocessing
import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from contract_tests.checks import CATALOGUE as CHECKS
from contract_tests.checks import requirements
from contract_tests.contract import CONTRACT
from contract_tests.contract.property import Evidence
from contract_tests.report.results import Outcome
from contract_tests.session.run import run
from contract_tests.session.run_result import RunResult
from mock_server.embedded import Mock, serve
from mock_server.faults import CATALOGUE as FAULTS
from mock_server.faults import family
from scripts.conformance import against

Matrix = Mapping[str, Mapping[str, str]]
"""For each fault, the findings: outcome by check."""
TIMEOUT = 8.0
"""Seconds to wait for a response; the mock answers within milliseconds or never, on a busy machine too."""
RUNS_PER_CPU = 4


def verdicts(mock: Mock) -> RunResult:
    """Run the complete planned core against a mock."""
    options, environment = against(mock)
    with TemporaryDirectory() as state_dir:  # a mock that does not restore leaves a journal, and a port is used again
        options = replace(options, fuzz_examples=0, timeout=TIMEOUT, state_dir=state_dir)
        return run(options, environment)


def findings(fault: str | None) -> dict[str, str]:
    """Return the findings against a mock with this fault, or against the correct mock: outcome by check."""
    with serve(fault) as mock:
        results = verdicts(mock).results
    outcomes: dict[str, str] = {}
    for result in results.by_id.values():
        check = result.id.check
        if result.outcome is Outcome.failed or (result.outcome is Outcome.warned and check not in outcomes):
            outcomes[check] = result.outcome
    if results.error and not outcomes:
        outcomes["harness"] = "error"
    if len(outcomes) > 1:
        # The order of concurrent changes is random, so this check counts only if no other check finds the fault.
        outcomes.pop("concurrent_changes_survive", None)
    return outcomes


def matrix(faults: Sequence[str]) -> dict[str, dict[str, str]]:
    """Return the findings for these faults; several runs at once, since a run against a fault mostly waits."""
    with multiprocessing.Pool(RUNS_PER_CPU * (os.cpu_count() or 1)) as pool:
        return dict(zip(faults, pool.imap(findings, faults), strict=True))


def read(file: Path) -> dict[str, dict[str, str]]:
    """Read a table that `as_csv` wrote."""
    with file.open(encoding="utf-8", newline="") as lines:
        rows = {row.pop("fault"): row for row in csv.DictReader(lines)}
    return {fault: {check: outcome for check, outcome in row.items() if outcome} for fault, row in rows.items()}


def gaps(rows: Matrix, correct: Mapping[str, str]) -> list[str]:
    """Return a message for each gap. A check of an open question gives notes only, so it needs no fault."""
    effective = {check for row in rows.values() for check in row}
    known = requirements.requirements(CONTRACT).values()
    questions = {requirement.id.check for requirement in known if requirement.level is Evidence.open}
    return [
        *(f"no check finds the fault {fault}" for fault, row in rows.items() if not row.keys() - {"harness"}),
        *(f"the check {check} finds no fault" for check in CHECKS if check not in effective | questions),
        *(f"the correct server gets a finding of {check}: {outcome}" for check, outcome in correct.items()),
    ]


def as_markdown(rows: Matrix) -> str:
    """Return two tables: the checks that find each fault, and the number of faults that each check finds."""
    lines = [
        "# Which check finds which fault",
        "",
        f"`make fault-matrix` wrote this page: it runs the planned core against each of the {len(rows)} faults of the",
        "mock. A check in brackets warns. The correct server gets no finding. fault-matrix.csv has the full table.",
        "",
        _cells("fault", "family", "found by"),
        _cells("---", "---", "---"),
    ]
    for fault, row in rows.items():
        checks = [check if outcome == Outcome.failed else f"({check})" for check, outcome in row.items()]
        lines.append(_cells(f"`{fault}`", family(fault), ", ".join(sorted(checks, key=lambda name: name[0] == "("))))
    lines += ["", _cells("check", "theme", "faults that it finds"), _cells("---", "---", "---")]
    for check in CHECKS.values():
        lines.append(_cells(f"`{check.name}`", check.theme, str(sum(check.name in row for row in rows.values()))))
    return "\n".join(lines) + "\n"


def as_csv(rows: Matrix) -> str:
    """Return a table with a line for each fault and a column for each check."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["fault", *CHECKS])
    writer.writerows([fault, *(row.get(check, "") for check in CHECKS)] for fault, row in rows.items())
    return text.getvalue()


def main(folder: Path) -> int:
    """Write the matrix; returns 1 if it has gaps."""
    rows = matrix([*FAULTS])
    (folder / "fault-matrix.md").write_text(as_markdown(rows), encoding="utf-8")
    (folder / "fault-matrix.csv").write_text(as_csv(rows), encoding="utf-8")
    problems = gaps(rows, findings(None))
    print(
        "\n".join(problems) or f"{len(rows)} faults, each found; {len(CHECKS)} checks; the correct server: no finding"
    )
    return 1 if problems else 0


def _cells(*cells: str) -> str:
    return f"| {' | '.join(cells)} |"


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
