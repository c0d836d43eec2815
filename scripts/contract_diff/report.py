"""What the comparison prints."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from scripts.contract_diff.change import Change
from scripts.contract_diff.versions import may_break


def lines(changes: Sequence[Change], old: str, new: str) -> Iterator[str]:
    """Yield a line for each change, and the counts; `old` and `new` are the versions of the contracts."""
    breaking = sum(change.breaking for change in changes)
    yield from map(str, changes)
    yield f"version {old} -> {new}: {breaking} breaking, {len(changes) - breaking} harmless"
    if breaking:
        announced = "announces a break" if may_break(old, new) else "does not announce a break"
        yield f"info.version {announced}: that takes another major version, or while it is 0 another minor one"
