"""What a token endpoint answers (RFC 6749, 5), whatever its shape: the token, its lifetime, why there is none."""

from __future__ import annotations

import dataclasses
import json
import math
import re
from collections.abc import Callable, Iterator, Mapping
from urllib.parse import parse_qsl, urlencode

from contract_tests.contract import CONTRACT
from contract_tests.contract.json_values import ABSENT, Json, json_document
from contract_tests.record.exchange import Exchange
from contract_tests.record.masking import MIN_LENGTH, PIECE, SECRET
from contract_tests.record.text import excerpt, visible

RENEW_BEFORE = 30
"""Seconds before a token expires; half of its life where that is shorter."""
MAX_REASON = 200
"""Characters of what an endpoint says of itself."""
_PUBLIC = {"token_type", "issued_token_type", "scope", "error", "error_description", "error_uri"}
"""What RFC 6749 and RFC 8693 put beside a token: it opens nothing."""
_NAMED_AS_SECRET = re.compile(
    "token|secret|jwt|assertion|passw|session|cookie|api.?key|authori[sz]ation", re.IGNORECASE
)
_WORD = re.compile(rf"[\w.~+/=-]{{{PIECE},}}", re.ASCII)
_PAIR = r"[A-Za-z_.-]{1,40}=[\w.~%+*-]+={0,2}"
_FORM = re.compile(f"{_PAIR}(?:&{_PAIR})*", re.ASCII)
"""Not a token in Base64, which may end with `=` too."""
_NUMBER = re.compile(r"[\d+:./-]+(?:T[\d:.]*Z?)?", re.ASCII)
"""A number, a date or an address; not a secret."""


def fields(answer: Exchange) -> Mapping[str, Json]:
    """The members of the answer, which is a JSON object or a form; none where it is neither."""
    if answer.json_object is not None:
        return answer.json_object
    return dict(_form(answer.body)) if json_document(answer.body) is ABSENT else {}


def _form(body: bytes) -> list[tuple[str, str]]:
    text = body.decode("utf-8", "replace").strip()
    return parse_qsl(text) if _FORM.fullmatch(text) else []


def reason(answer: Exchange, hide: Callable[[str], str]) -> str:
    """Why the answer gives no token, in the words of RFC 6749, 5.2, as part of a sentence; empty where it says nothing.

    Args:
        answer: Of the token endpoint.
        hide: Masks secrets, which an endpoint may have sent back.
    """
    known = fields(answer)
    parts = [known[name] for name in ("error", "error_description") if isinstance(known.get(name), str)]
    text = visible(hide(": ".join(parts)))
    return f" ({excerpt(text, 0, MAX_REASON)})" if text else ""


def usable_for(lifetime: Json) -> float:
    """Seconds, by `expires_in` (RFC 6749, 5.1), a number or one as a text; absent, 0 or less: it is unknown."""
    if isinstance(lifetime, str) and re.fullmatch(r"\s*\d{1,400}(\.\d{0,400})?\s*", lifetime, re.ASCII):
        lifetime = float(lifetime)
    if isinstance(lifetime, bool) or not isinstance(lifetime, int | float) or not lifetime > 0:
        return math.inf
    seconds = max(1.0, min(lifetime, 1e9))
    return seconds - min(RENEW_BEFORE, seconds / 2)


def secrets_in(answer: Exchange) -> set[str]:
    """What of an answer may open something and must show nowhere else: what has a secret's name, or may be one."""
    found: set[str] = set()
    for name, text in _strings(answer):
        if _NAMED_AS_SECRET.search(name) and len(text) >= MIN_LENGTH:
            found.add(text)
        if not text.startswith("/"):  # a path
            found |= {word for word in _WORD.findall(text) if _may_open(word, text, is_granted=answer.is_success)}
    return found - CONTRACT.properties.keys()


def _may_open(word: str, text: str, *, is_granted: bool) -> bool:
    if _NUMBER.fullmatch(word):
        return False
    return any(map(str.isdigit, word)) or (is_granted and word == text.strip())


def _strings(answer: Exchange) -> Iterator[tuple[str, str]]:
    """Every string of an answer with its name, except what is public."""
    document = json_document(answer.body)
    if document is not ABSENT:
        leaves = [*_leaves("", document)]
    else:
        leaves = _form(answer.body) or [("", answer.body.decode("utf-8", "replace"))]
    leaves += [(name, value) for name, value in answer.headers.items() if _is_secret_header(name)]
    yield from ((name, text) for name, text in leaves if name not in _PUBLIC and "://" not in text)


def _leaves(name: str, value: Json) -> Iterator[tuple[str, str]]:
    if isinstance(value, str):
        yield name, value
    elif isinstance(value, dict):
        for key, member in value.items():
            yield from [("", key)] if _key(key) != key else []
            yield from _leaves(key, member)
    elif isinstance(value, list):
        for member in value:
            yield from _leaves(name, member)


def _is_secret_header(name: str) -> bool:
    return name != "www-authenticate" and _NAMED_AS_SECRET.search(name) is not None


def for_record(answer: Exchange) -> Exchange:
    """The answer as it is recorded: where it may hold a token, every string of it is hidden."""
    headers = {name: SECRET if _is_secret_header(name) else value for name, value in answer.headers.items()}
    body = _hidden(answer.body) if answer.is_success else answer.body
    return dataclasses.replace(answer, headers=headers, body=body)


def _hidden(body: bytes) -> bytes:
    document = json_document(body)
    if document is not ABSENT:
        return json.dumps(_without_strings("", document)).encode()
    if form := _form(body):
        return urlencode([(name, _without_strings(name, text)) for name, text in form], safe="*").encode()
    return SECRET.encode() if body else b""


def _without_strings(name: str, value: Json) -> Json:
    if isinstance(value, dict):
        return {_key(key): _without_strings(key, member) for key, member in value.items()}
    if isinstance(value, list):
        return [_without_strings(name, member) for member in value]
    is_hidden = isinstance(value, str) and value and (name, value.lower()) != ("token_type", "bearer")
    return SECRET if is_hidden else value


def _key(name: str) -> str:
    return name if re.fullmatch(r"[A-Za-z_-]{1,40}", name) else SECRET
