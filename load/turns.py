"""What one user sends: valid values of the contract, each time with a text that no other request has."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from contract_tests.contract.document import Contract
from contract_tests.contract.json_values import Json, Settings, encode
from contract_tests.contract.property import Property
from contract_tests.plan.invalid import invalid
from contract_tests.plan.valid import shown_values
from contract_tests.record.step import Kind, Step
from contract_tests.target.target import Target

CHANGES_AT_ONCE = 4
"""So many changes of one extension are sent at the same time."""


class TurnKind(StrEnum):
    """What a turn is for; in brackets, its requests."""

    change = "change"
    """A group of properties is changed (PUT, GET)."""
    at_once = "at_once"
    """Several groups are changed at the same time (some PUT, GET)."""
    read = "read"
    """Nothing is changed (GET)."""
    invalid = "invalid"
    """An invalid value is sent (PUT, GET)."""
    again = "again"
    """The settings are read again, after a response that was not as expected (GET)."""


SHARES = {TurnKind.change: 45, TurnKind.at_once: 20, TurnKind.read: 25, TurnKind.invalid: 10}
"""How often each kind of turn comes, of 100."""


@dataclass(frozen=True)
class Turn:
    """Requests that are judged together.

    Attributes:
        kind: What it is for.
        puts: The changes; several are sent at the same time.
        read: The GET after them.
    """

    kind: TurnKind
    puts: Sequence[Step]
    read: Step

    @property
    def sent(self) -> Settings:
        """All that a turn changes, if the server accepts it."""
        if self.kind is TurnKind.invalid:
            return {}
        return {name: value for put in self.puts for name, value in (put.update or {}).items()}


class Turns:
    """The turns of one extension, in an order that a seed decides."""

    def __init__(self, contract: Contract, target: Target, shown: Settings, seed: str) -> None:
        self._random = random.Random(seed)  # noqa: S311 - no secret
        self._path = contract.path_to(target.extension_id)
        self._read = Step(Kind.read, "GET", self._path)
        self._never = contract.never_together
        known = {name: contract.properties[name] for name in target.writable_together(contract) if name in shown}
        # A bundle changes other extensions, which have users of their own.
        self._known = {name: each for name, each in known.items() if not each.refers_to_extensions}
        self._values = {name: values for name, each in self._known.items() if len(values := _values(each)) > 1}
        self._texts = [name for name, each in self._known.items() if _is_free_text(each)]
        self._groups = _groups([name for name in self._values if name not in self._texts])
        self._invalid = {name: invalid(contract, self._known[name]) for name in self._values}
        self._prefix, self._count = f"load {target.extension_id}", 0

    @property
    def names(self) -> Sequence[str]:
        """The properties that the turns may change."""
        return [*dict.fromkeys([*self._values, *self._texts])]

    def leave_out(self, name: str) -> None:
        """Send this property no more."""
        self._values.pop(name, None)
        self._texts = [text for text in self._texts if text != name]

    def next(self, shown: Settings, *, may_be_invalid: bool) -> Turn:
        """The next turn; what it sends depends on what the extension shows now."""
        shares = {kind: share for kind, share in SHARES.items() if self._is_possible(kind, may_be_invalid)}
        (kind,) = self._random.choices([*shares], [*shares.values()])
        if kind is TurnKind.read:
            return self.last()
        if kind is TurnKind.invalid:
            return Turn(kind, [self._invalid_change()], self._read)
        update = self._update(shown)
        parts = _parts(update, CHANGES_AT_ONCE) if kind is TurnKind.at_once else [update]
        step = Kind.concurrent if len(parts) > 1 else Kind.change
        return Turn(kind, [Step(step, "PUT", self._path, encode(part)) for part in parts], self._read)

    def last(self) -> Turn:
        """The last turn, which only reads."""
        return Turn(TurnKind.read, (), self._read)

    def again(self) -> Turn:
        """A turn that only reads, and is judged without what was before."""
        return Turn(TurnKind.again, (), self._read)

    def _is_possible(self, kind: TurnKind, may_be_invalid: bool) -> bool:
        if kind is TurnKind.invalid:
            return may_be_invalid and any(self._invalid.get(name) for name in self._values)
        return kind is TurnKind.read or bool(self._values or self._texts)

    def _update(self, shown: Settings) -> Settings:
        """A group of properties with values that differ from what is shown, and a text that is new."""
        group = self._random.choice(self._groups) if self._groups else ()
        update = {name: self._other(name, shown.get(name)) for name in group if name in self._values}
        self._count += 1
        if self._texts:
            update[self._texts[self._count % len(self._texts)]] = f"{self._prefix}.{self._count}"
        for never in self._never:
            if (shown | update).items() >= never.items():
                update = {name: value for name, value in update.items() if name not in never}
        return update

    def _other(self, name: str, now: Json) -> Json:
        others = [value for value in self._values[name] if not self._known[name].same(value, now)]
        return self._random.choice(others or self._values[name])

    def _invalid_change(self) -> Step:
        name = self._random.choice([name for name in self._values if self._invalid[name]])
        about, value = self._random.choice(self._invalid[name])
        return Step(Kind.invalid, "PUT", self._path, encode({name: value}), subject=name, about=f"{name}: {about}")


def _values(known: Property) -> list[Json]:
    """The values that the contract shows, without null: what that does is open for many properties."""
    values: list[Json] = []
    for _, value in shown_values(known):
        if value is not None and not any(known.same(value, other) for other in values):
            values.append(value)
    return values


def _is_free_text(known: Property) -> bool:
    """Whether a property takes any text, and does no harm."""
    return known.risk == "low" and "string" in known.types and not known.enum and "pattern" not in known.alternative


def _groups(names: Sequence[str]) -> list[tuple[str, ...]]:
    """Halves of the names: for each pair of names, some half has the first and not the second."""
    bits = range(max(1, (len(names) - 1).bit_length()))
    halves = [
        tuple(name for place, name in enumerate(names) if place >> bit & 1 == flag) for bit in bits for flag in (0, 1)
    ]
    return [half for half in halves if half]


def _parts(update: Mapping[str, Json], count: int) -> list[Settings]:
    """An update in several that have no property in common."""
    names = [*update]
    return [{name: update[name] for name in part} for place in range(count) if (part := names[place::count])]
