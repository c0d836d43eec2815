"""Valid changes, many properties at a time."""

from __future__ import annotations

import itertools
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence

from contract_tests.contract.document import Contract
from contract_tests.contract.json_values import Json, Settings, identical, is_among
from contract_tests.contract.property import RISKS, Property
from contract_tests.plan.separation import separating_groups
from contract_tests.plan.valid import lone_value, set_value, walk

AT_ONCE = (2, 8)
"""How many changes are sent at the same time, at most: first a pair, then many; only the pair to a server elsewhere."""


class Walk:
    """All properties on their way through their values (see `valid.walk`).

    Attributes:
        away: A value of each property that is not its default: where the walk starts.
        longest: How many values the property has that has most.
    """

    def __init__(self, contract: Contract, names: Sequence[str]) -> None:
        self._contract = contract
        self._values = {name: deque(value for _, value in walk(contract.properties[name])) for name in names}
        self.longest = max(map(len, self._values.values()), default=0)
        self.away = {name: set_value(contract.properties[name]) for name in names}
        self._state = dict(self.away)
        for name, values in self._values.items():
            values.rotate(-1 - values.index(self.away[name]))

    def update(self, names: Iterable[str]) -> Settings:
        """A change of these properties, each to its next value."""
        return {name: self._step(name, lambda _: True) for name in names}

    def alone(self, name: str) -> Settings:
        """A change of this property alone (see `valid.lone_value`), if the state allows it."""
        value = lone_value(self._contract.properties[name], self._state[name])
        return {name: self._step(name, lambda other: identical(other, value))}

    def example(self, name: str) -> Settings:
        """A change of this property alone to a value of the form that the page shows."""
        named = self._contract.properties[name].named
        return {name: self._step(name, lambda value: is_among(value, named))}

    def _step(self, name: str, is_wanted: Callable[[Json], bool]) -> Json:
        """The next value that is wanted and makes no combination that the contract rules out (`x-never-together`)."""
        for value in self._in_order(name):
            state = self._state | {name: value}
            if is_wanted(value) and not any(state.items() >= never.items() for never in self._contract.never_together):
                self._state = state
                return value
        return self._state[name]

    def _in_order(self, name: str) -> Iterator[Json]:
        """The values of a property, once each, from where the walk stands; the walk goes on from the last one taken."""
        values = self._values[name]
        for _ in range(len(values)):
            values.rotate(-1)
            yield values[-1]

    def at_once(self, *, is_loopback: bool) -> list[list[Settings]]:
        """Groups of changes of one property each, of the least risky properties.

        No change sets null: whether null clears a property is open, so a lost change could not be told from it.
        """
        properties = self._contract.properties
        chosen = sorted(self._values, key=lambda name: RISKS.index(properties[name].risk))
        few, many = AT_ONCE if is_loopback else (AT_ONCE[0], 0)
        updates = [{name: self._step(name, self._is_another(name))} for name in chosen[: few + many]]
        return [group for group in (updates[:few], updates[few:]) if len(group) > 1]

    def _is_another(self, name: str) -> Callable[[Json], bool]:
        known, now = self._contract.properties[name], self._state[name]
        return lambda value: value is not None and not known.same(value, now)


def groups(names: Sequence[str], longest: int) -> Iterator[list[str]]:
    """Which properties each change sets: a group, then all others, and both once more, until each was set often enough.

    For every ordered pair of properties some change sets the first and leaves the second out, while the second has
    either of two values. So a server that changes a property which was left out is found, whichever pair it confuses.

    Args:
        names: The properties.
        longest: How often each property has to be set.
    """
    separating = separating_groups([*names]) or [[*names]]
    rounds = max(len(separating), -(-longest // 2))
    for group in itertools.islice(itertools.cycle(separating), rounds):
        rest = [name for name in names if name not in group]
        yield from filter(None, (group, rest) * 2)


def first_text(contract: Contract, names: Sequence[str]) -> Property | None:
    """The first property that accepts any text, for requests whose value does not matter."""
    texts = (contract.properties[name] for name in names)
    return next((known for known in texts if "string" in known.types and not known.enum and _is_free(known)), None)


def _is_free(known: Property) -> bool:
    return "pattern" not in known.alternative and known.risk != "critical"
