"""Write a table of the page's statements: which check fails a server that breaks one, and which fault proves that.

The argument is the Markdown file to write; `-` means the terminal. The job runs the suite against the embedded mock,
and reads docs/fault-matrix.csv. It fails if a requirement was not judged, if an observable statement has no
requirement, or if no check fails a server that breaks one and `coverage.yaml` does not say why.
"""

from __future__ import annotations

import functools
import sys
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from contract_tests.checks import CATALOGUE, requirements
from contract_tests.contract import CONTRACT
from contract_tests.contract.document import load_yaml
from contract_tests.contract.json_values import Json
from contract_tests.contract.property import Evidence
from contract_tests.contract.statements import OBSERVABLE, Statement
from contract_tests.report.results import Outcome, ResultId
from mock_server.embedded import serve
from scripts import fault_matrix
from scripts.fault_matrix import Matrix, verdicts

PROOFS = Path(__file__).with_suffix(".yaml")
MATRIX = Path(__file__).parents[1] / "docs" / "fault-matrix.csv"


@dataclass(frozen=True)
class Line:
    """How a statement is covered.

    Attributes:
        statement: The statement.
        ids: The results that test it and were judged.
        fault: The fault that breaks it; empty where there is none.
        fails: The results that fail a server with the fault.
        warns: The results that are of an inferred level, or warn of the fault.
        notes: The results that only tell what a server does.
        reason: Why no result fails a server that breaks it.
    """

    statement: Statement
    ids: Sequence[ResultId]
    fault: str
    fails: Sequence[ResultId]
    warns: Sequence[ResultId]
    notes: Sequence[ResultId]
    reason: str

    @property
    def is_observable(self) -> bool:
        """Whether HTTP shows what the statement says."""
        return self.statement.tag in OBSERVABLE


def judged() -> set[ResultId]:
    """Return the ids of the requirements that a run against the correct mock judged."""
    with serve() as mock:
        results = verdicts(mock).results
    return {result.id for result in results.by_id.values() if result.judged}


def matrix() -> Matrix:
    """Return the committed table of faults and the checks that find them."""
    return fault_matrix.read(MATRIX)


def fault_of(statement: Statement) -> str:
    """Return the fault that breaks a statement; empty where there is none."""
    proofs = _proofs()
    each = proofs["each"].get(statement.id.rpartition("-")[2])
    return str(proofs["faults"].get(statement.id) or (f"{each}:{statement.subject}" if each else ""))


def lines(ids: Collection[ResultId], found: Matrix) -> list[Line]:
    """Return how each statement is covered, in the order of the page.

    Args:
        ids: The requirements that were judged.
        found: The outcome by check for each fault.
    """
    return [_line(row, found) for row in requirements.coverage(CONTRACT, ids)]


def _line(row: requirements.Row, found: Matrix) -> Line:
    known, fault = requirements.requirements(CONTRACT), fault_of(row.statement)
    outcomes = found.get(fault, {})
    fails = [id_ for id_ in row.ids if outcomes.get(id_.check) == Outcome.failed]
    inferred = {id_ for id_ in row.ids if known[id_].level is Evidence.inferred}
    warns = [id_ for id_ in row.ids if outcomes.get(id_.check) == Outcome.warned or id_ in inferred]
    notes = [id_ for id_ in row.ids if known[id_].level is Evidence.open]
    reason = row.reason or _proofs()["not_failed"].get(row.statement.id, "")
    return Line(row.statement, row.ids, fault, fails, [id_ for id_ in warns if id_ not in fails], notes, reason)


def gaps(rows: Sequence[Line], ids: Collection[ResultId]) -> list[str]:
    """Return a message for each statement or requirement that is not tested, or both tested and excluded."""
    observable = [row for row in rows if row.is_observable]
    return [
        *(f"{row.statement.id} is tested by no requirement" for row in observable if not row.ids),
        *(f"{row.statement.id} is neither tested nor excluded" for row in rows if not (row.ids or row.reason)),
        *(f"{row.statement.id} is tested and excluded" for row in rows if row.ids and not row.is_observable),
        *(f"{row.statement.id} is tested and has a reason why not" for row in observable if row.fails and row.reason),
        *(f"{row.statement.id}: {_gap(row)}" for row in observable if not (row.fails or row.reason)),
        *(f"{id_} was not judged" for id_ in requirements.requirements(CONTRACT) if id_ not in ids),
    ]


def _gap(row: Line) -> str:
    return f"no check that names it fails the fault {row.fault}" if row.fault else "no fault breaks it"


def as_markdown(rows: Sequence[Line]) -> str:
    """Return the table."""
    observable = [row for row in rows if row.is_observable]
    tested = sum(bool(row.fails) for row in observable)
    table = [
        "# Which statement of the page is tested",
        "",
        "`make coverage` wrote this page from a run against the embedded mock, and from",
        f"[fault-matrix.csv](fault-matrix.csv). HTTP shows {len(observable)} of the {len(rows)} statements.",
        f"{tested} of them are tested: a mock with the named fault, which breaks this statement, fails by the named",
        f"check. For the other {len(observable) - tested}, the last column says why no check fails. The ids are those",
        "of `contract_tests/contract/statements.csv`. Tags: W observable over HTTP, F observable on a fresh extension,",
        "X needs more than this resource, B behaviour of a call, I information.",
        "",
        "| statement | tag | text of the page | fails by | fault that proves it | warns by | only noted by "
        "| not tested or excluded because |",
        "| --- | --- | --- | --- | --- | --- | --- | --- |",
    ]
    for row in rows:
        text = row.statement.text.replace("|", "\\|").replace("<", "&lt;")
        fault = f"`{row.fault}`" if row.fault else ""
        cells = (row.statement.id, row.statement.tag, text, _named(row.fails), fault, _named(row.warns))
        table.append(f"| {' | '.join([*cells, _named(row.notes), row.reason])} |")
    return "\n".join(table) + "\n"


def _named(ids: Iterable[ResultId]) -> str:
    """The ids by check, in the order of the checks; one for all where a check has one for each property."""
    by_check: dict[str, list[ResultId]] = {}
    for id_ in ids:
        by_check.setdefault(id_.check, []).append(id_)
    checks = [by_check[name] for name in CATALOGUE if name in by_check]
    return ", ".join(f"`{same[0]}`" if len(same) == 1 else f"`{same[0].check}`" for same in checks)


@functools.cache
def _proofs() -> Mapping[str, Json]:
    proofs: Mapping[str, Json] = load_yaml(PROOFS)
    return proofs


def main(output: str) -> int:
    """Write the table; returns 1 if there is a gap."""
    ids = judged()
    rows = lines(ids, matrix())
    if output == "-":
        print(as_markdown(rows), end="")
    else:
        Path(output).write_text(as_markdown(rows), encoding="utf-8")
    problems = gaps(rows, ids)
    print("\n".join(problems), end="\n" if problems else "")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
