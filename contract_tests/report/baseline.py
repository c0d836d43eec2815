"""Known failures: `id  # reason`, a line each. A listed requirement must fail; any other failure is new."""

from __future__ import annotations

import difflib
from collections.abc import Collection
from pathlib import Path

from contract_tests.errors import UsageError


def read(path: Path, known: Collection[str]) -> dict[str, str]:
    """The reason by id of a baseline file.

    Raises:
        UsageError: The file cannot be read, or a line has no reason, an unknown id, or an id for the second time.
    """
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        raise UsageError(f"--baseline {path}: cannot be read ({reason})") from None
    reasons: dict[str, str] = {}
    for number, line in enumerate(lines, 1):
        id_, _, reason = (part.strip() for part in line.partition("#"))
        if not id_:
            continue
        where = f"--baseline {path}, line {number}"
        if not reason:
            raise UsageError(f"{where}: write why {id_} fails, as in `{id_}  # ticket 42`")
        if id_ in reasons:
            raise UsageError(f"{where}: {id_} stands there twice")
        check_id(where, id_, known)
        reasons[id_] = reason
    return reasons


def check_id(where: str, id_: str, known: Collection[str]) -> None:
    """Refuse an id that is no requirement.

    Raises:
        UsageError: It is not; the nearest ones are named.
    """
    if id_ not in known:
        near = ", ".join(difflib.get_close_matches(id_, known, n=3))
        raise UsageError(f"{where}: there is no requirement {id_}{f'; did you mean {near}?' if near else ''}")


def line(id_: str) -> str:
    """A line for a new failure, ready to be pasted."""
    return f"{id_}  # CHANGE ME: why is this failure expected?"
