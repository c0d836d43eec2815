"""JSON values: encoding, decoding and comparing them."""

from __future__ import annotations

import functools
import itertools
import json
import re
import sys
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, NoReturn

Json = Any
"""A JSON value: None, bool, int, float, str, list or dict."""


Settings = dict[str, Json]
"""Properties of an internal number by name, as a JSON object."""
Differences = Mapping[str, tuple[Json, Json]]
"""By property, two values that do not mean the same."""


MAX_DEPTH = 50
"""No response of the resource is nested deeper, and validators fail on much deeper values."""

MAX_DIGITS = 400
"""An integer with more digits than a double has at most is none of the resource."""


MAX_DESCRIBED = 100
"""Differences in a message; the resource has fewer properties, but a server may add any number of keys."""
MAX_NODES = 100_000
"""Values in an answer of 8 MiB; more would take gigabytes, and the resource has some dozens."""
_STRING = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+(?:"|\Z)', re.DOTALL)
"""Possessive, and up to the end where it is not closed: so the time is linear."""


class _Absent:
    """The value of a property that a response does not hold; it equals nothing else."""

    def __repr__(self) -> str:
        return "absent"


ABSENT = _Absent()


def encode(update: Json) -> bytes:
    """A body, as UTF-8; half of a surrogate pair, which UTF-8 does not have, as an escape."""
    try:
        return json.dumps(update, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return escaped(update)


def escaped(update: Json) -> bytes:
    """A body in ASCII, with escapes for all other characters, as `json.dumps` of the page's program writes it."""
    return json.dumps(update).encode()


def identical(left: Json, right: Json) -> bool:
    """Whether two JSON values are the same: in JSON, unlike Python, 1 is not true; and 1.0 is 1."""
    kind = type(left)
    if kind is type(right) and kind is not dict and kind is not list:  # the usual case, many thousand times in a run
        return bool(left == right)
    if isinstance(left, bool) or isinstance(right, bool):
        return left is right
    if isinstance(left, dict) and isinstance(right, dict):
        return left.keys() == right.keys() and all(identical(left[key], right[key]) for key in left)
    if isinstance(left, list) and isinstance(right, list):
        return len(left) == len(right) and all(map(identical, left, right))
    return bool(left == right)


def is_among(value: Json, group: Sequence[Json]) -> bool:
    """Whether a JSON value is one of several."""
    return any(identical(value, member) for member in group)


def in_json(value: Json, limit: int = 200) -> str:
    """A value as a message shows it: as JSON; of a value with more characters than the limit, the beginning."""
    if value is ABSENT:
        return "nothing"
    text = json.dumps(value, ensure_ascii=False).encode("utf-8", "backslashreplace").decode()
    length = len(value) if isinstance(value, str) else len(text)
    return text if len(text) <= limit else f"{text[: limit // 4]}… ({length:,} characters)"


def describe(differences: Differences, first: str = "was", second: str = "is") -> str:
    """Differences as a message shows them: `label: was "a", is "b"; …`; the two words say what the values are."""
    texts = [
        f"{name}: {first} {in_json(left)}, {second} {in_json(right)}"
        for name, (left, right) in itertools.islice(differences.items(), MAX_DESCRIBED)
    ]
    more = len(differences) - len(texts)
    return "; ".join([*texts, f"and {more} more"] if more else texts)


def json_object(content: bytes | None) -> Settings | None:
    """The JSON object that a body holds, None where it holds none, or one without end (see `json_document`)."""
    document = json_document(content)
    return document if isinstance(document, dict) else None


def json_document(content: bytes | None) -> Json:
    """The JSON value that a body holds, `ABSENT` where it holds none, or one too deep or with too many values."""
    if content is None or not _is_bounded(content):
        return ABSENT
    try:
        document = _DECODER.decode(content.decode(json.detect_encoding(content), "surrogatepass"))
        is_flat = content.count(b"[") + content.count(b"{") < MAX_DEPTH
        return document if is_flat or _depth(document) <= MAX_DEPTH else ABSENT
    except (ValueError, RecursionError):
        return ABSENT


def _is_bounded(content: bytes) -> bool:
    """Whether a body is small enough to be parsed; what stands in its texts is left out only where it matters."""
    if _nodes(content) <= MAX_NODES:
        return True
    nodes = end = 0
    for text in _STRING.finditer(content):
        nodes += _nodes(content[end : text.start()])
        end = text.end()
        if nodes > MAX_NODES:
            return False
    return nodes + _nodes(content[end:]) <= MAX_NODES


def _nodes(content: bytes) -> int:
    return sum(map(content.count, (b",", b":", b"[", b"{")))


def _shared(pairs: list[tuple[str, Json]]) -> Settings:
    """An object whose texts and integers take memory only once, however many answers hold them."""
    intern = sys.intern
    return {
        intern(key): intern(value) if type(value) is str else _integer(value) if type(value) is int else value
        for key, value in pairs
    }


@functools.lru_cache(MAX_NODES)
def _integer(value: int) -> int:
    """The same integer; of equal ones the first, which thus is the only one that stays in memory."""
    return value


def _depth(value: Json) -> int:
    members = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return 1 + max(map(_depth, members), default=0)


def _number(text: str) -> Json:
    """A number with a fraction or an exponent: an integer if it is one, exactly; else the nearest double."""
    exact = Decimal(text)
    is_integer = exact.is_finite() and exact.adjusted() < MAX_DIGITS and exact == exact.to_integral_value()
    return int(exact) if is_integer else float(exact)


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is not JSON")


_DECODER = json.JSONDecoder(parse_constant=_refuse, parse_float=_number, object_pairs_hook=_shared)
