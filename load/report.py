"""What a load run found, as the reports and the terminal show it."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import TextIO

from contract_tests.contract.json_values import ABSENT, Json
from contract_tests.contract.property import Evidence
from contract_tests.report.reasons import Change, Place
from contract_tests.report.results import Finding, Result, ResultId, Results
from contract_tests.session.run_result import RunResult

from .tally import Counts

EVERY_LIVE, EVERY_LINE = 1.0, 10.0
"""Seconds between two lines: on a terminal, and elsewhere."""


@dataclass
class LoadResult(RunResult):
    """The results of a load run.

    Attributes:
        counts: Of all processes.
        load: Rates and response times.
    """

    counts: Counts = field(default_factory=Counts)
    load: dict[str, Json] = field(default_factory=dict)

    def as_json(self) -> Json:
        """The report, with the figures of the load."""
        counted = {name: value for name, value in asdict(self.counts).items() if name != "judging"}
        return super().as_json() | {"load": counted | self.load}


def as_rows(results: Results) -> list[Json]:
    """The results of a worker, for the process that leads the run."""
    return [
        [result.id.check, result.id.subject, result.judged, result.found, [*map(_as_json, result.kinds.values())]]
        for result in results.by_id.values()
        if result.judged
    ]


def add_rows(results: Results, rows: list[Json]) -> None:
    """Add what `as_rows` gave."""
    for check, subject, judged, found, findings in rows:
        known = results.by_id.get(ResultId(check, subject))
        if known:
            kinds = {finding.kind: finding for finding in map(_from_json, findings)}
            known.merge(Result(known.requirement, judged, found, kinds=kinds))


def _as_json(finding: Finding) -> Json:
    """A finding without its exchange; a value that is absent is an empty list."""
    change = finding.change and {
        "place": finding.change.place.name,
        "name": finding.change.name,
        "values": [
            [] if value is ABSENT else [value]
            for value in (finding.change.before, finding.change.sent, finding.change.shown)
        ],
        "beside": dict(finding.change.beside),
    }
    texts = {name: getattr(finding, name) for name in ("message", "reproduction", "sent", "got")}
    return {"evidence": finding.evidence.name, "change": change, **texts}


def _from_json(row: Json) -> Finding:
    change = row.pop("change")
    if change:
        before, sent, shown = (value[0] if value else ABSENT for value in change["values"])
        change = Change(Place[change["place"]], change["name"], before, sent, shown, change["beside"])
    return Finding(Evidence[row.pop("evidence")], change=change, **row)


def line(requests: int, rate: float, p95: float, counts: Counts) -> str:
    """How the run is going, in one line."""
    warnings = f", warnings {counts.warnings:,}" if counts.warnings else ""
    return (
        f"{requests:,} requests, {rate:,.0f}/s, p95 {p95:,.0f} ms, judged {counts.judged:,}, "
        f"violations {counts.violations:,}{warnings}, shed {counts.shed:,}, unanswered {counts.unanswered:,}"
    )


def summary(load: Mapping[str, Json]) -> list[str]:
    """The figures of the load at the end."""
    rows = load["response_times"].items()
    times = [
        f"{method:<5}{row['requests']:>10,} requests  median {row['p50']:,.0f} ms  p95 {row['p95']:,.0f} ms  "
        f"p99 {row['p99']:,.0f} ms  largest {row['max']:,.0f} ms"
        for method, row in rows
    ]
    judging = f"judging took {load['judging_percent']:.1f} % of the processor time"
    return [*times, f"{load['requests_per_second']:,.1f} requests a second; {judging}"]


class Live:
    """Writes one line again and again while a run goes on."""

    def __init__(self, stream: TextIO | None) -> None:
        self._stream = stream
        self._is_live = stream is not None and stream.isatty()
        self._next = 0.0 if self._is_live else time.monotonic() + EVERY_LINE

    @property
    def is_due(self) -> bool:
        """Whether it is time for a line."""
        return self._stream is not None and time.monotonic() >= self._next

    def write(self, text: str) -> None:
        """Write the line."""
        if self._stream:
            self._next = time.monotonic() + (EVERY_LIVE if self._is_live else EVERY_LINE)
            self._stream.write(f"\r\x1b[K{text}" if self._is_live else f"{text}\n")
            self._stream.flush()

    def end(self) -> None:
        """Remove the live line."""
        if self._stream and self._is_live:
            self._stream.write("\r\x1b[K")
            self._stream.flush()
