"""What may be written: only what can be restored afterwards."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from contract_tests.contract.document import Contract
from contract_tests.contract.json_values import Json, Settings, identical
from contract_tests.contract.property import RISKS, Property
from contract_tests.plan.valid import walk
from contract_tests.target.target import Mode, Target

MASK = re.compile(
    r"[*\u2022\u25cf\u2219\u00b7\u204e\uff0a]{2,}"  # stars or bullets somewhere in the text
    r"|^\s*([xX#_.\-])\1{2,}\s*$"  # one sign, and nothing else
    r"|^\W*(redacted|masked|hidden|filtered|protected|secret|confidential)\W*$",
    re.IGNORECASE,
)
"""Text that stands for a value that a server does not show, such as `****`, `d***@example.com` or `[REDACTED]`."""


class Probe(NamedTuple):
    """A property with another value, to be set and restored before anything else is written."""

    name: str
    value: Json


def unrestorable(contract: Contract, settings: Settings) -> dict[str, str]:
    """The properties that cannot be restored, and why: GET does not show them, or shows a mask.

    Args:
        contract: Names the properties.
        settings: What GET answered first.
    """
    reasons = {name: _reason(settings, name) for name in contract.properties}
    return {name: reason for name, reason in reasons.items() if reason}


def restorable_keys(target: Target, contract: Contract, settings: Settings) -> frozenset[str]:
    """The keys that a restore may send: what the mode allows, and what the contract does not know.

    In the mode `safe` a key of unknown risk is not sent. A mask never is.

    Args:
        target: With the mode, and the properties that cannot be restored.
        contract: Names the properties.
        settings: What GET answered first.
    """
    unknown = settings.keys() - contract.properties.keys() if target.mode is Mode.full else set()
    return frozenset({*target.writable(contract), *(name for name in unknown if not _is_masked(settings[name]))})


def _reason(settings: Settings, name: str) -> str:
    if name not in settings:
        return "GET does not show the property, so its original value could not be restored"
    if _is_masked(settings[name]):
        return "GET shows a mask instead of the value, so the original value could not be restored"
    return ""


def _is_masked(value: Json) -> bool:
    return any(MASK.search(text) for text in _texts(value))


def _texts(value: Json) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for member in value.values() if isinstance(value, dict) else value:
            yield from _texts(member)


def probes(properties: Mapping[str, Property], settings: Settings) -> list[Probe]:
    """For each kind of value that servers are known to ignore, the least risky property that has it.

    A server may skip null, false, 0 or an empty text in a PUT. Whether it restores such a value is tried on one
    property each, before anything is written that does more harm.

    Args:
        properties: Those that may be written.
        settings: What GET answered first.
    """
    by_risk = sorted(properties.values(), key=lambda known: RISKS.index(known.risk))
    chosen: dict[str, Probe] = {}
    for known in by_risk:
        kind = _kind(settings[known.name])
        other = next((value for _, value in walk(known) if not known.same(value, settings[known.name])), None)
        if kind and kind not in chosen and other is not None:
            chosen[kind] = Probe(known.name, other)
    return [*chosen.values()]


def _kind(value: Json) -> str:
    """The kind of a value that a careless server takes for "not sent"; empty for any other value."""
    kinds: dict[str, Json] = {"null": None, "false": False, "0": 0, "empty text": ""}
    return next((kind for kind, blank in kinds.items() if identical(value, blank)), "")
