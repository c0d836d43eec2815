"""Token endpoints and tokens of other shapes, for the families of servers."""

import base64
import binascii
import json
import secrets

from .core import CLIENT, Server, oauth_error
from .messages import Request
from .page import Json


class BasicOnly(Server):
    """Takes the credentials by HTTP Basic only (RFC 6749, 2.3.1)."""

    def check_credentials(self, form: dict[str, str], request: Request) -> None:
        """Look into the header."""
        expected = base64.b64encode(f"{CLIENT}:{self.client_secret}".encode()).decode()
        if request.header("Authorization") != f"Basic {expected}":
            refusal = oauth_error(401, "invalid_client", "client authentication by HTTP Basic is required")
            refusal.headers["WWW-Authenticate"] = 'Basic realm="token"'
            raise refusal
        if form.get("grant_type") != "client_credentials":
            raise oauth_error(400, "unsupported_grant_type")


class ScopeNeeded(Server):
    """Asks for a scope in the token request."""

    scope = "phone.write"

    def check_credentials(self, form: dict[str, str], request: Request) -> None:
        """Look for the scope."""
        super().check_credentials(form, request)
        if self.scope not in form.get("scope", "").split():
            raise oauth_error(400, "invalid_scope", f"the scope {self.scope} is required")


class SignedTokens(Server):
    """Issues JWTs of RS256 shape: the last character of a signature of 256 bytes carries four unused bits."""

    def make_token(self) -> str:
        """Header, payload and signature."""
        header = encode_part(json.dumps({"alg": "RS256", "typ": "JWT"}).encode())
        payload = encode_part(json.dumps({"sub": CLIENT, "jti": secrets.token_hex(8)}).encode())
        return f"{header}.{payload}.{encode_part(secrets.token_bytes(256))}"

    def is_valid(self, token: str) -> bool:
        """Compare the signature as bytes, as every library does."""
        return any(same_token(token, issued) for issued in tuple(self.tokens))


def encode_part(content: bytes) -> str:
    """A part of a JWT."""
    return base64.urlsafe_b64encode(content).decode().rstrip("=")


def decode_part(text: str) -> bytes:
    """The bytes of a part; unused bits are not looked at."""
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        return b""


def same_token(token: str, issued: str) -> bool:
    """Whether two JWTs have the same signed text and the same signature."""
    signed, _, signature = token.rpartition(".")
    issued_text, _, issued_signature = issued.rpartition(".")
    return signed == issued_text and decode_part(signature) == decode_part(issued_signature)


class TokenDocument(Server):
    """Adds members to the document of the token endpoint, or replaces them."""

    members: dict[str, Json] = {}

    def token_document(self, token: str) -> Json:
        """The usual document with these members."""
        return super().token_document(token) | self.members
