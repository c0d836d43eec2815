"""Hides secrets in what a target sent back, in whatever way it wrote them."""

from __future__ import annotations

import html
import re
from base64 import b64encode
from collections.abc import Iterator, Sequence
from functools import lru_cache

SECRET = "***"  # noqa: S105 - what stands in place of one
SHORTEST_IN_BASE64 = 6
"""Characters; what a shorter secret becomes may be a word."""


def masked(text: str, secrets: Sequence[str]) -> str:
    """A text without secrets, the longest given first: as they are, escaped for JSON, HTML or a URL, in Base64."""
    for secret in secrets:
        spelt, encoded = _forms(secret)
        for form in encoded:
            text = text.replace(form, SECRET)
        text = spelt.sub(SECRET, text)
    return text


def masked_bytes(content: bytes, secrets: Sequence[str]) -> bytes:
    """The same with bytes, which need not be a text."""
    return masked(content.decode("utf-8", "surrogateescape"), secrets).encode("utf-8", "surrogateescape")


@lru_cache(maxsize=256)
def _forms(secret: str) -> tuple[re.Pattern[str], list[str]]:
    return re.compile("".join(map(_spelt, secret))), [*_in_base64(secret.encode())]


def _spelt(character: str) -> str:
    """A character in any of its spellings.

    Each begins with a literal, and the case is not ignored but spelt out: then `re` finds where to look as fast as can
    be, and contents may be of a megabyte.
    """
    code, percent = ord(character), "".join(f"%{byte:02x}" for byte in character.encode())
    ways = {character, character.lower(), character.upper(), f"\\{character}", html.escape(character)}
    ways |= {"+"} if character == " " else set()
    ways |= {percent, percent.upper(), f"\\u{code:04x}", f"\\u{code:04X}"}
    return f"(?:{'|'.join(map(re.escape, sorted(ways)))}|&#0*{code};|&#[xX]0*(?i:{code:x});)"


def _in_base64(secret: bytes) -> Iterator[str]:
    """What Base64 makes of it wherever it begins in a text, without the characters that depend on its surroundings."""
    if len(secret) < SHORTEST_IN_BASE64:
        return
    for before in range(3):
        encoded = b64encode(bytes(before) + secret).decode()
        yield encoded[-(-before * 8 // 6) : (before + len(secret)) * 8 // 6]
