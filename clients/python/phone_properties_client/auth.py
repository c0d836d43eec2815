"""Access tokens: one that you hold, or those that client credentials get. Neither shows in a repr."""

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

# A token is renewed this long before it expires, or after nine tenths of a short life.
MARGIN_SECONDS = 30.0


class BearerToken(httpx.Auth):
    """A token that you hold.

    Raises:
        ValueError: It is not a bearer token; the message does not hold it.
    """

    def __init__(self, token: str) -> None:
        if not _usable(token):
            raise ValueError("a bearer token is printable ASCII without blanks (RFC 6750, 2.1)")
        self._token = token

    def auth_flow(self, request: httpx.Request) -> Flow:
        """Send the request with the token."""
        request.headers["Authorization"] = f"Bearer {self._token}"
        yield request


class ClientCredentials(httpx.Auth):
    """Gets a token for the credentials of an application, anew before it expires and once when it is refused.

    Args:
        client_id: Of the application.
        client_secret: Its secret.
        token_url: The token endpoint; without a host, that of the API.
    """

    def __init__(self, client_id: str, client_secret: str, token_url: str = TOKEN_URL) -> None:
        self._form = {"grant_type": "client_credentials", "client_id": client_id, "client_secret": client_secret}
        self._token_url = token_url
        self._token = ""
        self._renew_at = -math.inf
        # Requests that start together wait for one token.
        self._lock = threading.Lock()
        self._async_lock = anyio.Lock()

    def sync_auth_flow(self, request: httpx.Request) -> Flow:
        """Send the request with a token that is valid.

        Raises:
            TokenError: The token endpoint gave none.
        """
        refused = ""
        for _ in range(2):
            with self._lock:
                if self._is_stale(refused):
                    answer = yield self._ask(request)
                    answer.read()
                    self._keep(answer)
                refused = self._put_into(request)
            if (yield request).status_code != httpx.codes.UNAUTHORIZED:
                return

    async def async_auth_flow(self, request: httpx.Request) -> AsyncFlow:
        """Do the same as `sync_auth_flow`."""
        refused = ""
        for _ in range(2):
            async with self._async_lock:
                if self._is_stale(refused):
                    answer = yield self._ask(request)
                    await answer.aread()
                    self._keep(answer)
                refused = self._put_into(request)
            if (yield request).status_code != httpx.codes.UNAUTHORIZED:
                return

    def _is_stale(self, refused: str) -> bool:
        return self._token == refused or time.monotonic() >= self._renew_at

    def _put_into(self, request: httpx.Request) -> str:
        request.headers["Authorization"] = f"Bearer {self._token}"
        return self._token

    def _ask(self, request: httpx.Request) -> httpx.Request:
        timeout = {key: value for key, value in request.extensions.items() if key == "timeout"}
        return httpx.Request("POST", request.url.join(self._token_url), data=self._form, extensions=timeout)

    def _keep(self, response: httpx.Response) -> None:
        try:
            answer = response.json()
            token, lifetime = answer["access_token"], _seconds(answer.get("expires_in"))
        except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
            token, lifetime = None, math.inf
        if not (response.is_success and isinstance(token, str) and _usable(token)):
            raise TokenError(response.status_code)
        self._renew_at = time.monotonic() + lifetime - min(MARGIN_SECONDS, lifetime / 10)
        self._token = token


def _usable(token: str) -> bool:
    # The HTTP library would show in its message what it cannot send.
    return re.fullmatch("[!-~]+", token) is not None


def _seconds(expires_in: Any) -> float:  # noqa: ANN401 (whatever the server sent)
    """How long a token lives; one that does not say so is renewed when it is refused."""
    try:
        return float(expires_in)
    except (TypeError, ValueError, OverflowError):
        return math.inf
