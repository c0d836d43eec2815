"""The generated clients behind one interface, and what reaches the mock from them."""

from __future__ import annotations

import asyncio
import json
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
from phone_properties_client import ApiError, AsyncPhoneClient, BearerToken, ClientCredentials, PhoneClient, TokenError
from phone_properties_client.models import PhoneProperties, PhonePropertiesUpdate
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from mock_server.embedded import Mock, serve
from scripts.clients import SOURCES
from scripts.node_packages import install
from tests.suite import ROOT, lacking


@dataclass(frozen=True)
class Call:
    """GET, or PUT with these changes, after a pause in seconds."""

    extension: str = "54"
    changes: dict[str, Any] | None = None
    wait: float = 0


@dataclass(frozen=True)
class Outcome:
    """The settings, or the error; `shown` is everything that printing the client and the error shows."""

    shown: str
    settings: dict[str, Any] = field(default_factory=dict)
    error: str = ""
    message: str = ""
    status: int | None = None
    body: dict[str, Any] | None = None
    retry_after: int | None = None


Login = dict[str, str]


class Caller(Protocol):
    """Makes calls with one client, one after the other or all together."""

    def __call__(self, base_url: str, login: Login, calls: Sequence[Call], *, together: bool = False) -> list[Outcome]:
        """Return what came of each."""


@dataclass(frozen=True)
class Sent:
    """A request as the mock received it, and the status code of its answer."""

    method: str
    path: str
    body: bytes
    authorization: str
    status: int


Canned = tuple[int, dict[str, str], bytes]


@dataclass
class Tap:
    """Sits before the mock: keeps what was sent to it, and answers in its place as long as there is something `canned`.

    The text `<token>` in a canned body becomes the token of the request. With `revoked` set to "" the first token that
    is sent is the one that is refused. `token_answer` is what the token endpoint answers.
    """

    sent: list[Sent] = field(default_factory=list)
    canned: list[Canned] = field(default_factory=list)
    revoked: str | None = None
    token_answer: Canned | None = None

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
                if message["type"] == "http.response.start":  # noted before the client can know, and look
                    path = scope["raw_path"].decode()
                    self.sent.append(Sent(scope["method"], path, body, authorization, message["status"]))
                await send(message)

            token = authorization.removeprefix("Bearer ")
            if canned := self._instead(token) if token else self.token_answer:
                while (await receiving()).get("more_body"):
                    pass
                status, answer_headers, answer = canned
                encoded = [(name.encode(), value.encode()) for name, value in answer_headers.items()]
                await sending({"type": "http.response.start", "status": status, "headers": encoded})
                await sending({"type": "http.response.body", "body": answer.replace(b"<token>", token.encode())})
            else:
                await app(scope, receiving, sending)

        return tapped

    def _instead(self, token: str) -> Canned | None:
        if self.revoked == "":
            self.revoked = token
        return (401, {}, b"") if self.revoked == token else self.canned.pop(0) if self.canned else None

    def requests(self, *, tokens: bool = False) -> list[Sent]:
        """What was sent to the API, or to the token endpoint."""
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

        def made(call: Call) -> Outcome:
            time.sleep(call.wait)
            try:
                if call.changes is None:
                    return _success(client.get(call.extension), client, auth)
                return _success(client.update(call.extension, _update(call)), client, auth)
            except (ApiError, TokenError) as error:
                return _failure(error, client, auth)

        with ThreadPoolExecutor(len(calls) if together else 1) as threads:
            return list(threads.map(made, calls))


def python_async(base_url: str, login: Login, calls: Sequence[Call], *, together: bool = False) -> list[Outcome]:
    """Call with the async client."""
    auth = _auth(login)

    async def made(client: AsyncPhoneClient, call: Call) -> Outcome:
        await asyncio.sleep(call.wait)
        try:
            if call.changes is None:
                return _success(await client.get(call.extension), client, auth)
            return _success(await client.update(call.extension, _update(call)), client, auth)
        except (ApiError, TokenError) as error:
            return _failure(error, client, auth)

    async def all_made() -> list[Outcome]:
        async with AsyncPhoneClient(base_url, auth) as client:
            if together:
                return await asyncio.gather(*(made(client, call) for call in calls))
            return [await made(client, call) for call in calls]

    return asyncio.run(all_made())


def typescript(folder: Path) -> Caller:
    """Build the TypeScript client with its driver in `folder`, from copies; returns what calls with it."""
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
        'declare module "node:fs" { export function readFileSync(file: number, encoding: string): string }\n'
        'declare module "node:util" { export function inspect(thing: unknown, options: object): string }\n'
    )
    compiled = subprocess.run([programs / "tsc"], cwd=folder, capture_output=True, text=True)
    assert compiled.returncode == 0, compiled.stdout

    def call(base_url: str, login: Login, calls: Sequence[Call], *, together: bool = False) -> list[Outcome]:
        given = {"base_url": base_url, "login": login, "calls": [asdict(call) for call in calls], "together": together}
        driver = ["node", str(folder / "dist" / "driver.js")]
        ran = subprocess.run(driver, input=json.dumps(given), capture_output=True, text=True)
        assert ran.returncode == 0, ran.stderr
        return [Outcome(**outcome) for outcome in json.loads(ran.stdout)]

    return call


def _auth(login: Login) -> httpx.Auth:
    if "token" in login:
        return BearerToken(login["token"])
    return ClientCredentials(login["client_id"], login["client_secret"])


def _update(call: Call) -> PhonePropertiesUpdate:
    return PhonePropertiesUpdate.from_dict(call.changes or {})


def _success(settings: PhoneProperties, *things: object) -> Outcome:
    return Outcome(settings=settings.to_dict(), shown=_shown(*things))


def _failure(error: ApiError | TokenError, *things: object) -> Outcome:
    outcome = Outcome(
        error=type(error).__name__,
        message=str(error),
        status=error.status_code,
        shown=_shown(*things, error) + "".join(traceback.format_exception(error)),
    )
    if isinstance(error, TokenError):
        return outcome
    body = error.error.to_dict() if error.error else None
    return Outcome(**(asdict(outcome) | {"body": body, "retry_after": error.retry_after}))


def _shown(*things: object) -> str:
    return "\n".join(f"{thing!r} {thing}" for thing in things)
