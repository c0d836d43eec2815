"""What surrounds every answer, as plain ASGI middleware: the request log, the delay, the request budget."""

import asyncio
import logging
import math
import time

from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from mock_server.contract import BASE_PATH, EXTENSION_ID, PATH, TOKEN_PATH
from mock_server.docs import DOCS_PATH
from mock_server.phone import Phone
from mock_server.problems import Problem

RESET_PATH = "/mock/reset"
logger = logging.getLogger("mock_server")

_SEGMENTS = {segment for path in (BASE_PATH + PATH, TOKEN_PATH, RESET_PATH, DOCS_PATH) for segment in path.split("/")}


def log_to_stderr() -> None:
    """Make the request log visible."""
    logger.addHandler(logging.StreamHandler())
    logger.setLevel(logging.INFO)


class RequestLog:
    """Delays every answer by `latency_ms`, and writes one line a request: method, path, status, milliseconds."""

    def __init__(self, app: ASGIApp, latency_ms: int) -> None:
        self._app = app
        self._latency = latency_ms / 1000

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on (ASGI)."""
        start = time.perf_counter()
        if self._latency:
            await asyncio.sleep(self._latency)
        status = 500

        async def note_status(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, note_status)
        finally:
            elapsed = (time.perf_counter() - start) * 1000
            logger.info("%s %s %d %.1f ms", scope["method"], _loggable(scope["path"]), status, elapsed)


class RequestBudget:
    """Lets every client send `limit` requests an hour, told in headers of every answer (contract: TooManyRequests).

    Requests without a valid token share one budget. `/mock/reset` is free, so that a used-up mock can be put back, and
    so is the documentation.
    """

    def __init__(self, app: ASGIApp, phone: Phone, limit: int) -> None:
        self._app = app
        self._phone = phone
        self._limit = limit

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or refuse it (ASGI)."""
        if scope["path"] == RESET_PATH or scope["path"].startswith(DOCS_PATH):
            await self._app(scope, receive, send)
            return
        now = time.time()
        hour = int(now // 3600)
        reset = (hour + 1) * 3600
        spent = self._phone.storage.spend(self._client(scope), hour)
        budget = {
            "X-RateLimit-Limit": str(self._limit),
            "X-RateLimit-Remaining": str(max(0, self._limit - spent)),
            "X-RateLimit-Reset": str(reset),
        }

        async def tell_budget(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(budget)
            await send(message)

        app = self._app
        if spent > self._limit:
            wait = {"Retry-After": str(math.ceil(reset - now))}
            app = Problem(429, "rate_limit_exceeded", "The request budget of the hour is used up", wait).response()
        await app(scope, receive, tell_budget)

    def _client(self, scope: Scope) -> str:
        try:
            return self._phone.authenticate(Request(scope)).client
        except Problem:
            return ""


def _loggable(path: str) -> str:
    """Show only the segments that the mock knows: a token that got into a path stays out of the log."""
    return "/".join(s if s in _SEGMENTS or EXTENSION_ID.fullmatch(s) else "…" for s in path.split("/"))
