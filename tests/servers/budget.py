"""Rate limits: how many requests a server takes, and in which spelling it tells that."""

import math
import time
from dataclasses import dataclass, field
from email.utils import formatdate

from .core import Server
from .messages import Refused, Request, Response


@dataclass
class Bucket:
    """Holds `capacity` requests and gains `rate` of them a second."""

    capacity: float
    rate: float
    level: float = field(init=False)
    changed: float = field(default_factory=time.monotonic)

    def __post_init__(self) -> None:
        self.level = self.capacity

    def take(self) -> float:
        """Take one request; the answer is how long to wait, 0 if it may pass."""
        now = time.monotonic()
        self.level = min(self.capacity, self.level + (now - self.changed) * self.rate)
        self.changed = now
        if self.level < 1:
            return (1 - self.level) / self.rate
        self.level -= 1
        return 0


class Bursts(Server):
    """Refuses what comes faster than the bucket fills."""

    capacity = 60.0
    rate = 40.0

    def __init__(self) -> None:
        super().__init__()
        self.bucket = Bucket(self.capacity, self.rate)

    def route(self, request: Request) -> Response:
        """Count, then answer."""
        with self.lock:
            wait = self.bucket.take() if request.path != self.token_path else 0
        if wait:
            raise too_many(self.retry_headers(wait))
        return super().route(request)

    def retry_headers(self, wait: float) -> dict[str, str]:
        """Tell when to come again."""
        return {"Retry-After": str(math.ceil(wait))}


class Window(Server):
    """Takes `budget` requests in each window of `length` seconds, and tells what is left on every answer."""

    budget = 150
    length = 2.0
    clock_offset = 0.0

    def __init__(self) -> None:
        super().__init__()
        self.begin = time.monotonic()
        self.used = 0

    def handle(self, request: Request) -> Response:
        """Count, answer, add the headers."""
        if request.path == self.token_path:
            return super().handle(request)
        with self.lock:
            remaining, reset = self.count()
        response = super().handle(request) if remaining >= 0 else self.refuse(too_many({}))
        response.headers |= self.limit_headers(max(remaining, 0), reset)
        if self.clock_offset:
            response.headers["Date"] = formatdate(self.now(), usegmt=True)
        return response

    def count(self) -> tuple[int, float]:
        """What remains after this request, and the seconds until the window ends."""
        now = time.monotonic()
        if now - self.begin >= self.length:
            self.begin, self.used = now, 0
        self.used += 1
        return self.budget - self.used, self.length - (now - self.begin)

    def now(self) -> float:
        """The server's own clock."""
        return time.time() + self.clock_offset

    def limit_headers(self, remaining: int, reset: float) -> dict[str, str]:
        """Tell the budget."""
        return self.named_headers("X-RateLimit", remaining, str(math.ceil(reset)))

    def named_headers(self, prefix: str, remaining: int, reset: str) -> dict[str, str]:
        """The three usual headers under a prefix."""
        return {f"{prefix}-Limit": str(self.budget), f"{prefix}-Remaining": str(remaining), f"{prefix}-Reset": reset}


def too_many(headers: dict[str, str]) -> Refused:
    """The refusal of a rate limit, with the status text of the real platform."""
    refusal = Refused(429, "too many requests", headers)
    refusal.details = {"status": "rate_limit_exceeded"}
    return refusal
