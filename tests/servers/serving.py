"""Runs one server of the register on a free loopback port."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from .core import CLIENT, Server
from .messages import LoggedRequest
from .owed import Owed
from .page import Settings
from .registry import FAMILIES
from .wire import Listener


@dataclass(frozen=True)
class Running:
    """A running server, with all that a test needs to know of it."""

    server: Server
    origin: str

    @property
    def base_url(self) -> str:
        """What the user gives as BASE_URL."""
        return self.origin + self.server.base_path

    @property
    def token(self) -> str:
        """A token that is valid from the start."""
        return self.server.token

    @property
    def client_id(self) -> str:
        """The client id for the token endpoint."""
        return CLIENT

    @property
    def client_secret(self) -> str:
        """The client secret for the token endpoint."""
        return self.server.client_secret

    @property
    def extension_id(self) -> str:
        """The configured extension; `@me` means it."""
        return self.server.me

    @property
    def fresh_extension_id(self) -> str:
        """The extension that nobody configured."""
        return self.server.fresh

    @property
    def foreign_extension_id(self) -> str:
        """The extension of another client."""
        return self.server.foreign

    @property
    def owed(self) -> Owed:
        """What the suite owes to this server."""
        return self.server.owed

    @property
    def log(self) -> list[LoggedRequest]:
        """The requests so far, oldest first."""
        return list(self.server.log)

    @property
    def secrets(self) -> tuple[str, ...]:
        """What may stand in no report: every issued token and the secret."""
        return (*self.server.tokens, self.client_secret)

    def state(self, extension_id: str) -> Settings:
        """A copy of what the server stores, with the keys that the page does not name."""
        return self.server.state(extension_id)

    def states(self) -> dict[str, Settings]:
        """A copy of what the server stores of every extension."""
        return {extension_id: self.state(extension_id) for extension_id in self.server.extensions}


def find(name: str) -> type[Server]:
    """The server of this name; `plain` is the one that all others vary."""
    if name == Server.name:
        return Server
    for family in FAMILIES.values():
        if name in family:
            return family[name]
    raise KeyError(name)


@contextmanager
def serve(name: str) -> Iterator[Running]:
    """Run a server while the block runs."""
    server = find(name)()
    listener = Listener(server)
    listener.start()
    try:
        yield Running(server, f"http://127.0.0.1:{listener.port}")
    finally:
        server.stopping.set()
        listener.stop()
