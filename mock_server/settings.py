"""The settings of a mock."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from mock_server import seed
from mock_server.storage import IN_MEMORY


@dataclass(frozen=True)
class Settings:
    """All settings; the options of the command line have the same names.

    Attributes:
        fault: Name of the one fault, or None for the correct mock.
        seed: The seed file.
        extensions: Ids of further extensions of the first client.
        state: The SQLite file of the state, or `:memory:`.
        latency_ms: Delay of every response, in milliseconds.
        rate_limit: Maximum number of requests per client and hour, or None for no limit.
        token_lifetime: Seconds for which an issued token is valid.
        log: Whether the mock logs each request to stderr.
    """

    fault: str | None = None
    seed: Path = seed.SHIPPED
    extensions: Sequence[int] = ()
    state: str = IN_MEMORY
    latency_ms: int = 0
    rate_limit: int | None = None
    token_lifetime: int = 3600
    log: bool = False
