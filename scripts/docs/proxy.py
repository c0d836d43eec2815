"""One origin for the site and an API: the pages from a folder, and two paths forwarded to one target.

A browser sends no request to another origin unless that one agrees (CORS), which servers of telephony providers do not.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import unquote

import requests
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from contract_tests.contract.document import Contract

ASKED = ("accept", "authorization", "content-type")
"""The request headers that are passed on. Not cookies: those of a loopback address are of other programs."""
NOT_ANSWERED = {
    # of the connection (RFC 9110, 7.6.1)
    *("connection", "keep-alive", "proxy-authenticate", "proxy-connection", "te", "trailer", "transfer-encoding"),
    "upgrade",
    # of the body as it was sent: it is unpacked here
    *("content-encoding", "content-length"),
    # of the target's own origin
    *("set-cookie", "strict-transport-security", "server", "date"),
}
"""The response headers that are not."""
TIMEOUT = (5, 15)
"""Seconds to connect, and between two bytes."""
LARGEST = 1 << 20
"""Bytes of a body that is passed on."""
LARGEST_ANSWER = 8 << 20
"""Bytes of an answer, unpacked."""


def create_app(site: Path, target: str, contract: Contract) -> Starlette:
    """Make the application.

    Args:
        site: The folder of the built site.
        target: The only origin that anything is forwarded to.
        contract: Names the paths and methods that are forwarded.
    """

    def forward(request: Request, body: bytes) -> Response:
        raw_path = request.scope["raw_path"].decode("ascii")
        if _leaves_its_place(raw_path):
            return _refusal(400, "bad_request", "The path has segments that lead out of the API")
        query = request.scope["query_string"].decode("ascii")
        return _ask(target, request.method, raw_path + (f"?{query}" if query else ""), request.headers, body)

    async def answer(request: Request) -> Response:
        body = b""
        async for chunk in request.stream():
            body += chunk
            if len(body) > LARGEST:
                return _refusal(413, "content_too_large", "The body is larger than this server forwards")
        return await run_in_threadpool(forward, request, body)

    async def name_target(_: Request) -> Response:
        script = f"window.API_TARGET = {json.dumps(target)};\n"
        return Response(script, media_type="text/javascript", headers={"Cache-Control": "no-store"})

    methods = sorted(contract.responses)
    return Starlette(
        routes=[
            Route(contract.base_path + "/{path:path}", answer, methods=methods),
            Route(contract.token_path, answer, methods=["POST"]),
            Route("/target.js", name_target),
            Mount("/", StaticFiles(directory=site, html=True)),
        ],
        # Another name for this address could be an attacker's, who would so share an origin with us (DNS rebinding).
        middleware=[Middleware(TrustedHostMiddleware, allowed_hosts=["127.0.0.1", "localhost"], www_redirect=False)],
    )


def _ask(target: str, method: str, path: str, headers: Mapping[str, str], body: bytes) -> Response:
    """Send a request on, and give back the answer; a target that gives none is told of in one line."""
    asked = {name: headers[name] for name in ASKED if name in headers}
    try:
        with requests.Session() as session:
            session.trust_env = False  # neither a proxy nor a .netrc of the user's
            answer = session.request(
                method, target + path, headers=asked, data=body, timeout=TIMEOUT, allow_redirects=False, stream=True
            )
            content = b""
            for chunk in answer.iter_content(1 << 16):
                content += chunk
                if len(content) > LARGEST_ANSWER:
                    return _refusal(502, "bad_gateway", f"{target} answered with more than {LARGEST_ANSWER:,} bytes")
    except requests.RequestException as error:
        what = "did not answer in time" if isinstance(error, requests.Timeout) else "cannot be reached"
        return _refusal(502, "bad_gateway", f"{target} {what}")
    if answer.is_redirect:
        return _refusal(502, "bad_gateway", f"{target} answered with a redirect ({answer.status_code}), not followed")
    passed_on = {name: value for name, value in answer.headers.items() if name.lower() not in NOT_ANSWERED}
    return Response(content, answer.status_code, passed_on)


def _leaves_its_place(raw_path: str) -> bool:
    """Whether a server might read the path as one outside of where it begins, however often it decodes it."""
    path = raw_path
    while (decoded := unquote(path)) != path:
        path = decoded
    return bool({".", ".."} & set(path.replace("\\", "/").split("/")))


def _refusal(code: int, status: str, message: str) -> Response:
    return JSONResponse({"status": status, "message": message}, code)
