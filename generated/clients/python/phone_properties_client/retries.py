"""Whether a request is sent once more, and when."""

from dataclasses import dataclass

import httpx

from .headers import retry_after

FIRST_WAIT = 0.5

# The server did not answer. A read timeout is not one of these: the server may still be at work.
CONNECTION_ERRORS = (httpx.NetworkError, httpx.RemoteProtocolError, httpx.ConnectTimeout)


@dataclass(frozen=True)
class Retries:
    """How often a request is sent once more, and how long a wait may be."""

    times: int
    max_wait: float

    def wait(self, done: int, result: httpx.Response | httpx.TransportError) -> float | None:
        """Return the seconds until the next try, or None if there is none; `done` counts the retries so far."""
        if done >= self.times:
            return None
        growing = FIRST_WAIT * 2**done
        if isinstance(result, httpx.TransportError):
            return growing if isinstance(result, CONNECTION_ERRORS) else None
        if result.status_code != httpx.codes.TOO_MANY_REQUESTS:
            return None
        requested = retry_after(result.headers)
        seconds = growing if requested is None else requested
        return seconds if seconds <= self.max_wait else None
