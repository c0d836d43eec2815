"""Markdown tables of the measurements."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from scripts.bench.tools import CORE, PEER, Cost


def cells(*texts: str) -> str:
    """Return a row of a table."""
    return f"| {' | '.join(texts)} |"


def side_by_side(costs: Mapping[str, Cost], rows: Mapping[str, Mapping[str, str]]) -> list[str]:
    """Return a table with a column for each tool: its cost, and the number of faults that it finds."""
    failures = [sum(row[tool] == "fail" for row in rows.values()) for tool in costs]
    findings = [sum(row[tool] in {"fail", "warn"} for row in rows.values()) for tool in costs]
    return [
        cells("", *costs),
        cells("---", *["---:"] * len(costs)),
        cells("requests on the correct mock", *(f"{cost.requests:,}" for cost in costs.values())),
        cells("seconds on the correct mock", *(f"{cost.seconds:.1f}" for cost in costs.values())),
        cells("findings on the correct mock", *(str(cost.findings) for cost in costs.values())),
        cells("faults found, by a failure", *(f"{count} of {len(rows)}" for count in failures)),
        cells("faults found, by a failure or a warning", *(f"{count} of {len(rows)}" for count in findings)),
    ]


def only_found(rows: Mapping[str, Mapping[str, str]]) -> str:
    """Return a sentence with the number of faults that only one tool finds, both find, or neither finds."""
    pairs = Counter((row[CORE] in {"fail", "warn"}, bool(row[PEER])) for row in rows.values())
    return (
        f"Of {len(rows)} faults, only the {CORE} finds {pairs[True, False]}, only {PEER} finds {pairs[False, True]}, "
        f"both find {pairs[True, True]}, and neither finds {pairs[False, False]}."
    )
