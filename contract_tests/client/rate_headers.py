"""What the headers of a response tell of the target's request budget, in the spellings that are in use.

Nothing of this is standard but `Retry-After` (RFC 9110, 10.2.3). A header that cannot be read tells nothing.
"""

from __future__ import annotations

import datetime
import email.utils
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from requests.structures import CaseInsensitiveDict

MAX_SECONDS = 10**9
"""A larger number is a point in time; no window of a budget is longer."""
MAX_LENGTH = 1000
"""Characters of a header that are read; a longer one would only cost time."""
_NAME = re.compile(r"(?:x-)?((?:[a-z0-9]+-)*?)(?:x-)?rate-?limit-((?:[a-z0-9]+-)*?)(remaining|reset)((?:-[a-z0-9]+)*)")
"""Such as `RateLimit-Reset`, `X-Rate-Limit-Remaining`, `X-RateLimit-Remaining-Second`, `x-ratelimit-reset-requests`."""
_STRUCTURED = ("ratelimit", "x-ratelimit", "x-rate-limit", "rate-limit")
_RETRY_AFTER = ("retry-after", "x-retry-after")
_PERIODS = {"second": 1, "minute": 60, "hour": 3600, "day": 86400}
_NUMBER = re.compile(r"[0-9]{1,19}(?:\.[0-9]{0,9})?")
_DURATION = re.compile(r"(?:([0-9]{1,6})h)?(?:([0-9]{1,6})m)?(?:([0-9]{1,9}(?:\.[0-9]{1,9})?)s)?(?:([0-9]{1,9})ms)?")
# An HTTP date has a comma of its own: `Wed, 21 Oct 2026 …`, `Wednesday, 21-Oct-26 …`.
_BETWEEN_VALUES = re.compile(r",(?!\s*[0-9]{1,2}[ -][A-Za-z]{3})")
_BETWEEN_MEMBERS = re.compile(r'[,;](?=(?:[^"]*"[^"]*")*[^"]*$)')


@dataclass(frozen=True)
class Window:
    """A part of the budget, and the seconds until it is full again; None: not known."""

    remaining: int | None
    reset: float | None = None


def tightest(headers: Mapping[str, str], now: float) -> Window | None:
    """The window of which the least remains; of several alike the one that lasts longest. None: none is told.

    Args:
        headers: Of a response; several headers of one name are joined by commas.
        now: Seconds since 1970, for a response that has no `Date`.
    """
    if not any("limit" in name.lower() for name in headers):
        return None  # the usual case: each name of such a header holds the word
    counted = [window for window in _windows(_in_any_case(headers), now) if window.remaining is not None]
    return min(counted, key=lambda window: (window.remaining, -_or_endless(window.reset)), default=None)


def accepted_in(headers: Mapping[str, str], now: float) -> float | None:
    """The seconds after which the target accepts requests again, after it refused one; None: it does not say."""
    headers = _in_any_case(headers)
    if (seconds := retry_after(headers, now)) is not None:
        return seconds
    windows = [*_windows(headers, now)]
    # A window that is not empty is not the reason.
    if any(window.remaining == 0 for window in windows):
        windows = [window for window in windows if window.remaining == 0]
    else:
        windows = [window for window in windows if window.remaining is None]
    return max((window.reset for window in windows if window.reset is not None), default=None)


def retry_after(headers: Mapping[str, str], now: float) -> float | None:
    """The seconds that `Retry-After` asks to wait, given as a number or as a date; the longest of several."""
    headers = _in_any_case(headers)
    clock = _clock(headers, now)
    texts = [text for name in _RETRY_AFTER if name in headers for text in _values(headers[name])]
    return max((value for text in texts if (value := _seconds(text, clock)) is not None), default=None)


def _in_any_case(headers: Mapping[str, str]) -> Mapping[str, str]:
    return headers if isinstance(headers, CaseInsensitiveDict) else CaseInsensitiveDict(headers)


def _windows(headers: Mapping[str, str], now: float) -> Iterator[Window]:
    clock = _clock(headers, now)
    for name in _STRUCTURED:
        if name in headers:
            yield from _structured(headers[name], clock)
    yield from _named(headers, clock)


def _structured(text: str, clock: float) -> Iterator[Window]:
    """`limit=100, remaining=50, reset=8`, and `"default";r=50;t=8` with several policies (drafts of RateLimit)."""
    members: list[dict[str, str]] = [{}]
    for item in _BETWEEN_MEMBERS.split(text[:MAX_LENGTH]):
        name, is_pair, value = item.strip().partition("=")
        key = {"r": "remaining", "t": "reset"}.get(name.lower(), name.lower())
        if not is_pair or key in members[-1]:  # a policy begins
            members.append({})
        if is_pair:
            members[-1][key] = value.strip('" ')
    for member in members:
        if "remaining" in member or "reset" in member:
            yield Window(_count(member.get("remaining", "")), _seconds(member.get("reset", ""), clock))


def _named(headers: Mapping[str, str], clock: float) -> Iterator[Window]:
    """A header for what remains and one for the reset, of the same name else; there may be several such pairs."""
    remaining, resets = _pairs(headers)
    usual = _longest([value for key, values in resets.items() if not _period(key) for value in values], clock)
    for key, counts in remaining.items():
        own = resets.get(key, [])
        for number, count in enumerate(counts):
            reset = _seconds(own[number], clock) if len(own) == len(counts) else _longest(own, clock)
            yield Window(_count(count), _first(reset, usual, _period(key)))
    if not remaining and usual is not None:
        yield Window(None, usual)


def _pairs(headers: Mapping[str, str]) -> tuple[dict[str, list[str]], dict[str, list[str]]]:
    """The values of the headers for what remains and for the reset, by the rest of their names."""
    found: dict[str, dict[str, list[str]]] = {"remaining": {}, "reset": {}}
    for name, text in headers.items():
        if match := _NAME.fullmatch(name[:MAX_LENGTH].lower()):
            before, kind, what, after = match.groups()
            rest = (before + kind + after.removeprefix("-")).removesuffix("after").strip("-")
            found[what].setdefault(rest, []).extend(_values(text))
    return found["remaining"], found["reset"]


def _period(key: str) -> float | None:
    return next((float(seconds) for name, seconds in _PERIODS.items() if name in key), None)


def _values(text: str) -> list[str]:
    """The values of a header that may hold several, without parameters such as `;w=60`."""
    return [value.partition(";")[0].strip() for value in _BETWEEN_VALUES.split(text[:MAX_LENGTH])]


def _longest(texts: list[str], clock: float) -> float | None:
    return max((value for text in texts if (value := _seconds(text, clock)) is not None), default=None)


def _first(*values: float | None) -> float | None:
    return next((value for value in values if value is not None), None)


def _or_endless(seconds: float | None) -> float:
    return float("inf") if seconds is None else seconds


def _count(text: str) -> int | None:
    return int(float(text)) if _NUMBER.fullmatch(text) and len(text) < 16 else None


def _seconds(text: str, clock: float) -> float | None:
    """Seconds from now; of a point in time that is over, 0."""
    if _NUMBER.fullmatch(text):
        number = float(text)
        return number if number < MAX_SECONDS else _until(_since_1970(number), clock)
    if text and (match := _DURATION.fullmatch(text)):
        hours, minutes, seconds, milliseconds = (float(part or 0) for part in match.groups())
        return hours * 3600 + minutes * 60 + seconds + milliseconds / 1000
    return _until(_date(text), clock)


def _until(moment: float | None, clock: float) -> float | None:
    return None if moment is None else max(0.0, moment - clock)


def _since_1970(number: float) -> float | None:
    """A point in time in seconds, milliseconds, microseconds or nanoseconds; as seconds, up to the year 2286."""
    units = (1, 10**3, 10**6, 10**9)
    return next((number / unit for unit in units if 10**9 <= number / unit < 10**10), None)


@lru_cache(maxsize=64)  # the `Date` of many responses is the same
def _date(text: str) -> float | None:
    """A date in the form of ISO 8601 or of HTTP; without a zone it is UTC."""
    for parse in (_from_iso, email.utils.parsedate_to_datetime):
        try:
            moment = parse(text)
        except (ValueError, TypeError, IndexError, OverflowError):
            continue
        return (moment if moment.tzinfo else moment.replace(tzinfo=datetime.UTC)).timestamp()
    return None


def _from_iso(text: str) -> datetime.datetime:
    return datetime.datetime.fromisoformat(text.removesuffix(" UTC"))


def _clock(headers: Mapping[str, str], now: float) -> float:
    """What the target's clock shows: a reset is a point in time by that clock, which may be wrong."""
    date = _date(headers.get("Date", ""))
    return now if date is None else date
