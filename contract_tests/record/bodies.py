"""Bodies that a server may make as large as it likes: how they are kept in memory, and in the file of a record."""

from __future__ import annotations

import base64
import codecs
import zlib
from collections.abc import Mapping
from typing import Any

from contract_tests.contract.json_values import Json

MAX_BODY = 64 * 2**10
"""Bytes of a body that stand in the file as they are; the rest of a longer one is compressed."""
MAX_PACKED = 128 * 2**10
"""Characters that a compressed body takes; what would need more is cut."""
MAX_BEGINNING = 4 * 2**10
"""Bytes of a compressed body that stand beside it, to be read."""
MAX_INFLATED = 16 * 2**20
"""Bytes of a body, where it is read again."""
MIN_PACKED = 64 * 2**10
"""Bytes; in memory a smaller body is kept as it is."""


class PackedBytes:
    """A field of a dataclass that holds bytes, empty by default, and keeps large ones compressed."""

    def __set_name__(self, owner: type, name: str) -> None:
        self._name = f"_packed_{name}"

    def __get__(self, instance: Any, owner: type) -> bytes:  # noqa: ANN401 - of any class
        if instance is None:
            return b""
        kept: bytes | _Packed = instance.__dict__[self._name]
        return kept if isinstance(kept, bytes) else zlib.decompress(kept.content)

    def __set__(self, instance: Any, content: bytes) -> None:  # noqa: ANN401
        instance.__dict__[self._name] = content if len(content) < MIN_PACKED else _Packed(content)


class _Packed:
    def __init__(self, content: bytes) -> None:
        self.content = zlib.compress(content, 1)


def as_text(content: bytes, encoding: str) -> dict[str, Json]:
    """A body; of a large one the beginning, with the whole beside it where that takes little room."""
    if len(content) <= MAX_BODY:
        return _plain(content, encoding)
    packed = base64.b64encode(zlib.compress(content)).decode()
    if len(packed) <= MAX_PACKED:
        beginning = content[:MAX_BEGINNING].decode("utf-8", "replace")
        return {"text": beginning, "_deflated": packed, "comment": f"the whole {len(content):,} bytes: _deflated"}
    return {
        **_plain(content[:MAX_BODY], encoding, is_cut=True),
        "_cut": True,
        "comment": f"cut: the first {MAX_BODY:,} of {len(content):,} bytes",
    }


def _plain(content: bytes, encoding: str, *, is_cut: bool = False) -> dict[str, Json]:
    try:
        return {"text": codecs.getincrementaldecoder("utf-8")().decode(content, final=not is_cut)}
    except UnicodeDecodeError:
        return {"text": base64.b64encode(content).decode(), encoding: "base64"}


def as_bytes(part: Mapping[str, str], encoding: str) -> bytes:
    """The body that `as_text` wrote.

    Raises:
        CutError: It is not there as a whole.
        ValueError, KeyError, TypeError: It is none.
    """
    if part.get("_cut"):
        raise CutError
    if packed := part.get("_deflated"):
        return _inflated(base64.b64decode(packed))
    return base64.b64decode(part["text"]) if part.get(encoding) == "base64" else part["text"].encode()


def _inflated(packed: bytes) -> bytes:
    """What was compressed; a file from elsewhere may unfold to anything."""
    unpacker = zlib.decompressobj()
    try:
        content = unpacker.decompress(packed, MAX_INFLATED)
    except zlib.error as error:
        raise ValueError(f"a body that is not compressed as it says ({error})") from None
    if not unpacker.eof:
        raise ValueError(f"a body that is cut, or of more than {MAX_INFLATED:,} bytes")
    return content


class CutError(ValueError):
    """A body was too large to be recorded as a whole: without it, verdicts would not be those of the run."""

    def __init__(self) -> None:
        super().__init__(
            f"a body of more than {MAX_BODY // 2**10} KiB was cut when it was recorded: read it, but judge it not again"
        )
