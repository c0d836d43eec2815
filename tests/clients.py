"""One interface for all generated clients, and a recorder of the requests that the mock receives."""

from __future__ import annotations

import asyncio
import json
import re
import shutil
import subprocess
import time
import traceback
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Protocol

import httpx
from phone_properties_client import (
    ApiError,
    AsyncPhoneClient,
    BearerToken,
    CallOptions,
    ClientCredentials,
    PhoneClient,
    PhoneResponse,
    RequestBudget,
    TokenError,
)
from phone_properties_client.models import PhonePropertiesUpdate
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from mock_server.embedded import Mock, serve
from scripts.clients import SOURCES
from scripts.node_packages import install
from tests.suite import ROOT, lacking


@dataclass(frozen=True)
class Call:
    """GET, or PUT with these changes, after a pause in seconds; `retry` is the option of the clients."""

    extension: int | str = 54
    changes: dict[str, Any] | None = None
    wait: float = 0
    retry: bool | None = None


@dataclass(frozen=True)
class Outcome:
    """The settings, or the error.

    Attributes:
        printed: The text of the client and the error when they are printed.
        budget: The request budget: limit, remaining, reset in seconds since 1970.
        raw_body: The body that the raw response holds.
    """

    printed: str
    budget: list[int | None] = field(default_factory=list)
    raw_body: str = ""
    settings: dict[str, Any] = field(default_factory=dict)
    error: str = ""
    message: str = ""
    status: int | None = None
    body: dict[str, Any] | None = None
    retry_after: int | None = None


Login = dict[str, str]


class Caller(Protocol):
    """Makes calls with one client, one after the other or concurrently."""

    def __call__(self, base_url: str, login: Login, calls: Sequence[Call], *, together: bool = False) -> list[Outcome]:
        """Return the outcome of each call."""


@dataclass(frozen=True)
class Sent:
    """A request as the mock received it, and the status code of the response."""

    method: str
    path: str
    body: bytes
    authorization: str
    status: int


Canned = tuple[int, dict[str, str], bytes | None]
"""A response: status code, headers, body. Without a body, the connection is closed after the headers."""

BROKEN_OFF: Canned = (200, {"Content-Length": "5"}, None)


@dataclass
class Tap:
    """Middleware of the mock: it records the requests, and sends the responses in `canned` instead of the mock's.

    Attributes:
        sent: The requests so far.
        canned: The next responses. The text `<token>` in a body becomes the token of the request.
        revoked: The token that is refused; "" means the first token that a request has.
        token_response: The response of the token endpoint, instead of the mock's.
    """

    sent: list[Sent] = field(default_factory=list)
    canned: list[Canned] = field(default_factory=list)
    revoked: str | None = None
    token_response: Canned | None = None

    def __call__(self, app: ASGIApp) -> ASGIApp:
        """Wrap the mock's application."""

        async def tapped(scope: Scope, receive: Receive, send: Send) -> None:
            body = b""
            headers = {name.decode(): value.decode() for name, value in scope["headers"]}
            authorization = headers.get("authorization", "")

            async def receiving() -> Message:
                nonlocal body
                message = await receive()
                body += message.get("body", b"")
                return message

            async def sending(message: Message) -> None:
                if message["type"] == "http.response.start":  # recorded before the client receives the response
                    path = scope["raw_path"].decode()
                    self.sent.append(Sent(scope["method"], path, body, authorization, message["status"]))
                    # The driver outlives a test: it may not use a connection that the mock is about to close.
                    message["headers"] = [*message["headers"], (b"connection", b"close")]
                await send(message)

            token = authorization.removeprefix("Bearer ")
            if canned := self._next_canned(token) if token else self.token_response:
                while (await receiving()).get("more_body"):
                    pass
                status, response_headers, content = canned
                encoded = [(name.encode(), value.encode()) for name, value in response_headers.items()]
                await sending({"type": "http.response.start", "status": status, "headers": encoded})
                if content is not None:
                    await sending({"type": "http.response.body", "body": content.replace(b"<token>", token.encode())})
            else:
                await app(scope, receiving, sending)

        return tapped

    def _next_canned(self, token: str) -> Canned | None:
        if self.revoked == "":
            self.revoked = token
        return (401, {}, b"") if self.revoked == token else self.canned.pop(0) if self.canned else None

    def requests(self, *, tokens: bool = False) -> list[Sent]:
        """The requests to the API, or to the token endpoint."""
        return [sent for sent in self.sent if sent.path.startswith("/oauth") is tokens]


@contextmanager
def tapped_mock(**settings: Any) -> Iterator[tuple[Mock, Tap]]:  # noqa: ANN401 (Settings checks them)
    """Serve the mock behind a tap."""
    tap = Tap()
    with serve(wrap=tap, **settings) as mock:
        yield mock, tap


def python_sync(base_url: str, login: Login, calls: Sequence[Call], *, together: bool = False) -> list[Outcome]:
    """Call with the sync client."""
    auth = _auth(login)
    with PhoneClient(base_url, auth) as client:

        def make(call: Call) -> Outcome:
            time.sleep(call.wait)
            try:
                if call.changes is None:
                    return _success(client.get_response(call.extension, **_options(call)), client, auth)
                response = client.update_response(call.extension, _update(call), **_options(call))
                return _success(response, client, auth)
            except (ApiError, TokenError, httpx.TransportError) as error:
                return _failure(error, client, auth)

        with ThreadPoolExecutor(len(calls) if together else 1) as threads:
            return list(threads.map(make, calls))


def python_async(base_url: str, login: Login, calls: Sequence[Call], *, together: bool = False) -> list[Outcome]:
    """Call with the async client."""
    auth = _auth(login)

    async def make(client: AsyncPhoneClient, call: Call) -> Outcome:
        await asyncio.sleep(call.wait)
        try:
            if call.changes is None:
                return _success(await client.get_response(call.extension, **_options(call)), client, auth)
            response = await client.update_response(call.extension, _update(call), **_options(call))
            return _success(response, client, auth)
        except (ApiError, TokenError, httpx.TransportError) as error:
            return _failure(error, client, auth)

    async def make_all() -> list[Outcome]:
        async with AsyncPhoneClient(base_url, auth) as client:
            if together:
                return await asyncio.gather(*(make(client, call) for call in calls))
            return [await make(client, call) for call in calls]

    return asyncio.run(make_all())


@contextmanager
def typescript(folder: Path) -> Iterator[Caller]:
    """Build a copy of the TypeScript client and its driver in `folder`; yields a function that makes calls with it."""
    if shutil.which("npm") is None:
        lacking("npm")
    programs = install(SOURCES / "typescript")
    shutil.copytree(
        ROOT / "generated" / "clients" / "typescript",
        folder,
        dirs_exist_ok=True,
        ignore=shutil.ignore_patterns("node_modules", "dist"),
    )
    (folder / "node_modules").symlink_to(programs.parent)
    for name in ("driver.ts", "misuse.ts"):
        shutil.copy(ROOT / "tests" / name, folder / "src")
    # The client needs no types of Node; the driver reads stdin.
    (folder / "src" / "node.d.ts").write_text(
        'declare module "node:process" { export const stdin: unknown }\n'
        'declare module "node:readline" {\n'
        "  export function createInterface(options: { input: unknown }): AsyncIterable<string>;\n}\n"
        'declare module "node:util" { export function inspect(thing: unknown, options: object): string }\n'
    )
    compiled = subprocess.run([programs / "tsc"], cwd=folder, capture_output=True, text=True)
    assert compiled.returncode == 0, compiled.stdout
    driver = ["node", str(folder / "dist" / "esm" / "driver.js")]
    with subprocess.Popen(driver, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:

        def call(base_url: str, login: Login, calls: Sequence[Call], *, together: bool = False) -> list[Outcome]:
            made = [asdict(call) for call in calls]
            task = {"base_url": base_url, "login": login, "calls": made, "together": together}
            assert process.stdin and process.stdout
            process.stdin.write(json.dumps(task) + "\n")
            process.stdin.flush()
            return [Outcome(**outcome) for outcome in json.loads(process.stdout.readline())]

        yield call


def programs(client: str, language: str) -> dict[str, str]:
    """Return the programs of a README by the title of their section."""
    text = (ROOT / "generated" / "clients" / client / "README.md").read_text(encoding="utf-8")
    sections = re.split(r"^## (.+)$", text, flags=re.MULTILINE)[1:]
    blocks = {
        title: "\n".join(re.findall(rf"^```{language}\n(.*?)^```$", section, re.MULTILINE | re.DOTALL))
        for title, section in zip(sections[::2], sections[1::2], strict=True)
    }
    return {title: block for title, block in blocks.items() if block}


def _auth(login: Login) -> httpx.Auth:
    if "token" in login:
        return BearerToken(login["token"])
    return ClientCredentials(login["client_id"], login["client_secret"])


def _update(call: Call) -> PhonePropertiesUpdate:
    return PhonePropertiesUpdate.from_dict(call.changes or {})


def _options(call: Call) -> CallOptions:
    return {} if call.retry is None else {"retry": call.retry}


def _success(response: PhoneResponse, *things: object) -> Outcome:
    return Outcome(
        settings=response.settings.to_dict(),
        printed=_printed(*things),
        budget=_budget(response.budget),
        raw_body=response.http.text,
    )


def _budget(budget: RequestBudget) -> list[int | None]:
    return [budget.limit, budget.remaining, int(budget.reset.timestamp()) if budget.reset else None]


def _failure(error: ApiError | TokenError | httpx.TransportError, *things: object) -> Outcome:
    if isinstance(error, httpx.TransportError):
        return Outcome(error="no response", printed=_printed(*things, error))
    outcome = Outcome(
        error=type(error).__name__,
        message=str(error),
        status=error.status_code,
        printed=_printed(*things, error) + "".join(traceback.format_exception(error)),
    )
    if isinstance(error, TokenError):
        return outcome
    body = None if error.error is None else error.error.to_dict()
    more = {"body": body, "retry_after": error.retry_after, "budget": _budget(error.budget)}
    return Outcome(**(asdict(outcome) | more))


def _printed(*things: object) -> str:
    return "\n".join(f"{thing!r} {thing}" for thing in things)
