"""Rate limits in the spellings that are in use; the page says nothing of limits, so each is allowed.

All limits here are short, so that a run on each takes seconds.
"""

import math
import time
from datetime import UTC, datetime
from email.utils import formatdate

from tests.servers.budget import Bursts, Window, too_many
from tests.servers.core import Server
from tests.servers.messages import Refused, Request, Response
from tests.servers.registry import conforming


@conforming("burst_retry_after_seconds", "O-01", remark="none; the run waits")
class BurstRetryAfterSeconds(Bursts):
    """More than 60 at once get 429 with Retry-After in seconds."""


@conforming("burst_retry_after_date", "O-01", remark="none; the run waits")
class BurstRetryAfterDate(Bursts):
    """The same, with Retry-After as an HTTP date."""

    def retry_headers(self, wait: float) -> dict[str, str]:
        """A date."""
        return {"Retry-After": formatdate(math.ceil(time.time() + wait), usegmt=True)}


@conforming("burst_without_retry_after", "O-01", remark="none; the run waits")
class BurstWithoutRetryAfter(Bursts):
    """The same, without any hint when to come again."""

    def retry_headers(self, wait: float) -> dict[str, str]:
        """No hint."""
        return {} if wait else {"Retry-After": "0"}


@conforming("overload_503", "O-01", remark="none; the run waits")
class Overload(Bursts):
    """Answers 503 with Retry-After instead of 429."""

    def handle(self, request: Request) -> Response:
        """Another status."""
        response = super().handle(request)
        response.status = 503 if response.status == 429 else response.status
        return response


@conforming("two_at_once", "O-01", remark="none; the run waits")
class TwoAtOnce(Server):
    """More than two requests at the same time get 429 with Retry-After: 1."""

    at_once = 0

    def route(self, request: Request) -> Response:
        """Count who is inside."""
        with self.lock:
            if self.at_once >= 2:
                raise too_many({"Retry-After": "1"})
            self.at_once += 1
        try:
            self.pause(0.002)
            return super().route(request)
        finally:
            with self.lock:
                self.at_once -= 1


@conforming("window_x_ratelimit", "O-01", remark="none; the run waits")
class WindowXRateLimit(Window):
    """X-RateLimit-Limit, -Remaining, -Reset in seconds, as the real platform."""


@conforming("window_epoch", "O-01", remark="none; the run waits")
class WindowEpoch(Window):
    """X-RateLimit-Reset as seconds of the epoch, as GitHub has it."""

    def limit_headers(self, remaining: int, reset: float) -> dict[str, str]:
        """By the clock."""
        return self.named_headers("X-RateLimit", remaining, str(math.ceil(self.now() + reset)))


@conforming("window_epoch_milliseconds", "O-01", remark="none; the run waits")
class WindowEpochMilliseconds(Window):
    """x-rate-limit-reset as milliseconds of the epoch."""

    def limit_headers(self, remaining: int, reset: float) -> dict[str, str]:
        """By the clock, finer."""
        return self.named_headers("x-rate-limit", remaining, str(math.ceil((self.now() + reset) * 1000)))


@conforming("window_clock_an_hour_off", "O-01", remark="none; the run waits")
class WindowClockOff(WindowEpoch):
    """The epoch by a clock that is an hour ahead; its own Date header shows that."""

    clock_offset = 3600.0


@conforming("window_iso_date", "O-01", remark="none; the run waits")
class WindowIsoDate(Window):
    """X-RateLimit-Reset as an ISO 8601 date."""

    def limit_headers(self, remaining: int, reset: float) -> dict[str, str]:
        """As a date."""
        moment = datetime.fromtimestamp(math.ceil(self.now() + reset), UTC)
        return self.named_headers("X-RateLimit", remaining, moment.strftime("%Y-%m-%dT%H:%M:%SZ"))


@conforming("window_http_date", "O-01", remark="none; the run waits")
class WindowHttpDate(Window):
    """X-RateLimit-Reset as an HTTP date."""

    def limit_headers(self, remaining: int, reset: float) -> dict[str, str]:
        """As a date."""
        return self.named_headers("X-RateLimit", remaining, formatdate(math.ceil(self.now() + reset), usegmt=True))


@conforming("window_draft_03", "O-01", remark="none; the run waits")
class WindowDraft03(Window):
    """RateLimit-Limit, -Remaining, -Reset of the first drafts of the IETF, with a policy beside the limit."""

    def limit_headers(self, remaining: int, reset: float) -> dict[str, str]:
        """Without an X."""
        headers = self.named_headers("RateLimit", remaining, str(math.ceil(reset)))
        headers["RateLimit-Limit"] = f"{self.budget}, {self.budget};w={math.ceil(self.length)}"
        return headers


@conforming("window_draft_07", "O-01", remark="none; the run waits")
class WindowDraft07(Window):
    """One header: `RateLimit: limit=150, remaining=12, reset=2` (draft 7)."""

    def limit_headers(self, remaining: int, reset: float) -> dict[str, str]:
        """All in one."""
        return {"RateLimit": f"limit={self.budget}, remaining={remaining}, reset={math.ceil(reset)}"}


@conforming("window_draft_10", "O-01", remark="none; the run waits")
class WindowDraft10(Window):
    """Structured fields: `RateLimit: "default";r=12;t=2` with two policies (draft 8 and later)."""

    def limit_headers(self, remaining: int, reset: float) -> dict[str, str]:
        """Two policies, of which the second is generous."""
        return {
            "RateLimit-Policy": f'"default";q={self.budget};w={math.ceil(self.length)}, "day";q=100000;w=86400',
            "RateLimit": f'"default";r={remaining};t={math.ceil(reset)}, "day";r=99999;t=40000',
        }


@conforming("window_per_second_and_hour", "O-01", remark="none; the run waits")
class WindowPerSecondAndHour(Window):
    """Headers per period, as a gateway has them: the hour is generous, the second is not."""

    budget = 60
    length = 1.0

    def limit_headers(self, remaining: int, reset: float) -> dict[str, str]:
        """Two periods and a short reset."""
        return {
            "X-RateLimit-Limit-Second": str(self.budget),
            "X-RateLimit-Remaining-Second": str(remaining),
            "X-RateLimit-Limit-Hour": "100000",
            "X-RateLimit-Remaining-Hour": "90000",
            "RateLimit-Reset": str(math.ceil(reset)),
        }


@conforming("window_retry_after_only", "O-01", remark="none; the run waits")
class WindowRetryAfterOnly(Window):
    """Tells nothing before the budget is empty, then Retry-After."""

    def limit_headers(self, remaining: int, reset: float) -> dict[str, str]:
        """Only when it is over."""
        return {} if remaining else {"Retry-After": str(math.ceil(reset))}


@conforming("busy_now_and_then", "O-01", remark="none; the run tries again")
class BusyNowAndThen(Server):
    """Every fortieth request gets 503 with Retry-After: 1 and changes nothing."""

    def route(self, request: Request) -> Response:
        """Be busy."""
        if len(self.log) % 40 == 39:
            raise Refused(503, "busy", {"Retry-After": "1"})
        return super().route(request)
