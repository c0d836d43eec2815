"""Known failures: `id  # reason`, a line each; after `; until 2027-01-31` it counts no more.

A listed requirement must fail; any other failure is new.
"""

from __future__ import annotations

import datetime
import difflib
import re
from collections.abc import Collection
from pathlib import Path
from typing import NamedTuple

from contract_tests.errors import UsageError
from contract_tests.report.results import ResultId

PLACEHOLDER = "CHANGE ME"
_UNTIL = re.compile(r"(?P<reason>.*\S)\s*;\s*until\s+(?P<date>\S+)", re.DOTALL)


class Known(NamedTuple):
    """Why a failure is known, and whether it counts no more."""

    reason: str
    is_expired: bool = False


def read(path: Path, known: Collection[ResultId], today: datetime.date | None = None) -> dict[ResultId, Known]:
    """What is known by id, of a baseline file whose lines name ids or patterns.

    Args:
        path: The file.
        known: The ids that there are.
        today: Decides what is expired; None: the present date (UTC).

    Raises:
        UsageError: The file cannot be read, or a line has no reason, means no requirement, or one for the second time.
    """
    today = today or datetime.datetime.now(datetime.UTC).date()
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        raise UsageError(f"--baseline {path}: cannot be read ({reason})") from None
    reasons: dict[ResultId, Known] = {}
    for number, line in enumerate(lines, 1):
        pattern, _, reason = (part.strip() for part in line.partition("#"))
        if not pattern:
            continue
        where = f"--baseline {path}, line {number}"
        if not reason or PLACEHOLDER in reason:
            raise UsageError(f"{where}: write why {pattern} fails, as in `{pattern}  # ticket 42`")
        entry = _known(where, reason, today)
        for id_ in select(where, pattern, known):
            if id_ in reasons:
                raise UsageError(f"{where}: {id_} stands there twice")
            reasons[id_] = entry
    return reasons


def _known(where: str, reason: str, today: datetime.date) -> Known:
    dated = _UNTIL.fullmatch(reason)
    if not dated:
        return Known(reason)
    try:
        until = datetime.date.fromisoformat(dated["date"])
    except ValueError:
        raise UsageError(f"{where}: {dated['date']} is no date such as 2027-01-31") from None
    return Known(reason, until < today)


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
    return f"{id_}  # {PLACEHOLDER}: why is this failure expected?"
