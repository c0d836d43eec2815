"""From which other states a value is tried once more that a server refused or altered."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from contract_tests.contract.document import Contract
from contract_tests.contract.json_values import ABSENT, Json, Settings, is_among
from contract_tests.contract.property import Evidence
from contract_tests.contract.weight import weigh
from contract_tests.plan.valid import is_made_up, other_value, set_value

MAX_TRIES = 2
"""How many values of a property are tried once more."""


class Retries:
    """Whether a value depends on the other settings.

    A rule between two properties is no fault. So a value that the contract shows is tried in two other states: all
    other properties away from their defaults, and all others at their defaults.
    """

    def __init__(self, contract: Contract, names: Sequence[str]) -> None:
        self._contract = contract
        self._names = names
        self._tries: Counter[str] = Counter()
        self._explained: list[Settings] = []

    def may_try(self, name: str, value: Json = ABSENT) -> bool:
        """Whether a value may be tried once more; without one, whether any may. Counts the values."""
        if name not in self._names or self._tries[name] >= MAX_TRIES:
            return False
        if value is not ABSENT:
            is_explained = is_among({name: value}, self._explained)
            if value is None or is_explained or is_made_up(self._contract.properties[name], value):
                return False
            self._tries[name] += 1
        return True

    def found(self, name: str, value: Json) -> None:
        """Keep that it is known on what a value depends: it needs no other try."""
        self._explained.append({name: value})

    def is_altered(self, name: str, value: Json, actual: Json) -> bool:
        """Whether a value that was sent is shown so that the server would be to blame for it."""
        known = self._contract.properties.get(name)
        if known is None or value is None or known.same(value, actual):
            return False
        return weigh(self._contract, name, value, actual) > Evidence.inferred

    def states(self, name: str, value: Json, now: Settings, refused: set[str]) -> Iterator[Settings]:
        """What differs from the settings now in each of the two other states; none that must never be."""
        for choose in (set_value, other_value):
            state: Settings = {}
            for other in self._names:
                known = self._contract.properties[other]
                plain = choose(known)
                if other != name and other not in refused and not known.same(plain, now.get(other, ABSENT)):
                    state[other] = plain
            together = {**now, **state, name: value}
            if state and not any(together.items() >= never.items() for never in self._contract.never_together):
                yield state
