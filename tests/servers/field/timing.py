"""Delays, caches and limits."""

import math
import time
from datetime import UTC, datetime, timedelta

from tests.servers.budget import Bursts, Window
from tests.servers.conforming.limits import BurstRetryAfterDate, TwoAtOnce
from tests.servers.conforming.transport import SlowFirstAnswer
from tests.servers.core import Server
from tests.servers.messages import Extension, Request, Response
from tests.servers.page import Json
from tests.servers.registry import field


@field("starting_up", 0, 3, findings=0, may_keep=())
class StartingUp(Server):
    """Answers the first GET with 200 {"status": "starting"}."""

    first: Json = {"status": "starting"}

    def get(self, request: Request, extension: Extension) -> Response:
        """Not ready."""
        is_first = sum(entry.method == "GET" for entry in self.log) == 1
        return self.respond(self.first) if is_first else super().get(request, extension)


@field("burst_429", 0, findings=0, may_keep=())
class Burst429(Bursts):
    """4 requests a second, 40 at once; beyond that 429 with Retry-After: 1."""

    capacity, rate = 40.0, 4.0


@field("burst_429_date", 0, findings=0, may_keep=())
class Burst429Date(BurstRetryAfterDate):
    """The same with Retry-After as an HTTP date."""

    capacity, rate = 40.0, 4.0


@field("window_draft", 0, findings=0, may_keep=())
class WindowDraft(Window):
    """100 requests in 8 s, told by RateLimit-Remaining and RateLimit-Reset."""

    budget, length = 100, 8.0

    def limit_headers(self, remaining: int, reset: float) -> dict[str, str]:
        """Without the limit."""
        return {"RateLimit-Remaining": str(remaining), "RateLimit-Reset": self.form(reset)}

    def form(self, reset: float) -> str:
        """The seconds until the reset."""
        return str(math.ceil(reset))


@field("window_float", 0, findings=0, may_keep=())
class WindowFloat(WindowDraft):
    """The same, reset as a fraction."""

    def form(self, reset: float) -> str:
        """A fraction."""
        return f"{reset:.3f}"


@field("window_iso", 0, findings=0, may_keep=())
class WindowIso(WindowDraft):
    """The same, reset as an ISO 8601 date with a fraction and an offset."""

    def form(self, reset: float) -> str:
        """A date."""
        return (datetime.now(UTC) + timedelta(seconds=reset)).isoformat(timespec="milliseconds")


@field("window_clock_behind", 0, findings=0, may_keep=())
class WindowClockBehind(WindowDraft):
    """The same, reset as seconds of the epoch by a clock that is two minutes behind."""

    clock_offset = -120.0

    def form(self, reset: float) -> str:
        """By its own clock."""
        return str(math.ceil(self.now() + reset))


@field("two_at_once_429", 0, findings=0, may_keep=())
class TwoAtOnce429(TwoAtOnce):
    """More than two requests at once get 429 with Retry-After: 1."""


class Lagging(Server):
    """GET shows a change some time after the PUT that answered it."""

    lag = 0.4

    def __init__(self) -> None:
        super().__init__()
        self.history: dict[str, list[tuple[float, Json]]] = {}

    def put(self, request: Request, extension: Extension) -> Response:
        """Remember what is shown from when on."""
        with self.lock:
            shown = self.history.setdefault(extension.id, [(0.0, self.render(extension))])
            response = super().put(request, extension)
            shown.append((time.monotonic() + self.lag, self.render(extension)))
        return response

    def get(self, request: Request, extension: Extension) -> Response:
        """Show the newest that is old enough."""
        with self.lock:
            shown = self.history.get(extension.id)
            if shown is None:
                return super().get(request, extension)
            while len(shown) > 1 and shown[1][0] <= time.monotonic():
                shown.pop(0)
            return self.respond(shown[0][1])


@field("read_lag", 0, 1, remark="one finding that names the measured delay", findings=1, may_keep=())
class ReadLag(Lagging):
    """GET shows a change 0.4 s after the PUT."""


@field("read_lag_50ms", 0, 1, remark="one finding that names the measured delay", findings=1, may_keep=())
class ReadLag50(Lagging):
    """GET shows a change 50 ms after the PUT."""

    lag = 0.05


@field(
    "cached_get", 0, 1, remark="one diagnosis that names the header", names=("Age", "X-Cache"), findings=1, may_keep=()
)
class CachedGet(Server):
    """A gateway answers GET from its cache for 1 s, with Age and X-Cache: HIT."""

    lifetime = 1.0

    def __init__(self) -> None:
        super().__init__()
        self.cache: dict[str, tuple[float, bytes]] = {}

    def get(self, request: Request, extension: Extension) -> Response:
        """Look into the cache first."""
        with self.lock:
            stored, body = self.cache.get(extension.id, (-self.lifetime, b""))
            age = time.monotonic() - stored
            if age < self.lifetime and body:
                return self.mark(Response(200, body), age, "HIT")
            response = super().get(request, extension)
            self.cache[extension.id] = (time.monotonic(), response.body)
        return self.mark(response, 0, "MISS")

    def mark(self, response: Response, age: float, result: str) -> Response:
        """The headers of the gateway."""
        more = {"Age": str(int(age)), "X-Cache": result, "Cache-Control": "public, max-age=1"}
        response.headers |= {"Content-Type": self.json_type} | more
        return response


@field("cold_start", 0, findings=0, may_keep=())
class ColdStart(SlowFirstAnswer):
    """The first answer takes 7 s."""

    first_delay = 7.0
