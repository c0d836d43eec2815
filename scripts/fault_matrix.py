"""Every fault of the mock against every check of the planned core: which check finds which fault.

Writes fault-matrix.md and fault-matrix.csv into the folder named. Fails if a fault survives, a check finds nothing, or
the correct server gets a finding.
"""

from __future__ import annotations

import csv
import io
import multiprocessing
import os
import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from contract_tests.checks import CATALOGUE as CHECKS
from contract_tests.checks import requirements
from contract_tests.contract import CONTRACT
from contract_tests.contract.property import Evidence
from contract_tests.report.results import Outcome
from contract_tests.session.run import RunResult, run
from mock_server.embedded import Mock, serve
from mock_server.faults import CATALOGUE as FAULTS
from mock_server.faults import family
from scripts.conformance import against

Matrix = Mapping[str, Mapping[str, str]]
"""By fault, the outcome by check, where it is a finding."""
TIMEOUT = 3.0
"""Seconds to wait for an answer; the mock answers within milliseconds or never."""


def verdicts(mock: Mock, seed: int = 0) -> RunResult:
    """Run the planned core against a mock, with all that the mock has."""
    options, environment = against(mock)
    return run(replace(options, fuzz_examples=0, seed=seed, timeout=TIMEOUT), environment)


def found(fault: str | None) -> dict[str, str]:
    """The outcome by check against a mock with a fault, or the correct one; findings only."""
    with serve(fault) as mock:
        results = verdicts(mock).results
    outcomes: dict[str, str] = {}
    for result in results.by_id.values():
        check = result.id.check
        if result.outcome is Outcome.failed or (result.outcome is Outcome.warned and check not in outcomes):
            outcomes[check] = result.outcome
    if results.error:
        outcomes["harness"] = results.error
    if len(outcomes) > 1:
        # In which order changes at once arrive is chance: they count where nothing else finds the fault.
        outcomes.pop("concurrent_changes_survive", None)
    return outcomes


def matrix() -> dict[str, dict[str, str]]:
    """All faults, in parallel over the cores."""
    with multiprocessing.Pool(os.cpu_count()) as pool:
        return dict(zip(FAULTS, pool.imap(found, FAULTS), strict=True))


def gaps(rows: Matrix, correct: Mapping[str, str]) -> list[str]:
    """What makes the matrix incomplete; questions that the page leaves open find nothing by design."""
    killers = {check for row in rows.values() for check in row}
    levels = requirements.requirements(CONTRACT).values()
    questions = {requirement.id.check for requirement in levels if requirement.level is Evidence.open}
    return [
        *(f"no check finds the fault {fault}" for fault, row in rows.items() if not row),
        *(f"the check {check} finds no fault" for check in CHECKS if check not in killers | questions),
        *(f"the correct server gets a finding of {check}: {outcome}" for check, outcome in correct.items()),
    ]


def as_markdown(rows: Matrix) -> str:
    """Two tables: what finds each fault, and how many faults each check finds."""
    lines = [
        "# Which check finds which fault",
        "",
        f"`make fault-matrix` wrote this: the planned core against each of the {len(rows)} faults of the mock. Checks",
        "in brackets warn. The correct server gets no finding. As a table of faults and checks: fault-matrix.csv.",
        "",
        _cells("fault", "family", "found by"),
        _cells("---", "---", "---"),
    ]
    for fault, row in rows.items():
        told = [check if outcome == Outcome.failed else f"({check})" for check, outcome in row.items()]
        lines.append(_cells(f"`{fault}`", family(fault), ", ".join(sorted(told, key=lambda name: name[0] == "("))))
    lines += ["", _cells("check", "theme", "faults that it finds"), _cells("---", "---", "---")]
    for check in CHECKS.values():
        lines.append(_cells(f"`{check.name}`", check.theme, str(sum(check.name in row for row in rows.values()))))
    return "\n".join(lines) + "\n"


def as_csv(rows: Matrix) -> str:
    """One line a fault, one column a check."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["fault", *CHECKS])
    writer.writerows([fault, *(row.get(check, "") for check in CHECKS)] for fault, row in rows.items())
    return text.getvalue()


def main(folder: Path) -> int:
    """Write the matrix; returns 1 where it has gaps."""
    rows = matrix()
    (folder / "fault-matrix.md").write_text(as_markdown(rows), encoding="utf-8")
    (folder / "fault-matrix.csv").write_text(as_csv(rows), encoding="utf-8")
    problems = gaps(rows, found(None))
    print(
        "\n".join(problems) or f"{len(rows)} faults, each found; {len(CHECKS)} checks; the correct server: no finding"
    )
    return 1 if problems else 0


def _cells(*cells: str) -> str:
    return f"| {' | '.join(cells)} |"


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
