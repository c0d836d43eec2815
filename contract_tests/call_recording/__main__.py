"""Does a recorded file have the format that the contract states?

The row of `x-recording-formats` that was asked for is judged. A line says for each number what the page states (with
the statement's id), what the file holds, and whether the two agree. Exit code 0: all agree; 1: one differs; 4: an
option is wrong, or the file cannot be read. Files of any size are read in small pieces.
"""

from __future__ import annotations

import argparse
import stat
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import BinaryIO, NoReturn

from contract_tests.call_recording.judge import lines
from contract_tests.call_recording.mp3 import read_mp3
from contract_tests.call_recording.sound import NotSoundError, Sound
from contract_tests.call_recording.wav import read_wav
from contract_tests.contract import CONTRACT
from contract_tests.contract.json_values import Json
from contract_tests.report.text import visible

USAGE = 4
STEREO = {"yes": True, "no": False, "true": True, "false": False}
"""What stands for the property: the words of the page's text, and JSON's."""


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        self.exit(USAGE, f"{self.prog}: {visible(message)}\n")


def read(file: BinaryIO) -> Sound:
    """Return what a file holds, whatever its name says; raises NotSoundError."""
    try:
        return read_wav(file)
    except NotSoundError as no_wav:
        try:
            return read_mp3(file)
        except NotSoundError as no_mp3:
            raise NotSoundError(f"neither wav ({no_wav}) nor mp3 ({no_mp3})") from no_mp3


def main(arguments: Sequence[str] | None = None) -> int:
    """Judge the file that is named; returns the exit code."""
    rows = CONTRACT.recording_formats
    parser = _Parser(prog="check-recording", description="Does a recorded file have the format of the contract?")
    parser.add_argument("file", metavar="FILE", type=Path)
    parser.add_argument("--format", required=True, choices=sorted({row["format"] for row in rows}))
    parser.add_argument("--stereo", required=True, type=str.lower, choices=[*STEREO])
    options = parser.parse_args(arguments)
    is_stereo = STEREO[options.stereo]
    row = next(row for row in rows if (row["format"], row["channels"] > 1) == (options.format, is_stereo))
    try:
        sound = _read_regular(options.file)
    except (OSError, ValueError) as error:
        parser.error(f"{options.file}: cannot be read ({getattr(error, 'strerror', None) or error})")
    except NotSoundError as error:
        return _report(options.file, row, None, str(error))
    return _report(options.file, row, sound, f"{sound.format} ({sound.coding})")


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


if __name__ == "__main__":
    sys.exit(main())
