"""Tokens and refusals: the page states that a token is needed, and no status of a refusal."""

import json
import secrets
import time

from tests.servers.core import CLIENT, Server, oauth_error
from tests.servers.messages import Extension, Refused, Request, Response
from tests.servers.page import Json
from tests.servers.registry import conforming
from tests.servers.tokens import BasicOnly, ScopeNeeded, SignedTokens, TokenDocument


@conforming("foreign_is_404", "O-02", remark="none")
class ForeignIsNotFound(Server):
    """Answers 404 for an extension of another client, so that nobody learns that it exists."""

    def find(self, name: str, client: str) -> Extension:
        """Hide it."""
        try:
            return super().find(name, client)
        except Refused:
            raise Refused(404, "not found") from None


@conforming("unknown_is_403", "O-02", remark="none")
class UnknownIsForbidden(Server):
    """Answers 403 for an extension that does not exist, as for one of another client."""

    def find(self, name: str, client: str) -> Extension:
        """One answer for both."""
        try:
            return super().find(name, client)
        except Refused:
            raise Refused(403, "access_denied") from None


@conforming("bad_id_is_400", "O-02", remark="none")
class BadIdIsBadRequest(Server):
    """Answers 400 for an id that is not an integer: "extension_id is an integer" (O-02)."""

    def find(self, name: str, client: str) -> Extension:
        """Look at the form first."""
        if name != "@me" and not name.isdecimal():
            raise Refused(400, "extension_id is an integer")
        return super().find(name, client)


@conforming("extension_names", "O-02", remark="none")
class ExtensionNames(Server):
    """Takes the name of an extension too, as `@101`, and an id with leading zeros."""

    def find(self, name: str, client: str) -> Extension:
        """Translate the name."""
        known = {"@101": self.me, "@1844*101": self.me, "@102": self.fresh}
        return super().find(known.get(name, name.lstrip("0")), client)


@conforming("missing_token_403", "A-03", remark="a warning at most: 401 is what HTTP has for it")
class MissingTokenForbidden(Server):
    """Answers 403 without a valid token; the page names no status."""

    def authenticate(self, request: Request) -> str:
        """Another status."""
        try:
            return super().authenticate(request)
        except Refused:
            raise Refused(403, "access_denied") from None


@conforming("missing_token_400", "A-03", remark="a warning at most")
class MissingTokenBadRequest(Server):
    """Answers 400 without a token and 401 for a wrong one, without WWW-Authenticate."""

    def authenticate(self, request: Request) -> str:
        """Tell the two apart."""
        if not request.header("Authorization"):
            raise Refused(400, "Authorization is missing")
        try:
            return super().authenticate(request)
        except Refused as refusal:
            raise Refused(401, refusal.message) from None


@conforming("login_page", "A-03", remark="a warning at most: what it answers is not the settings")
class LoginPage(Server):
    """Redirects a client without a valid token to a page of HTML, which is answered with 200."""

    def route(self, request: Request) -> Response:
        """The page itself needs no token."""
        if request.path == "/login":
            return Response(200, b"<!doctype html><form>Log in</form>", {"Content-Type": "text/html"})
        return super().route(request)

    def authenticate(self, request: Request) -> str:
        """Send the client there."""
        try:
            return super().authenticate(request)
        except Refused:
            raise Refused(302, "log in", {"Location": "/login"}) from None


@conforming("scheme_exact", "A-03", remark="none")
class SchemeExact(Server):
    """Takes `Bearer` in this case only, as the page writes it (A-03)."""

    def authenticate(self, request: Request) -> str:
        """Compare exactly."""
        if not request.header("Authorization").startswith("Bearer "):
            raise Refused(401, "unauthorized")
        return super().authenticate(request)


@conforming("token_wants_basic", "A-01", remark="none", credentials=True)
class TokenWantsBasic(BasicOnly):
    """Takes client_id and client_secret by HTTP Basic; the page does not say in which part of the request (A-01)."""


@conforming("token_wants_scope", "A-01", remark="none", credentials=True, options="--scope phone.write")
class TokenWantsScope(ScopeNeeded):
    """Asks for a scope; the page does not say that the two are all that is sent (A-01)."""


@conforming("token_takes_json", "A-05", remark="none", credentials=True)
class TokenTakesJsonToo(Server):
    """Takes the token request as JSON or as a form: A-05 says that bodies are JSON."""

    def read_form(self, request: Request) -> dict[str, str]:
        """Read both."""
        if request.media_type != "application/json":
            return super().read_form(request)
        try:
            return dict(json.loads(request.body))
        except (ValueError, TypeError):
            raise oauth_error(400, "invalid_request") from None


@conforming("token_lifetime_as_text", "A-02", remark="none", credentials=True)
class TokenLifetimeAsText(TokenDocument):
    """Answers expires_in as text; the page promises access_token only (A-02)."""

    members = {"expires_in": "3600", "token_type": "bearer", "scope": None}


@conforming("token_alone", "A-02", remark="none", credentials=True)
class TokenAlone(Server):
    """Answers access_token and nothing else, with 201 (A-02)."""

    def token_response(self, token: str, request: Request) -> Response:
        """One member."""
        response = self.respond({"access_token": token})
        response.status = 201
        return response


@conforming("token_always_the_same", "A-02", remark="none", credentials=True)
class TokenAlwaysTheSame(Server):
    """Issues the same token as long as it is valid."""

    def grant(self, request: Request) -> Response:
        """Check, then answer the first token."""
        super().grant(request)
        return self.token_response(self.token, request)


@conforming("token_newest_only", "A-02", remark="none", credentials=True)
class TokenNewestOnly(Server):
    """A new token ends the ones before it; the page does not say how long a token lives."""

    def is_valid(self, token: str) -> bool:
        """Only the last one."""
        return bool(self.tokens) and token == list(self.tokens)[-1]


@conforming("token_lives_two_seconds", "A-02", remark="none", credentials=True)
class TokenLivesTwoSeconds(TokenDocument):
    """Its tokens live two seconds, as expires_in says; then 401."""

    members = {"expires_in": 2}

    def is_valid(self, token: str) -> bool:
        """Look at the age."""
        return super().is_valid(token) and (token == self.token or time.monotonic() - self.tokens[token] < 2)


@conforming("token_with_unused_bits", "A-02", remark="none")
class TokenWithUnusedBits(SignedTokens):
    """Its tokens are JWTs; another last character can be the same signature."""


@conforming("token_of_all_characters", "A-06", remark="none")
class TokenOfAllCharacters(Server):
    """Its tokens use every character that RFC 6750 allows, with `=` at the end; the sample is informative (A-06)."""

    def make_token(self) -> str:
        """Odd characters."""
        return f"-._~+/{secrets.token_hex(12)}/+~_.-=="


@conforming("token_of_4000_characters", "A-06", remark="none")
class TokenOf4000Characters(Server):
    """Its tokens are long, as those with many claims are."""

    def make_token(self) -> str:
        """Many characters."""
        return secrets.token_hex(2000)


@conforming("tokens_name_their_client", "A-03", remark="none")
class TokensNameTheirClient(Server):
    """Answers a wrong token with the reason in WWW-Authenticate and in the body."""

    def authenticate(self, request: Request) -> str:
        """Explain."""
        try:
            return super().authenticate(request)
        except Refused as refusal:
            text = 'Bearer realm="pbx", error="invalid_token", error_description="the token is not known"'
            refusal.headers["WWW-Authenticate"] = text
            refusal.details = explain(CLIENT)
            raise


def explain(client: str) -> dict[str, Json]:
    """The members of an explained refusal."""
    return {"status": "access_denied", "client": client, "doc": "https://pbx.example/errors#401"}
