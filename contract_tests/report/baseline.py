"""Known failures: `id  # reason`, a line each. A listed requirement must fail; any other failure is new."""

from __future__ import annotations

import difflib
from collections.abc import Collection
from pathlib import Path

from contract_tests.errors import UsageError
from contract_tests.report.results import ResultId


def read(path: Path, known: Collection[ResultId]) -> dict[ResultId, str]:
    """The reason by id of a baseline file, whose lines name ids or patterns.

    Raises:
        UsageError: The file cannot be read, or a line has no reason, means no requirement, or one for the second time.
    """
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        raise UsageError(f"--baseline {path}: cannot be read ({reason})") from None
    reasons: dict[ResultId, str] = {}
    for number, line in enumerate(lines, 1):
        pattern, _, reason = (part.strip() for part in line.partition("#"))
        if not pattern:
            continue
        where = f"--baseline {path}, line {number}"
        if not reason:
            raise UsageError(f"{where}: write why {pattern} fails, as in `{pattern}  # ticket 42`")
        for id_ in select(where, pattern, known):
            if id_ in reasons:
                raise UsageError(f"{where}: {id_} stands there twice")
            reasons[id_] = reason
    return reasons


def select(where: str, pattern: str, known: Collection[ResultId]) -> list[ResultId]:
    """The requirements that a pattern means.

    Raises:
        UsageError: There is none; the message names those that are written alike.
    """
    ids = [id_ for id_ in known if id_.matches(pattern)]
    if not ids:
        near = ", ".join(difflib.get_close_matches(pattern, map(str, known), n=3))
        raise UsageError(f"{where}: there is no requirement {pattern}{f'; did you mean {near}?' if near else ''}")
    return ids


def line(id_: ResultId | str) -> str:
    """A line for a new failure, ready to be pasted."""
    return f"{id_}  # CHANGE ME: why is this failure expected?"
