"""The servers of the comparison: a correct one, and faults chosen by a rule that looks at no result."""

from __future__ import annotations

from tests.servers import BREAKING, SYSTEMATIC, Server

CORRECT = Server.name
FAULTS = 60


def family(name: str) -> str:
    """The kind of a fault: its module, or for one of each property what is wrong with the property."""
    if name in SYSTEMATIC:
        return f"{name.partition('_')[0]} of one property"
    return BREAKING[name].__module__.rpartition(".")[2]


def chosen(count: int = FAULTS) -> list[str]:
    """So many faults, evenly spaced in the list that is sorted by kind and name."""
    names = sorted([*BREAKING, *SYSTEMATIC], key=lambda name: (family(name), name))
    return [names[index * len(names) // count] for index in range(count)]
