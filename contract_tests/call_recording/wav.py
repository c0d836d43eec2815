"""Reads the header of a wav file: RIFF, and RF64 for files above 4 GiB.

`wave` of the standard library and `mutagen` take no RF64. `wave` also refuses each coding but PCM, which here is a
finding with its numbers.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import BinaryIO, NamedTuple

from contract_tests.call_recording.sound import NotSoundError, Sound

PCM, EXTENSIBLE = 1, 0xFFFE
IN_DS64 = 0xFFFFFFFF
"""As a size in an RF64 file: the size stands in the chunk ds64 (EBU Tech 3306)."""


class Chunk(NamedTuple):
    """A part of the file: its name, the size that its header states, and where its content begins."""

    name: bytes
    size: int
    begin: int


def read_wav(file: BinaryIO) -> Sound:
    """Return the numbers in the header of a wav file; raises NotSoundError."""
    end = file.seek(0, 2)
    file.seek(0)
    if not ((head := file.read(12)).startswith((b"RIFF", b"RF64")) and head.endswith(b"WAVE")):
        raise NotSoundError("no wav header")
    coding = b""
    size_in_ds64: int | None = None
    for chunk in _chunks(file, 12):
        if chunk.name == b"fmt ":
            coding = file.read(min(chunk.size, 40))
        elif chunk.name == b"ds64":
            _, size_in_ds64 = struct.unpack("<QQ", file.read(16).ljust(16, b"\0"))
        elif chunk.name == b"data":
            stated = size_in_ds64 if chunk.size == IN_DS64 and size_in_ds64 is not None else chunk.size
            return _sound(coding, end - chunk.begin, list(_notes(file, chunk._replace(size=stated), end)))
    raise NotSoundError("a wav header, and no sound after it")


def _chunks(file: BinaryIO, begin: int) -> Iterator[Chunk]:
    """Yield the chunks from a position on; the file then stands at the content of the chunk."""
    while True:
        file.seek(begin)
        head = file.read(8)
        if len(head) < 8:
            return
        name, size = struct.unpack("<4sI", head)
        yield Chunk(name, size, begin + 8)
        begin += 8 + size + size % 2


def _sound(coding: bytes, there: int, notes: list[str]) -> Sound:
    if len(coding) < 16 or not there:
        raise NotSoundError("a wav header that is not complete, or no sound after it")
    code, channels, rate, byte_rate, _, bits = struct.unpack("<HHIIHH", coding[:16])
    if code == EXTENSIBLE and len(coding) >= 26:
        (code,) = struct.unpack("<H", coding[24:26])
    # The bytes a second in the header may be wrong; those of PCM follow from the other numbers.
    bit_rate = rate * channels * bits if code == PCM else byte_rate * 8
    numbers = {"bit_rate_kbit_s": [bit_rate / 1000], "channels": [channels], "sample_rate_hz": [rate]}
    words = f"PCM, {bits} bits" if code == PCM else f"coding {code}, not PCM"
    return Sound("wav", words, code == PCM, numbers, notes)


def _notes(file: BinaryIO, data: Chunk, end: int) -> Iterator[str]:
    """Say where the size of the sound in the header is not that in the file."""
    there = end - data.begin
    if there < data.size:
        yield f"the file is cut off, or its header wrong: {there:,} of {data.size:,} bytes of sound"
        return
    last = data.begin + data.size + data.size % 2
    for chunk in _chunks(file, last):
        if not chunk.name.isascii() or not chunk.name.decode().isprintable() or chunk.begin + chunk.size > end:
            break
        last = chunk.begin + chunk.size + chunk.size % 2
    if last < end:
        yield f"the header states {data.size:,} bytes of sound; {end - last:,} bytes follow that it does not mention"
    elif not data.size:
        raise NotSoundError("a wav header that states 0 bytes of sound, and no sound after it")
