"""The plain server: it keeps every sentence of the page. Every other server overrides one of its steps."""

import copy
import json
import secrets
import threading
import time
from decimal import Decimal
from typing import ClassVar
from urllib.parse import parse_qsl, unquote

from . import page
from .messages import Extension, LoggedRequest, Refused, Request, Response
from .owed import NO_FAILURE, Owed
from .page import Json, Settings
from .values import convert

CLIENT = "phone-app"
OTHER_CLIENT = "another-app"


class Server:
    """Keeps the page; refuses wrong JSON types with 400, ignores keys that it does not know."""

    name: ClassVar[str] = "plain"
    statements: ClassVar[tuple[str, ...]] = ()
    owed: ClassVar[Owed] = NO_FAILURE

    base_path: ClassVar[str] = "/api/ver1.0"
    token_path: ClassVar[str] = "/oauth/token"
    client_secret: ClassVar[str] = "s3cret-of-the-phone-app"
    json_type: ClassVar[str] = "application/json"
    own_keys: ClassVar[tuple[str, ...]] = ("allow_webrtc",)

    me: ClassVar[str] = "54"
    fresh: ClassVar[str] = "55"
    foreign: ClassVar[str] = "77"

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self.stopping = threading.Event()
        self.log: list[LoggedRequest] = []
        self.extensions = {extension.id: extension for extension in self.build()}
        self.tokens: dict[str, float] = {}
        self.token = self.new_token()

    def build(self) -> list[Extension]:
        """The extensions at the start: configured, fresh, a third of the same client, one of another client."""
        return [
            Extension(self.me, CLIENT, self.initial()),
            Extension(self.fresh, CLIENT, self.unconfigured()),
            Extension("56", CLIENT, page.example()),
            Extension(self.foreign, OTHER_CLIENT, page.configured()),
        ]

    def initial(self) -> Settings:
        """The settings of the configured extension."""
        return page.configured()

    def unconfigured(self) -> Settings:
        """The settings of the fresh extension."""
        return page.defaults() | {"allow_webrtc": False}

    # One request

    def exchange(self, request: Request) -> Response:
        """Answer a request and keep it in the log."""
        entry = LoggedRequest(request.method, request.path, request.body, time.time())
        self.log.append(entry)
        response = self.handle(request)
        entry.status = response.status
        return response

    def handle(self, request: Request) -> Response:
        """Turn refusals into answers."""
        try:
            return self.route(request)
        except Refused as refusal:
            return self.refuse(refusal)

    def route(self, request: Request) -> Response:
        """Decide what is asked for."""
        if request.path == self.token_path:
            return self.grant(request)
        name = self.match(request)
        client = self.authenticate(request)
        extension = self.find(name, client)
        if request.method in ("GET", "HEAD"):
            return self.get(request, extension)
        if request.method == "PUT":
            return self.put(request, extension)
        raise Refused(405, "method not allowed", {"Allow": "GET, HEAD, PUT"})

    def match(self, request: Request) -> str:
        """The extension that the path names."""
        parts = unquote(request.path).removeprefix(self.base_path).split("/")
        if len(parts) == 5 and (parts[1], parts[3], parts[4]) == ("extension", "phone", ""):
            return parts[2]
        raise Refused(404, "not found")

    def find(self, name: str, client: str) -> Extension:
        """The extension of this name, if the client may use it."""
        extension = self.extensions.get(self.me if name == "@me" else name)
        if extension is None:
            raise Refused(404, "no such extension")
        if extension.client != client:
            raise Refused(403, "access_denied")
        return extension

    # GET and PUT

    def get(self, request: Request, extension: Extension) -> Response:
        """Answer the settings."""
        with self.lock:
            document = self.render(extension)
        return self.respond(document)

    def put(self, request: Request, extension: Extension) -> Response:
        """Change what the body names, keep the rest, answer everything."""
        changes = self.read_changes(request)
        with self.lock:
            accepted = self.validate(changes, extension)
            self.apply(accepted, extension)
            document = self.render_put(accepted, extension)
        return self.respond(document)

    def read_changes(self, request: Request) -> Settings:
        """The body as a JSON object."""
        self.check_media_type(request)
        try:
            changes = json.loads(request.body.decode("utf-8"), parse_float=Decimal, parse_constant=no_constant)
        except (ValueError, RecursionError):
            raise Refused(400, "the body is not JSON") from None
        if not isinstance(changes, dict):
            raise Refused(400, "the body is not a JSON object")
        return changes

    def check_media_type(self, request: Request) -> None:
        """Take JSON only."""
        if request.media_type != "application/json":
            raise Refused(415, "send application/json")

    def validate(self, changes: Settings, extension: Extension) -> Settings:
        """The changes as they are to be stored."""
        accepted: Settings = {}
        for name, value in changes.items():
            if name in page.PROPERTIES:
                accepted[name] = self.convert(name, value, extension)
            else:
                accepted |= self.unknown_key(name, value)
        return accepted

    def convert(self, name: str, value: Json, extension: Extension) -> Json:
        """One value as it is to be stored."""
        return convert(name, value, extension.settings[name])

    def unknown_key(self, name: str, value: Json) -> Settings:
        """What to store of a key that the page does not name."""
        return {name: value} if name in self.own_keys and isinstance(value, bool) else {}

    def apply(self, changes: Settings, extension: Extension) -> None:
        """Store the changes."""
        extension.settings.update(changes)

    # Answers

    def render(self, extension: Extension) -> Json:
        """The document that GET answers."""
        return {name: self.show(name, value) for name, value in copy.deepcopy(extension.settings).items()}

    def render_put(self, changes: Settings, extension: Extension) -> Json:
        """The document that PUT answers."""
        return self.render(extension)

    def show(self, name: str, value: Json) -> Json:
        """One value as it is answered."""
        return value

    def respond(self, document: Json) -> Response:
        """A successful response."""
        return Response(200, self.encode(document), {"Content-Type": self.json_type})

    def encode(self, document: Json) -> bytes:
        """A document as bytes."""
        return json.dumps(document, separators=(",", ":"), default=float).encode()

    def refuse(self, refusal: Refused) -> Response:
        """A response other than success."""
        document = {"message": refusal.message, "status": "error"} | refusal.details
        return Response(refusal.status, self.encode(document), {"Content-Type": self.json_type} | refusal.headers)

    # Access

    def authenticate(self, request: Request) -> str:
        """The client that the token belongs to."""
        scheme, _, token = request.header("Authorization").partition(" ")
        if scheme.lower() != "bearer" or not self.is_valid(token.strip()):
            raise Refused(401, "unauthorized", {"WWW-Authenticate": "Bearer"})
        return CLIENT

    def is_valid(self, token: str) -> bool:
        """Whether the server issued this token."""
        return token in self.tokens

    def grant(self, request: Request) -> Response:
        """The token endpoint."""
        if request.method != "POST":
            raise Refused(405, "method not allowed", {"Allow": "POST"})
        self.check_credentials(self.read_form(request), request)
        return self.token_response(self.new_token(), request)

    def read_form(self, request: Request) -> dict[str, str]:
        """The form of a token request."""
        return dict(parse_qsl(request.body.decode("utf-8", "replace"), keep_blank_values=True))

    def check_credentials(self, form: dict[str, str], request: Request) -> None:
        """Refuse a client that is unknown."""
        if form.get("grant_type") != "client_credentials":
            raise oauth_error(400, "unsupported_grant_type")
        if (form.get("client_id"), form.get("client_secret")) != (CLIENT, self.client_secret):
            raise oauth_error(401, "invalid_client")

    def token_response(self, token: str, request: Request) -> Response:
        """The response of the token endpoint."""
        return self.respond(self.token_document(token))

    def token_document(self, token: str) -> Json:
        """The document of the token endpoint."""
        return {"access_token": token, "token_type": "Bearer", "expires_in": 3600}

    def new_token(self) -> str:
        """Issue a token."""
        token = self.make_token()
        self.tokens[token] = time.monotonic()
        return token

    def make_token(self) -> str:
        """An opaque token of 30 characters, as on the page."""
        return secrets.token_hex(15)

    def pause(self, seconds: float) -> None:
        """Wait, but not beyond the end of the server."""
        self.stopping.wait(seconds)

    # For tests

    def state(self, extension_id: str) -> Settings:
        """A copy of what is stored, with the keys that the page does not name."""
        with self.lock:
            return copy.deepcopy(self.extensions[extension_id].settings)


def no_constant(name: str) -> Json:
    """Refuse NaN and Infinity, which are not JSON."""
    raise ValueError(name)


def oauth_error(status: int, code: str, description: str = "") -> Refused:
    """An error of the token endpoint, in the form of RFC 6749."""
    refusal = Refused(status, code)
    refusal.details = {"error": code, "error_description": description or code}
    return refusal
