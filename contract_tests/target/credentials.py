"""What opens the target: a token, and what gets a new one. Nothing here shows in a repr."""

from __future__ import annotations

import math
import re
import time
from collections.abc import Mapping
from typing import Self
from urllib.parse import urlencode

from contract_tests.contract.json_values import Json
from contract_tests.errors import UsageError
from contract_tests.record.exchange import Exchange
from contract_tests.record.masking import masked
from contract_tests.record.step import Kind, Step

RENEW_BEFORE = 30
"""Seconds before a token expires; half of its life where that is shorter."""
ISSUED = ("access_token", "refresh_token", "id_token")
"""What of an answer of a token endpoint opens something (RFC 6749, 5.1; OpenID Connect)."""
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


class Credentials:
    """A token, and the client id and secret that get another one.

    Attributes:
        token: The access token that is in use; empty where there is none yet.
        exchange: The first exchange with the token endpoint, masked; None where there was none.
        refused: Why the token endpoint gave no token the last time; empty where it gave one.
    """

    def __init__(self, token: str = "", token_url: str = "", client_id: str = "", secret: str = "") -> None:
        self.token = token
        self.token_url = token_url
        self.exchange: Exchange | None = None
        self.refused = ""
        self._client_id, self._secret = client_id, secret
        self._tokens = {token} - {""}
        self._hidden: set[str] = set()
        self._expires = math.inf

    @classmethod
    def of(cls, environment: Mapping[str, str], token_url: str) -> Self:
        """The credentials that the environment holds.

        Raises:
            UsageError: There are none, or half of them, or the token is none.
        """
        token = environment.get("PHONE_API_TOKEN", "")
        client_id = environment.get("PHONE_API_CLIENT_ID", "")
        secret = environment.get("PHONE_API_CLIENT_SECRET", "")
        if bool(client_id) != bool(secret):
            lacking = "PHONE_API_CLIENT_SECRET" if client_id else "PHONE_API_CLIENT_ID"
            raise UsageError(f"{lacking} is missing: client id and secret get a token only together")
        if not (token or secret):
            raise UsageError("no credentials: set PHONE_API_TOKEN, or PHONE_API_CLIENT_ID and PHONE_API_CLIENT_SECRET")
        if not is_token(token):
            raise UsageError(
                "PHONE_API_TOKEN: a token is printable ASCII without blanks (RFC 6750, 2.1); was it copied whole?"
            )
        return cls(token, token_url, client_id, secret)

    @property
    def can_renew(self) -> bool:
        """Whether a token can be had from the token endpoint."""
        return bool(self._secret)

    @property
    def is_expiring(self) -> bool:
        """Whether another token is needed before the next request."""
        return self.can_renew and (not self.token or time.monotonic() >= self._expires)

    @property
    def secrets(self) -> list[str]:
        """What must show nowhere: what was issued so far, the tokens' beginnings, and the secret; longest first."""
        hidden = {*self._tokens, *(token[:-1] for token in self._tokens), *self._hidden, self._secret}
        return sorted(hidden - {""}, key=len, reverse=True)

    def masked(self, text: str) -> str:
        """A text without what must show nowhere, which a target may have sent back."""
        return masked(text, self.secrets)

    def carried_by(self, headers: Mapping[str, str]) -> bool:
        """Whether a request goes by a token of ours, as it was given."""
        scheme, _, token = str(headers.get("Authorization", "")).partition(" ")
        return scheme == "Bearer" and token in self._tokens

    def request(self) -> Step:
        """What asks for a token (RFC 6749, 4.4.2)."""
        form = {"grant_type": "client_credentials", "client_id": self._client_id, "client_secret": self._secret}
        return Step(Kind.token, "POST", self.token_url, urlencode(form).encode(), FORM, about="client credentials")

    def environment(self) -> dict[str, str]:
        """The variables that `of` reads, for another process."""
        texts = {"TOKEN": self.token, "CLIENT_ID": self._client_id, "CLIENT_SECRET": self._secret}
        return {f"PHONE_API_{name}": text for name, text in texts.items() if text}

    def take(self, answer: Exchange) -> None:
        """Go by the token that an answer of the token endpoint issues; `refused` says why, where it issues none."""
        shown = answer.json_object or {}
        self._hidden |= {text for name in ISSUED if isinstance(text := shown.get(name), str)}
        issued, lifetime = shown.get("access_token"), shown.get("expires_in")
        if answer.is_success and isinstance(issued, str) and issued and is_token(issued):
            self._tokens.add(issued)
            self.token, self.refused = issued, ""
            self._expires = time.monotonic() + _usable_for(lifetime)
        else:
            self.refused = answer.error or f"it answered {answer.status} without a usable access_token"
            self._expires = math.inf  # not before every request; a 401 asks once more
        self.exchange = self.exchange or answer.masked(self.secrets)


def _usable_for(lifetime: Json) -> float:
    """Seconds, by `expires_in` (RFC 6749, 5.1), which may be absent."""
    if isinstance(lifetime, bool) or not isinstance(lifetime, int | float):
        return math.inf
    seconds = max(1.0, min(lifetime, 1e9))
    return seconds - min(RENEW_BEFORE, seconds / 2)


def is_token(text: str) -> bool:
    """Whether it can stand in a header (RFC 6750, 2.1, and a little more); so can an empty text."""
    return re.fullmatch("[!-~]*", text) is not None
