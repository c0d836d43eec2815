"""What the headers of a response say about the next request."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Self


@dataclass(frozen=True)
class RequestBudget:
    """How many requests the server allows. A value is None where its header is missing or is not a number."""

    limit: int | None
    """Requests an hour."""

    remaining: int | None
    """Requests that are left."""

    reset: datetime | None
    """When the count starts anew."""

    @classmethod
    def of(cls, headers: Mapping[str, str]) -> Self:
        """Read the headers of a response."""
        names = ("Limit", "Remaining", "Reset")
        limit, remaining, reset = (_whole_number(headers.get(f"X-RateLimit-{name}")) for name in names)
        try:
            return cls(limit, remaining, None if reset is None else datetime.fromtimestamp(reset, UTC))
        except (ValueError, OverflowError, OSError):  # a number that is no date
            return cls(limit, remaining, None)


def retry_after(headers: Mapping[str, str]) -> int | None:
    """Return the seconds of `Retry-After`, which is a number or an HTTP date (RFC 9110, 10.2.3)."""
    text = headers.get("Retry-After")
    seconds = _whole_number(text)
    if seconds is not None or text is None:
        return seconds
    try:
        # The server's own clock decides, because the clock of this machine may differ.
        now = parsedate_to_datetime(headers["Date"]) if "Date" in headers else datetime.now(UTC)
        return max(0, math.ceil((parsedate_to_datetime(text) - now).total_seconds()))
    except (ValueError, TypeError, OverflowError):
        return None


def _whole_number(text: str | None) -> int | None:
    # int() alone would also take "1_000" and, for a very long text, raise an error.
    return int(text) if text is not None and text.isascii() and text.isdecimal() and len(text) < 20 else None
