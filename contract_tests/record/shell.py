"""Words of a command line that is printed for pasting: a shell takes each as it is, whatever it holds."""

from __future__ import annotations

import shlex

from contract_tests.record.text import visible


def word(content: str | bytes) -> str:
    r"""One word for bash and zsh.

    Plain text is quoted as `shlex` does it. Anything else becomes `$'…'`, in which `\xHH` stands for each byte that
    does not print, that a CI system takes for a command, or that an interactive shell expands (`!`).

    Raises:
        ValueError: The content holds NUL, which no argument of a command can.
    """
    text = content.decode("utf-8", "surrogateescape") if isinstance(content, bytes) else content
    if "\0" in text:
        raise ValueError("an argument of a command holds no NUL")
    if visible(text) == text and "!" not in text:
        return shlex.quote(text)
    quoted = "".join(char if _is_plain(char) else _in_hex(char) for char in text)
    for pair in ("::", "##"):  # how CI commands begin
        quoted = quoted.replace(pair, pair[0] + _in_hex(pair[1]))
    return f"$'{quoted}'"


def _is_plain(char: str) -> bool:
    return visible(char) == char and char not in "!'\\"


def _in_hex(char: str) -> str:
    # A byte that is no UTF-8 was decoded to one of these; any other surrogate stood in a text of JSON.
    errors = "surrogateescape" if "\udc80" <= char <= "\udcff" else "surrogatepass"
    return "".join(f"\\x{byte:02x}" for byte in char.encode("utf-8", errors))
