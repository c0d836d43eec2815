"""How a mock is set up."""

from dataclasses import dataclass
from pathlib import Path

from mock_server import seed
from mock_server.storage import IN_MEMORY


@dataclass(frozen=True)
class Settings:
    """All that can be chosen; the command line has the same names.

    Attributes:
        fault: Name of the one fault to serve with, or None for the correct server.
        seed: The seed file.
        state: The SQLite file of the state, or `:memory:`.
        latency_ms: Delay of every answer, in milliseconds.
        rate_limit: Requests that a client may send in an hour, or None for any number.
        token_lifetime: How long a token from the token endpoint is valid, in seconds.
        log: Whether each request writes a line to stderr.
    """

    fault: str | None = None
    seed: Path = seed.SHIPPED
    state: str = IN_MEMORY
    latency_ms: int = 0
    rate_limit: int | None = None
    token_lifetime: int = 3600
    log: bool = False
