# ruff: noqa: D102 (the class says what its one step does)
"""Settings: one kind of request has a wrong effect, or no effect."""

import time
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from mock_server.faults.catalogue import fault
from mock_server.faults.kinds import NUMBER, TEXT
from mock_server.phone import Phone, Properties
from mock_server.problems import Problem, bad_request, method_not_allowed
from mock_server.seed import Application, Seed
from mock_server.storage import Storage


@fault
class PutMissing(Phone):
    """PUT is refused with 405."""

    def check_method(self, request: Request) -> None:
        super().check_method(request)
        if request.method == "PUT":
            raise method_not_allowed(("GET",))


@fault
class FirstWriteLost(Phone):
    """The first PUT changes nothing."""

    is_first = True

    def merge(self, before: Properties, update: Properties) -> Properties:
        if self.is_first:
            self.is_first = False
            return before
        return super().merge(before, update)


@fault
class OnlyDefaultAccepted(Phone):
    """An integer is refused unless it is the default."""

    def validate(self, document: Properties) -> Properties:
        if document.get(NUMBER.name, NUMBER.default) != NUMBER.default:
            raise bad_request(f"{NUMBER.name}: not possible")
        return super().validate(document)


@fault
class LonePropertyRefused(Phone):
    """A body with only one property is refused."""

    def validate(self, document: Properties) -> Properties:
        if len(document) == 1:
            raise bad_request("more than one property is expected")
        return super().validate(document)


@fault
class EscapesRefused(Phone):
    """A body with a JSON escape sequence for a character is refused."""

    def decode(self, body: bytes) -> Properties:
        if b"\\u" in body:
            raise bad_request("a backslash")
        return super().decode(body)


@fault
class EscapesStoredAsWritten(Phone):
    """JSON escape sequences are stored without being decoded."""

    def decode(self, body: bytes) -> Properties:
        return super().decode(body.replace(b"\\u", b"\\\\u"))


@fault
class MeNotWritable(Phone):
    """`@me` can be read, but not changed."""

    async def handle(self, request: Request, extension_id: str) -> Response:
        if request.method == "PUT" and extension_id == "@me":
            self.authenticate(request)
            raise Problem(403, "access_denied", "Read only")
        return await super().handle(request, extension_id)


@fault
class PutChangesOwnExtension(Phone):
    """PUT always changes the extension of the user, also if the path has another extension."""

    async def handle(self, request: Request, extension_id: str) -> Response:
        is_known = extension_id in self.clients
        return await super().handle(request, "@me" if request.method == "PUT" and is_known else extension_id)


@fault
class TokenCheckedTooLate(Phone):
    """A PUT without a valid token is refused, but only after the change."""

    async def handle(self, request: Request, extension_id: str) -> Response:
        try:
            return await super().handle(request, extension_id)
        except Problem as problem:
            if problem.code == 401 and request.method == "PUT" and extension_id in self.clients:
                await self.apply(extension_id, self.decode(await self.read_body(request)))
            raise


@fault
class RefusalShowsSettings(Phone):
    """The body of a 401 is the settings."""

    async def handle(self, request: Request, extension_id: str) -> Response:
        try:
            return await super().handle(request, extension_id)
        except Problem as problem:
            if problem.code != 401 or extension_id not in self.clients:
                raise
            return JSONResponse(self.present(self.read(extension_id)), 401, {"WWW-Authenticate": "Bearer"})


@fault
class MeNeedsNoToken(Phone):
    """With `@me`, any token is accepted."""

    def authenticate(self, request: Request) -> Application:
        if request.path_params["extension_id"] == "@me" and "authorization" in request.headers:
            return next(application for application in self.applications.values() if application.me)
        return super().authenticate(request)


@fault
class GetWithBodyWrites(Phone):
    """A GET with a body changes the settings like a PUT."""

    async def handle(self, request: Request, extension_id: str) -> Response:
        if request.method == "GET" and (body := await self.read_body(request)) and extension_id in self.clients:
            self.authenticate(request)
            await self.apply(extension_id, self.decode(body))
        return await super().handle(request, extension_id)


@fault
class ChangeShownLate(Phone):
    """GET has the new value only 0.1 seconds after the response to the PUT."""

    def __init__(self, seed: Seed, storage: Storage) -> None:
        super().__init__(seed, storage)
        self.history: dict[str, list[tuple[float, Properties]]] = {}

    async def change(self, extension: str, update: Properties) -> tuple[Properties, Properties]:
        before, after = await super().change(extension, update)
        self.history.setdefault(extension, [(0.0, before)]).append((time.monotonic() + 0.1, after))
        return before, after

    def respond(self, request: Request, properties: Properties) -> Response:
        history: list[Any] = self.history.get(request.path_params["extension_id"], [])
        if request.method != "GET" or not history:
            return super().respond(request, properties)
        while len(history) > 1 and history[1][0] <= time.monotonic():
            history.pop(0)
        return super().respond(request, self.present(history[0][1]))


@fault
class LastLetterLost(Phone):
    """The first string loses its characters outside the Basic Multilingual Plane."""

    def merge(self, before: Properties, update: Properties) -> Properties:
        text = update.get(TEXT.name)
        cut = {TEXT.name: "".join(letter for letter in text if ord(letter) < 2**16)} if isinstance(text, str) else {}
        return super().merge(before, {**update, **cut})
