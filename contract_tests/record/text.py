"""Text from a server, made safe to print: in a terminal, the log of a CI system, JUnit, HTML."""

from __future__ import annotations

import re
from itertools import zip_longest

ELLIPSIS = "…"
# These count as printable for Python, but show nothing (Default_Ignorable_Code_Point), or only a blank.
_INVISIBLE = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]"
)
_COMMAND = re.compile(
    r"::(?=[a-z])(?![0-9a-f]{1,4}(?:[^\w-]|$))|##(?=(?:vso|teamcity)?\[)",
    re.IGNORECASE,
)
"""How a command to a CI system begins: `::name …::` and `##[…]` (GitHub), `##vso[…]` (Azure), `##teamcity[…]`.

Up to four hexadecimal digits after `::` are a part of an IPv6 address; no command has such a name.
"""


def visible(text: str, kept: str = "") -> str:
    r"""A text without anything that acts on its reader, such as a terminal or a CI system.

    A character that does not print is written as an escape, such as \x1b. A CI command gets a backslash inside, such as
    `:\:error`. So the text can neither steer a terminal nor hide or reorder what stands around it, and a text without
    `kept` is one line.

    Args:
        text: Any text.
        kept: Characters that stay as they are all the same.
    """
    if not text.isprintable():
        text = "".join(char if char.isprintable() or char in kept else _escaped(char) for char in text)
    text = _INVISIBLE.sub(lambda match: _escaped(match[0]), text)
    return _COMMAND.sub(lambda match: f"{match[0][0]}\\{match[0][1:]}", text)


def _escaped(char: str) -> str:
    return char.encode("unicode_escape").decode()


def excerpt(text: str, around: int, width: int) -> str:
    """At most so many characters of a text, with the place that matters among them; a cut shows as `…`.

    Args:
        text: Any text.
        around: The place that matters, as an index.
        width: How many characters of the text are kept.
    """
    if len(text) <= width:
        return text
    start = max(0, min(around - width // 2, len(text) - width))
    end = start + width
    before, after = ELLIPSIS if start else "", ELLIPSIS if end < len(text) else ""
    return f"{before}{text[start:end]}{after} ({len(text):,} characters)"


def first_difference(left: str, right: str) -> int:
    """The index of the first character in which two texts differ; their length where they are equal."""
    pairs = enumerate(zip_longest(left, right))
    return next((index for index, (one, other) in pairs if one != other), len(left))
