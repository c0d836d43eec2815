"""What the run found out, check by check, and the machine-readable report of it."""

from __future__ import annotations

import json
import re
import time
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from contract_tests.contract import Evidence, Json

STATEMENT = re.compile(r"\b[A-Z]\d{0,2}-(?:\d{2}|[a-z]\d?)\b")


class Outcome(StrEnum):
    """How a check ended."""

    passed = "pass"
    warned = "warn"
    failed = "fail"
    not_testable = "not_testable"


@dataclass(frozen=True)
class Finding:
    """One exchange that breaks what a check asks: how well the page backs that, what is wrong, how to repeat it."""

    evidence: Evidence
    message: str
    reproduction: str

    @property
    def outcome(self) -> Outcome:
        """A finding that the page backs is a failure, any other a warning."""
        return Outcome.warned if self.evidence is Evidence.inferred else Outcome.failed


@dataclass
class Result:
    """One check: how often it was judged, how often it found something, and the plainest of its weightiest findings."""

    id: str
    judged: int = 0
    found: int = 0
    finding: Finding | None = None
    reason: str = "no request was made that it judges"

    @property
    def outcome(self) -> Outcome:
        """What the finding says; never pass where nothing was judged."""
        if self.finding:
            return self.finding.outcome
        return Outcome.passed if self.judged else Outcome.not_testable

    def add(self, finding: Finding | None) -> None:
        """Count one judgement; keep a finding that weighs more than the one at hand, or is as weighty and shorter."""
        self.judged += 1
        self.found += finding is not None
        if finding and (self.finding is None or _rank(finding) > _rank(self.finding)):
            self.finding = finding


@dataclass
class Results:
    """All checks of a run, by id."""

    descriptions: dict[str, str] = field(default_factory=dict)
    by_id: dict[str, Result] = field(default_factory=dict)
    requests: int = 0
    started: float = field(default_factory=time.monotonic)
    error: str = ""

    def declare(self, check: str, description: str) -> Result:
        """Name a check before anything is judged, so that one that never is shows as not testable."""
        self.descriptions[check] = description
        return self.by_id.setdefault(check, Result(check))

    def add(self, check: str, finding: Finding | None) -> None:
        """Count one judgement of a check."""
        self.by_id.setdefault(check, Result(check)).add(finding)

    def count(self, outcome: Outcome) -> int:
        """How many checks ended so."""
        return sum(result.outcome is outcome for result in self.by_id.values())

    def as_json(self, target: dict[str, str]) -> Json:
        """The report; its shape is fixed in the README."""
        errors: list[Json] = [
            {"id": "harness", "level": None, "outcome": "error", "statements": [], "message": self.error}
        ]
        return {
            "summary": {
                "passed": self.count(Outcome.passed),
                "failed": self.count(Outcome.failed),
                "warned": self.count(Outcome.warned),
                "noted": 0,
                "not_testable": self.count(Outcome.not_testable),
                "errors": int(bool(self.error)),
                "requests": self.requests,
                "seconds": round(time.monotonic() - self.started, 2),
            },
            "results": [self._row(result) for result in self.by_id.values()] + (errors if self.error else []),
            "target": target,
        }

    def write(self, path: Path, target: dict[str, str]) -> None:
        """Write the report."""
        path.write_text(json.dumps(self.as_json(target), indent=2) + "\n", encoding="utf-8")

    def _row(self, result: Result) -> Json:
        row: dict[str, Json] = {
            "id": result.id,
            "level": result.finding.evidence.name if result.finding else None,
            "outcome": result.outcome,
            "statements": STATEMENT.findall(self.descriptions.get(result.id, "")),
            "judged": result.judged,
            "found": result.found,
        }
        if result.finding:
            row |= {"message": result.finding.message, "reproduction": result.finding.reproduction}
        elif result.outcome is Outcome.not_testable:
            row["message"] = result.reason
        return row


def _rank(finding: Finding) -> tuple[int, int]:
    return finding.evidence, -len(finding.message) - len(finding.reproduction)
