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
from contract_tests.plan.valid import is_beyond, is_made_up
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
        self._takes_escapes = False
        self._sent = 0

    def learn(self, exchange: Exchange) -> None:
        """Keep which values a change was accepted with."""
        update = exchange.step.update or {}
        if exchange.step.kind is Kind.change and exchange.is_success:
            self._accepted |= {_key(*pair) for pair in update.items()}
            self._changes |= update
            self._takes_escapes |= exchange.step.case is Case.escapes
        elif exchange.step.kind is Kind.put_back:
            self._changes = {name: value for name, value in self._changes.items() if name not in update}

    def without_refused(self, step: Step) -> Step:
        """A change without the values that the target refused.

        Values that it may refuse as well are sent alone, before it; the read after the change shows them too. So a
        property that the target does not accept costs one split, not one for each of its values.
        """
        update = step.update or {}
        kept = {}
        for name, value in update.items():
            if _key(name, value) in self._accepted or not self._is_doubtful(name, value):
                kept[name] = value
            elif self._may_tell_more(name, value) and self.may_send():
                self._send(step.with_update({name: value}))
        return step if kept == update else step.with_update(kept)

    def _is_doubtful(self, name: str, value: Json) -> bool:
        """Whether the target may refuse a value: it refused a like one, or most of the property."""
        accepted = [text for other, text in self._accepted if other == name]
        return (
            len(self._refused_of(name)) > len(accepted)
            or not self._may_tell_more(name, value)
            or (is_made_up(self._contract.properties[name], value) and is_among(value, self._refused_of("")))
        )

    def _may_tell_more(self, name: str, value: Json) -> bool:
        """Whether to send a value: neither this one nor one of the same limit was refused already."""
        known, refused = self._contract.properties[name], self._refused_of(name)
        return not is_among(value, refused) and not any(is_beyond(known, value, each) for each in refused)

    def _refused_of(self, name: str) -> list[Json]:
        """The values of a property that the target refused; of all properties, where the name is empty."""
        return [json.loads(text) for other, text in self._refused if name in {"", other}]

    def split(self, step: Step, refusal: Exchange) -> None:
        """Send a refused change again in halves, down to the properties that are refused.

        A value that is refused alone is tried once more from another state.
        """
        update = step.update or {}
        if refusal.status == HTTPStatus.SERVICE_UNAVAILABLE or "retry-after" in refusal.headers:
            return  # the server is busy, and refuses nothing
        if step.case is Case.escapes and not self._takes_escapes:  # once more without, which tells what was refused
            self._send(dataclasses.replace(step, body=encode(update), case=Case.one_property))
            return
        if len(update) == 1:
            self._refused |= {_key(*pair) for pair in update.items()}
            if 400 <= refusal.status < 500 and refusal.status not in MAY_NOT_WRITE:
                name, value = next(iter(update.items()))
                if "x-refers-to" not in self._contract.properties[name].schema or _key(name, value) in self._accepted:
                    self._try_other_states(name, value, refusal)  # else it may be an id that the target does not know
            return
        for part in self._halves(update, refusal):
            rest = self.without_refused(step.with_update({name: update[name] for name in part}))
            is_accepted = bool(rest.update) and self.may_send() and self._send(rest)
            if is_accepted and refusal.status >= 500:  # what failed may have changed something too: read at once
                self._settle()

    def _halves(self, update: Settings, refusal: Exchange) -> tuple[list[str], list[str]]:
        """The names in two parts.

        First those that the refusal names; else those with values that no server may refuse; else the first half.
        """
        words = _words(refusal)
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
                    self._try_other_states(name, value)

    def _try_other_states(self, name: str, value: Json, refusal: Exchange | None = None) -> None:
        """Send a value together with other values of the other properties, and find the one on which it depends."""
        if not self._retries.may_try(name, value):
            return
        self._settle()
        refused = {refused for refused, _ in self._refused}
        for state in self._retries.states(name, value, self._sender.current, refused):
            before = {other: self._sender.current[other] for other in state if other in self._sender.current}
            is_taken = self._takes(self._from_other_state(name), {**state, name: value}, refusal)
            if is_taken:
                self._find_partner(name, value, state, before, refusal)
                self._retries.found(name, value)
            self._sender.send(back(self._path, before))
            if is_taken:
                break

    def _find_partner(
        self, name: str, value: Json, state: Settings, before: Settings, refusal: Exchange | None
    ) -> None:
        """Halve the values with which another is taken, those that a refusal names first, until one of them is left."""
        suspects = [*state]
        named = [other for other in suspects if refusal and other in _words(refusal)]
        half = named or suspects[: len(suspects) // 2]
        while len(suspects) > 1:
            tried = {**before, **{other: state[other] for other in half}, name: value}
            is_taken = self._takes(self._from_other_state(name), tried, refusal)
            suspects = half if is_taken else [other for other in suspects if other not in half]
            half = suspects[: len(suspects) // 2]
        partner = suspects[0]
        self._sender.send(back(self._path, before))
        # Beside the partner as it is, too: else it is not its value that counts.
        for tried in {partner: before.get(partner)}, {partner: state[partner]}:
            self._takes(self._from_other_state(name), {**tried, name: value})

    def _takes(self, step: Step, update: Settings, refusal: Exchange | None = None) -> bool:
        """Whether a change is accepted and, as far as the property under test is concerned, made.

        Of a value that was refused before, the answer tells; of one that was altered, only a read does.
        """
        if not self.may_send():
            return False
        exchange = self._sender.send(step.with_update(update))
        if not exchange.is_success:
            return False
        if refusal and exchange.shows_settings:
            settings = exchange.json_object or {}
        else:
            settings = self._sender.read("after a change outside the plan")
        self._changes = {}
        return not self._retries.is_altered(step.subject, update[step.subject], settings.get(step.subject, ABSENT))

    def _send(self, step: Step) -> bool:
        """Send a change that the plan does not have, and split it where it is refused; whether it is accepted."""
        exchange = self._sender.send(step)
        if not exchange.is_success:
            self.split(step, exchange)
        return exchange.is_success

    def _settle(self) -> None:
        """Read what accepted changes outside the plan did, before something depends on it."""
        if self._changes:
            self._sender.read("after a change outside the plan")
            self.try_altered()

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


def _words(refusal: Exchange) -> set[str]:
    """The words of a refusal, which may name properties."""
    return {*re.findall(r"\w+", refusal.body.decode("utf-8", "replace"))}


def _key(name: str, value: Json) -> tuple[str, str]:
    return name, json.dumps(value)
