"""Sends the plan and records the responses; judges nothing."""

from __future__ import annotations

import dataclasses
import itertools
import json
import time
from collections.abc import Callable, Iterator, Sequence
from http import HTTPStatus

from contract_tests.client.client import Client
from contract_tests.contract.document import Contract
from contract_tests.contract.json_values import ABSENT, Json, Settings, describe, encode, identical
from contract_tests.contract.property import RISKS
from contract_tests.observe.restorable import probes
from contract_tests.record.exchange import Exchange
from contract_tests.record.har import Record
from contract_tests.record.step import Kind, Step
from contract_tests.target.target import Target

MAX_EXTRA_REQUESTS = 400
"""How many requests beyond the plan a run sends to a target that refuses or accepts what it should not."""
MAY_BE_UNAUTHORIZED = {Kind.credentials, Kind.address, Kind.method, Kind.question}
"""Requests for which a 401 does not mean that the token is no longer valid."""
REFUSED_FOR_ALL = {
    HTTPStatus.PAYMENT_REQUIRED,
    HTTPStatus.FORBIDDEN,
    HTTPStatus.NOT_FOUND,
    HTTPStatus.METHOD_NOT_ALLOWED,
    HTTPStatus.PRECONDITION_REQUIRED,
    HTTPStatus.UNAVAILABLE_FOR_LEGAL_REASONS,
    HTTPStatus.NOT_IMPLEMENTED,
}
"""Status codes that may refuse every PUT, whatever it holds."""
PAUSES = (0.05, 0.2, 0.5, 1.0)
"""Seconds between two reads that look for a change that shows late."""
SHOULD_CHANGE_NOTHING = {Kind.invalid, Kind.mixed, Kind.body, Kind.credentials, Kind.address, Kind.question}
"""Requests after which, if they are accepted, a run restores what they changed."""


class Observation:
    """One run of a plan against a target.

    Attributes:
        done: How many steps of the plan were sent or left out.
        refusal: The response that refused every PUT, where one did.
    """

    def __init__(self, contract: Contract, target: Target, client: Client, record: Record) -> None:
        self._contract = contract
        self._client = client
        self._record = record
        self._target = target
        self._is_loopback = target.is_loopback
        self._own = contract.path_to(target.extension_id)
        self._current: Settings = {}
        self._original: Settings = {}
        self._refused: set[tuple[str, str]] = set()
        self._accepted: set[tuple[str, str]] = set()
        self._extra_requests = 0
        self._may_write = True
        self.refusal: Exchange | None = None
        self.done = 0

    def run(self, steps: Sequence[Step], progress: Callable[[int], None] = lambda _: None) -> None:
        """Send all steps; `progress` gets the number of those that are done.

        Raises:
            StoppedError: The target cannot be reached any more, or accepts nothing further with this token.
        """
        for batch in _batches(steps):
            if batch[0].together:
                self._send_together(batch)
            elif step := self._prepared(batch[0]):
                self._react(step, self._send(step))
            self.done += len(batch)
            progress(self.done)

    def _prepared(self, step: Step) -> Step | None:
        """The step with what only a run knows; None where it must not be sent."""
        if step.method == "PUT" and not self._may_write:
            return None
        filled = self._with_original_values(step)
        if filled is None or self._is_unsafe(filled):
            return None
        if filled.kind not in {Kind.change, Kind.repeat}:
            return filled
        rest = self._without_refused_values(filled)
        return None if rest.update == {} else rest

    def _with_original_values(self, step: Step) -> Step | None:
        """The step with a body of original values, if it needs one; None where the original value is not known."""
        if step.kind is Kind.identity:
            writable = self._target.writable(self._contract)
            known = self._contract.known(self._current)
            self._original = {name: value for name, value in known.items() if name in writable}
            return _with_update(step, self._original)
        if step.kind is Kind.put_back and step.body is None:
            name = step.subject
            return _with_update(step, {name: self._original[name]}) if name in self._original else None
        return step

    def _is_unsafe(self, step: Step) -> bool:
        """Whether a step could, off loopback, make a combination of values that the contract rules out."""
        return not self._is_loopback and any(self._would_complete(name) for name in step.update or {})

    def _would_complete(self, name: str) -> bool:
        """Whether some value of a property completes a combination (`x-never-together`) with the original values."""
        return any(
            name in never and all(self._original.get(other) == value for other, value in never.items() if other != name)
            for never in self._contract.never_together
        )

    def _without_refused_values(self, step: Step) -> Step:
        """A change without the values that the target refused.

        New values of a property with a refused value are sent alone, before it. So a property that the target does not
        accept costs one split, not one for each of its values.
        """
        update = step.update or {}
        suspects = {name for name, _ in self._refused}
        kept = {}
        for name, value in update.items():
            if name not in suspects or _key(name, value) in self._accepted:
                kept[name] = value
            elif _key(name, value) not in self._refused and self._may_send_extra():
                self._send_extra(_with_update(step, {name: value}))
        return step if kept == update else _with_update(step, kept)

    def _react(self, step: Step, exchange: Exchange) -> None:
        """Send what a response makes necessary."""
        if step.kind is Kind.identity:
            self._decide_on_writing(exchange)
            self._prove_that_values_can_be_restored()
        elif step.kind is Kind.put_back and not self._is_loopback:
            self._stop_unless_restored(step.update or {})
        elif step.kind is Kind.change and not exchange.is_success:
            self._split(step)
        elif step.kind in SHOULD_CHANGE_NOTHING and step.method != "GET" and exchange.is_success:
            self._undo(step)

    def _decide_on_writing(self, identity: Exchange) -> None:
        """Write nothing further where the application may only read.

        Off loopback, end the run where sending back the settings is refused or changes anything.
        """
        if identity.status in REFUSED_FOR_ALL and not self._accepts_least_risky():
            self._may_write, self.refusal = False, identity
        if self._is_loopback or not self._may_write:
            return
        before = self._current
        changed = self._differences_after_waiting(before, "after sending back what GET answered")
        if changed or not identity.is_success:
            reason = f"it changed {', '.join(changed)}" if changed else f"the answer was {identity.status}"
            self._client.stop(f"what GET gave was sent back, and {reason}: so nothing further is written")

    def _accepts_least_risky(self) -> bool:
        """Whether the original value of the least risky property alone is accepted, where all together are refused."""
        by_risk = sorted(self._original, key=lambda name: RISKS.index(self._contract.properties[name].risk))
        update = {name: self._original[name] for name in by_risk[:1]}
        step = Step(Kind.put_back, "PUT", self._own, encode(update), about="its original value alone")
        return bool(update) and self._send(step).is_success

    def _prove_that_values_can_be_restored(self) -> None:
        """Set and restore one property for each kind of value that servers are known to ignore, before all others.

        Raises:
            StoppedError: An original value is not restored.
        """
        if not self._may_write:
            return
        self._read("after sending back what GET answered")
        known = {name: self._contract.properties[name] for name in self._target.writable_together(self._contract)}
        for probe in probes(known, self._original):
            step = self._change({probe.name: probe.value}, "can it be restored?")
            if self._is_unsafe(step) or not self._send(step).is_success:
                continue
            self._read("after that change")
            original = {probe.name: self._original[probe.name]}
            self._send(dataclasses.replace(step, kind=Kind.put_back, body=encode(original), about="its original value"))
            self._stop_unless_restored(original)

    def _change(self, update: Settings, about: str) -> Step:
        name = next(iter(update))
        return Step(Kind.change, "PUT", self._own, encode(update), subject=name, about=about)

    def _stop_unless_restored(self, original: Settings) -> None:
        """End all writing where an original value does not come back.

        Raises:
            StoppedError: It does not.
        """
        left = self._differences_after_waiting(original, "after restoring a value")
        if left:
            self._client.stop(f"an original value was not restored ({describe(left)}): so nothing further is written")

    def _differences_after_waiting(self, expected: Settings, about: str) -> dict[str, tuple[Json, Json]]:
        """What GET shows otherwise, unknown keys included, also after some seconds: a change may show late."""
        for pause in (0.0, *PAUSES):
            time.sleep(pause)
            self._read(about)
            left = dict(self._contract.differences(expected, self._current))
            for name in expected.keys() - self._contract.properties.keys():
                current = self._current.get(name, ABSENT)
                if not identical(expected[name], current):
                    left[name] = expected[name], current
            if not left:
                break
        return left

    def _split(self, step: Step) -> None:
        """Send a refused change again in halves, down to the properties that are refused."""
        update = step.update or {}
        if len(update) == 1:
            self._refused |= {_key(*pair) for pair in update.items()}
            return
        names = [*update]
        for half in (names[: len(names) // 2], names[len(names) // 2 :]):
            if self._may_send_extra():
                self._send_extra(_with_update(step, {name: update[name] for name in half}))

    def _undo(self, step: Step) -> None:
        """Read after an accepted request that should have changed nothing, and restore what it changed."""
        before = self._contract.valid_part(self._current)
        if not self._may_send_extra():
            return
        self._read(f"after {step.about}")
        changed = self._contract.differences(before, self._current)
        if changed and self._may_send_extra():
            body = encode({name: before[name] for name in changed})
            about = "the values before the last request"
            self._send(Step(Kind.put_back, "PUT", self._own, body, subject=step.subject, about=about))
            self._read("after restoring them")

    def _read(self, about: str) -> None:
        self._send(Step(Kind.read, "GET", self._own, about=about))

    def _send_extra(self, step: Step) -> None:
        """Send a change that the plan does not have; read after it, or split it further."""
        if self._send(step).is_success:
            self._read("after a change outside the plan")
        else:
            self._split(step)

    def _may_send_extra(self) -> bool:
        self._extra_requests += 1
        return self._extra_requests <= MAX_EXTRA_REQUESTS

    def _send(self, step: Step) -> Exchange:
        exchange = self._client.send(step)
        self._keep(exchange)
        return exchange

    def _send_together(self, steps: Sequence[Step]) -> None:
        if self._may_write:
            for exchange in self._client.send_together(steps):
                self._keep(exchange)

    def _keep(self, exchange: Exchange) -> None:
        """Record an exchange, and end the run where nothing further can be judged."""
        if not exchange.status:  # before it is recorded: an unreachable target is no fault of this request
            self._client.stop_unless_reachable(f"; the last request that got no answer: {exchange.curl()}")
        self._record.append(exchange)
        if exchange.status != HTTPStatus.UNAUTHORIZED or exchange.step.kind not in MAY_BE_UNAUTHORIZED:
            self._client.stop_if_shut_out(exchange.status, exchange.headers)
        self._learn(exchange)

    def _learn(self, exchange: Exchange) -> None:
        """Keep what a response shows: values that the target accepted, or the settings of the extension under test."""
        step = exchange.step
        if step.kind is Kind.change and exchange.is_success:
            self._accepted |= {_key(*pair) for pair in (step.update or {}).items()}
        if step.kind is Kind.read and step.path == self._own and exchange.status == HTTPStatus.OK:
            self._current = exchange.json_object or {}


def _batches(steps: Sequence[Step]) -> Iterator[list[Step]]:
    """The steps in order, with those that are sent at the same time in one list."""
    numbered = enumerate(steps, 1)
    for _, group in itertools.groupby(numbered, key=lambda pair: pair[1].together or -pair[0]):
        yield [step for _, step in group]


def _with_update(step: Step, update: Settings) -> Step:
    return dataclasses.replace(step, body=encode(update))


def _key(name: str, value: Json) -> tuple[str, str]:
    return name, json.dumps(value)
