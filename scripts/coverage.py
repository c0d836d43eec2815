"""Write a table of the page's statements and the requirements that test them, from a run against the embedded mock.

The argument is the Markdown file to write; `-` means the terminal. The job fails if a requirement was not judged, or if
no requirement tests an observable statement.
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
    """Return the ids of the requirements that a run against the correct mock judged."""
    with serve() as mock:
        results = verdicts(mock).results
    return {result.id for result in results.by_id.values() if result.judged}


def gaps(rows: Sequence[Row], ids: Collection[ResultId]) -> list[str]:
    """Return a message for each statement or requirement that is not tested, or both tested and excluded."""
    observable = [row for row in rows if row.statement.tag in OBSERVABLE]
    return [
        *(f"{row.statement.id} is tested by no requirement" for row in observable if not row.ids),
        *(f"{row.statement.id} is neither tested nor excluded" for row in rows if not (row.ids or row.reason)),
        *(f"{row.statement.id} is tested and excluded" for row in rows if row.ids and row.reason),
        *(f"{id_} was not judged" for id_ in requirements.requirements(CONTRACT) if id_ not in ids),
    ]


def as_markdown(rows: Sequence[Row]) -> str:
    """Return the table, in the order of the page."""
    tested = sum(bool(row.ids) for row in rows)
    lines = [
        "# Which statement of the page is tested",
        "",
        f"`make coverage` wrote this page from a run against the embedded mock. {tested} of {len(rows)} statements are",
        f"tested; {len(rows) - tested} cannot be observed on this resource over HTTP. The ids are those of",
        "`contract_tests/contract/statements.csv`. Tags: W observable over HTTP, F observable on a fresh extension,",
        "X needs more than this resource, B behaviour of a call, I information.",
        "",
        "| statement | tag | text of the page | tested by, or why not |",
        "| --- | --- | --- | --- |",
    ]
    for row in rows:
        tested_by = ", ".join(f"`{id_}`" for id_ in row.ids) or row.reason
        tested_by = tested_by if len(row.ids) < 5 else f"`{row.ids[0]}` and {len(row.ids) - 1} more like it"
        text = row.statement.text.replace("|", "\\|").replace("<", "&lt;")
        lines.append(f"| {row.statement.id} | {row.statement.tag} | {text} | {tested_by} |")
    return "\n".join(lines) + "\n"


def main(output: str) -> int:
    """Write the table; returns 1 if there is a gap."""
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
