"""Markdown tables of what was measured."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from scripts.bench.tools import CORE, PEER, Cost


def cells(*texts: str) -> str:
    """A line of a table."""
    return f"| {' | '.join(texts)} |"


def side_by_side(costs: Mapping[str, Cost], rows: Mapping[str, Mapping[str, str]]) -> list[str]:
    """One column a tool: what it costs, and how many faults it finds."""
    failed = [sum(row[tool] == "fail" for row in rows.values()) for tool in costs]
    found = [sum(row[tool] in {"fail", "warn"} for row in rows.values()) for tool in costs]
    return [
        cells("", *costs),
        cells("---", *["---:"] * len(costs)),
        cells("requests on the correct mock", *(f"{cost.requests:,}" for cost in costs.values())),
        cells("seconds on the correct mock", *(f"{cost.seconds:.1f}" for cost in costs.values())),
        cells("findings on the correct mock", *(str(cost.findings) for cost in costs.values())),
        cells("faults found, by a failure", *(f"{count} of {len(rows)}" for count in failed)),
        cells("faults found, by a failure or a warning", *(f"{count} of {len(rows)}" for count in found)),
    ]


def only_found(rows: Mapping[str, Mapping[str, str]]) -> str:
    """How many faults the suite finds and plain schemathesis does not, and the other way round."""
    pairs = Counter((row[CORE] in {"fail", "warn"}, bool(row[PEER])) for row in rows.values())
    return (
        f"Of the {len(rows)} faults, {pairs[True, False]} are found by the {CORE} and not by {PEER}, "
        f"{pairs[False, True]} the other way round, {pairs[True, True]} by both, {pairs[False, False]} by neither."
    )
