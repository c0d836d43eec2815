"""Hides secrets in what a target sent back, in every spelling."""

from __future__ import annotations

import html
import re
from base64 import b64encode
from collections.abc import Iterator, Sequence
from functools import lru_cache

SECRET = "***"  # noqa: S105 - what replaces a secret
MIN_LENGTH_FOR_BASE64 = 6
"""Characters. The Base64 of a shorter secret may be part of an ordinary word, so it is not looked for."""


def masked(text: str, secrets: Sequence[str]) -> str:
    """A text without secrets: plain, escaped for JSON, HTML or a URL, or in Base64. Give the longest secret first."""
    for secret in secrets:
        spelt, encoded = _forms(secret)
        for form in encoded:
            text = text.replace(form, SECRET)
        text = spelt.sub(SECRET, text)
    return text


def masked_bytes(content: bytes, secrets: Sequence[str]) -> bytes:
    """The same for bytes, which need not be a text."""
    return masked(content.decode("utf-8", "surrogateescape"), secrets).encode("utf-8", "surrogateescape")


@lru_cache(maxsize=256)
def _forms(secret: str) -> tuple[re.Pattern[str], list[str]]:
    return re.compile("".join(map(_spelt, secret))), [*_in_base64(secret.encode())]


def _spelt(character: str) -> str:
    """A pattern for a character in any of its spellings.

    For speed, since a response may have a megabyte: each spelling begins with a literal, and both cases are spelt out.
    """
    code, percent = ord(character), "".join(f"%{byte:02x}" for byte in character.encode())
    ways = {character, character.lower(), character.upper(), f"\\{character}", html.escape(character)}
    ways |= {"+"} if character == " " else set()
    ways |= {percent, percent.upper(), f"\\u{code:04x}", f"\\u{code:04X}"}
    return f"(?:{'|'.join(map(re.escape, sorted(ways)))}|&#0*{code};|&#[xX]0*(?i:{code:x});)"


def _in_base64(secret: bytes) -> Iterator[str]:
    """Its Base64 at each offset in a longer text, without the characters that depend on the text around it."""
    if len(secret) < MIN_LENGTH_FOR_BASE64:
        return
    for before in range(3):
        encoded = b64encode(bytes(before) + secret).decode()
        yield encoded[-(-before * 8 // 6) : (before + len(secret)) * 8 // 6]
