"""Write the tables of `docs/options.md` from the declarations of the options, or check that they are up to date."""

from __future__ import annotations

import argparse
import difflib
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import Field
from pathlib import Path
from typing import Any

from contract_tests.__main__ import COMMANDS
from contract_tests.target.options import SECRETS, VARIABLE_PREFIX, Part, declared, flag

PAGE = Path(__file__).resolve().parent.parent / "docs" / "options.md"
BEGIN, END = "<!-- make generate writes from here -->", "<!-- to here -->"
IN_FILE = (Part.target, Part.access)
"""The parts of the options that a file of targets may have."""


def page(text: str) -> str:
    """Return the text of the page, with up-to-date tables between its two marks.

    Raises:
        ValueError: A mark is missing.
    """
    before, begin, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not (begin and end):
        raise ValueError(f"{PAGE.name} needs the lines {BEGIN} and {END}")
    return "\n\n".join([before + BEGIN, *_sections(), END + after])


def _sections() -> Iterator[str]:
    for part in Part:
        yield f"## {part.value.capitalize()}"
        yield _table(["flag", "TOML key", "make", "environment", "default", "meaning"], map(_cells, declared(part)))
    yield "## Credentials"
    yield _table(["environment", "meaning"], ([f"`PHONE_API_{name}`", text] for name, text in SECRETS.items()))
    yield "## Options of each command"
    yield _table(["command", "options"], ([f"`{name}`", _accepted(name)] for name in COMMANDS))


def _cells(option: Field[Any]) -> list[str]:
    name = flag(option.name)
    key = f"`{name}`" if option.metadata["part"] in IN_FILE else ""
    variable = option.name.upper()
    default = option.default if isinstance(option.default, str) else f"{option.default:g}"
    return [
        f"`--{name}`",
        key,
        f"`{variable}`",
        f"`{VARIABLE_PREFIX}{variable}`",
        f"`{default}`" if default else "",
        option.metadata["help"],
    ]


def _accepted(command: str) -> str:
    """Return the options of the suite that a command accepts."""
    names = COMMANDS[command].options
    if len(names) == len(declared()):
        return "all"
    return ", ".join(f"`--{flag(name)}`" for name in names)


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(cell.replace('|', '&#124;') for cell in cells)} |" for cells in lines)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the job; returns 0, or 1 if the tables are not up to date."""
    parser = argparse.ArgumentParser(prog="python -m scripts.options", description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; print a diff and fail on drift")
    is_check: bool = parser.parse_args(arguments).check
    before = PAGE.read_text(encoding="utf-8")
    after = page(before)
    if not is_check:
        PAGE.write_text(after, encoding="utf-8")
    elif before != after:
        sys.stdout.writelines(difflib.unified_diff(before.splitlines(True), after.splitlines(True), "committed", "now"))
        print(f"docs/{PAGE.name} is not up to date with contract_tests/target/options.py: run `make generate`")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
