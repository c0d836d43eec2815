"""The results of a run, check by check, and the machine-readable report of it."""

from __future__ import annotations

import fnmatch
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import NamedTuple

from contract_tests.contract.json_values import Json, identical
from contract_tests.contract.property import Evidence
from contract_tests.record.exchange import Exchange
from contract_tests.report.reasons import Change

NOT_REQUESTED = "no request was made that it judges"
"""Why a requirement was not judged, where nothing else is known."""

HARNESS: Json = {"id": "harness", "theme": "harness", "level": None, "outcome": "error", "statements": []}
"""The row of a report that says what went wrong with the run itself; the message is added."""


class Outcome(StrEnum):
    """How a check ended."""

    passed = "pass"
    noted = "note"
    warned = "warn"
    failed = "fail"
    not_testable = "not_testable"


@dataclass(frozen=True)
class Finding:
    """One exchange that breaks what a check asks.

    Attributes:
        evidence: How well the page backs what is asked.
        message: What is wrong: what was expected, and what came back.
        reproduction: How to repeat it.
        sent: The request.
        got: The answer.
        change: What became of a property, where it is about one.
        exchange: The exchange that shows it.
    """

    evidence: Evidence
    message: str
    reproduction: str = ""
    sent: str = ""
    got: str = ""
    change: Change | None = None
    exchange: Exchange | None = field(default=None, repr=False, compare=False)

    @property
    def kind(self) -> str:
        """Its kind of deviation: findings of one kind have one cause."""
        if self.change and self.change.reason:
            return self.change.reason.name
        return f"{self.change.place.name if self.change else ''}.{self.outcome}"

    @property
    def outcome(self) -> Outcome:
        """A failure where the page backs it, a note where it leaves the answer open, a warning in between."""
        if self.evidence is Evidence.open:
            return Outcome.noted
        return Outcome.warned if self.evidence is Evidence.inferred else Outcome.failed


class ResultId(NamedTuple):
    """The id of a result: `server/check:property`, of which the server and the property may be empty.

    Attributes:
        check: The name of the check; those of the fuzz layer begin with `fuzz.`.
        subject: The property, where the check judges properties one by one.
        server: Where several servers are tested.
    """

    check: str
    subject: str = ""
    server: str = ""

    @classmethod
    def parse(cls, text: str) -> ResultId:
        """The id that was written so."""
        server, _, rest = text.rpartition("/")
        check, _, name = rest.partition(":")
        return cls(check, name, server)

    def __str__(self) -> str:
        server = f"{self.server}/" if self.server else ""
        return server + (f"{self.check}:{self.subject}" if self.subject else self.check)

    @property
    def is_fuzz(self) -> bool:
        """Whether it is of the fuzz layer."""
        return self.check.startswith("fuzz.")

    def matches(self, pattern: str) -> bool:
        """Whether a pattern with `*` means it; a pattern may leave out the server, and with it the property."""
        texts = {str(self), str(self._replace(server="")), str(self._replace(subject="")), self.check}
        return any(fnmatch.fnmatchcase(text, pattern) for text in texts)


@dataclass(frozen=True, slots=True)
class Requirement:
    """What one result stands for.

    Attributes:
        id: Of the result.
        theme: What it is about.
        level: How well the page backs it.
        rule: What is asked, in a sentence of ours.
        sentence: Behind that: the words of the page, those of an RFC, or `not said by the page; inferred from …`.
        statements: Ids of the page's statements that it tests.
    """

    id: ResultId
    theme: str
    level: Evidence
    rule: str
    sentence: str
    statements: Sequence[str]


@dataclass(slots=True)
class Result:
    """One requirement: how often it was judged and found broken, and the plainest of its weightiest findings.

    Attributes:
        requirement: What it stands for.
        judged: How often it was judged.
        found: How often that found something.
        finding: The finding that is reported.
        kinds: The plainest of the weightiest findings by kind of deviation.
        reason: Why it was not judged.
        expected: Why a failure is expected (a baseline says so); empty where none is.
        expired: Why and until when a failure was expected; empty where it still is, or never was.
    """

    requirement: Requirement
    judged: int = 0
    found: int = 0
    finding: Finding | None = None
    kinds: dict[str, Finding] = field(default_factory=dict)
    reason: str = NOT_REQUESTED
    expected: str = ""
    expired: str = ""

    @property
    def id(self) -> ResultId:
        """The id of the requirement."""
        return self.requirement.id

    @property
    def outcome(self) -> Outcome:
        """What the finding says; never pass where nothing was judged."""
        if self.finding:
            return self.finding.outcome
        return Outcome.passed if self.judged else Outcome.not_testable

    @property
    def is_not_written(self) -> bool:
        """Whether it was not judged since its property could not be restored."""
        return self.outcome is Outcome.not_testable and self.reason != NOT_REQUESTED

    @property
    def is_finding(self) -> bool:
        """Whether it fails or is warned of."""
        return self.outcome in {Outcome.failed, Outcome.warned}

    @property
    def is_new_failure(self) -> bool:
        """Whether it fails and no baseline expects that."""
        return self.outcome is Outcome.failed and not self.expected

    @property
    def is_stale(self) -> bool:
        """Whether a baseline expects a failure, and there was none."""
        return bool(self.expected) and self.outcome not in {Outcome.failed, Outcome.not_testable}

    def add(self, finding: Finding | None) -> None:
        """Count one judgement; keep a finding that weighs more than the one at hand, or is as weighty and shorter."""
        self.judged += 1
        if finding:
            self.found += 1
            self._keep(finding)

    def merge(self, other: Result) -> None:
        """Add the judgements of the same requirement that were made elsewhere."""
        self.judged += other.judged
        self.found += other.found
        for finding in other.kinds.values():
            self._keep(finding)

    def _keep(self, finding: Finding) -> None:
        if self.finding is None or _rank(finding) > _rank(self.finding):
            self.finding = finding
        kept = self.kinds.get(finding.kind)
        self.kinds[finding.kind] = finding if kept is None else _plainer(kept, finding)

    def as_json(self) -> Json:
        """The result as it stands in the report."""
        asked, found = self.requirement, self.finding
        row: dict[str, Json] = {
            "id": str(self.id),
            "theme": asked.theme,
            "level": (found.evidence if found else asked.level).name,
            "outcome": self.outcome,
            "rule": asked.rule,
            "sentence": asked.sentence,
            "statements": [*asked.statements],
            "judged": self.judged,
            "found": self.found,
        }
        if found:
            parts = {
                "message": found.message,
                "sent": found.sent,
                "got": found.got,
                "reproduction": found.reproduction,
            }
            row |= {name: text for name, text in parts.items() if text}
        elif self.outcome is Outcome.not_testable:
            row["message"] = self.reason
        if self.expected:
            row["expected"] = self.expected
        if self.expired:
            row["expired"] = self.expired
        return row


@dataclass
class Results:
    """All results of a run, by id."""

    by_id: dict[ResultId, Result] = field(default_factory=dict)
    requests: int = 0
    started: float = field(default_factory=time.monotonic)
    error: str = ""
    elsewhere: Counter[tuple[str, Outcome]] = field(default_factory=Counter)
    """By theme and outcome, how many rows stand in the report of their server only."""

    @classmethod
    def declared(cls, requirements: Iterable[Requirement]) -> Results:
        """Results in which these requirements are not judged yet, so that one that never is shows as not testable."""
        return cls({requirement.id: Result(requirement) for requirement in requirements})

    def __getitem__(self, id_: str) -> Result:
        """The result of a requirement, by its id as a report shows it."""
        return self.by_id[ResultId.parse(id_)]

    def add(self, id_: ResultId, finding: Finding | None) -> None:
        """Count one judgement of a requirement; one that was not declared is left out."""
        if id_ in self.by_id:
            self.by_id[id_].add(finding)

    def rows(self) -> dict[str, dict[str, Result]]:
        """The results by check, then by property; of a run of one server."""
        rows: dict[str, dict[str, Result]] = {}
        for id_, result in self.by_id.items():
            if not id_.server:
                rows.setdefault(id_.check, {})[id_.subject] = result
        return rows

    def merge(self, other: Results, server: str) -> None:
        """Add the results of one extension of a server."""
        for id_, result in other.by_id.items():
            own = self.by_id[id_._replace(server=server)]
            own.merge(result)
            if result.is_not_written:
                own.reason = result.reason

    def named(self, server: str) -> Iterator[Result]:
        """The results with ids that name the server."""
        for id_, result in self.by_id.items():
            requirement = replace(result.requirement, id=id_._replace(server=server)) if server else result.requirement
            yield replace(result, requirement=requirement)

    def stop(self, error: str) -> None:
        """Note that the run went wrong; several reasons stand side by side."""
        self.error = "; ".join(filter(None, (self.error, error)))

    @property
    def has_judged(self) -> bool:
        """Whether anything was judged."""
        return bool(self.elsewhere) or any(result.judged for result in self.by_id.values())

    def count(self, outcome: Outcome) -> int:
        """How many requirements ended so."""
        left_out = sum(count for (_, other), count in self.elsewhere.items() if other is outcome)
        return left_out + sum(result.outcome is outcome for result in self.by_id.values())

    def themes(self) -> dict[str, list[Result]]:
        """The results by theme."""
        themes: dict[str, list[Result]] = {theme: [] for theme, _ in self.elsewhere}
        for result in self.by_id.values():
            themes.setdefault(result.requirement.theme, []).append(result)
        return themes

    def by_check(self) -> dict[tuple[str, str], list[Result]]:
        """The results by server and check."""
        checks: dict[tuple[str, str], list[Result]] = {}
        for result in self.by_id.values():
            checks.setdefault((result.id.server, result.id.check), []).append(result)
        return checks

    def as_json(self, target: Mapping[str, str]) -> Json:
        """The report (see `report/conformance.schema.json`)."""
        rows = self.by_id.values()
        return {
            "summary": {
                "passed": self.count(Outcome.passed),
                "failed": self.count(Outcome.failed),
                "warned": self.count(Outcome.warned),
                "noted": self.count(Outcome.noted),
                "not_testable": self.count(Outcome.not_testable),
                "errors": int(bool(self.error)),
                "requests": self.requests,
                "seconds": round(time.monotonic() - self.started, 2),
                "known": sum(result.outcome is Outcome.failed and bool(result.expected) for result in rows),
            },
            "results": [result.as_json() for result in rows]
            + ([HARNESS | {"message": self.error}] if self.error else []),
            "target": dict(target),
        }


def _plainer(one: Finding, other: Finding) -> Finding:
    """The finding that weighs more or is shorter, with what the PUTs of both carried."""
    plainer = other if _rank(other) > _rank(one) else one
    if not (one.change and other.change and one.change.beside):
        return plainer
    first, second = one.change.beside, other.change.beside
    common = {name: value for name, value in first.items() if name in second and identical(value, second[name])}
    return replace(plainer, change=replace(plainer.change or one.change, beside=common))


def _rank(finding: Finding) -> tuple[int, int]:
    return finding.evidence, -len(finding.message) - len(finding.reproduction)
