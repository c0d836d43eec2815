"""Reads every frame of an mp3 file: one header says nothing of the others, and an average hides differences.

`mutagen` knows the header of a frame. It reads the first frames of a file only, so the way from frame to frame is here:
past tags, gaps of zeros and damage, wherever they stand.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from io import BytesIO
from typing import BinaryIO, NamedTuple

from mutagen.id3 import BitPaddedInt
from mutagen.mp3 import HeaderNotFoundError, MPEGFrame

from contract_tests.call_recording.sound import NotSoundError, Sound

MIN_FRAMES = 4
"""Fewer frames may be there by chance."""
RUN = 3
"""After a gap so many frames must follow each other, or all up to the end, to be frames and not damage."""
MAX_TRIES = 200_000
"""So many places that look like a frame are tried, which bounds the time for a file that is no mp3."""
MAX_UNREAD_SHARE = 0.01
"""Where more of a file is neither frame nor tag nor zeros, the frames do not speak for the file."""

_MAX_LYRICS = 1 << 13
_PIECE, _FIRST_PIECE = 1 << 22, 1 << 12
_ZEROS = bytes(_PIECE)
_BEGINNING = re.compile(rb"\xff[\xe2-\xff]|ID3|TAG|APETAGEX|LYRICSBEGIN")
_TAG = re.compile(rb"ID3|TAG|APETAGEX|LYRICSBEGIN")
_MAX_BEGINNING = len(b"LYRICSBEGIN")
_ID3 = re.compile(rb"ID3[\x02-\x04][\x00-\x0a][\x00\x10-\xf0][\x00-\x7f]{4}", re.DOTALL)
_LYRICS_END = re.compile(rb"LYRICS(200|END)")


class Header(NamedTuple):
    """What the header of a frame says; the length is in bytes."""

    version: float
    layer: int
    bit_rate: int
    channels: int
    sample_rate: int
    length: int


@dataclass
class Contents:
    """What a file consists of, in bytes, and its frames by their header."""

    frames: Counter[Header] = field(default_factory=Counter)
    in_frames: int = 0
    in_tags: int = 0
    zeros: int = 0
    unread: int = 0
    is_cut_off: bool = False


def read_mp3(file: BinaryIO) -> Sound:
    """Return the numbers of all frames of an mp3 file; raises NotSoundError."""
    size = file.seek(0, 2)
    contents = _contents(file, size)
    if contents.frames.total() < MIN_FRAMES:
        raise NotSoundError("hardly any frame of an mp3")
    headers = contents.frames.keys()
    numbers = {
        "bit_rate_kbit_s": sorted({header.bit_rate / 1000 for header in headers}),
        "channels": sorted({float(header.channels) for header in headers}),
        "sample_rate_hz": sorted({float(header.sample_rate) for header in headers}),
    }
    codings = sorted({f"MPEG-{header.version:g} Layer {'I' * header.layer}" for header in headers})
    is_usual = all(header.layer == 3 for header in headers)
    unread = f"{contents.unread:,} of {size:,} bytes" if contents.unread > MAX_UNREAD_SHARE * size else ""
    return Sound("mp3", " and ".join(codings), is_usual, numbers, list(_notes(contents)), unread)


def _notes(contents: Contents) -> Iterator[str]:
    if contents.is_cut_off:
        yield "the file is cut off, or a part of it is, within the last frame"
    if contents.zeros:
        yield f"{contents.zeros:,} bytes outside of the frames are zeros"
    if contents.unread:
        yield f"{contents.unread:,} bytes are neither frames nor tags"


def _contents(file: BinaryIO, size: int) -> Contents:
    """Walk through the whole file."""
    contents = Contents()
    position, tries = 0, 0
    while position < size:
        if length := _tag(file, position, size):
            contents.in_tags += length
        elif _is_run(file, position, size):
            length = _read_run(file, position, size, contents)
        elif tries == MAX_TRIES:
            length = size - position
            contents.unread += length
        else:
            tries += 1
            length = _skip(file, position, size, contents)
        position += length
    return contents


def _read_run(file: BinaryIO, begin: int, size: int, contents: Contents) -> int:
    """Count the frames that follow each other; returns their length."""
    position, last, is_first = begin, begin, True
    while header := _header_at(file, position):
        # An encoder may put a frame without sound in front, which says how it worked; its bit rate is not the sound's.
        if not (is_first and _is_about_the_encoder(file, position)):
            contents.frames[header] += 1
        position, last, is_first = position + header.length, position, False
    end = min(size, _tag_inside(file, last, position, size) or position)
    contents.is_cut_off |= end < position
    position = end
    contents.in_frames += position - begin
    return position - begin


def _tag_inside(file: BinaryIO, begin: int, end: int, size: int) -> int:
    """Where a tag begins within the last frame of a run, which then is cut off there; 0 where none does."""
    file.seek(begin)
    content = file.read(end - begin + _MAX_BEGINNING)
    found = (begin + match.start() for match in _TAG.finditer(content))
    return next((position for position in found if position < end and _tag(file, position, size)), 0)


def _is_run(file: BinaryIO, position: int, size: int) -> bool:
    """Whether frames follow each other from here on, or up to the end or a tag."""
    for number in range(RUN):
        header = _header_at(file, position)
        if header is None:
            return number > 0 and (position >= size or bool(_tag(file, position, size)))
        position += header.length
    return True


def _header_at(file: BinaryIO, position: int) -> Header | None:
    file.seek(position)
    return _header(file.read(4))


@lru_cache(maxsize=4096)
def _header(head: bytes) -> Header | None:
    """The header of a frame, None where these four bytes are none."""
    content = BytesIO(head)
    try:
        frame = MPEGFrame(content)  # type: ignore[no-untyped-call]
    except HeaderNotFoundError:
        return None
    return Header(
        float(frame.version or 0), frame.layer, frame.bitrate, frame.channels, frame.sample_rate, content.tell()
    )


def _is_about_the_encoder(file: BinaryIO, position: int) -> bool:
    file.seek(position)
    return not MPEGFrame(file).sketchy  # type: ignore[no-untyped-call]  # mutagen is sure of this frame only


def _tag(file: BinaryIO, position: int, size: int) -> int:
    """The length of the tag that begins here, 0 where none does."""
    file.seek(position)
    head = file.read(32)
    if _ID3.match(head):
        size_of_frames = int(BitPaddedInt(head[6:10]))  # type: ignore[no-untyped-call]
        length = 10 + size_of_frames + (10 if head[5] & 0x10 else 0)
    elif head.startswith(b"APETAGEX") and len(head) == 32:
        is_header = head[23] & 0x20  # else it is the footer, and the items stand before it
        length = 32 + (int.from_bytes(head[12:16], "little") if is_header else 0)
    elif head.startswith(b"LYRICSBEGIN"):
        file.seek(position)
        end = _LYRICS_END.search(file.read(_MAX_LYRICS))
        length = end.end() if end else 0
    else:
        length = 128 if head.startswith(b"TAG") else 0
    return length if position + length <= size else 0  # else chance made it, or the tag is cut off


def _skip(file: BinaryIO, begin: int, size: int, contents: Contents) -> int:
    """Count what is neither a frame nor a tag, up to the next place that may begin one; returns its length."""
    position, piece_size = begin, _FIRST_PIECE
    while position < size:
        file.seek(position)
        piece = file.read(piece_size)
        # Not at the beginning: that was tried. A beginning may lie across two pieces, so the pieces overlap.
        found = None if piece == _ZEROS else _BEGINNING.search(piece, 1 if position == begin else 0)
        is_last = position + len(piece) >= size
        length = found.start() if found else len(piece) if is_last else len(piece) - _MAX_BEGINNING
        zeros = length if piece == _ZEROS else piece.count(0, 0, length)
        contents.zeros += zeros
        contents.unread += length - zeros
        position += length
        if found or not piece:
            break
        piece_size = _PIECE
    return position - begin
