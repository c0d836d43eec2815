"""Requests and responses as the servers of this package handle them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from email.message import Message

from .page import Json, Settings


@dataclass(frozen=True)
class Request:
    """One request, read completely."""

    method: str
    path: str
    query: str
    headers: Message
    body: bytes

    def header(self, name: str) -> str:
        """The value of a header in any case of its name, or an empty text."""
        return str(self.headers.get(name, ""))

    @property
    def media_type(self) -> str:
        """The media type of the body, without its parameters."""
        return self.header("Content-Type").split(";")[0].strip().lower()


@dataclass
class Response:
    """One response; `stream` replaces `body`, and `hang_up` closes the connection without announcing it."""

    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    stream: Iterable[bytes] | None = None
    hang_up: bool = False


@dataclass
class LoggedRequest:
    """What a server remembers of a request, for the test to read."""

    method: str
    path: str
    body: bytes
    time: float
    status: int = 0


@dataclass
class Extension:
    """One internal number: whose it is, and its stored settings."""

    id: str
    client: str
    settings: Settings


class Refused(Exception):  # noqa: N818 - a refusal is a normal answer of a server, not an error in it
    """The server answers with a status other than success."""

    def __init__(self, status: int, message: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.headers = dict(headers or {})
        self.details: dict[str, Json] = {}


class Dropped(Exception):  # noqa: N818 - as above
    """The server closes the connection without an answer."""
