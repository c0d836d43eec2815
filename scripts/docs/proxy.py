"""One origin for the site and an API: the pages from a folder, and two paths forwarded to one target.

A browser sends no request to another origin unless that one agrees (CORS), which servers of telephony providers do not.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from urllib.parse import unquote

import anyio
import anyio.to_thread
import requests
from starlette.applications import Starlette
from starlette.datastructures import Headers
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Receive, Scope, Send

from contract_tests.client.transport import BoundedSession, why
from contract_tests.contract.document import Contract

ASKED = ("accept", "authorization", "content-type")
"""The request headers that are passed on. Not cookies: those of a loopback address are of other programs."""
ANSWERED = re.compile(
    "allow|cache-control|content-language|content-type|etag|expires|last-modified|pragma|retry-after|warning"
    "|(x-)?ratelimit(-[a-z]+)*|x-rate-limit-[a-z]+|x-(request|correlation|trace)-id"
)
"""The response headers that are passed on: what a reader looks for, and nothing that acts on the browser."""
GUARDED = {
    # An answer that is opened as a page has no scripts and an origin of its own.
    "Content-Security-Policy": "sandbox; default-src 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
}
"""What each answer of the API gets."""
TIMEOUT = 5
"""Seconds to connect, and between two bytes; an answer as a whole has the bound of `BoundedSession`."""
AT_ONCE = 16
"""So many requests are forwarded at the same time; they have threads of their own, so that pages need not wait."""
MAX_WAITING = 64
"""So many more may wait for one of those."""
LARGEST = 1 << 20
"""Bytes of a body that is passed on."""


def create_app(site: Path, target: str, contract: Contract, extension_id: str | None = None) -> Starlette:
    """Make the application.

    Args:
        site: The folder of the built site.
        target: The only origin that anything is forwarded to.
        contract: Names the paths and methods that are forwarded.
        extension_id: The extension that the pages begin with; for a real target none, since it may be in use.
    """
    threads = anyio.CapacityLimiter(AT_ONCE)

    async def answer(request: Request) -> Response:
        if not _is_own(request.headers):
            return _refusal(403, "forbidden", "Only the pages of this server may ask")
        raw_path = request.scope["raw_path"].decode("latin-1")
        if _leaves_its_place(raw_path):
            return _refusal(400, "bad_request", "The path has segments that lead out of the API")
        query = request.scope["query_string"].decode("latin-1")
        path = raw_path + (f"?{query}" if query else "")
        body = b""
        async for chunk in request.stream():
            body += chunk
            if len(body) > LARGEST:
                return _refusal(413, "content_too_large", "The body is larger than this server forwards")
        if threads.statistics().tasks_waiting >= MAX_WAITING:
            return _refusal(503, "busy", "Too many requests wait for the API")
        ask = partial(_ask, target, request.method, path, request.headers, body)
        return await anyio.to_thread.run_sync(ask, limiter=threads)

    async def name_target(request: Request) -> Response:
        if not _is_own(request.headers):
            return _refusal(403, "forbidden", "Only the pages of this server may ask")
        named = {"API_TARGET": target, "API_EXTENSION_ID": extension_id}
        script = "".join(f"window.{name} = {json.dumps(value)};\n" for name, value in named.items())
        return Response(script, media_type="text/javascript", headers=GUARDED | {"Cache-Control": "no-store"})

    methods = sorted(contract.responses)
    return Starlette(
        routes=[
            Route(contract.base_path + "/{path:path}", answer, methods=methods),
            Route(contract.token_path, answer, methods=["POST"]),
            Route("/target.js", name_target),
            Mount("/", StaticFiles(directory=site, html=True)),
        ],
        # Another name for this address could be an attacker's, who would so share an origin with us (DNS rebinding).
        middleware=[
            Middleware(TrustedHostMiddleware, allowed_hosts=["127.0.0.1", "localhost"], www_redirect=False),
            Middleware(_NoServiceWorker),
        ],
    )


class _NoServiceWorker:
    """Gives no script to a service worker, which would stay in the browser and read what other pages send."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or refuse it (ASGI)."""
        is_worker = scope["type"] == "http" and "service-worker" in Headers(scope=scope)
        app = _refusal(403, "forbidden", "There are no service workers here") if is_worker else self._app
        await app(scope, receive, send)


def _is_own(headers: Mapping[str, str]) -> bool:
    """Whether a request comes from a page of this server, or from no page at all, as a browser tells it."""
    site, origin = headers.get("sec-fetch-site", "none"), headers.get("origin")
    return site in {"same-origin", "none"} and origin in {None, f"http://{headers.get('host')}"}


def _ask(target: str, method: str, path: str, headers: Mapping[str, str], body: bytes) -> Response:
    """Send a request on, and give back the answer; a target that gives none is told of in one line."""
    asked = {name: headers[name] for name in ASKED if name in headers}
    try:
        with BoundedSession(connections=1) as session:
            session.trust_env = False  # neither a proxy nor a .netrc of the user's
            answer = session.request(method, target + path, headers=asked, data=body, timeout=TIMEOUT)
    except requests.RequestException as error:
        is_there = not isinstance(error, requests.ConnectionError)
        problem = f"gave no answer: {why(error)}" if is_there else "cannot be reached"
        return _refusal(502, "bad_gateway", f"{target} {problem}")
    if answer.is_redirect:
        return _refusal(502, "bad_gateway", f"{target} answered with a redirect ({answer.status_code}), not followed")
    passed_on = {name: value for name, value in answer.headers.items() if _is_passed_on(name.lower(), value)}
    return Response(answer.content, answer.status_code, passed_on | GUARDED)


def _is_passed_on(name: str, value: str) -> bool:
    # For another challenge than Bearer, a browser asks for a password, and keeps it for this origin.
    others = r"\b(basic|digest|negotiate|ntlm)\b"
    is_bearer = name == "www-authenticate" and not re.search(others, value, re.IGNORECASE)
    return bool(is_bearer or ANSWERED.fullmatch(name))


def _leaves_its_place(raw_path: str) -> bool:
    """Whether a server might read the path as one outside of where it begins, however often it decodes it.

    Servers cut `;` and what follows off a segment, take a backslash for a slash, and join slashes.
    """
    path = raw_path
    while (decoded := unquote(path)) != path:
        path = decoded
    names = {segment.partition(";")[0].strip() for segment in path.split("/")}
    return bool({".", ".."} & names) or "//" in path or "\\" in path or not path.isprintable()


def _refusal(code: int, status: str, message: str) -> Response:
    return JSONResponse({"status": status, "message": message}, code, GUARDED)
