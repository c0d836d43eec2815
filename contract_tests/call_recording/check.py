"""Does a recorded file have the format that the contract states?

The row of `x-recording-formats` that was asked for is judged. A line says for each number what the page states (with
the statement's id), what the file holds, and whether the two agree. Files of any size are read in small pieces.
"""

from __future__ import annotations

import stat
from collections.abc import Mapping
from pathlib import Path
from typing import BinaryIO

from contract_tests.call_recording.judge import lines
from contract_tests.call_recording.mp3 import read_mp3
from contract_tests.call_recording.sound import NotSoundError, Sound
from contract_tests.call_recording.wav import read_wav
from contract_tests.contract import CONTRACT
from contract_tests.contract.json_values import Json
from contract_tests.errors import UsageError
from contract_tests.record.text import visible

STEREO = {"yes": True, "no": False, "true": True, "false": False}
"""What stands for the property: the words of the page's text, and JSON's."""


def read(file: BinaryIO) -> Sound:
    """Return what a file holds, whatever its name says; raises NotSoundError."""
    try:
        return read_wav(file)
    except NotSoundError as no_wav:
        try:
            return read_mp3(file)
        except NotSoundError as no_mp3:
            raise NotSoundError(f"neither wav ({no_wav}) nor mp3 ({no_mp3})") from no_mp3


def check(path: Path, format_: str, stereo: str) -> int:
    """Judge a file and print the verdict; returns 0 where all numbers agree, else 1.

    Args:
        path: The recorded file.
        format_: The value of record_format.
        stereo: The value of record_stereo, in a word of the page or of JSON.

    Raises:
        UsageError: A value is wrong, or the file cannot be read.
    """
    row = _row(format_, stereo)
    try:
        sound = _read_regular(path)
    except (OSError, ValueError) as error:
        raise UsageError(f"{path}: cannot be read ({getattr(error, 'strerror', None) or error})") from None
    except NotSoundError as error:
        return _report(path, row, None, str(error))
    return _report(path, row, sound, f"{sound.format} ({sound.coding})")


def _row(format_: str, stereo: str) -> Mapping[str, Json]:
    rows = CONTRACT.recording_formats
    formats = sorted({row["format"] for row in rows})
    if format_ not in formats:
        raise UsageError(f"--format {format_}: expected one of {', '.join(formats)}")
    is_stereo = STEREO.get(stereo.lower())
    if is_stereo is None:
        raise UsageError(f"--stereo {stereo}: expected one of {', '.join(STEREO)}")
    return next(row for row in rows if (row["format"], row["channels"] > 1) == (format_, is_stereo))


def _read_regular(path: Path) -> Sound:
    # Not a pipe or a device: those have no size, and may never end.
    if not stat.S_ISREG(path.stat().st_mode):
        raise ValueError("not a regular file")
    with path.open("rb") as file:
        return read(file)


def _report(path: Path, row: Mapping[str, Json], sound: Sound | None, found: str) -> int:
    """Print the lines and the verdict; returns the exit code."""
    judged = list(lines(row, sound, found))
    for line in judged:
        words = "conforms" if line.conforms else "differs "
        print(f"{words}  {line.statement or '-':4}  {line.what}: expected {line.expected}, found {line.found}")  # noqa: T201
    for note in sound.notes if sound else ():
        print(f"note      -     {note}")  # noqa: T201
    conforms = all(line.conforms for line in judged)
    print(f"{visible(path.name)} {'keeps' if conforms else 'does not keep'} {row['name']}")  # noqa: T201
    return int(not conforms)
