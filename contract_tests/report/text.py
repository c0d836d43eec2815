"""What a server said, made fit to be shown."""

from __future__ import annotations


def visible(text: str, kept: str = "") -> str:
    r"""A text with each character that does not print written as an escape, such as \x1b.

    So it can neither steer a terminal nor hide or reorder what stands around it.

    Args:
        text: Whatever it is.
        kept: Characters that stay as they are all the same.
    """
    return "".join(
        char if char.isprintable() or char in kept else char.encode("unicode_escape").decode() for char in text
    )
