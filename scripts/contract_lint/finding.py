"""What a rule reports."""

from __future__ import annotations

from typing import NamedTuple


class Finding(NamedTuple):
    """One place in the contract that breaks a rule, and what to do about it."""

    pointer: str
    message: str
