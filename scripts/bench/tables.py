"""Markdown tables of the measurements."""

from __future__ import annotations

import statistics
from collections.abc import Sequence


def cells(*texts: str) -> str:
    """Return a row of a table."""
    return f"| {' | '.join(texts)} |"


def spread(values: Sequence[float], form: str = "{:.1f}") -> str:
    """Return minimum, median and maximum; one number where they are equal."""
    shown = [form.format(value) for value in (min(values), statistics.median(values), max(values))]
    return shown[0] if len(set(shown)) == 1 else "-".join(shown)
