"""What opens the target: a token, and what gets a new one. Nothing here shows in a repr."""

from __future__ import annotations

import math
import re
import time
from base64 import b64encode
from collections.abc import Iterable, Mapping
from http import HTTPStatus
from typing import Self
from urllib.parse import quote_plus, urlencode

from contract_tests.errors import UsageError
from contract_tests.record.exchange import Exchange
from contract_tests.record.masking import MIN_LENGTH, PIECE, SECRET, masked
from contract_tests.record.step import Kind, Step
from contract_tests.target import token_answer

HEADERS = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}
"""Of a request for a token; some endpoints answer with a form unless JSON is asked for."""
MAX_TOKEN_REQUESTS = 100
"""In all: a token that lasts for a second is renewed so often in a minute of testing."""
WRONG_SECRET = "not-the-client-secret"  # noqa: S105
MAX_USELESS = 3
"""So many renewals in a row may get no token, or one that the target refuses as well."""


class Credentials:
    """A token, and the client id and secret that get another one.

    Attributes:
        token: The access token that is in use; empty where there is none yet.
        exchange: The first exchange with the token endpoint, masked; None where there was none.
        refused: Why the token endpoint gave no token the last time; empty where it gave one.
        scope: What is asked for (RFC 6749, 3.3); empty: whatever the endpoint gives by default.
        uses_basic: Whether client id and secret go by HTTP Basic instead of in the form (RFC 6749, 2.3.1).
    """

    def __init__(
        self, token: str = "", token_url: str = "", client_id: str = "", secret: str = "", scope: str = ""
    ) -> None:
        self.token = token
        self.token_url = token_url
        self.scope = scope
        self.uses_basic = False
        self.exchange: Exchange | None = None
        self.refused = ""
        self._client_id, self._secret = client_id, secret
        self._tokens = {token} - {""}
        self._hidden: set[str] = set()
        self._secrets: tuple[tuple[int, int], tuple[str, ...]] = ((-1, -1), ())
        self._expires = math.inf
        self.has_tried_wrong_secret = False
        self._has_tried_basic = False
        self._asked = self._useless = 0

    @classmethod
    def of(cls, environment: Mapping[str, str], token_url: str) -> Self:
        """The credentials that the environment holds.

        Raises:
            UsageError: There are none, or half of them, the token is none, or the secret is too short.
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
        if 0 < len(secret) < MIN_LENGTH:
            raise UsageError(
                f"PHONE_API_CLIENT_SECRET: {len(secret)} characters are too few to hide it in reports, where a word or "
                f"a number may look the same; give the server one of {MIN_LENGTH} or more"
            )
        return cls(token, token_url, client_id, secret)

    @property
    def can_renew(self) -> bool:
        """Whether a token can be had from the token endpoint, which is not asked without end."""
        return bool(self._secret) and self._asked < MAX_TOKEN_REQUESTS and self._useless < MAX_USELESS

    @property
    def renewed_at(self) -> list[str]:
        """Where client id and secret go to, if there are any."""
        return [self.token_url] if self._secret else []

    @property
    def is_expiring(self) -> bool:
        """Whether another token is needed before the next request."""
        return self.can_renew and (not self.token or time.monotonic() >= self._expires)

    @property
    def secrets(self) -> tuple[str, ...]:
        """What must show nowhere: what was issued so far, and the secret; longest first.

        Not a short token, which any word or number may hold: it is hidden where it stands as a token (`shown`).
        """
        known = (len(self._tokens), len(self._hidden))  # both only grow
        if known != self._secrets[0]:
            self._secrets = (known, self._sorted_secrets())
        return self._secrets[1]

    def _sorted_secrets(self) -> tuple[str, ...]:
        tokens = {token for token in self._tokens if len(token) >= MIN_LENGTH}
        hidden = {*tokens, *self._hidden, self._secret, self._basic() if self._secret else ""}
        # What is sent as a wrong token; of a long one, each part is hidden anyway.
        hidden |= {wrong for token in tokens if len(token) <= 2 * PIECE for wrong in wrong_tokens(token)}
        return tuple(sorted(hidden - {""}, key=len, reverse=True))

    @property
    def is_short(self) -> bool:
        """Whether the token is too short to be hidden in what a server sends back."""
        return 0 < len(self.token) < MIN_LENGTH

    def shown(self, authorization: str) -> str:
        """The value of an Authorization header as a record may hold it."""
        scheme, _, token = authorization.partition(" ")
        if token in self._tokens:
            return f"{scheme} {SECRET}"
        is_derived = token and any(token in wrong_tokens(known) for known in self._tokens)
        return f"{scheme} not-{SECRET}" if is_derived and len(token) < MIN_LENGTH else authorization

    def hide(self, texts: Iterable[str]) -> None:
        """Let these texts show nowhere either."""
        self._hidden |= {*texts}

    def masked(self, text: str) -> str:
        """A text without what must show nowhere, which a target may have sent back."""
        return masked(text, self.secrets)

    def carried_by(self, headers: Mapping[str, str]) -> bool:
        """Whether a request goes by a token of ours, as it was given."""
        scheme, _, token = str(headers.get("Authorization", "")).partition(" ")
        return scheme == "Bearer" and token in self._tokens

    def request(self) -> Step:
        """What asks for a token (RFC 6749, 4.4.2)."""
        form = {"grant_type": "client_credentials"} | ({"scope": self.scope} if self.scope else {})
        about = "client credentials"
        if self.uses_basic:
            about += " by HTTP Basic"
        else:
            form |= {"client_id": self._client_id, "client_secret": self._secret}
        return Step(Kind.token, "POST", self.token_url, urlencode(form).encode(), HEADERS, about=about)

    def authorization(self) -> dict[str, str]:
        """The header that belongs to `request`, which is not a part of the step: steps are recorded."""
        return {"Authorization": f"Basic {self._basic()}"} if self.uses_basic else {}

    def _basic(self) -> str:
        # Both are encoded as in a form before (RFC 6749, 2.3.1).
        return b64encode(f"{quote_plus(self._client_id)}:{quote_plus(self._secret)}".encode()).decode()

    def with_wrong_secret(self) -> Credentials:
        """The same client with a secret that opens nothing, and that may show."""
        wrong = Credentials("", self.token_url, self._client_id, WRONG_SECRET, self.scope)
        wrong.uses_basic = self.uses_basic
        return wrong

    def for_record(self, answer: Exchange) -> Exchange:
        """An exchange with the token endpoint as it is recorded; what it shows must show nowhere else either."""
        self._hidden |= token_answer.secrets_in(answer) - {self._client_id}
        return token_answer.for_record(answer).masked(self.secrets)

    def may_want_basic(self, answer: Exchange) -> bool:
        """Whether the client may be known by HTTP Basic only; true at most once."""
        is_refused = answer.status == HTTPStatus.UNAUTHORIZED or (
            answer.status == HTTPStatus.BAD_REQUEST and token_answer.fields(answer).get("error") == "invalid_client"
        )
        has_tried, self._has_tried_basic = self._has_tried_basic, self._has_tried_basic or is_refused
        return is_refused and not has_tried

    def environment(self) -> dict[str, str]:
        """The variables that `of` reads, for another process."""
        texts = {"TOKEN": self.token, "CLIENT_ID": self._client_id, "CLIENT_SECRET": self._secret}
        return {f"PHONE_API_{name}": text for name, text in texts.items() if text}

    def take(self, answer: Exchange) -> None:
        """Go by the token that an answer of the token endpoint issues; `refused` says why, where it issues none."""
        self._asked += 1
        self._hidden |= token_answer.secrets_in(answer) - {self._client_id}
        if self.issues_token(answer):
            known = token_answer.fields(answer)
            self.token, self.refused = known["access_token"], ""
            self._tokens.add(self.token)
            self._expires = time.monotonic() + token_answer.usable_for(known.get("expires_in"))
        else:
            self.refused = self._why_none(answer)
            self.was_useless()
            self._expires = math.inf  # not before every request; a 401 asks once more
        self.exchange = self.exchange or self.for_record(answer)

    def issues_token(self, answer: Exchange) -> bool:
        """Whether an answer of the token endpoint holds a token that can be used."""
        issued = token_answer.fields(answer).get("access_token")
        return answer.is_success and isinstance(issued, str) and issued != "" and is_token(issued)

    def _why_none(self, answer: Exchange) -> str:
        reason = token_answer.reason(answer, self.masked)
        return answer.error or f"it answered {answer.status} without a usable access_token{reason}"

    def was_useless(self) -> None:
        """Note that a renewal changed nothing: too many in a row are the last ones."""
        self._useless += 1

    def was_accepted(self) -> None:
        """Note that the target takes the token."""
        self._useless = 0


def is_token(text: str) -> bool:
    """Whether it can stand in a header (RFC 6750, 2.1, and a little more); so can an empty text."""
    return re.fullmatch("[!-~]*", text) is not None


def wrong_tokens(token: str) -> tuple[str, str]:
    """The token with another character, and without its last one."""
    return _changed(token), token[:-1]


def _changed(token: str) -> str:
    """A wrong token: another character in the middle, of a JWT in the middle of its signature.

    Not the last character: in Base64 a part of its bits may mean nothing, and then the token is still the same.
    """
    start = token.rfind(".") + 1 if token.count(".") == 2 and not token.endswith(".") else 0
    middle = start + (len(token) - start) // 2
    # Neither the other case of the same letter, which a server may take for the same.
    other = "b" if token[middle : middle + 1] in {"a", "A"} else "a"
    return token[:middle] + other + token[middle + 1 :]
