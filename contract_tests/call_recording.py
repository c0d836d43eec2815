"""Does a recorded file keep the contract's format? `python -m contract_tests.call_recording FILE --format mp3 …`.

Of the rows of `x-recording-formats` the one that was asked for is judged: a line tells for each number what the page
states (with the statement's id), what the file holds, and whether the two agree. Exits with 0 where all do, 1 where one
does not, and 4 where an option is wrong or the file cannot be read. Files of any size are read in small pieces.
"""

from __future__ import annotations

import argparse
import stat
import struct
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import BinaryIO, NamedTuple, NoReturn

from mutagen import MutagenError
from mutagen.mp3 import HeaderNotFoundError, MPEGFrame, MPEGInfo

from contract_tests.contract.document import Contract
from contract_tests.contract.json_values import Json
from contract_tests.contract.statements import statements
from contract_tests.record.text import visible

USAGE = 4
MOST_FRAMES = 100_000
"""So many frames of an mp3 are looked at: two hours at 8,000 samples a second."""
NUMBERS = {
    "bit_rate_kbit_s": ("bit rate", "kb/s"),
    "channels": ("channels", "channel(s)"),
    "sample_rate_hz": ("sample rate", "Hz"),
}
"""By the key of `x-recording-formats`: what it is, and its unit as the page writes it."""
PCM, EXTENSIBLE = 1, 0xFFFE
TAGS = (b"TAG", b"APETAGEX", b"LYRICSBEGIN", b"ID3")


class NotSoundError(Exception):
    """The content is not of the format that was tried; says why."""


@dataclass(frozen=True)
class Sound:
    """What a file holds; `numbers` has the keys of NUMBERS, and more than one value where the file varies."""

    format: str
    coding: str
    is_usual: bool
    numbers: Mapping[str, Sequence[float]]
    notes: Sequence[str] = ()


class Line(NamedTuple):
    """One demand and how the file meets it; `statement` is the id of the page's, empty where the page has none."""

    conforms: bool
    statement: str
    what: str
    expected: str
    found: str


def read_wav(file: BinaryIO) -> Sound:
    """The numbers in the header of a wav file; raises NotSoundError.

    `wave` of the standard library refuses every coding but PCM, and before Python 3.12 also PCM with the extended
    header; here a wrong coding is a finding, to be told with its numbers.
    """
    size = file.seek(0, 2)
    file.seek(0)
    if not ((head := file.read(12)).startswith(b"RIFF") and head.endswith(b"WAVE")):
        raise NotSoundError("no wav header")
    coding = b""
    while len(head := file.read(8)) == 8:
        name, length = struct.unpack("<4sI", head)
        if name == b"data":
            return _wav(coding, length, size - file.tell())
        content = file.read(min(length, 40)) if name == b"fmt " else b""
        coding = content or coding
        file.seek(length + length % 2 - len(content), 1)
    raise NotSoundError("a wav header, and no sound after it")


def _wav(coding: bytes, promised: int, there: int) -> Sound:
    if len(coding) < 16 or not there:
        raise NotSoundError("a wav header that is not complete, or no sound after it")
    code, channels, rate, byte_rate, _, bits = struct.unpack("<HHIIHH", coding[:16])
    if code == EXTENSIBLE and len(coding) >= 26:
        (code,) = struct.unpack("<H", coding[24:26])
    # The header's bytes a second may be wrong; those of PCM follow from the rest.
    bit_rate = rate * channels * bits if code == PCM else byte_rate * 8
    numbers = {"bit_rate_kbit_s": [bit_rate / 1000], "channels": [channels], "sample_rate_hz": [rate]}
    notes = [f"the file is cut off, or its header wrong: {there:,} of {promised:,} bytes of sound"]
    words = f"PCM, {bits} bits" if code == PCM else f"coding {code}, not PCM"
    return Sound("wav", words, code == PCM, numbers, notes if there < promised else ())


def read_mp3(file: BinaryIO) -> Sound:
    """The numbers of all frames of an mp3 file, as one tells nothing of the others; raises NotSoundError."""
    try:
        info = MPEGInfo(file)
    except MutagenError as error:
        raise NotSoundError(str(error)) from error
    size = file.seek(0, 2)
    file.seek(info.frame_offset)
    frames = list(islice(_frames(file), MOST_FRAMES))
    end = file.tell()
    # Encoders put a frame without sound in front, which tells how they worked; mutagen is not sketchy about that one.
    frames = [frame for frame in frames if frame.sketchy]
    if info.sketchy or not frames:
        raise NotSoundError("hardly any frame of an mp3")
    numbers: dict[str, Sequence[float]] = {
        "bit_rate_kbit_s": sorted({frame.bitrate / 1000 for frame in frames}),
        "channels": sorted({frame.channels for frame in frames}),
        "sample_rate_hz": sorted({frame.sample_rate for frame in frames}),
    }
    codings = sorted({f"MPEG-{frame.version} Layer {'I' * frame.layer}" for frame in frames})
    is_usual = all(frame.layer == 3 for frame in frames)
    return Sound("mp3", " and ".join(codings), is_usual, numbers, list(_after_frames(file, end, size)))


def _frames(file: BinaryIO) -> Iterator[MPEGFrame]:
    """The frames from here on, until something else comes; the file then stands there."""
    while True:
        begin = file.tell()
        try:
            yield MPEGFrame(file)  # type: ignore[no-untyped-call]
        except HeaderNotFoundError:
            file.seek(begin)
            return


def _after_frames(file: BinaryIO, end: int, size: int) -> Iterator[str]:
    file.seek(end)
    if end > size:
        yield "the file is cut off within its last frame"
    elif end < size and not file.read(16).startswith(TAGS):
        yield f"only the frames up to byte {end:,} of {size:,} were looked at"


def read(file: BinaryIO) -> Sound:
    """What a file holds, whatever its name says; raises NotSoundError."""
    try:
        return read_wav(file)
    except NotSoundError as no_wav:
        try:
            return read_mp3(file)
        except NotSoundError as no_mp3:
            raise NotSoundError(f"neither wav ({no_wav}) nor mp3 ({no_mp3})") from no_mp3


def lines(row: Mapping[str, Json], sound: Sound | None, found: str) -> Iterator[Line]:
    """A line for the format and for each number of a row; `found` tells in words what was found."""
    yield Line(
        sound is not None and sound.format == row["format"] and sound.is_usual, "", "format", row["format"], found
    )
    ids = {statement.text: statement.id for statement in statements().values()}
    for key, (what, unit) in NUMBERS.items():
        expected, values = f"{row[key]} {unit}", sound.numbers[key] if sound else []
        shown = " to ".join(f"{value:g}" for value in dict.fromkeys((*values[:1], *values[-1:])))
        told = f"{shown} {unit}" if values else "nothing"
        yield Line(list(values) == [row[key]], ids.get(f"{row['name']}: {expected}", ""), what, expected, told)


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        self.exit(USAGE, f"{self.prog}: {visible(message)}\n")


def main(arguments: Sequence[str] | None = None) -> int:
    """Judge the file that is named; returns the exit code."""
    schemas = Contract().document["components"]["schemas"].values()
    rows = [row for schema in schemas for row in schema.get("x-recording-formats", ())]
    parser = _Parser(prog="check-recording", description="Does a recorded file keep the contract's format?")
    parser.add_argument("file", metavar="FILE", type=Path)
    parser.add_argument("--format", required=True, choices=sorted({row["format"] for row in rows}))
    parser.add_argument("--stereo", required=True, choices=["yes", "no"])
    options = parser.parse_args(arguments)
    row = next(row for row in rows if (row["format"], row["channels"] > 1) == (options.format, options.stereo == "yes"))
    sound: Sound | None = None
    try:
        # Not a pipe or a device: those have no size, and may never end.
        if not stat.S_ISREG(options.file.stat().st_mode):
            parser.error(f"{options.file}: is not a file")
        with options.file.open("rb") as file:
            sound = read(file)
        found = f"{sound.format} ({sound.coding})"
    except (OSError, ValueError) as error:
        parser.error(f"{options.file}: cannot be read ({getattr(error, 'strerror', None) or error})")
    except NotSoundError as error:
        found = str(error)
    judged = list(lines(row, sound, found))
    for line in judged:
        words = "conforms" if line.conforms else "differs "
        print(f"{words}  {line.statement or '-':4}  {line.what}: expected {line.expected}, found {line.found}")  # noqa: T201
    for note in sound.notes if sound else ():
        print(f"note      -     {note}")  # noqa: T201
    conforms = all(line.conforms for line in judged)
    print(f"{visible(options.file.name)} {'keeps' if conforms else 'does not keep'} {row['name']}")  # noqa: T201
    return int(not conforms)


if __name__ == "__main__":
    sys.exit(main())
