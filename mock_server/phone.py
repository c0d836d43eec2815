"""The resource `/extension/{extension_id}/phone/`, as the contract describes it."""

import hmac
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
    """The correct behaviour. Each step is a separate method, so a fault overrides one method."""

    def __init__(self, seed: Seed, storage: Storage) -> None:
        self.applications = {application.client_id: application for application in seed.applications}
        self.clients = {extension.id: extension.client for extension in seed.extensions}
        self.storage = storage

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request (ASGI)."""
        request = Request(scope, receive)
        try:
            response = await self.handle(request, request.path_params["extension_id"])
        except Problem as problem:
            response = self.refuse(request, problem)
        await response(scope, receive, send)

    async def handle(self, request: Request, extension_id: str) -> Response:
        """Apply all steps to a request."""
        self.check_method(request)
        application = self.authenticate(request)
        extension = self.resolve(application, extension_id)
        self.authorise(application, extension, request.method)
        if request.method == "PUT":
            self.check_media_type(request)
            document = self.decode(await self.read_body(request))
            return self.respond(request, await self.apply(extension, document))
        return self.respond(request, self.present(self.read(extension)))

    # Authentication and authorisation

    def grant(self, token: str, lifetime: int) -> Properties:
        """Build the body of a token response (A-02)."""
        return {"access_token": token, "token_type": "Bearer", "expires_in": lifetime}

    def is_secret(self, secret: str, expected: str) -> bool:
        """Compare a client secret with the right one, in a time that does not depend on them."""
        return hmac.compare_digest(secret.encode(), expected.encode())

    def check_method(self, request: Request) -> None:
        """Refuse a method that the contract does not declare; HEAD is GET without a body (RFC 9110, 9.3.2).

        OPTIONS is refused too. It is optional (RFC 9110, 9.3.7), the contract does not declare it, and the `Allow`
        header of the 405 lists the methods.
        """
        if request.method not in METHODS and request.method != "HEAD":
            raise method_not_allowed(METHODS)

    def authenticate(self, request: Request) -> Application:
        """Find the application by its bearer token (RFC 6750; A-03)."""
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer":
            raise unauthorized("Bearer")  # RFC 6750, 3: no error code if the request has no token
        client_id = self.storage.token_owner(token.strip(), time.time())
        if client_id not in self.applications:
            raise unauthorized('Bearer error="invalid_token"')
        return self.applications[client_id]

    def resolve(self, application: Application, extension_id: str) -> str:
        """Find the extension of the path. An id must be spelled exactly as in the seed."""
        if extension_id == "@me":
            if application.me is None:
                raise Problem(403, "user_access_type_deny", "The user of the application is not an internal number")
            return application.me
        if extension_id not in self.clients:
            raise Problem(404, "not_found", "There is no such internal number")
        return extension_id

    def authorise(self, application: Application, extension: str, method: str) -> None:
        """Refuse the extension of another client, and a PUT by an application with read access only (G-02)."""
        if self.clients[extension] != application.client:
            raise Problem(403, "access_denied", "The internal number belongs to another client")
        if method == "PUT" and application.access != "full":
            raise Problem(403, "app_access_type_deny", "The application may only read")

    # The request body

    def check_media_type(self, request: Request) -> None:
        """Refuse a Content-Type other than JSON (A-05); parameters such as charset are allowed."""
        media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        if media_type != "application/json":
            raise Problem(415, "unsupported_media_type", "Content-Type: application/json is expected")

    async def read_body(self, request: Request) -> bytes:
        """Read the body, up to 1 MiB."""
        return await decoding.read_body(request)

    def decode(self, body: bytes) -> Properties:
        """Decode the body to a JSON object."""
        return decoding.decode(body)

    def validate(self, document: Properties) -> Properties:
        """Validate the whole update before any of it is applied; returns the properties that it sets."""
        try:
            return validate_update(document)
        except ValidationError as error:
            raise bad_request(describe(error)) from None

    # The change

    async def apply(self, extension: str, document: Properties) -> Properties:
        """Validate the update, apply it, and return the state for the response."""
        before, after = await self.change(extension, self.validate(document))
        return self.echo(before, after)

    def read(self, extension: str) -> Properties:
        """Return the properties that are set on the extension."""
        return self.storage.read(extension)

    async def change(self, extension: str, update: Properties) -> tuple[Properties, Properties]:
        """Apply an update; returns the properties before and after it. Concurrent changes wait for each other."""
        with self.storage.transaction():
            before = self.read(extension)
            after = self.merge(before, update)
            self.store(extension, after)
        return before, after

    def merge(self, before: Properties, update: Properties) -> Properties:
        """Replace the properties of the update, each as a whole; the other properties keep their values."""
        return {**before, **update}

    def store(self, extension: str, properties: Properties) -> None:
        """Store the properties that are set."""
        self.storage.write(extension, properties)

    # The response

    def echo(self, before: Properties, after: Properties) -> Properties:  # noqa: ARG002 (a fault returns `before`)
        """Return the state for the response to a PUT: the new one."""
        return self.present(after)

    def present(self, properties: Properties) -> Properties:
        """Return all properties; one that was never set has its value of a fresh extension."""
        return {**FRESH, **properties}

    def respond(self, request: Request, properties: Properties) -> Response:  # noqa: ARG002 (faults look at the method)
        """Build the response to a request that is accepted."""
        return JSONResponse(properties)

    def refuse(self, request: Request, problem: Problem) -> Response:  # noqa: ARG002
        """Build the response to a request that is refused."""
        return problem.response()
