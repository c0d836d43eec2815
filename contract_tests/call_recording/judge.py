"""Compares a sound with a row of the contract's `x-recording-formats`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from contract_tests.call_recording.sound import Sound
from contract_tests.contract.json_values import Json
from contract_tests.contract.statements import statements

NUMBERS = {
    "bit_rate_kbit_s": ("bit rate", "kb/s"),
    "channels": ("channels", "channel(s)"),
    "sample_rate_hz": ("sample rate", "Hz"),
}
"""By the key of `x-recording-formats`: what it is, and its unit as the page writes it."""


class Line(NamedTuple):
    """One demand and how the file meets it; `statement` is the id of the page's, empty where the page has none."""

    conforms: bool
    statement: str
    what: str
    expected: str
    found: str


def lines(row: Mapping[str, Json], sound: Sound | None, found: str) -> Iterator[Line]:
    """Yield a line for the format, for each number of a row, and for what could not be read.

    Args:
        row: Of `x-recording-formats`.
        sound: In the file; None where there is none.
        found: What the file holds, in words.
    """
    is_format = sound is not None and sound.format == row["format"] and sound.is_usual
    yield Line(is_format, "", "format", row["format"], found)
    ids = {statement.text: statement.id for statement in statements().values()}
    for key, (what, unit) in NUMBERS.items():
        expected, values = f"{row[key]} {unit}", sound.numbers[key] if sound else []
        range_ = " to ".join(f"{value:g}" for value in dict.fromkeys((*values[:1], *values[-1:])))
        statement = ids.get(f"{row['name']}: {expected}", "")
        yield Line(list(values) == [row[key]], statement, what, expected, f"{range_} {unit}" if values else "nothing")
    if sound and sound.unread:
        yield Line(False, "", "frames", "frames and tags only", f"{sound.unread} that are neither")
