"""Tokens: issued wrongly, or not looked at."""

import json
from abc import ABC, abstractmethod

from tests.servers.core import CLIENT, Server
from tests.servers.messages import Refused, Request, Response
from tests.servers.owed import EXIT_ERROR, EXIT_FAIL, EXIT_LEFT, EXIT_USAGE, Owed
from tests.servers.page import Json
from tests.servers.registry import breaking

# These break the token endpoint, so the run has to fetch a token to see it.
FETCHED = Owed(exits=(EXIT_FAIL,), credentials=True, may_keep=())
# Without a token nothing else can be asked: a failure, or the end of the run with its reason.
NO_TOKEN = Owed(exits=(EXIT_FAIL, EXIT_ERROR, EXIT_USAGE), credentials=True, may_keep=(), names=("access_token",))
SEEN = Owed(exits=(EXIT_FAIL, EXIT_LEFT))


class Careless(Server, ABC):
    """Takes a request that it must refuse."""

    methods: tuple[str, ...] = ("GET", "PUT", "HEAD")

    def authenticate(self, request: Request) -> str:
        """Let some requests pass."""
        if request.method in self.methods and self.passes(request.header("Authorization")):
            return CLIENT
        return super().authenticate(request)

    @abstractmethod
    def passes(self, authorization: str) -> bool:
        """Whether a request passes without a look at its token."""


@breaking("no_token_get", "A-03")
class NoTokenGet(Careless):
    """GET needs no token (A-03)."""

    methods: tuple[str, ...] = ("GET", "HEAD")

    def passes(self, authorization: str) -> bool:
        """No header at all."""
        return not authorization


@breaking("no_token_put", "A-03")
class NoTokenPut(NoTokenGet):
    """PUT needs no token, GET does (A-03)."""

    methods: tuple[str, ...] = ("PUT",)


@breaking("wrong_token_get", "A-03")
class WrongTokenGet(Careless):
    """GET takes every bearer token, but needs one (A-03)."""

    methods: tuple[str, ...] = ("GET", "HEAD")

    def passes(self, authorization: str) -> bool:
        """Json token."""
        return len(authorization) > len("Bearer ")


@breaking("wrong_token_put", "A-03")
class WrongTokenPut(WrongTokenGet):
    """PUT takes every bearer token, GET does not (A-03)."""

    methods: tuple[str, ...] = ("PUT",)


@breaking("token_never_looked_at", "A-03")
class TokenNeverLookedAt(Careless):
    """No request needs a token (A-03)."""

    def passes(self, authorization: str) -> bool:
        """Everything."""
        return authorization is not None


@breaking("token_begin_only", "A-03")
class TokenBeginOnly(Server):
    """Compares the first eight characters of the token (A-03)."""

    def is_valid(self, token: str) -> bool:
        """Compare too little."""
        return any(token[:8] == issued[:8] for issued in tuple(self.tokens))


@breaking("token_length_only", "A-03")
class TokenLengthOnly(Server):
    """Takes every token of thirty characters (A-03)."""

    def is_valid(self, token: str) -> bool:
        """Compare only the length."""
        return len(token) == 30


@breaking("me_needs_no_token", "A-03")
class MeNeedsNoToken(Server):
    """Looks at the token only for ids, and takes every token for @me (A-03)."""

    def authenticate(self, request: Request) -> str:
        """Trust the name."""
        is_me = "/@me/" in request.path or "/%40me/" in request.path
        return CLIENT if is_me else super().authenticate(request)


@breaking("late_check", "A-03", owed=SEEN)
class LateCheck(Server):
    """Looks at the token of a PUT after it stored the change: 401, and the change is there (A-03)."""

    def authenticate(self, request: Request) -> str:
        """Store first."""
        try:
            return super().authenticate(request)
        except Refused:
            if request.method == "PUT":
                self.put(request, self.find(self.match(request), CLIENT))
            raise


@breaking("bearer_refused", "A-03", owed=Owed(exits=(EXIT_FAIL, EXIT_ERROR, EXIT_USAGE), may_keep=()))
class BearerRefused(Server):
    """Wants `Authorization: Token …` (A-03)."""

    def authenticate(self, request: Request) -> str:
        """Another scheme."""
        if request.header("Authorization").lower().startswith("bearer"):
            raise Refused(401, "unauthorized", {"WWW-Authenticate": "Token"})
        return super().authenticate(request)


class BadToken(Server, ABC):
    """Answers the token endpoint with another document."""

    def token_response(self, token: str, request: Request) -> Response:
        """Answer it as JSON."""
        return Response(200, json.dumps(self.document(token)).encode(), {"Content-Type": "application/json"})

    @abstractmethod
    def document(self, token: str) -> Json:
        """The document."""


@breaking("access_token_empty", "A-02", owed=NO_TOKEN)
class AccessTokenEmpty(BadToken):
    """access_token is "" (A-02)."""

    def document(self, token: str) -> Json:
        """An empty text."""
        return {"access_token": token[:0], "token_type": "Bearer", "expires_in": 3600}


@breaking("access_token_null", "A-02", owed=NO_TOKEN)
class AccessTokenNull(BadToken):
    """access_token is null (A-02)."""

    def document(self, token: str) -> Json:
        """Null."""
        return {"access_token": token and None, "token_type": "Bearer"}


@breaking("access_token_object", "A-02", owed=NO_TOKEN)
class AccessTokenObject(BadToken):
    """access_token is an object (A-02)."""

    def document(self, token: str) -> Json:
        """An object around it."""
        return {"access_token": {"value": token}, "token_type": "Bearer"}


@breaking("access_token_missing", "A-02", owed=NO_TOKEN)
class AccessTokenMissing(BadToken):
    """The token is in a member `token` (A-02)."""

    def document(self, token: str) -> Json:
        """Another name."""
        return {"token": token, "token_type": "Bearer"}


@breaking("issued_token_refused", "A-03", owed=Owed(exits=(EXIT_FAIL, EXIT_ERROR, EXIT_USAGE), credentials=True))
class IssuedTokenRefused(Server):
    """A token of the token endpoint is not valid (A-03)."""

    def is_valid(self, token: str) -> bool:
        """The first one only."""
        return token == self.token


@breaking("wrong_secret_taken", "A-02", owed=FETCHED)
class WrongSecretTaken(Server):
    """The token endpoint does not look at the secret ("If the application data is correct", A-02)."""

    def check_credentials(self, form: dict[str, str], request: Request) -> None:
        """Look at the id only."""
        super().check_credentials(form | {"client_secret": self.client_secret}, request)
