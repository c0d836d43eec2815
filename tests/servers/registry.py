"""The register of servers: each is known by its name, in one family."""

from collections.abc import Callable
from dataclasses import replace
from typing import TypeVar

from .core import Server
from .owed import FAILURE, NO_FAILURE, Owed
from .page import Json

Family = dict[str, type[Server]]
ServerType = TypeVar("ServerType", bound=type[Server])

CONFORMING: Family = {}
BREAKING: Family = {}
SYSTEMATIC: Family = {}
FIELD: Family = {}
FAMILIES = {"conforming": CONFORMING, "breaking": BREAKING, "systematic": SYSTEMATIC, "field": FIELD}


def register(family: Family, name: str, statements: tuple[str, ...], owed: Owed) -> Callable[[ServerType], ServerType]:
    """Enter a server under its name, which must be free."""

    def enter(server: ServerType) -> ServerType:
        if any(name in names for names in FAMILIES.values()):
            raise ValueError(f"two servers are called {name}")
        server.name, server.owed, server.statements = name, owed, statements
        family[name] = server
        return server

    return enter


def conforming(name: str, *statements: str, **owed: Json) -> Callable[[ServerType], ServerType]:
    """A server that keeps the page; the statements are the ones that allow its choice."""
    return register(CONFORMING, name, statements, replace(NO_FAILURE, **owed))


def breaking(name: str, *statements: str, owed: Owed = FAILURE) -> Callable[[ServerType], ServerType]:
    """A server that breaks these statements; the suite owes a failure."""
    return register(BREAKING, name, statements, owed)


def field(name: str, *exits: int, statements: tuple[str, ...] = (), **owed: Json) -> Callable[[ServerType], ServerType]:
    """A server as it is met in the field, with the exit codes that are right."""
    return register(FIELD, name, statements, Owed(exits=exits, **owed))
