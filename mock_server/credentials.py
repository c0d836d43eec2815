"""The token endpoint: it issues access tokens for client credentials (RFC 6749, 4.4; A-01, A-02)."""

import binascii
import secrets
import time
from base64 import b64decode
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl, unquote_plus

from starlette.requests import Request
from starlette.responses import JSONResponse

from mock_server.decoding import read_body
from mock_server.seed import Application, Seed
from mock_server.storage import Storage

# RFC 6749, 5.1: caches may store neither a token nor an error.
_UNCACHED = {"Cache-Control": "no-store", "Pragma": "no-cache"}


class TokenError(Exception):
    """A token request is refused, with an error code of RFC 6749, 5.2."""

    def __init__(self, error: str, description: str) -> None:
        super().__init__(description)
        self.error = error
        self.description = description


class TokenEndpoint:
    """Issues tokens to the applications of the seed.

    Args:
        seed: The known applications.
        storage: The database for the hashes of the tokens.
        lifetime: Seconds for which a token is valid.
        grant: Builds the body of the response from a token and its lifetime.
        is_secret: Compares the secret that a request carries with the right one.
    """

    def __init__(
        self,
        seed: Seed,
        storage: Storage,
        lifetime: int,
        grant: Callable[[str, int], dict[str, Any]],
        is_secret: Callable[[str, str], bool],
    ) -> None:
        self._applications = {application.client_id: application for application in seed.applications}
        self._storage = storage
        self._lifetime = lifetime
        self._grant = grant
        self._is_secret = is_secret

    async def issue(self, request: Request) -> JSONResponse:
        """Answer a token request.

        Raises:
            Problem: 413, the form is larger than 1 MiB.
        """
        basic = request.headers.get("authorization")
        try:
            form = _parse_form(request.headers.get("content-type", ""), await read_body(request))
            application = self._authenticate(form, basic)
        except TokenError as error:
            return _error_response(error, basic is not None)
        token = secrets.token_hex(15)  # 30 characters, like the example on the page
        self._storage.add_token(token, application.client_id, time.time() + self._lifetime)
        return JSONResponse(self._grant(token, self._lifetime), headers=_UNCACHED)

    def _authenticate(self, form: dict[str, str], basic: str | None) -> Application:
        if "grant_type" not in form:
            raise TokenError("invalid_request", "grant_type is missing")
        if form["grant_type"] != "client_credentials":
            raise TokenError("unsupported_grant_type", "grant_type must be client_credentials")
        if basic is not None and "client_secret" in form:
            raise TokenError("invalid_request", "Send the credentials either in the form or by HTTP Basic")
        client_id, secret = _decode_basic(basic) if basic is not None else _form_credentials(form)
        application = self._applications.get(client_id)
        # Compare for an unknown application as well: the duration must not show which applications exist.
        expected = application.client_secret.get_secret_value() if application else secrets.token_hex()
        if not self._is_secret(secret, expected) or application is None:
            raise TokenError("invalid_client", "The credentials are wrong")
        return application


def _parse_form(content_type: str, body: bytes) -> dict[str, str]:
    if content_type.partition(";")[0].strip().lower() != "application/x-www-form-urlencoded":
        raise TokenError("invalid_request", "Content-Type: application/x-www-form-urlencoded is expected")
    pairs = parse_qsl(body.decode(errors="replace"), keep_blank_values=True)
    form = dict(pairs)
    if len(form) != len(pairs):
        raise TokenError("invalid_request", "A parameter appears twice")
    return form


def _form_credentials(form: dict[str, str]) -> tuple[str, str]:
    try:
        return form["client_id"], form["client_secret"]
    except KeyError as missing:
        raise TokenError("invalid_request", f"{missing.args[0]} is missing") from None


def _decode_basic(header: str) -> tuple[str, str]:
    scheme, _, encoded = header.partition(" ")
    try:
        client_id, colon, secret = b64decode(encoded.strip(), validate=True).decode().partition(":")
    except (binascii.Error, ValueError):
        colon = ""
    if scheme.lower() != "basic" or not colon:
        raise TokenError("invalid_client", "The Authorization header is not HTTP Basic")
    return unquote_plus(client_id), unquote_plus(secret)  # RFC 6749, 2.3.1: both are form-encoded first


def _error_response(error: TokenError, used_basic: bool) -> JSONResponse:
    body = {"error": error.error, "error_description": error.description}
    if error.error != "invalid_client":
        return JSONResponse(body, 400, _UNCACHED)
    challenge = {"WWW-Authenticate": "Basic"} if used_basic else {}
    return JSONResponse(body, 401, _UNCACHED | challenge)
