"""Tokens and gateways."""

import json
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Iterator
from typing import ClassVar
from urllib.parse import urlencode

from tests.servers.core import Server
from tests.servers.messages import Refused, Request, Response
from tests.servers.registry import field
from tests.servers.tokens import BasicOnly, ScopeNeeded, SignedTokens, TokenDocument


@field("jwt_rs256", 0, findings=0, may_keep=())
class JwtRs256(SignedTokens):
    """Takes a JWT; the last Base64 character of its signature carries unused bits."""


@field("jwt_rs256_fetched", 0, findings=0, may_keep=(), credentials=True)
class JwtRs256Fetched(SignedTokens):
    """The same with a token that the run fetches."""


@field("expires_in_text", 0, findings=0, may_keep=(), credentials=True, token_requests=10)
class ExpiresInText(TokenDocument):
    """expires_in is the text "3600"."""

    members = {"expires_in": "3600"}


@field("expires_in_zero", 0, findings=0, may_keep=(), credentials=True, token_requests=10)
class ExpiresInZero(TokenDocument):
    """expires_in is 0 for "never"."""

    members = {"expires_in": 0}


@field("expires_in_minus", 0, findings=0, may_keep=(), credentials=True, token_requests=10)
class ExpiresInMinus(TokenDocument):
    """expires_in is -1 for "never"."""

    members = {"expires_in": -1}


@field("expired_is_403", 0, findings=0, may_keep=(), credentials=True)
class ExpiredIsForbidden(Server):
    """A token is good for 60 requests, expires_in says an hour, and then gets 403. One renewal is owed each time."""

    uses = 60

    def __init__(self) -> None:
        super().__init__()
        self.used: Counter[str] = Counter()

    def authenticate(self, request: Request) -> str:
        """Count the requests with a token."""
        client = super().authenticate(request)
        token = request.header("Authorization").partition(" ")[2].strip()
        with self.lock:
            self.used[token] += 1
            if self.used[token] > self.uses:
                raise Refused(403, "access_denied")
        return client


@field("token_basic", 0, findings=0, may_keep=(), credentials=True)
class TokenBasic(BasicOnly):
    """The token endpoint wants HTTP Basic."""


@field("token_scope", 0, findings=0, may_keep=(), credentials=True, options="--scope phone.write")
class TokenScope(ScopeNeeded):
    """The token endpoint wants a scope."""


@field("token_scope_not_given", 3, 4, names=("invalid_scope",), may_keep=(), credentials=True)
class TokenScopeNotGiven(ScopeNeeded):
    """The same, and the user does not know it: `error` and `error_description` are quoted."""


@field("token_form", 0, findings=0, may_keep=(), credentials=True)
class TokenForm(Server):
    """Answers form-encoded unless Accept names JSON."""

    def token_response(self, token: str, request: Request) -> Response:
        """Look at Accept."""
        if "json" in request.header("Accept"):
            return super().token_response(token, request)
        body = urlencode({"access_token": token, "token_type": "bearer"}).encode()
        return Response(200, body, {"Content-Type": "application/x-www-form-urlencoded"})


class OtherShape(Server, ABC):
    """Answers the token endpoint with another shape; the token may stand in no report."""

    token_type: ClassVar[str] = "application/json"

    def token_response(self, token: str, request: Request) -> Response:
        """Another shape."""
        return Response(200, self.shape(token), {"Content-Type": self.token_type})

    @abstractmethod
    def shape(self, token: str) -> bytes:
        """The body."""


@field("token_other_name", 1, 3, 4, statements=("A-02",), may_keep=(), credentials=True)
class TokenOtherName(OtherShape):
    """The token endpoint answers accessToken."""

    def shape(self, token: str) -> bytes:
        """In camel case."""
        return json.dumps({"accessToken": token, "refreshToken": self.new_token()}).encode()


@field("token_in_list", 1, 3, 4, statements=("A-02",), may_keep=(), credentials=True)
class TokenInList(OtherShape):
    """The token endpoint answers a list."""

    def shape(self, token: str) -> bytes:
        """In a list."""
        return json.dumps([{"type": "Bearer", "value": token}, token]).encode()


@field("token_plain_text", 1, 3, 4, statements=("A-02",), may_keep=(), credentials=True)
class TokenPlainText(OtherShape):
    """The token endpoint answers the token as plain text."""

    token_type = "text/plain"

    def shape(self, token: str) -> bytes:
        """Nothing around it."""
        return token.encode() + b"\n"


@field("short_token", 0, findings=0, may_keep=())
class ShortToken(Server):
    """The token of a development server is `1`."""

    def make_token(self) -> str:
        """One character."""
        return "1"


@field("short_token_dev", 0, findings=0, may_keep=())
class ShortTokenDev(Server):
    """The token of a development server is `dev`."""

    def make_token(self) -> str:
        """Three letters."""
        return "dev"


@field("waf", 3, 4, names=("Request blocked",), options="--user-agent Mozilla/5.0", may_keep=())
class Waf(Server):
    """A firewall answers everything but browsers with 403 and HTML; with the option the run passes."""

    def handle(self, request: Request) -> Response:
        """Look at User-Agent."""
        if "Mozilla" not in request.header("User-Agent"):
            return Response(403, self.page(), {"Content-Type": "text/html", "Server": "edge"})
        return super().handle(request)

    def page(self) -> bytes:
        """The page of the firewall."""
        return b"<html><head><title>403</title></head><body>Request blocked. Ray 7f3a</body></html>"


@field("gateway_key", 3, 4, names=("X-Gateway-Key",), options="--header 'X-Gateway-Key: k-1'", may_keep=())
class GatewayKey(Server):
    """A gateway asks for a key in a header of its own; with the option the run passes."""

    def authenticate(self, request: Request) -> str:
        """Look for the key first."""
        if request.header("X-Gateway-Key") != "k-1":
            raise Refused(401, "X-Gateway-Key is missing")
        return super().authenticate(request)


class WithoutToken(Server, ABC):
    """Answers requests without a valid token with a body that does not end."""

    def handle(self, request: Request) -> Response:
        """Replace the body of each 401."""
        response = super().handle(request)
        if response.status == 401 and request.path != self.token_path:
            response.stream = self.pour()
        return response

    @abstractmethod
    def pour(self) -> Iterator[bytes]:
        """The pieces of the body."""


@field("flood_without_token", 0, 1, may_keep=(), seconds=90)
class FloodWithoutToken(WithoutToken):
    """Floods requests without a valid token: 64 kB pieces, without an end."""

    def pour(self) -> Iterator[bytes]:
        """Fast and endless."""
        piece = b"x" * 65536
        while not self.stopping.is_set():
            yield piece


@field("drip_without_token", 0, 1, may_keep=(), seconds=90)
class DripWithoutToken(WithoutToken):
    """Drips: one byte each 200 ms, without an end."""

    def pour(self) -> Iterator[bytes]:
        """Slow and endless."""
        while not self.stopping.is_set():
            yield b" "
            self.pause(0.2)
