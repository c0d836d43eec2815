"""Restores the original values of an extension, and proves it by reading them."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus

from contract_tests.client.client import Client
from contract_tests.client.request_budget import again_at
from contract_tests.contract.document import Contract
from contract_tests.contract.json_values import ABSENT, Json, Settings, describe, encode, identical
from contract_tests.contract.property import RISKS
from contract_tests.plan.valid import other_value, set_value
from contract_tests.record.exchange import Exchange
from contract_tests.record.step import Kind, Step

PAUSES = (0.05, 0.1, 0.2, 0.4, 0.8, 1.6, 2.0, 2.5, 2.5)
"""Seconds between two reads: a server may show a change some time after it answered 200."""
SHORT_PAUSES = PAUSES[:5]
BUSY_PAUSES = (0.2, 0.5, 1.0, 2.0)
"""Seconds before a PUT is sent again to a server that was too busy for it."""
MAX_SECONDS_WITHOUT_SETTINGS = 12
"""Seconds: a server that is slow and shows no settings is not asked again after that."""
Differences = Mapping[str, tuple[Json, Json]]


@dataclass
class Restore:
    """Restores one extension.

    Attributes:
        client: The connection to its server.
        contract: Says which values mean the same.
        extension_id: The extension.
        original: What GET answered before the first write.
        changes: The keys that a run may have changed.
        allowed: The keys that may be sent, beside unknown ones that the run sent.
        sleep: Waits for so many seconds.
    """

    client: Client
    contract: Contract
    extension_id: str
    original: Settings
    changes: Collection[str]
    allowed: Collection[str]
    sleep: Callable[[float], None] = time.sleep
    _refused: set[str] = field(default_factory=set, init=False)

    def __call__(self) -> str:
        """Restore the values; returns why the extension may not have its original values, empty where it has."""
        self.client.connection.restores = True
        if not self.changes:
            return ""  # no change was sent, so what differs is a change of somebody else
        different = self._compare()
        # A value of the run may be what GET fails on, so the original ones are sent also where it cannot be read.
        put = self._put(self._update({*self.changes, *([] if isinstance(different, str) else different)}))
        if isinstance(different, str) and put and not put.status:
            return self._unknown(different)
        left = self._wait(PAUSES)
        if isinstance(left, dict) and left:
            left = self._one_by_one(left)
        if isinstance(left, dict) and left:
            left = self._by_a_detour(left)
        if isinstance(left, str):
            return self._unknown(left)
        return self._message(left, put) if left else ""

    def _one_by_one(self, left: Differences) -> Differences | str:
        """Send each property that is still different alone, the riskiest first: one that is refused hides no other.

        Unknown keys, of which a server may have thousands, go together. Where nothing of all this may be sent, send the
        changes again, as this shows which keys the server itself counts up.
        """
        known = sorted(left.keys() & self.contract.properties.keys(), key=self._risk, reverse=True)
        updates = [
            *(self._update({name}) for name in known),
            self._update(left.keys() - self.contract.properties.keys()),
        ]
        for update in [*filter(None, updates)] or [self._update(self.changes)]:
            put = self._put(update)
            if put and 400 <= put.status < 500 and put.status != HTTPStatus.TOO_MANY_REQUESTS:
                self._refused |= update.keys()
        after = self._wait(SHORT_PAUSES)
        return after if isinstance(after, str) else self._without_counters(left, after)

    def _by_a_detour(self, left: Differences) -> Differences | str:
        """Set what is left and was refused while the switches have other values, and restore these after it.

        A server may have a rule between properties, such as a greeting that is taken only while voice mail is on.
        """
        after: Differences | str = left
        for name in sorted(left.keys() & self._refused & self.contract.properties.keys(), key=self._risk, reverse=True):
            for choose in (set_value, other_value):
                switches = self._switches() - {name}
                state = {other: choose(self.contract.properties[other]) for other in switches}
                put = self._put({**state, name: self.original.get(name)}) if state else None
                if put and put.is_success:
                    self._put(self._update(switches))
                    after = self._wait(SHORT_PAUSES)
                if not after or isinstance(after, str):
                    return after
        return after

    def _switches(self) -> set[str]:
        """The properties with few values that the run changed anyway; none that is critical."""
        known = {name: self.contract.properties[name] for name in self.contract.properties.keys() & {*self.allowed}}
        return {
            name
            for name, each in known.items()
            if name in self.changes and (each.enum or "boolean" in each.types) and each.risk != RISKS[-1]
        }

    def _without_counters(self, before: Differences, after: Differences) -> Differences:
        """Without keys that take a new value with every PUT, such as a time of change: the server keeps them itself."""
        return {
            name: pair
            for name, pair in after.items()
            if name in self.contract.properties or identical(pair[1], before[name][1] if name in before else pair[1])
        }

    def _wait(self, pauses: Collection[float]) -> Differences | str:
        """Read until everything is as before, for some seconds; what is different at the end, or why it is unknown."""
        left = self._compare()
        for pause in pauses:
            if not left or isinstance(left, str):
                break
            self.sleep(pause)
            left = self._compare()
        return left

    def _compare(self) -> Differences | str:
        current = self._read()
        return current if isinstance(current, str) else self._differences(current)

    def _differences(self, current: Settings) -> Differences:
        """What differs, in both directions: properties, absent ones, and keys that the contract does not know."""
        names = [*self.original, *(name for name in current if name not in self.original)]
        pairs = {name: (self.original.get(name, ABSENT), current.get(name, ABSENT)) for name in names}
        return {name: pair for name, pair in pairs.items() if not self._same(name, *pair)}

    def _same(self, name: str, original: Json, current: Json) -> bool:
        if original is ABSENT or current is ABSENT:
            # A server that leaves out what is null shows null once, and nothing then.
            return all(value is ABSENT or value is None for value in (original, current))
        known = self.contract.properties.get(name)
        return known.same(original, current) if known else identical(original, current)

    def _update(self, names: Collection[str]) -> Settings:
        """The original values of these keys; null for an unknown one that the run sent, which may remove it."""
        own = {name for name in self.changes if name not in self.contract.properties}
        return {name: self.original.get(name) for name in names if name in self.allowed or name in own}

    def _put(self, update: Settings) -> Exchange | None:
        if not update:
            return None
        path = self.contract.path_to(self.extension_id)
        step = Step(Kind.put_back, "PUT", path, encode(update), about="the original values")
        exchange = self.client.send(step)
        for pause in BUSY_PAUSES:
            if exchange.status != HTTPStatus.SERVICE_UNAVAILABLE:
                break
            self.sleep(pause)
            exchange = self.client.send(step)
        return exchange

    def _read(self) -> Settings | str:
        """The settings, or why they cannot be read; tried for some seconds."""
        step = Step(Kind.read, "GET", self.contract.path_to(self.extension_id))
        until = time.monotonic() + MAX_SECONDS_WITHOUT_SETTINGS
        for pause in (*PAUSES, 0):
            exchange = self.client.send(step)
            if exchange.status == HTTPStatus.OK and exchange.json_object is not None:
                return exchange.json_object
            if exchange.status in {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND}:
                break
            if time.monotonic() > until:
                break
            self.sleep(pause)
        if not exchange.status:
            return exchange.error
        return f"GET answered {exchange.status}{again_at(exchange.headers)}"

    def _risk(self, name: str) -> tuple[int, str]:
        return RISKS.index(self.contract.properties[name].risk), name

    def _message(self, left: Differences, put: Exchange | None) -> str:
        answered = f" (PUT answered {put.status})" if put else ""
        first = {name: left[name] for name in left if name in self.contract.properties}
        text = describe({**first, **left})
        return f"extension {self.extension_id} does NOT have its original values{answered}: {text}"

    def _unknown(self, reason: str) -> str:
        names = ", ".join(sorted(self.changes)) or "nothing"
        return (
            f"extension {self.extension_id} may NOT have its original values ({reason}); the run was about to change: "
            f"{names}"
        )
