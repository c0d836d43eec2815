"""Which statement of the page is tested by which requirement, judged in a real run against the embedded mock.

Writes a Markdown table to the file named, `-` for the terminal. Fails if a requirement was never judged, or a statement
that can be seen over HTTP is reached by none.
"""

from __future__ import annotations

import sys
from collections.abc import Collection, Sequence
from pathlib import Path

from contract_tests.checks import requirements
from contract_tests.checks.requirements import Row
from contract_tests.contract import CONTRACT
from contract_tests.contract.statements import OBSERVABLE
from contract_tests.report.results import ResultId
from mock_server.embedded import serve
from scripts.fault_matrix import verdicts


def judged() -> set[ResultId]:
    """The ids that a run against the correct mock judged."""
    with serve() as mock:
        results = verdicts(mock).results
    return {result.id for result in results.by_id.values() if result.judged}


def gaps(rows: Sequence[Row], ids: Collection[ResultId]) -> list[str]:
    """What is not covered, and what is covered and excluded at once."""
    reached = [row for row in rows if row.statement.tag in OBSERVABLE]
    return [
        *(f"{row.statement.id} is reached by no requirement" for row in reached if not row.ids),
        *(f"{row.statement.id} is neither tested nor excluded" for row in rows if not (row.ids or row.reason)),
        *(f"{row.statement.id} is tested and excluded" for row in rows if row.ids and row.reason),
        *(f"{id_} was not judged" for id_ in requirements.requirements(CONTRACT) if id_ not in ids),
    ]


def as_markdown(rows: Sequence[Row]) -> str:
    """The table, in the page's order."""
    tested = sum(bool(row.ids) for row in rows)
    lines = [
        "# Which statement of the page is tested",
        "",
        f"`make coverage` wrote this from a run against the embedded mock: {tested} of {len(rows)} statements are",
        f"tested, {len(rows) - tested} cannot be seen on this resource over HTTP. Ids are those of",
        "`contract_tests/contract/statements.csv`; tags: W on the wire, F on a fresh extension, X needs something",
        "else, B behaviour of a call, I for information.",
        "",
        "| statement | tag | what the page says | tested by, or why not |",
        "| --- | --- | --- | --- |",
    ]
    for row in rows:
        told = ", ".join(f"`{id_}`" for id_ in row.ids) or row.reason
        told = told if len(row.ids) < 5 else f"`{row.ids[0]}` and {len(row.ids) - 1} more like it"
        text = row.statement.text.replace("|", "\\|").replace("<", "&lt;")
        lines.append(f"| {row.statement.id} | {row.statement.tag} | {text} | {told} |")
    return "\n".join(lines) + "\n"


def main(output: str) -> int:
    """Write the table; returns 1 where something is not covered."""
    ids = judged()
    rows = requirements.coverage(CONTRACT, ids)
    if output == "-":
        print(as_markdown(rows), end="")
    else:
        Path(output).write_text(as_markdown(rows), encoding="utf-8")
    problems = gaps(rows, ids)
    print("\n".join(problems), end="\n" if problems else "")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
