"""What stands before a mock in tests: counts its requests, refuses some, and sends back what it was sent."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from mock_server import embedded
from mock_server.contract import TOKEN_PATH
from mock_server.embedded import Mock

Answer = Callable[["Gateway", Request], Response | None]
"""What it answers; None: it passes the request on."""


@dataclass
class Gateway:
    """ASGI middleware.

    Attributes:
        app: What stands behind.
        answer: What is asked first.
        seen: What was asked for so far: the methods, and `token` for the token endpoint.
        uses: How often each value of `Authorization` came.
    """

    app: ASGIApp
    answer: Answer
    seen: list[str] = field(default_factory=list)
    uses: dict[str, int] = field(default_factory=dict)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or pass it on."""
        request = Request(scope, receive)
        self.seen.append("token" if scope["path"] == TOKEN_PATH else scope["method"])
        authorization = request.headers.get("authorization", "")
        self.uses[authorization] = self.uses.get(authorization, 0) + 1
        await (self.answer(self, request) or self.app)(scope, receive, send)


@contextmanager
def behind(answer: Answer, **settings: Any) -> Iterator[tuple[Mock, Gateway]]:  # noqa: ANN401 - passed on
    """A mock behind a gateway."""
    gateways: list[Gateway] = []

    def wrap(app: ASGIApp) -> ASGIApp:
        gateways.append(Gateway(app, answer))
        return gateways[0]

    with embedded.serve(wrap=wrap, **settings) as mock:
        yield mock, gateways[0]
