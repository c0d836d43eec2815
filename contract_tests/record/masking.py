"""Hides secrets in what a target sent back, in whatever way it wrote them, whole or in pieces."""

from __future__ import annotations

import html
import re
from base64 import b64encode
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property, lru_cache

SECRET = "***"  # noqa: S105 - what stands in place of one
MIN_LENGTH = 8
"""Characters of a secret that can be hidden: a shorter one may be a part of any word or number."""
PIECE = 12
"""So many characters of a secret are hidden also by themselves."""
MIN_ENCODED = 6
"""Characters of a secret of which another encoding is looked for; what a shorter one becomes may be a word."""
ENCODED_PIECE = 16
"""The same as `PIECE`, of a secret in Base64 or hexadecimal digits."""
MAX_INNER = 16
"""So many places inside of a secret are looked for at most."""

SHORT = 1024
"""Characters of a text whose masked form is kept for the next time."""


def masked(text: str, secrets: Sequence[str]) -> str:
    """A text without secrets, the longest given first.

    They are found as they are and escaped for JSON, HTML or a URL, also the beginning or the end alone; in Base64 of
    both alphabets, and in hexadecimal digits; pieces from the middle only as they are. The time is linear in the length
    of the text.
    """
    # Headers and most answers are the same each time.
    return _masked_before(text, tuple(secrets)) if len(text) <= SHORT else _masked(text, secrets)


def _masked(text: str, secrets: Sequence[str]) -> str:
    lowered = text.lower()
    for secret in secrets:
        text = _secret(secret).hidden_in(text, lowered)
    return text


_masked_before = lru_cache(maxsize=1024)(_masked)


def masked_bytes(content: bytes, secrets: Sequence[str]) -> bytes:
    """The same for bytes, which need not be a text."""
    return masked(content.decode("utf-8", "surrogateescape"), secrets).encode("utf-8", "surrogateescape")


def masked_headers(headers: Mapping[str, str], secrets: Sequence[str]) -> dict[str, str]:
    """The same for names and values of headers."""
    text = "\n".join([*headers, *headers.values()])
    if masked(text, secrets) == text:  # the usual case
        return dict(headers)
    return {masked(name, secrets): masked(value, secrets) for name, value in headers.items()}


@lru_cache(maxsize=256)
def _secret(text: str) -> _Secret:
    return _Secret(text)


class _Secret:
    """One secret with what it is found by."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._size = min(len(text), PIECE)
        self._encoded = [
            _Piece(form, start, ENCODED_PIECE)
            for form in dict.fromkeys(_encoded(text.encode()))
            for start in dict.fromkeys((0, max(0, len(form) - ENCODED_PIECE)))
        ]
        last = len(text) - self._size
        inner = (*range(self._size, last, max(self._size, last // MAX_INNER)), last) if last else ()
        self._inner = [_Piece(text, start, self._size) for start in inner]

    def hidden_in(self, text: str, lowered: str) -> str:
        """The text without the secret; in lower case, it may still have what was hidden before."""
        for piece in self._encoded:
            if piece.text in text:
                text = piece.hidden_in(text)
        has_escapes = "\\" in text or "%" in text or "&" in text
        if has_escapes or _may_hold(lowered, self._text[: self._size]):
            text = self._without_beginnings(text)
        for piece in self._inner:
            if piece.text in text:
                text = piece.hidden_in(text)
        is_sought = self._inner and (has_escapes or _may_hold(lowered, self._text[-self._size :]))
        return self._end.sub(SECRET, text) if is_sought else text

    def _without_beginnings(self, text: str) -> str:
        """The text without what begins as the secret does, as far as it goes on so."""
        parts: list[str] = []
        done = 0
        for match in self._beginning.finditer(text):
            if match.start() >= done:
                parts += [text[done : match.start()], SECRET]
                done = self._go_on(text, match.end())
        return "".join([*parts, text[done:]]) if parts else text

    def _go_on(self, text: str, place: int) -> int:
        if whole := self._rest.match(text, place):
            return whole.end()
        for character in self._text[self._size :]:
            if not (match := _spelt_alone(character).match(text, place)):
                break
            place = match.end()
        return place

    @cached_property
    def _beginning(self) -> re.Pattern[str]:
        return _pattern(self._text[: self._size])

    @cached_property
    def _rest(self) -> re.Pattern[str]:
        return _pattern(self._text[self._size :])

    @cached_property
    def _end(self) -> re.Pattern[str]:
        return _pattern(self._text[-self._size :])


class _Piece:
    """A piece of one form of a secret."""

    def __init__(self, form: str, start: int, size: int) -> None:
        self.text = form[start : start + size]
        self._form = form
        self._start = start

    def hidden_in(self, text: str) -> str:
        """The text without the piece, nor what goes on like the form on either side."""
        form, size = self._form, len(self.text)
        parts: list[str] = []
        place, done = text.find(self.text), 0
        while place >= 0:
            first, last = place, place + size
            before, after = self._start, self._start + size
            while before and first > done and text[first - 1] == form[before - 1]:
                first, before = first - 1, before - 1
            while after < len(form) and text[last : last + 1] == form[after]:
                last, after = last + 1, after + 1
            parts += [text[done:first], SECRET]
            done = last
            place = text.find(self.text, done)
        return "".join([*parts, text[done:]])


def _may_hold(lowered: str, part: str) -> bool:
    """Whether a text without escapes, in lower case, may hold a part of a secret in some spelling (see `_spelt`).

    Most do not hold it, and to look for all spellings takes much longer.
    """
    return part.lower() in lowered or " " in part or not part.isascii()


def _pattern(text: str) -> re.Pattern[str]:
    return re.compile("".join(map(_spelt, text)))


@lru_cache(maxsize=256)
def _spelt_alone(character: str) -> re.Pattern[str]:
    return re.compile(_spelt(character))


def _spelt(character: str) -> str:
    """A pattern for a character in any of its spellings.

    For speed, since a response may have a megabyte: each spelling begins with a literal, and both cases are spelt out.
    """
    code, percent = ord(character), "".join(f"%{byte:02x}" for byte in character.encode())
    ways = {character, character.lower(), character.upper(), f"\\{character}", html.escape(character)}
    ways |= {"+"} if character == " " else set()
    ways |= {percent, percent.upper(), f"\\u{code:04x}", f"\\u{code:04X}"}
    return f"(?:{'|'.join(map(re.escape, sorted(ways)))}|&#0*{code};|&#[xX]0*(?i:{code:x});)"


def _encoded(secret: bytes) -> Iterator[str]:
    """A secret in hexadecimal digits and in Base64.

    What Base64 makes of it depends on where it begins in a text; the characters that depend on its surroundings are
    left out, and so is the padding.
    """
    if len(secret) < MIN_ENCODED:
        return
    yield secret.hex()
    yield secret.hex().upper()
    for before in range(3):
        encoded = b64encode(bytes(before) + secret).decode()
        form = encoded[-(-before * 8 // 6) : (before + len(secret)) * 8 // 6]
        yield form
        yield form.translate(_URL_SAFE)


_URL_SAFE = str.maketrans("+/", "-_")
