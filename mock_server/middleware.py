"""ASGI middleware: the request log, the delay of responses, the rate limit."""

import asyncio
import ipaddress
import logging
import math
import time
from functools import lru_cache

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from mock_server.contract import BASE_PATH, PATH, TOKEN_PATH, is_extension_id
from mock_server.docs import DOCS_PATH
from mock_server.phone import Phone
from mock_server.problems import Problem, bad_request

RESET_PATH = "/mock/reset"
logger = logging.getLogger("mock_server")

_SEGMENTS = {segment for path in (BASE_PATH + PATH, TOKEN_PATH, RESET_PATH, DOCS_PATH) for segment in path.split("/")}


def log_to_stderr() -> None:
    """Write the request log to stderr."""
    logger.addHandler(logging.StreamHandler())
    logger.setLevel(logging.INFO)


class RequestLog:
    """Delays every response by `latency_ms`, and logs one line per request: method, path, status, milliseconds."""

    def __init__(self, app: ASGIApp, latency_ms: int) -> None:
        self._app = app
        self._latency = latency_ms / 1000

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Forward a request (ASGI)."""
        start = time.perf_counter()
        if self._latency:
            await asyncio.sleep(self._latency)
        status = 500

        async def record_status(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, record_status)
        finally:
            if logger.isEnabledFor(logging.INFO):
                elapsed = (time.perf_counter() - start) * 1000
                logger.info("%s %s %d %.1f ms", scope["method"], _loggable(scope["path"]), status, elapsed)


class LoopbackNames:
    """Refuses a request to a loopback address under another name than one of those.

    The name could be an attacker's, whose page would so share an origin with the mock (DNS rebinding). Addresses have
    no such owner.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or refuse it (ASGI)."""
        address, name = (scope.get("server") or ("",))[0], _host_name(Headers(scope=scope).get("host", ""))
        is_refused = _is_loopback(address) and not (name in {"", "localhost"} or _address(name))
        app = bad_request("The mock has no such name: ask for localhost").response() if is_refused else self._app
        await app(scope, receive, send)


def _host_name(host: str) -> str:
    """The host of a Host header, which may have a port, and brackets around an IPv6 address."""
    return host.rpartition("]")[0].lstrip("[") if host.startswith("[") else host.partition(":")[0].lower()


def _is_loopback(name: str) -> bool:
    address = _address(name)
    return address is not None and address.is_loopback


@lru_cache(maxsize=64)
def _address(name: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(name)
    except ValueError:
        return None


class RequestBudget:
    """Allows each client `limit` requests per hour; every response has the rate-limit headers of `TooManyRequests`.

    Requests without a valid token share one budget. `/mock/reset` and the documentation do not count, so a reset is
    always possible.
    """

    def __init__(self, app: ASGIApp, phone: Phone, limit: int) -> None:
        self._app = app
        self._phone = phone
        self._limit = limit

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Forward a request, or refuse it (ASGI)."""
        if scope["path"] == RESET_PATH or scope["path"].startswith(DOCS_PATH):
            await self._app(scope, receive, send)
            return
        now = time.time()
        hour = int(now // 3600)
        reset = (hour + 1) * 3600
        spent = self._phone.storage.spend(self._client(scope), hour)
        headers = {
            "X-RateLimit-Limit": str(self._limit),
            "X-RateLimit-Remaining": str(max(0, self._limit - spent)),
            "X-RateLimit-Reset": str(reset),
        }

        async def add_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(headers)
            await send(message)

        app = self._app
        if spent > self._limit:
            wait = {"Retry-After": str(math.ceil(reset - now))}
            app = Problem(429, "rate_limit_exceeded", "The request budget of the hour is used up", wait).response()
        await app(scope, receive, add_headers)

    def _client(self, scope: Scope) -> str:
        try:
            return self._phone.authenticate(Request(scope)).client
        except Problem:
            return ""


def _loggable(path: str) -> str:
    """Replace unknown segments of a path, because a client may have written its token into the path."""
    return "/".join(s if s in _SEGMENTS or is_extension_id(s) else "…" for s in path.split("/"))
