"""Proves, on the least risky properties, that a server restores the original values."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Callable, Mapping
from typing import Protocol

from contract_tests.contract.document import Contract
from contract_tests.contract.json_values import ABSENT, Json, Settings, describe, encode, identical
from contract_tests.contract.property import Property
from contract_tests.errors import NotRestoredError
from contract_tests.observe.restorable import probes
from contract_tests.record.exchange import Exchange
from contract_tests.record.step import Kind, Step

PAUSES = (0.0, 0.05, 0.2, 0.5, 1.0)
"""Seconds before each read that looks for a value which shows late."""


class Sender(Protocol):
    """Sends what a plan does not have, and keeps it on record."""

    def send(self, step: Step) -> Exchange:
        """Send a step."""

    def read(self, about: str) -> Settings:
        """Read the settings of the extension under test."""


def prove_restorable(
    sender: Sender,
    path: str,
    properties: Mapping[str, Property],
    original: Settings,
    contract: Contract,
    max_probes: int | None = None,
) -> None:
    """Set and restore one property for each kind of value that servers are known to ignore, before all others.

    Args:
        sender: Sends the requests.
        path: Of the extension.
        properties: Those that one PUT may change side by side.
        original: The original values.
        contract: Says which values mean the same.
        max_probes: So many at most, the least risky first; None: all.

    Raises:
        NotRestoredError: An original value is not restored, so nothing further may be written.
    """
    known = {name: each for name, each in properties.items() if name in original}
    for probe in probes(known, original)[:max_probes]:
        step = Step(
            Kind.change,
            "PUT",
            path,
            encode({probe.name: probe.value}),
            subject=probe.name,
            about="can its original value be restored?",
        )
        if not sender.send(step).is_success:
            continue
        before = {probe.name: original[probe.name]}
        sender.send(dataclasses.replace(step, kind=Kind.put_back, body=encode(before), about="its original value"))
        stop_unless_shown(sender, before, contract)


def stop_unless_shown(sender: Sender, expected: Settings, contract: Contract) -> None:
    """Stop where GET does not show restored values.

    Raises:
        NotRestoredError: It does not, also after some seconds.
    """
    left = differences_after_waiting(sender, expected, contract)
    if left:
        raise NotRestoredError(f"an original value was not restored ({describe(left)}): so nothing further is written")


def differences_after_waiting(
    sender: Sender, expected: Settings, contract: Contract, sleep: Callable[[float], None] = time.sleep
) -> dict[str, tuple[Json, Json]]:
    """What GET shows otherwise: a change may show late."""
    left: dict[str, tuple[Json, Json]] = {}
    for pause in PAUSES:
        sleep(pause)
        left = all_differences(contract, expected, sender.read("after restoring a value"))
        if not left:
            break
    return left


def all_differences(contract: Contract, expected: Settings, actual: Settings) -> dict[str, tuple[Json, Json]]:
    """What differs, keys that the contract does not know included: name to (expected, actual)."""
    left = dict(contract.differences(expected, actual))
    for name in expected.keys() - contract.properties.keys():
        if not identical(expected[name], actual.get(name, ABSENT)):
            left[name] = expected[name], actual.get(name, ABSENT)
    return left
