"""Other instances of the kind "the server is busy, locked, away, or does not know the token any more"."""

import math
import time
from abc import ABC, abstractmethod

from tests.servers.budget import Window, too_many
from tests.servers.core import Server
from tests.servers.messages import Dropped, Extension, Refused, Request, Response
from tests.servers.owed import EXIT_LEFT
from tests.servers.registry import field


def is_put(request: Request) -> bool:
    """Whether a request changes settings."""
    return request.method == "PUT"


class NthPut(Server, ABC):
    """Treats every n-th PUT in a special way."""

    every = 7

    def __init__(self) -> None:
        super().__init__()
        self.puts = 0

    def put(self, request: Request, extension: Extension) -> Response:
        """Count."""
        with self.lock:
            self.puts += 1
            special = self.puts % self.every == 0
        return self.special(request, extension) if special else super().put(request, extension)

    @abstractmethod
    def special(self, request: Request, extension: Extension) -> Response:
        """The n-th PUT."""


@field("busy_503", 0, findings=0, may_keep=())
class Busy(NthPut):
    """Every seventh PUT gets 503 with Retry-After: 1 and stores nothing."""

    status = 503

    def special(self, request: Request, extension: Extension) -> Response:
        """Be busy."""
        raise Refused(self.status, "busy", {"Retry-After": "1"})


@field("locked_423", 0, findings=0, may_keep=())
class Locked(Busy):
    """Every seventh PUT gets 423 with Retry-After: 1: another session has the lock."""

    status = 423


@field("conflict_409", 0, findings=0, may_keep=())
class Conflict(Busy):
    """Every seventh PUT gets 409 with Retry-After: 1: another session writes."""

    status = 409


@field("bad_gateway_502", 0, 1, 6, findings=1)
class BadGateway(NthPut):
    """Every seventh PUT is stored, and a gateway answers 502 with HTML."""

    def special(self, request: Request, extension: Extension) -> Response:
        """Store, then lose the answer."""
        Server.put(self, request, extension)
        return Response(502, b"<h1>502 Bad Gateway</h1>", {"Content-Type": "text/html"})


@field("answer_lost", 0, 1, 3, 6, findings=1)
class AnswerLost(NthPut):
    """Every twentieth PUT is stored, and the connection ends without an answer."""

    every = 20

    def special(self, request: Request, extension: Extension) -> Response:
        """Store, then hang up."""
        Server.put(self, request, extension)
        raise Dropped


class TokenDies(Server):
    """The tokens of the first part of a run are not valid any more after some PUTs."""

    status = 401
    after = 20
    can_renew = True

    def __init__(self) -> None:
        super().__init__()
        self.puts = 0
        self.dead: set[str] = set()

    def authenticate(self, request: Request) -> str:
        """Count PUTs, and let the tokens die once."""
        client = super().authenticate(request)
        with self.lock:
            self.puts += is_put(request)
            if self.puts == self.after:
                self.dead |= set(self.tokens)
        if request.header("Authorization").partition(" ")[2].strip() in self.dead:
            raise Refused(self.status, "access_denied")
        return client

    def grant(self, request: Request) -> Response:
        """A new token helps, or the client is blocked."""
        if self.dead and not self.can_renew:
            raise Refused(403, "user_blocked")
        return super().grant(request)


@field("token_dies_401", 0, findings=0, may_keep=(), credentials=True)
class TokenDies401(TokenDies):
    """The token dies in the middle with 401; a new one works."""


@field("token_dies_403", 0, findings=0, may_keep=(), credentials=True)
class TokenDies403(TokenDies):
    """The token dies in the middle with 403; a new one works."""

    status = 403


@field("token_dies_for_good", EXIT_LEFT)
class TokenDiesForGood(TokenDies):
    """The user's token dies in the middle, and there are no credentials: nothing can be put back."""

    can_renew = False


class Away(Server):
    """After some PUTs the server is away for a while: connections end without an answer."""

    after = 20
    seconds = 3.0

    def __init__(self) -> None:
        super().__init__()
        self.puts = 0
        self.back = 0.0

    def handle(self, request: Request) -> Response:
        """Be away."""
        with self.lock:
            self.puts += is_put(request)
            if self.puts == self.after and not self.back:
                self.back = time.monotonic() + self.seconds
        if time.monotonic() < self.back:
            raise Dropped
        return super().handle(request)


@field("away_for_three_seconds", 0, 1, 3, 6, remark="the restore tries again for some seconds", may_keep=())
class AwayForThreeSeconds(Away):
    """A restart in the middle of the run takes three seconds."""


@field("away_for_good", EXIT_LEFT)
class AwayForGood(Away):
    """The server goes away in the middle of the run and does not come back."""

    seconds = math.inf


@field("restart_503", 0, 1, 3, 6, remark="the restore waits as it is told", may_keep=())
class Restart(Away):
    """A restart in the middle of the run: 503 with Retry-After for three seconds."""

    def handle(self, request: Request) -> Response:
        """Tell it."""
        try:
            return super().handle(request)
        except Dropped:
            return self.refuse(Refused(503, "restarting", {"Retry-After": "3"}))


@field("hour_budget", 0, 1, 3, 6, remark="the restore keeps a part of the budget", may_keep=())
class HourBudget(Window):
    """60 requests an hour, told from the first answer on; then 429 until the hour is over."""

    budget = 60
    length = 3600.0


@field("hour_budget_untold", EXIT_LEFT, 3, remark="nothing can be put back before the hour is over")
class HourBudgetUntold(Window):
    """60 requests an hour, told by nothing but the 429 with Retry-After: 3600."""

    budget = 60
    length = 3600.0

    def limit_headers(self, remaining: int, reset: float) -> dict[str, str]:
        """Tell it at the end."""
        return {} if remaining else {"Retry-After": str(math.ceil(reset))}


@field("put_budget", 0, 1, 3, 6, findings=0)
class PutBudget(Server):
    """Takes ten PUTs a second, and GET without a limit; 429 without any header."""

    def __init__(self) -> None:
        super().__init__()
        self.second, self.puts = 0, 0

    def route(self, request: Request) -> Response:
        """Count PUTs of this second."""
        with self.lock:
            if int(time.monotonic()) != self.second:
                self.second, self.puts = int(time.monotonic()), 0
            self.puts += is_put(request)
            if is_put(request) and self.puts > 10:
                raise too_many({})
        return super().route(request)


@field("if_match_needed", 1, 3, 4, names=("428",), may_keep=())
class IfMatchNeeded(Server):
    """PUT needs If-Match: 428 without it."""

    def put(self, request: Request, extension: Extension) -> Response:
        """Ask for it."""
        if not request.header("If-Match"):
            raise Refused(428, "If-Match is required")
        return super().put(request, extension)


@field("read_only_402", 1, 3, 4, remark="one clear line, not green", names=("402",), may_keep=())
class ReadOnlyPaid(Server):
    """Every PUT gets 402: the tariff has no write access."""

    status = 402

    def put(self, request: Request, extension: Extension) -> Response:
        """Refuse."""
        refusal = Refused(self.status, "the tariff allows reading only")
        refusal.details = {"status": "app_access_type_deny"}
        raise refusal


@field("read_only_451", 1, 3, 4, remark="one clear line, not green", names=("451",), may_keep=())
class ReadOnlyLegal(ReadOnlyPaid):
    """Every PUT gets 451."""

    status = 451


@field("high_risk_read_only", 0, 1, 4, remark="refusals of some properties are told", may_keep=())
class HighRiskReadOnly(Server):
    """PUT of external_number, geo_list or bundle gets 403: this application may not change them."""

    guarded = ("external_number", "geo_list", "bundle")

    def validate(self, changes: dict[str, object], extension: Extension) -> dict[str, object]:
        """Refuse the whole PUT."""
        named = [name for name in self.guarded if name in changes and changes[name] != extension.settings[name]]
        if named:
            raise Refused(403, f"app_access_type_deny: {named[0]}")
        return super().validate(changes, extension)
