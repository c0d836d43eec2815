"""Finds the values that a target refuses or alters, and the settings on which that depends."""

from __future__ import annotations

import dataclasses
import json
import re
from collections.abc import Sequence
from http import HTTPStatus
from typing import Protocol

from contract_tests.contract.document import Contract
from contract_tests.contract.json_values import ABSENT, Json, Settings, encode, is_among
from contract_tests.observe.proof import Sender
from contract_tests.observe.retries import Retries
from contract_tests.plan.valid import is_beyond
from contract_tests.record.exchange import Exchange
from contract_tests.record.step import Case, Kind, Step

MAX_EXTRA_REQUESTS = 400
"""How many requests beyond the plan a run sends to a target that refuses or accepts what it should not."""
MAY_NOT_WRITE = {
    HTTPStatus.PAYMENT_REQUIRED,
    HTTPStatus.FORBIDDEN,
    HTTPStatus.PROXY_AUTHENTICATION_REQUIRED,
    HTTPStatus.PRECONDITION_REQUIRED,
    HTTPStatus.UNAVAILABLE_FOR_LEGAL_REASONS,
}
"""Status codes that refuse a PUT for who sends it, and not for what it holds."""


class Observer(Sender, Protocol):
    """A sender that knows what the last read of the extension under test showed."""

    current: Settings


class Culprits:
    """Sends what the plan does not have, to find which value of a refused or altered change is to blame.

    Args:
        sender: Sends the requests.
        contract: Says which values a server must take.
        path: Of the extension under test.
        names: The properties that one PUT may change side by side.
    """

    def __init__(self, sender: Observer, contract: Contract, path: str, names: Sequence[str]) -> None:
        self._sender = sender
        self._contract = contract
        self._path = path
        self._retries = Retries(contract, names)
        self._changes: Settings = {}
        self._refused: set[tuple[str, str]] = set()
        self._accepted: set[tuple[str, str]] = set()
        self._sent = 0

    def learn(self, exchange: Exchange) -> None:
        """Keep which values a change was accepted with."""
        update = exchange.step.update or {}
        if exchange.step.kind is Kind.change and exchange.is_success:
            self._accepted |= {_key(*pair) for pair in update.items()}
            self._changes |= update

    def without_refused(self, step: Step) -> Step:
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
            elif self._may_tell_more(name, value) and self.may_send():
                self._send(step.with_update({name: value}))
        return step if kept == update else step.with_update(kept)

    def _may_tell_more(self, name: str, value: Json) -> bool:
        """Whether to send a value alone: neither this one nor one of the same limit was refused already."""
        known = self._contract.properties[name]
        refused = [json.loads(text) for other, text in self._refused if other == name]
        return not is_among(value, refused) and not any(is_beyond(known, value, each) for each in refused)

    def split(self, step: Step, refusal: Exchange) -> None:
        """Send a refused change again in halves, down to the properties that are refused.

        A value that is refused alone is tried once more from another state.
        """
        update = step.update or {}
        if refusal.status == HTTPStatus.SERVICE_UNAVAILABLE or "retry-after" in refusal.headers:
            return  # the server is busy, and refuses nothing
        if step.case is Case.escapes:  # once more without escapes, which tells what was refused
            self._send(dataclasses.replace(step, body=encode(update), case=Case.one_property))
            return
        if len(update) == 1:
            self._refused |= {_key(*pair) for pair in update.items()}
            if 400 <= refusal.status < 500 and refusal.status not in MAY_NOT_WRITE:
                self._try_other_states(*update.items())
            return
        for part in self._halves(update, refusal):
            if self.may_send():
                self._send(step.with_update({name: update[name] for name in part}))

    def _halves(self, update: Settings, refusal: Exchange) -> tuple[list[str], list[str]]:
        """The names in two parts.

        First those that the refusal names; else those with values that no server may refuse; else the first half.
        """
        words = {*re.findall(r"\w+", refusal.body.decode("utf-8", "replace"))}
        stated = {name for name in update if self._contract.properties[name].is_named_by_page(update[name])}
        for some in words, stated:
            part = [name for name in update if name in some]
            if 0 < len(part) < len(update):
                return part, [name for name in update if name not in part]
        names = [*update]
        return names[: len(names) // 2], names[len(names) // 2 :]

    def try_altered(self) -> None:
        """Send each value that was altered once more: alone, then from other states."""
        changes, self._changes = self._changes, {}
        for name, value in changes.items():
            if self._retries.is_altered(name, value, self._sender.current.get(name, ABSENT)) and self._retries.may_try(
                name
            ):
                step = Step(
                    Kind.change, "PUT", self._path, subject=name, case=Case.same_state, about="once more, alone"
                )
                if not self._takes(step, {name: value}):
                    self._try_other_states((name, value))

    def _try_other_states(self, *pairs: tuple[str, Json]) -> None:
        """Send a value together with other values of the other properties, and find the one on which it depends."""
        for name, value in pairs:
            if not self._retries.may_try(name, value):
                continue
            for state in self._retries.states(
                name, value, self._sender.current, {refused for refused, _ in self._refused}
            ):
                before = {other: self._sender.current[other] for other in state if other in self._sender.current}
                is_taken = self._takes(self._from_other_state(name), {**state, name: value})
                if is_taken:
                    self._find_partner(name, value, state, before)
                self._sender.send(back(self._path, before))
                if is_taken:
                    break

    def _find_partner(self, name: str, value: Json, state: Settings, before: Settings) -> None:
        """Halve the values with which another one is taken, until one of them is left."""
        suspects = [*state]
        while len(suspects) > 1:
            self._sender.send(back(self._path, before))
            half = suspects[: len(suspects) // 2]
            tried = {other: state[other] for other in half}
            is_taken = self._takes(self._from_other_state(name), {**tried, name: value})
            suspects = half if is_taken else suspects[len(half) :]
        partner = suspects[0]
        # Beside the partner as it is, too: else it is not its value that counts.
        for tried in {partner: before.get(partner)}, {partner: state[partner]}:
            self._sender.send(back(self._path, before))
            self._takes(self._from_other_state(name), {**tried, name: value})

    def _takes(self, step: Step, update: Settings) -> bool:
        """Whether a change is accepted, and shown afterwards as far as the property under test is concerned."""
        if not self.may_send() or not self._sender.send(step.with_update(update)).is_success:
            return False
        self._sender.read("after a change outside the plan")
        self._changes = {}
        return not self._retries.is_altered(
            step.subject, update[step.subject], self._sender.current.get(step.subject, ABSENT)
        )

    def _send(self, step: Step) -> None:
        """Send a change that the plan does not have; read after it, or split it further."""
        exchange = self._sender.send(step)
        if exchange.is_success:
            self._sender.read("after a change outside the plan")
            self.try_altered()
        else:
            self.split(step, exchange)

    def may_send(self) -> bool:
        """Whether one more request beyond the plan may be sent; it is counted."""
        self._sent += 1
        return self._sent <= MAX_EXTRA_REQUESTS

    def _from_other_state(self, name: str) -> Step:
        about = "together with other values of the other properties"
        return Step(Kind.change, "PUT", self._path, subject=name, case=Case.other_state, about=about)


def back(path: str, settings: Settings) -> Step:
    """A PUT of the values before."""
    return Step(Kind.put_back, "PUT", path, encode(settings), about="the values before the last request")


def _key(name: str, value: Json) -> tuple[str, str]:
    return name, json.dumps(value)
