"""Decode the bytes of a body to a JSON object (RFC 8259). Refuse every body that two parsers may read differently."""

import json
from decimal import Decimal, InvalidOperation
from typing import Any

from starlette.requests import ClientDisconnect, Request

from mock_server.problems import Problem, bad_request

MAX_BODY = 2**20  # bytes
_TOO_LARGE = Problem(413, "content_too_large", "The body is larger than 1 MiB")


async def read_body(request: Request) -> bytes:
    """Read the body up to its limit of 1 MiB.

    Raises:
        Problem: 413, the declared length or the received bytes exceed the limit;
            400, the client closed the connection before the end of the body.
    """
    body = bytearray()
    # The HTTP parser of the server accepts digits only.
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
        Problem: 400, for malformed JSON, invalid UTF-8, a byte order mark, NaN, an infinity, a duplicate key, a lone
            surrogate, a number with thousands of digits, nesting too deep for the interpreter, or a value that is not
            an object.
    """
    try:
        text = body.decode()
        document = _decoder.decode(text)
        if "\\u" in text:  # only an escape sequence can contain a lone surrogate
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


def _parse_number(literal: str) -> int | float:
    """Parse a number with a point or an exponent: 660.0 is the integer 660 (JSON Schema, 6.1.1)."""
    try:
        exact = Decimal(literal)
    except InvalidOperation:  # the exponent exceeds the range of Decimal
        return float(literal)
    # Without this limit, the 8 characters 1e999999 would become an integer of a million digits.
    if exact.adjusted() < 20 and exact == exact.to_integral_value():
        return int(exact)
    return float(literal)


def _refuse_constant(literal: str) -> None:
    raise ValueError(f"{literal} is not a JSON number")


def _without_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result = dict(pairs)
    if len(result) != len(pairs):
        keys = [key for key, _ in pairs]
        duplicate = next(key for key in keys if keys.count(key) > 1)
        raise ValueError(f"{duplicate[:64]}: the key appears twice")
    return result


_decoder = json.JSONDecoder(
    parse_float=_parse_number, parse_constant=_refuse_constant, object_pairs_hook=_without_duplicates
)
