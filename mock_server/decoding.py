"""From the bytes of a body to a JSON object (RFC 8259); refused is what two readers may read differently."""

import json
from decimal import Decimal, InvalidOperation
from typing import Any

from starlette.requests import ClientDisconnect, Request

from mock_server.problems import Problem, bad_request

MAX_BODY = 2**20  # bytes
_TOO_LARGE = Problem(413, "content_too_large", "The body is larger than 1 MiB")


async def read_body(request: Request) -> bytes:
    """Read the body, and no more of it than is taken.

    Raises:
        Problem: 413, the body is larger than 1 MiB, by its declared length or, when chunked, by what has come so far;
            400, the client went away in the middle.
    """
    body = bytearray()
    # The HTTP parser in front has refused everything but digits.
    if int(request.headers.get("content-length", 0)) > MAX_BODY:
        raise _TOO_LARGE
    try:
        async for chunk in request.stream():
            body += chunk
            if len(body) > MAX_BODY:
                raise _TOO_LARGE
    except ClientDisconnect:
        raise bad_request("The body is incomplete") from None
    return bytes(body)


def decode(body: bytes) -> dict[str, Any]:
    """Decode a JSON object.

    Raises:
        Problem: 400, for malformed JSON, invalid UTF-8, a byte order mark, NaN and infinities, duplicate keys, lone
            surrogates, numbers of thousands of digits, nesting too deep for the interpreter, or anything but an object.
    """
    try:
        text = body.decode()
        document = _decoder.decode(text)
        if "\\u" in text:  # only an escape can bring a lone surrogate in
            json.dumps(document, ensure_ascii=False).encode()
    except UnicodeError:
        raise bad_request("The body is not valid UTF-8 text") from None
    except RecursionError:
        raise bad_request("The body is nested too deeply") from None
    except ValueError as error:
        raise bad_request(f"The body is not valid JSON: {error}") from None
    if not isinstance(document, dict):
        raise bad_request("The body is not a JSON object")
    return document


def _whole_if_integral(literal: str) -> int | float:
    """Read a number with a point or an exponent: 660.0 is the integer 660 (JSON Schema, 6.1.1)."""
    try:
        exact = Decimal(literal)
    except InvalidOperation:  # the exponent is beyond Decimal's range
        return float(literal)
    # Without a bound, the 5 characters of 1e999999 would become an integer of a million digits.
    if exact.adjusted() < 20 and exact == exact.to_integral_value():
        return int(exact)
    return float(literal)


def _refuse_constant(literal: str) -> None:
    raise ValueError(f"{literal} is not a JSON number")


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result = dict(pairs)
    if len(result) != len(pairs):
        keys = [key for key, _ in pairs]
        twice = next(key for key in keys if keys.count(key) > 1)
        raise ValueError(f"{twice[:64]}: the key stands there twice")
    return result


_decoder = json.JSONDecoder(parse_float=_whole_if_integral, parse_constant=_refuse_constant, object_pairs_hook=_unique)
