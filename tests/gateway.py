"""A gateway in front of the mock: it records the requests, and a test decides which of them it answers itself."""

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
"""Returns the response of the gateway, or None to forward the request to the mock."""


@dataclass
class Gateway:
    """ASGI middleware.

    Attributes:
        app: The application behind the gateway.
        answer: Decides about each request.
        seen: The requests so far: their methods, or `token` for the token endpoint.
        uses: The number of requests with each value of `Authorization`.
    """

    app: ASGIApp
    answer: Answer
    seen: list[str] = field(default_factory=list)
    uses: dict[str, int] = field(default_factory=dict)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or forward it."""
        request = Request(scope, receive)
        self.seen.append("token" if scope["path"] == TOKEN_PATH else scope["method"])
        authorization = request.headers.get("authorization", "")
        self.uses[authorization] = self.uses.get(authorization, 0) + 1
        await (self.answer(self, request) or self.app)(scope, receive, send)


@contextmanager
def behind(answer: Answer, **settings: Any) -> Iterator[tuple[Mock, Gateway]]:  # noqa: ANN401 - passed on
    """Serve a mock behind a gateway."""
    gateways: list[Gateway] = []

    def wrap(app: ASGIApp) -> ASGIApp:
        gateways.append(Gateway(app, answer))
        return gateways[0]

    with embedded.serve(wrap=wrap, **settings) as mock:
        yield mock, gateways[0]
