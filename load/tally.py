"""Judges the responses of a turn by the rules of the suite, and counts the judgements of all users."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Collection, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from contract_tests.checks import CATALOGUE
from contract_tests.checks.backing import Backing
from contract_tests.checks.history import History
from contract_tests.checks.judgement import finding
from contract_tests.checks.put_rules import RULES
from contract_tests.checks.requirements import requirements
from contract_tests.contract import CONTRACT
from contract_tests.contract.document import Contract
from contract_tests.contract.json_values import ABSENT, Settings, describe, identical
from contract_tests.contract.property import Evidence
from contract_tests.record.exchange import Exchange
from contract_tests.record.har import Record
from contract_tests.report.results import Finding, Outcome, Requirement, ResultId, Results

from .turns import Turn, TurnKind

CHECKS = (
    *(rule.__name__ for rule in RULES),
    "concurrent_changes_survive",
    "get_answers_settings",
    "property_has_its_type",
    "answer_holds_property",
    "put_answers_200",
    "valid_request_is_no_server_error",
    "invalid_request_is_no_server_error",
)
"""The checks of the suite that one turn is enough for."""
LAST_WRITE = ResultId("load.get_shows_last_write")
LAST_WRITE_BACKING = Backing(Evidence.stated, statements="O-01 O-04")
Judged = tuple[ResultId, Finding | None]


def asked(contract: Contract = CONTRACT) -> list[Requirement]:
    """What a load run judges."""
    rule = "GET shows what the only writer of the extension wrote last."
    sentence, statements = LAST_WRITE_BACKING.sentence_of(""), LAST_WRITE_BACKING.statements_of("")
    own = Requirement(LAST_WRITE, "load", Evidence.stated, rule, sentence, statements)
    return [own, *(each for each in requirements(contract).values() if each.id.check in CHECKS)]


@dataclass(frozen=True)
class Answered:
    """A turn with its responses.

    Attributes:
        contract: What is asked.
        target: The extension, without secrets.
        turn: What was sent.
        before: The read before it; None where that is not known.
        puts: The responses to its changes.
        read: The response to its read.
        shown: The properties that the read before showed.
        excused: Properties that are not judged.
    """

    contract: Contract
    target: Mapping[str, str]
    turn: Turn
    before: Exchange | None
    puts: Sequence[Exchange]
    read: Exchange
    shown: Settings
    excused: Collection[str] = ()

    @property
    def kind(self) -> Hashable:
        """Turns of the same kind that are all answered as expected are judged the same."""
        sent = [(put.status, *(put.step.update or {})) for put in self.puts]
        return self.turn.kind, self.turn.kind is TurnKind.invalid, tuple(map(tuple, sent))

    @property
    def is_as_expected(self) -> bool:
        """Whether every response shows exactly what was written, in value and in type; then no rule is broken."""
        if self.before is None or self.excused or self.read.status != 200:
            return False
        expected = dict(self.shown)
        for put in self.puts:
            if put.is_success and self.turn.kind is not TurnKind.invalid:
                expected |= put.step.update or {}
        return self._shows(self.read, expected) and all(self._is_put_as_expected(put, expected) for put in self.puts)

    def _is_put_as_expected(self, put: Exchange, expected: Settings) -> bool:
        if not put.is_success:
            return 400 <= put.status < 500
        if put.status != 200 or self.turn.kind is TurnKind.invalid:
            return False
        if len(self.puts) == 1:
            return self._shows(put, expected)
        # Another change of the same moment may be done or not.
        answer, own = put.json_object or {}, put.step.update or {}
        return all(
            name in answer
            and (_is_same(answer[name], value) or (name not in own and _is_same(answer[name], self.shown.get(name))))
            for name, value in expected.items()
        )

    def _shows(self, exchange: Exchange, expected: Settings) -> bool:
        answer = exchange.json_object
        if answer is None:
            return False
        for name, value in expected.items():
            shown = answer.get(name, ABSENT)
            # Texts and integers of responses are in memory once, so that most of them need no comparison.
            if shown is not value and not _is_same(shown, value):
                return False
        return True

    def judgements(self) -> Iterator[Judged]:
        """The judgements of all rules; findings of open questions are left out, since they are no deviation."""
        exchanges = [*filter(None, [self.before]), *self.puts, self.read]
        history = History(Record(self.target, exchanges), self.contract)
        for name in CHECKS:
            for subject, found in CATALOGUE[name].judge(history):
                if subject not in self.excused:
                    is_open = found is not None and found.outcome is Outcome.noted
                    yield ResultId(name, subject), None if is_open else found
        if self.before and not self.puts:
            yield LAST_WRITE, self._last_write()

    def _last_write(self) -> Finding | None:
        differences = self.contract.differences(self.shown, self.read.json_object or {})
        left = {name: pair for name, pair in differences.items() if name not in self.excused}
        text = f"nothing was written since, and GET shows other settings: {describe(left)}"
        return finding(Evidence.stated, text, self.read) if left and self.read.shows_settings else None


def _is_same(left: object, right: object) -> bool:
    """Whether two JSON values are the same, also in their types."""
    return left == right and type(left) is type(right) and (type(left) not in {dict, list} or identical(left, right))


@dataclass
class Counts:
    """How a load run is going.

    Attributes:
        turns: Sequences of requests that were judged.
        judged: Responses that were judged.
        violations: Turns with a failure.
        warnings: Turns with a warning, and no failure.
        accepted: Valid changes that the server accepted.
        refused: Valid changes that it refused.
        shed: Requests that the server refused since it is busy.
        unanswered: Requests without a response.
        judging: Seconds of the processor for judging.
    """

    turns: int = 0
    judged: int = 0
    violations: int = 0
    warnings: int = 0
    accepted: int = 0
    refused: int = 0
    shed: int = 0
    unanswered: int = 0
    judging: float = 0.0

    def add(self, other: Counts) -> None:
        """Add what another process counted."""
        for name in vars(other):
            setattr(self, name, getattr(self, name) + getattr(other, name))


@dataclass
class Tally:
    """Counts the judgements of all users of a process.

    A turn whose responses are exactly as expected gives the same judgements each time. So the first of each kind is
    judged by all rules, and the others are counted: the rules take longer than the requests.

    Attributes:
        counts: How it is going.
        results: The judgements by requirement; complete after `finish`.
    """

    counts: Counts = field(default_factory=Counts)
    results: Results = field(default_factory=lambda: Results.declared(asked()))
    _alike: dict[Hashable, Sequence[Judged]] = field(default_factory=dict)
    _times: Counter[Hashable] = field(default_factory=Counter)

    def judge(self, answered: Answered) -> bool:
        """Judge a turn; returns whether nothing was found."""
        begin = time.process_time()
        found = self._judged(answered)
        outcomes = {finding.outcome for _, finding in found if finding}
        self.counts.turns += 1
        self.counts.judged += len(answered.puts) + 1
        self.counts.violations += Outcome.failed in outcomes
        self.counts.warnings += outcomes == {Outcome.warned}
        if answered.turn.kind is not TurnKind.invalid:
            accepted = sum(put.is_success for put in answered.puts)
            self.counts.accepted += accepted
            self.counts.refused += len(answered.puts) - accepted
        self.counts.judging += time.process_time() - begin
        return not outcomes

    def _judged(self, answered: Answered) -> Sequence[Judged]:
        if not answered.is_as_expected:
            return self._count([*answered.judgements()])
        kind = answered.kind
        if kind not in self._alike:
            self._alike[kind] = [*answered.judgements()]
        self._times[kind] += 1
        return [judged for judged in self._alike[kind] if judged[1]]

    def _count(self, judgements: Sequence[Judged], times: int = 1) -> Sequence[Judged]:
        for id_, found in judgements:
            if id_ in self.results.by_id:
                row = self.results.by_id[id_]
                row.add(found)
                row.judged += times - 1
                row.found += (times - 1) * (found is not None)
        return judgements

    def left_out(self, shed: int, unanswered: int) -> None:
        """Count a turn that cannot be judged."""
        self.counts.shed += shed
        self.counts.unanswered += unanswered

    def finish(self) -> None:
        """Add what was counted only; once."""
        for kind, times in self._times.items():
            self._count(self._alike[kind], times)
        self._times.clear()
