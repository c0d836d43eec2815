"""Sends the plan and records the responses; judges nothing."""

from __future__ import annotations

import dataclasses
import itertools
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from http import HTTPStatus

from contract_tests.client.client import Client
from contract_tests.contract.document import Contract
from contract_tests.contract.json_values import Settings
from contract_tests.contract.property import Evidence
from contract_tests.contract.weight import accepted_invalid
from contract_tests.observe.culprits import MAY_NOT_WRITE, Culprits, back
from contract_tests.observe.delay import Delay
from contract_tests.observe.proof import differences_after_waiting, prove_restorable, stop_unless_shown
from contract_tests.plan.valid import lone_value
from contract_tests.record.exchange import Exchange
from contract_tests.record.har import Record
from contract_tests.record.step import Case, Kind, Step
from contract_tests.target.target import Target

MAY_BE_UNAUTHORIZED = {Kind.credentials, Kind.address, Kind.method, Kind.question}
"""Requests for which a 401 does not mean that the token is no longer valid."""
NO_PUT = {HTTPStatus.NOT_FOUND, HTTPStatus.METHOD_NOT_ALLOWED, HTTPStatus.NOT_IMPLEMENTED}
"""How a server tells that it has no such operation."""
SHOULD_CHANGE_NOTHING = {Kind.invalid, Kind.mixed, Kind.body, Kind.credentials, Kind.address, Kind.question}
"""Requests after which, if they are accepted, a run restores what they changed."""
ASIDE = {Kind.body, Kind.credentials, Kind.address, Kind.method, Kind.question}
"""Requests on which no other one depends."""
MAX_LATE = 2
"""So many requests of one of these kinds may run out of time; more of them would tell the same."""
LATE = 1_000
"""Milliseconds: a request without a response ran out of time after that, and was not only dropped."""


class Observation:
    """One run of a plan against a target.

    Attributes:
        current: What the last read of the extension under test showed.
        done: How many steps of the plan were sent or left out.
    """

    def __init__(self, contract: Contract, target: Target, client: Client, record: Record, settle: float = 0.0) -> None:
        self._contract = contract
        self._client = client
        self._record = record
        self._is_loopback = target.is_loopback
        self._own = contract.path_to(target.extension_id)
        self._names = target.writable(contract)
        self._together = target.writable_together(contract)
        self.current: Settings = {}
        self._original: Settings = {}
        self._first_statuses: list[int] = []
        self._delay = Delay(settle)
        self._culprits = Culprits(self, contract, self._own, self._together)
        self._restored: Settings = {}
        self._disturbed: Settings = {}
        self._is_read = False
        self._confirmed: set[str] = set()
        self._late: Counter[Kind] = Counter()
        self._may_write = True
        self.done = 0

    def run(self, steps: Sequence[Step], progress: Callable[[int], None] = lambda _: None) -> None:
        """Send all steps; `progress` gets the number of those that are done.

        Raises:
            StoppedError: The target cannot be reached any more, or accepts nothing further with this token.
        """
        for batch in _batches(steps):
            self._put_back_before(batch[0])
            if batch[0].together:
                self._send_together(batch)
            elif step := self._prepared(batch[0]):
                self._react(step, self._send_planned(step))
            self.done += len(batch)
            progress(self.done)
        if not self._may_write and self._first_statuses[-1] in MAY_NOT_WRITE:
            self._client.stop(
                f"every PUT was refused with {self._first_statuses[-1]}, so nothing was judged that writes: does the "
                "application have the right to write? Otherwise use --mode read"
            )

    def _send_planned(self, step: Step) -> Exchange:
        return self._read(step) if self._shows_changes(step) else self.send(step)

    def _shows_changes(self, step: Step) -> bool:
        return step.kind is Kind.read and step.path == self._own

    def _prepared(self, step: Step) -> Step | None:
        """The step with what only a run knows; None where it must not be sent."""
        if step.method == "PUT" and not self._may_write:
            return None
        if self._shows_changes(step) and self._is_read:
            return None
        if step.kind in ASIDE and self._late[step.kind] >= MAX_LATE:
            return None
        filled = self._with_original_values(step)
        if filled is None or self._is_unsafe(filled):
            return None
        if filled.kind not in {Kind.change, Kind.repeat}:
            return filled
        rest = self._culprits.without_refused(filled)
        return None if rest.update == {} else rest

    def _with_original_values(self, step: Step) -> Step | None:
        """The step with a body of original values, if it needs one; None where the original value is not known."""
        if step.kind is Kind.identity:
            return step.with_update({name: self.current[name] for name in self._names if name in self.current})
        if step.case is Case.first_change:
            known = self._contract.properties[step.subject]
            return step.with_update({step.subject: lone_value(known, self.current.get(step.subject))})
        if step.kind is Kind.put_back and step.body is None:
            name = step.subject
            return step.with_update({name: self._original[name]}) if name in self._original else None
        return step

    def _is_unsafe(self, step: Step) -> bool:
        """Whether a step could, off loopback, make a combination of values that the contract rules out."""
        return not self._is_loopback and any(map(self._would_complete, step.update or {}))

    def _would_complete(self, name: str) -> bool:
        """Whether some value of a property completes a combination (`x-never-together`) with the original values."""
        return any(
            name in never and all(self._original.get(other) == value for other, value in never.items() if other != name)
            for never in self._contract.never_together
        )

    def _react(self, step: Step, exchange: Exchange) -> None:
        """Send what a response makes necessary."""
        if step.kind is Kind.identity or step.case is Case.first_change:
            self._decide_on_writing(step, exchange)
            if step.kind is Kind.identity and self._may_write:
                self._prove_restorable()
        elif step.kind is Kind.put_back and not self._is_loopback:
            self._restored = step.update or {}
        elif self._shows_changes(step):
            self._stop_unless_restored()
            self._culprits.try_altered()
        elif step.kind is Kind.change and not exchange.is_success:
            self._culprits.split(step, exchange)
        elif _should_change_nothing(step) and exchange.is_success:
            self._undo(step, exchange)

    def _decide_on_writing(self, step: Step, exchange: Exchange) -> None:
        """Write nothing further where the first PUTs are refused for who sends them, or PUT does not exist.

        Off loopback, end the run where the first change changes anything else, or sending back the settings anything.
        """
        self._first_statuses.append(exchange.status)
        statuses = {*self._first_statuses}
        if len(self._first_statuses) > 1 and len(statuses) == 1 and statuses <= NO_PUT | MAY_NOT_WRITE:
            self._may_write = False
        is_identity = step.kind is Kind.identity
        if self._is_loopback or exchange.status in NO_PUT | MAY_NOT_WRITE or not (is_identity or exchange.is_success):
            return
        expected = self.current | (step.update or {})
        left = differences_after_waiting(self, expected, self._contract)
        changed = [name for name in left if name != step.subject]
        if changed or not exchange.is_success:
            what = "what GET gave was sent back" if is_identity else f"{step.subject} was changed"
            reason = f"it changed {', '.join(changed)}" if changed else f"the answer was {exchange.status}"
            self._client.stop(f"{what}, and {reason}: so nothing further is written")

    def _stop_unless_restored(self) -> None:
        """End all writing where the read after a restored value shows another one.

        Raises:
            NotRestoredError: It does, also after some seconds.
        """
        restored, self._restored = self._restored, {}
        if self._contract.differences(restored, self.current):
            stop_unless_shown(self, restored, self._contract)

    def _prove_restorable(self) -> None:
        """Restore values of each kind before anything else is written.

        Raises:
            StoppedError: A value is not restored.
        """
        self._read_own("after sending back what GET answered")
        names = [name for name in self._together if self._is_loopback or not self._would_complete(name)]
        known = {name: self._contract.properties[name] for name in names}
        max_probes = 1 if self._is_loopback else None  # there, no phone is in use
        prove_restorable(self, self._own, known, self._original, self._contract, max_probes)

    def _undo(self, step: Step, exchange: Exchange) -> None:
        """Find out what an accepted request changed that should have changed nothing, to restore it."""
        before = self._contract.valid_part(self.current)
        if not self._culprits.may_send():
            return
        if self._tells_enough(step, exchange):
            self.current = exchange.json_object or {}
        else:
            self._read_own(f"after {step.about}")
            if self.current.get(step.subject) == (exchange.json_object or {}).get(step.subject):
                self._confirmed.add(step.about)
        changed = {*self._contract.differences(before, self.current)}
        if self._is_loopback:  # there, a valid value does no harm until the end of the run
            changed -= self._contract.valid_part(self.current).keys()
        self._disturbed = {name: before[name] for name in changed} | self._disturbed

    def _tells_enough(self, step: Step, exchange: Exchange) -> bool:
        """Whether no read is needed, since the answer shows the settings.

        Of an invalid value, it must show a valid one, which for a value that is wrong in the same way was what GET
        showed; or what GET may show could not weigh more.
        """
        if not exchange.shows_settings or step.kind not in {Kind.invalid, Kind.question}:
            return False
        name, update = step.subject, step.update or {}
        is_valid = name in self._contract.valid_part(exchange.json_object or {})
        if step.kind is Kind.question or (is_valid and step.about in self._confirmed):
            return True
        return accepted_invalid(self._contract, update, name, update) <= Evidence.inferred

    def _put_back_before(self, step: Step) -> None:
        """Restore what accepted requests changed, before the first step that is not about the same property."""
        if not self._disturbed or (step.kind is Kind.invalid and step.subject in self._disturbed):
            return
        before, self._disturbed = self._disturbed, {}
        if self._culprits.may_send() and self.send(back(self._own, before)).is_success:
            self.current = self.current | before  # the next read tells

    def _read_own(self, about: str) -> Exchange:
        exchange = self._read(Step(Kind.read, "GET", self._own, about=about))
        self._is_read = True  # a read of the plan would show the same
        return exchange

    def _read(self, step: Step) -> Exchange:
        """Read the extension; where that shows a state before the last changes, until it shows the one after them."""
        self._delay.wait()
        exchange = self.send(step)
        while self._delay.is_stale(exchange):
            exchange = self.send(dataclasses.replace(step, case=Case.settled, about="again, until it shows the change"))
        return exchange

    def send(self, step: Step) -> Exchange:
        """Send a step and keep it on record (see `proof.Sender`)."""
        exchange = self._client.send(step)
        self._keep(exchange)
        return exchange

    def read(self, about: str) -> Settings:
        """The settings of the extension under test (see `proof.Sender`)."""
        self._read_own(about)
        return self.current

    def _send_together(self, steps: Sequence[Step]) -> None:
        if self._may_write:
            for exchange in self._client.send_together(steps):
                self._keep(exchange)

    def _keep(self, exchange: Exchange) -> None:
        """Record an exchange, and end the run where nothing further can be judged."""
        if not exchange.status:  # before it is recorded: an unreachable target is no fault of this request
            self._client.stop_unless_reachable(f"; the last request that got no answer: {exchange.curl()}")
        self._record.append(exchange)
        self._late[exchange.step.kind] += not exchange.status and exchange.milliseconds >= LATE
        if exchange.status != HTTPStatus.UNAUTHORIZED or exchange.step.kind not in MAY_BE_UNAUTHORIZED:
            self._client.stop_if_shut_out(exchange.status, exchange.headers)
        self._learn(exchange)

    def _learn(self, exchange: Exchange) -> None:
        """Keep what a response shows: values that the target accepted, or the settings of the extension under test."""
        step = exchange.step
        self._is_read = False
        if step.method == "PUT":
            self._delay.sent(exchange, self.current)
        self._culprits.learn(exchange)
        if step.kind is Kind.read and step.path == self._own and exchange.shows_settings:
            self._original = self._original or self._contract.known(exchange.json_object or {})
            self.current = exchange.json_object or {}


def _batches(steps: Sequence[Step]) -> Iterator[list[Step]]:
    """The steps in order, with those that are sent at the same time in one list."""
    numbered = enumerate(steps, 1)
    for _, group in itertools.groupby(numbered, key=lambda pair: pair[1].together or -pair[0]):
        yield [step for _, step in group]


def _should_change_nothing(step: Step) -> bool:
    return step.kind in SHOULD_CHANGE_NOTHING and step.method != "GET"
