"""What `plan` prints (replaced by another branch)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from contract_tests.record.step import Step


def lines(steps: Sequence[Step]) -> Iterator[str]:
    """A line a request."""
    for step in steps:
        yield f"{step.method} {step.path}"
