"""What a recorded file holds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass


class NotSoundError(Exception):
    """The content is not of the format that was tried; the message says why."""


@dataclass(frozen=True)
class Sound:
    """The sound in a file.

    Attributes:
        format: As `x-recording-formats` names it.
        coding: How the sound is coded, in words.
        is_usual: Whether that is the coding which everybody expects of the format.
        numbers: By key of `x-recording-formats`; more than one value where the file varies.
        notes: What a user should know of the file.
        unread: How much of the file is neither sound nor a tag, in words; empty where that is little.
    """

    format: str
    coding: str
    is_usual: bool
    numbers: Mapping[str, Sequence[float]]
    notes: Sequence[str] = ()
    unread: str = ""
