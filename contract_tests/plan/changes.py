"""Valid changes, many properties at a time."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence

from contract_tests.contract import Contract, Json, Property, Settings
from contract_tests.plan.separation import separating_groups
from contract_tests.plan.valid import other_value, set_value, walk

AT_ONCE = (2, 8)
"""So many changes are sent at the same time, at most."""


def walks(contract: Contract, names: Sequence[str]) -> Iterator[Settings]:
    """Changes of all properties, in which each goes through all of its values.

    Short walks start at different places, so that two switches are not always the same.
    """
    values = {name: [value for _, value in walk(contract.properties[name])] for name in names}
    for row in range(max(map(len, values.values()), default=0)):
        update: Settings = {}
        for index, (name, steps) in enumerate(values.items()):
            offset = index if len(steps) < 4 else 0
            update[name] = _harmless(contract, update, name, steps, row + offset)
        yield update


def _harmless(contract: Contract, update: Settings, name: str, steps: list[Json], start: int) -> Json:
    """The next value of a walk that makes no combination that must never be."""
    for step in range(len(steps)):
        value = steps[(start + step) % len(steps)]
        if not any((update | {name: value}).items() >= never.items() for never in contract.never_together):
            return value
    return steps[0]


def separations(contract: Contract, names: Sequence[str], seed: int) -> Iterator[Settings]:
    """First all properties away from their defaults; then group by group to another value, and back.

    For every ordered pair one change sets the first and leaves the second, which at that time is not at its default: a
    server that resets or changes what was left out is caught, whichever pair it mixes up.
    """
    away = away_from_defaults(contract, names)
    yield away
    for group in separating_groups([*names], seed):
        yield {name: other_value(contract.properties[name]) for name in group}
        yield {name: away[name] for name in group}


def away_from_defaults(contract: Contract, names: Sequence[str]) -> Settings:
    """All properties with a plain value that is not their default."""
    return {name: set_value(contract.properties[name]) for name in names}


def at_once(contract: Contract, names: Sequence[str]) -> list[list[Settings]]:
    """Two groups of changes of one property each, away from `away_from_defaults`; the least risky properties.

    None to null: whether that clears a property is open, so it could not be told from a change that is lost.
    """
    order = ["low", "medium", "high", "critical"]
    chosen = sorted((contract.properties[name] for name in names), key=lambda known: order.index(known.risk))
    updates = [{known.name: _another(known)} for known in chosen]
    few, many = AT_ONCE
    return [group for group in (updates[:few], updates[few : few + many]) if len(group) > 1]


def _another(known: Property) -> Json:
    return next(
        (value for _, value in walk(known) if value is not None and not known.same(value, set_value(known))),
        other_value(known),
    )


def first_text(contract: Contract, names: Sequence[str]) -> Property | None:
    """The first property that takes any text, for requests whose point is not the value."""
    texts = (contract.properties[name] for name in names)
    return next((known for known in texts if "string" in known.types and not known.enum and _is_free(known)), None)


def _is_free(known: Property) -> bool:
    return "pattern" not in known.alternative and known.risk != "critical"


def encode(update: Json) -> bytes:
    """A body, as UTF-8."""
    return json.dumps(update, ensure_ascii=False).encode()
