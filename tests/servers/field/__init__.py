"""Servers as they are met in the field: the rows of the field notes, and other instances of the same kinds."""

from . import access, broken, more_access, more_state, state, timing, wire

__all__ = ["access", "broken", "more_access", "more_state", "state", "timing", "wire"]
