"""Access tokens: your own, or those for client credentials. No token or secret is in a repr."""

import math
import re
import threading
import time
from collections.abc import AsyncGenerator, Generator
from typing import Any

import anyio
import httpx

from .contract import TOKEN_URL
from .errors import TokenError

Flow = Generator[httpx.Request, httpx.Response, None]
AsyncFlow = AsyncGenerator[httpx.Request, httpx.Response]

# A token is renewed this long before it expires, but not before 90 % of its lifetime.
MARGIN_SECONDS = 30.0


class BearerToken(httpx.Auth):
    """Sends a token that you already have.

    Raises:
        ValueError: The text is not a valid bearer token. The message does not contain it.
    """

    def __init__(self, token: str) -> None:
        if not _is_bearer_token(token):
            raise ValueError("a bearer token is printable ASCII without spaces (RFC 6750, 2.1)")
        self._token = token

    def auth_flow(self, request: httpx.Request) -> Flow:
        """Send the request with the token."""
        request.headers["Authorization"] = f"Bearer {self._token}"
        yield request


class ClientCredentials(httpx.Auth):
    """Requests tokens with the credentials of an application.

    It requests a new token before the old one expires, and once if the server refuses the token.

    Args:
        client_id: The id of the application.
        client_secret: The secret of the application.
        token_url: The token endpoint; a URL without a host is on the host of the API.
    """

    def __init__(self, client_id: str, client_secret: str, token_url: str = TOKEN_URL) -> None:
        self._form = {"grant_type": "client_credentials", "client_id": client_id, "client_secret": client_secret}
        self._token_url = token_url
        self._token = ""
        self._renew_at = -math.inf
        # Concurrent requests wait for the same token.
        self._lock = threading.Lock()
        self._async_lock = anyio.Lock()

    def sync_auth_flow(self, request: httpx.Request) -> Flow:
        """Send the request with a valid token.

        Raises:
            TokenError: The token endpoint gave no token.
        """
        refused = ""
        for _ in range(2):
            with self._lock:
                if self._is_stale(refused):
                    response = yield self._token_request(request)
                    response.read()
                    self._store_token(response)
                refused = self._add_token(request)
            if (yield request).status_code != httpx.codes.UNAUTHORIZED:
                return

    async def async_auth_flow(self, request: httpx.Request) -> AsyncFlow:
        """Do the same as `sync_auth_flow`."""
        refused = ""
        for _ in range(2):
            async with self._async_lock:
                if self._is_stale(refused):
                    response = yield self._token_request(request)
                    await response.aread()
                    self._store_token(response)
                refused = self._add_token(request)
            if (yield request).status_code != httpx.codes.UNAUTHORIZED:
                return

    def _is_stale(self, refused: str) -> bool:
        return self._token == refused or time.monotonic() >= self._renew_at

    def _add_token(self, request: httpx.Request) -> str:
        request.headers["Authorization"] = f"Bearer {self._token}"
        return self._token

    def _token_request(self, request: httpx.Request) -> httpx.Request:
        timeout = {key: value for key, value in request.extensions.items() if key == "timeout"}
        return httpx.Request("POST", request.url.join(self._token_url), data=self._form, extensions=timeout)

    def _store_token(self, response: httpx.Response) -> None:
        try:
            body = response.json()
            token, lifetime = body["access_token"], _seconds(body.get("expires_in"))
        except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
            token, lifetime = None, math.inf
        if not (response.is_success and isinstance(token, str) and _is_bearer_token(token)):
            raise TokenError(response.status_code)
        self._renew_at = time.monotonic() + lifetime - min(MARGIN_SECONDS, lifetime / 10)
        self._token = token


def _is_bearer_token(token: str) -> bool:
    # Checked here, because the error message of the HTTP library would contain a token that it cannot send.
    return re.fullmatch("[!-~]+", token) is not None


def _seconds(expires_in: Any) -> float:  # noqa: ANN401 (any JSON value from the server)
    """Return the lifetime of a token; a token without a lifetime is renewed only if it is refused."""
    try:
        return float(expires_in)
    except (TypeError, ValueError, OverflowError):
        return math.inf
