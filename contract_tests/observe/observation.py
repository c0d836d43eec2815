"""Sends the plan and records what comes back; judges nothing."""

from __future__ import annotations

import dataclasses
import itertools
import json
from collections.abc import Callable, Sequence
from http import HTTPStatus

from contract_tests.client.client import Client
from contract_tests.contract.document import Contract
from contract_tests.contract.json_values import Json, Settings, encode
from contract_tests.record.exchange import Exchange
from contract_tests.record.har import Record
from contract_tests.record.step import Kind, Step
from contract_tests.target.target import Target

MOST_EXTRA = 400
"""So many requests beyond the plan may a target cost that refuses or takes what it should not."""
MAY_BE_UNAUTHORIZED = {Kind.credentials, Kind.address, Kind.method, Kind.question}
REFUSED_FOR_ALL = {HTTPStatus.FORBIDDEN, HTTPStatus.METHOD_NOT_ALLOWED, HTTPStatus.NOT_IMPLEMENTED}


class Observation:
    """One run of a plan against a target; `done` is how many of its steps are."""

    def __init__(self, contract: Contract, target: Target, client: Client, record: Record) -> None:
        self._contract = contract
        self._client = client
        self._record = record
        self._is_loopback = target.is_loopback
        self._own = contract.path_to(target.extension_id)
        self._shown: Settings = {}
        self._found: Settings = {}
        self._refused: set[tuple[str, str]] = set()
        self._accepted: set[tuple[str, str]] = set()
        self._extra = 0
        self._may_write = True
        self.done = 0

    def run(self, steps: Sequence[Step], progress: Callable[[int], None] = lambda _: None) -> None:
        """Send all steps; `progress` is told how many of them are done.

        Raises:
            StoppedError: The target cannot be reached any more, or lets this token do nothing further.
        """
        for _, group in itertools.groupby(enumerate(steps), key=lambda pair: pair[1].together or -1 - pair[0]):
            batch = [step for _, step in group]
            if batch[0].together:
                self._send_together(batch)
            else:
                self._follow(batch[0])
            self.done += len(batch)
            progress(self.done)

    def _follow(self, step: Step) -> None:
        """Send a step, and what its answer makes necessary."""
        if step.method == "PUT" and not self._may_write:
            return
        if step.kind is Kind.identity:
            self._found = self._contract.known(self._shown)
            step = dataclasses.replace(step, body=encode(self._found))
        if step.kind is Kind.put_back and step.body is None:
            if step.subject not in self._found:
                return
            step = dataclasses.replace(step, body=encode({step.subject: self._found[step.subject]}))
        if not self._is_loopback and any(self._would_complete(name) for name in step.update or {}):
            return
        if step.kind in {Kind.change, Kind.repeat}:
            step = self._without_suspects(step)
            if step.update == {}:
                return
        exchange = self._send(step)
        if step.kind is Kind.identity:
            self._decide_on_writing(exchange)
        elif step.kind is Kind.change and not exchange.is_success:
            self._split(step)
        elif step.method != "GET" and exchange.is_success and step.kind not in _EXPECTED_TO_WORK:
            self._undo(step)

    def _would_complete(self, name: str) -> bool:
        """Whether some value of a property, beside what was found, makes a combination that must never be."""
        return any(
            name in never and all(self._found.get(other) == value for other, value in never.items() if other != name)
            for never in self._contract.never_together
        )

    def _decide_on_writing(self, identity: Exchange) -> None:
        """Write nothing further where the application may only read; on somebody's phone, where it changes anything."""
        if identity.status in REFUSED_FOR_ALL:
            self._may_write = False
        if self._is_loopback or not self._may_write:
            return
        before = self._shown
        self._read("after sending back what GET gave")
        different = self._contract.differences(before, self._shown)
        if not identity.is_success or different:
            told = f"it changed {', '.join(different)}" if different else f"the answer was {identity.status}"
            self._client.stop(f"what GET gave was sent back, and {told}: so nothing further is written")

    def _split(self, step: Step) -> None:
        """Send a refused change again in halves, down to the properties that are refused."""
        update = step.update or {}
        if len(update) == 1:
            self._refused |= {_key(*pair) for pair in update.items()}
            return
        names = [*update]
        for half in (names[: len(names) // 2], names[len(names) // 2 :]):
            if self._is_spent():
                return
            self._send_and_read(dataclasses.replace(step, body=encode({name: update[name] for name in half})))

    def _undo(self, step: Step) -> None:
        """Read after a request that should have changed nothing and perhaps did, and put back what is different."""
        before = self._contract.valid_part(self._shown)
        if self._is_spent():
            return
        self._read(f"after {step.case}")
        different = self._contract.differences(before, self._shown)
        if different and not self._is_spent():
            back = {name: before[name] for name in different}
            self._send(Step(Kind.put_back, "PUT", self._own, encode(back), subject=step.subject, case="put back"))
            self._read("after putting back")

    def _read(self, case: str) -> None:
        self._send(Step(Kind.read, "GET", self._own, case=case))

    def _without_suspects(self, step: Step) -> Step:
        """A change without values that were refused; others of such a property that are new are sent alone, before it.

        So one property that the target does not take costs one split, not one for each of its values.
        """
        update = step.update or {}
        suspects = {name for name, _ in self._refused}
        kept = {}
        for name, value in update.items():
            if name not in suspects or _key(name, value) in self._accepted:
                kept[name] = value
            elif _key(name, value) not in self._refused and not self._is_spent():
                self._send_and_read(dataclasses.replace(step, body=encode({name: value})))
        return step if kept == update else dataclasses.replace(step, body=encode(kept))

    def _send_and_read(self, step: Step) -> None:
        if self._send(step).is_success:
            self._read("after a change outside the plan")
        else:
            self._split(step)

    def _is_spent(self) -> bool:
        self._extra += 1
        return self._extra > MOST_EXTRA

    def _send(self, step: Step) -> Exchange:
        exchange = self._client.send(step)
        self._take(exchange)
        return exchange

    def _send_together(self, steps: Sequence[Step]) -> None:
        if self._may_write:
            for exchange in self._client.send_together(steps):
                self._take(exchange)

    def _take(self, exchange: Exchange) -> None:
        if not exchange.status:  # before it is on record: of a target that is gone, no request in particular is blamed
            self._client.stop_unless_reachable(f"; the last request that got no answer: {exchange.curl()}")
        self._record.append(exchange)
        if exchange.step.kind is Kind.change and exchange.is_success:
            self._accepted |= {_key(*pair) for pair in (exchange.step.update or {}).items()}
        is_about_the_request = exchange.status == HTTPStatus.UNAUTHORIZED and exchange.step.kind in MAY_BE_UNAUTHORIZED
        if not is_about_the_request:
            self._client.stop_if_shut_out(exchange.status, exchange.headers)
        is_read = exchange.step.method == "GET" and exchange.step.path == self._own
        if is_read and exchange.status == HTTPStatus.OK and exchange.step.kind is Kind.read:
            self._shown = exchange.shown or {}


_EXPECTED_TO_WORK = {Kind.change, Kind.identity, Kind.repeat, Kind.concurrent, Kind.put_back, Kind.token, Kind.method}


def _key(name: str, value: Json) -> tuple[str, str]:
    return name, json.dumps(value)
