"""The part of docs/bench.md that the comparison writes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from scripts.bench.tables import cells, spread
from scripts.peers.measured import Measured, Tool
from scripts.peers.servers import family

CORRECT_RUNS = 3
"""Runs of each tool on the correct server."""
NOT_COMPARED = {
    "RESTler": "neither pip nor npm has it (their packages of this name are something else)",
    "CATS": "neither pip nor npm has it; it comes as a jar or an image",
    "Step CI": "its tests are written by hand, as those of Tavern are",
    "EvoMaster": "not tried yet",
}


@dataclass(frozen=True)
class Column:
    """What became of one tool: its runs on the correct server, and one run for each fault that was tried."""

    tool: Tool
    correct: Sequence[Measured]
    faults: Mapping[str, Measured]

    @property
    def false_findings(self) -> set[str]:
        """What the tool reports as a failure of the correct server, in any run."""
        return {failure for run in self.correct for failure in run.failures}

    def finds(self, fault: str) -> bool:
        """Whether the tool reports a failure that it does not report on the correct server."""
        return not self.false_findings.issuperset(self.faults[fault].failures)

    def found(self, faults: Sequence[str]) -> str:
        """How many of these faults the tool finds, of those that were tried."""
        tried = [fault for fault in faults if fault in self.faults]
        return f"{sum(map(self.finds, tried))} of {len(tried)}"


def part(columns: Sequence[Column], faults: Sequence[str]) -> list[str]:
    """The lines of the page."""
    families = sorted({family(fault) for fault in faults})
    by_family = {name: [fault for fault in faults if family(fault) == name] for name in families}
    stopped = {column.tool.name: column.correct[0].stopped for column in columns if column.correct[0].stopped}
    columns = [column for column in columns if column.tool.name not in stopped]
    lines = [
        *_unfinished(columns, faults),
        cells("", *(column.tool.name for column in columns)),
        cells("---", *["---:"] * len(columns)),
        cells("version", *(column.tool.version() for column in columns)),
        cells("requests, correct server", *(spread([run.requests for run in c.correct], "{:,.0f}") for c in columns)),
        cells("seconds, correct server", *(spread([run.seconds for run in c.correct]) for c in columns)),
        cells("false findings, correct server", *(str(len(column.false_findings)) for column in columns)),
        cells("settings left changed, correct server", *(_left(column.correct) for column in columns)),
        cells("runs on faults that leave settings changed", *(_runs_left([*c.faults.values()]) for c in columns)),
        cells("runs that the tool broke off", *(str(sum(bool(r.stopped) for r in c.faults.values())) for c in columns)),
        cells("**faults found**", *(f"**{column.found(faults)}**" for column in columns)),
        *(cells(name, *(column.found(by_family[name]) for column in columns)) for name in families),
        "",
        "How each tool runs:",
        "",
        *(f"- {column.tool.name}: {column.tool.configuration}" for column in columns),
        "",
        "Not compared:",
        "",
        *(f"- {name}: {reason}" for name, reason in (NOT_COMPARED | stopped).items()),
        "",
        "### Fault by fault",
        "",
        cells("fault", "kind", *(column.tool.name for column in columns)),
        cells("---", "---", *["---"] * len(columns)),
    ]
    return [*lines, *(cells(f"`{f}`", family(f), *(_verdict(column, f) for column in columns)) for f in faults)]


def _unfinished(columns: Sequence[Column], faults: Sequence[str]) -> list[str]:
    """Remarks on what is not measured yet."""
    lines = []
    if missing := [column.tool.name for column in columns if len(column.faults) < len(faults)]:
        lines.append(f"**Not complete**: {', '.join(missing)} did not try every fault yet.")
        lines.append("`make bench-peers` goes on where it stopped. Compare numbers of the same faults only.")
    if any(len(column.correct) < CORRECT_RUNS for column in columns):
        lines.append("Seconds are from one run so far, beside other work on the same machine: they are too high.")
    return [*lines, ""] if lines else []


def _verdict(column: Column, fault: str) -> str:
    if fault not in column.faults:
        return "not tried"
    return "found" if column.finds(fault) else "broken off" if column.faults[fault].stopped else ""


def _left(runs: Sequence[Measured]) -> str:
    return str(max(len(run.changed) for run in runs))


def _runs_left(runs: Sequence[Measured]) -> str:
    return f"{sum(bool(run.changed) for run in runs)} of {len(runs)}"
