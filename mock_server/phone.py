"""The resource `/extension/{extension_id}/phone/`, as the contract has it."""

import time
from typing import Any

from pydantic import ValidationError
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import Receive, Scope, Send

from mock_server import decoding
from mock_server.contract import FRESH, METHODS
from mock_server.problems import Problem, bad_request, method_not_allowed, unauthorized
from mock_server.seed import Application, Seed
from mock_server.storage import Storage
from mock_server.validation import describe, validate_update

Properties = dict[str, Any]


class Phone:
    """The correct behaviour. Every step is a method of its own, so that a fault overrides just one."""

    def __init__(self, seed: Seed, storage: Storage) -> None:
        self.applications = {application.client_id: application for application in seed.applications}
        self.clients = {extension.id: extension.client for extension in seed.extensions}
        self.storage = storage

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request (ASGI)."""
        request = Request(scope, receive)
        try:
            response = await self.answer(request, request.path_params["extension_id"])
        except Problem as problem:
            response = self.refuse(request, problem)
        await response(scope, receive, send)

    async def answer(self, request: Request, extension_id: str) -> Response:
        """Take a request through all steps."""
        self.check_method(request)
        application = self.authenticate(request)
        extension = self.resolve(application, extension_id)
        self.authorise(application, extension, request.method)
        if request.method == "PUT":
            self.check_media_type(request)
            document = self.decode(await self.read_body(request))
            return self.respond(request, await self.apply(extension, document))
        return self.respond(request, self.present(self.read(extension)))

    # Who asks, and for what

    def grant(self, token: str, lifetime: int) -> Properties:
        """Write the answer of the token endpoint (A-02)."""
        return {"access_token": token, "token_type": "Bearer", "expires_in": lifetime}

    def check_method(self, request: Request) -> None:
        """Refuse what the contract does not declare; HEAD is GET without a body (RFC 9110, 9.3.2).

        OPTIONS is refused too: it is optional (RFC 9110, 9.3.7), the contract does not declare it, and the `Allow` of
        the refusal tells what it would.
        """
        if request.method not in METHODS and request.method != "HEAD":
            raise method_not_allowed(METHODS)

    def authenticate(self, request: Request) -> Application:
        """Find the application by its bearer token (RFC 6750; A-03)."""
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer":
            raise unauthorized("Bearer")  # RFC 6750, 3: no error code where no token was sent
        client_id = self.storage.token_owner(token.strip(), time.time())
        if client_id not in self.applications:
            raise unauthorized('Bearer error="invalid_token"')
        return self.applications[client_id]

    def resolve(self, application: Application, extension_id: str) -> str:
        """Find the extension that the path means; any id that is not one of the known texts is unknown."""
        if extension_id == "@me":
            if application.me is None:
                raise Problem(403, "user_access_type_deny", "The user of the application is not an internal number")
            return application.me
        if extension_id not in self.clients:
            raise Problem(404, "not_found", "There is no such internal number")
        return extension_id

    def authorise(self, application: Application, extension: str, method: str) -> None:
        """Refuse the extension of another client, and a change by an application that may only read (G-02)."""
        if self.clients[extension] != application.client:
            raise Problem(403, "access_denied", "The internal number belongs to another client")
        if method == "PUT" and application.access != "full":
            raise Problem(403, "app_access_type_deny", "The application may only read")

    # What the request carries

    def check_media_type(self, request: Request) -> None:
        """Refuse a body that is not declared as JSON (A-05); parameters such as charset are allowed."""
        media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        if media_type != "application/json":
            raise Problem(415, "unsupported_media_type", "Content-Type: application/json is expected")

    async def read_body(self, request: Request) -> bytes:
        """Read the body, up to 1 MiB."""
        return await decoding.read_body(request)

    def decode(self, body: bytes) -> Properties:
        """Turn the body into a JSON object."""
        return decoding.decode(body)

    def validate(self, document: Properties) -> Properties:
        """Check the whole update before anything of it is applied, and give the properties that it sets."""
        try:
            return validate_update(document)
        except ValidationError as error:
            raise bad_request(describe(error)) from None

    # What it does

    async def apply(self, extension: str, document: Properties) -> Properties:
        """Check all of the update, then change, and give the answer."""
        before, after = await self.change(extension, self.validate(document))
        return self.echo(before, after)

    def read(self, extension: str) -> Properties:
        """Give the properties that are set on the extension."""
        return self.storage.read(extension)

    async def change(self, extension: str, update: Properties) -> tuple[Properties, Properties]:
        """Apply an update, and give what was set before and after it; concurrent changes queue up."""
        with self.storage.transaction():
            before = self.read(extension)
            after = self.merge(before, update)
            self.store(extension, after)
        return before, after

    def merge(self, before: Properties, update: Properties) -> Properties:
        """Replace what the update sets, each property as a whole; the rest stays."""
        return {**before, **update}

    def store(self, extension: str, properties: Properties) -> None:
        """Keep the properties that are set."""
        self.storage.write(extension, properties)

    # What is answered

    def echo(self, before: Properties, after: Properties) -> Properties:  # noqa: ARG002 (a fault answers `before`)
        """Show the state that PUT answers with: the new one."""
        return self.present(after)

    def present(self, properties: Properties) -> Properties:
        """Show all properties; those that were never set as on a fresh extension."""
        return {**FRESH, **properties}

    def respond(self, request: Request, properties: Properties) -> Response:  # noqa: ARG002 (faults look at the method)
        """Write the answer."""
        return JSONResponse(properties)

    def refuse(self, request: Request, problem: Problem) -> Response:  # noqa: ARG002
        """Write the answer to a request that is refused."""
        return problem.response()
