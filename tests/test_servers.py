"""The servers that judge the suite, judged by hand: each does what its docstring says.

Nothing here imports the suite: the statements of the page are asked by plain requests.
"""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.servers import BREAKING, CONFORMING, FAMILIES, FIELD, SYSTEMATIC, serve
from tests.servers.client import Client
from tests.servers.statements import STATEMENTS

PLAIN = "plain"


@contextmanager
def client_of(name: str) -> Iterator[Client]:
    with serve(name) as running:
        client = Client(running)
        try:
            yield client
        finally:
            client.close()


def broken_statements(name: str) -> list[str]:
    """The statements that a server does not keep."""
    with client_of(name) as client:
        return [statement.__name__ for statement in STATEMENTS if not statement(client)]


@pytest.mark.parametrize("name", [PLAIN, *CONFORMING])
def test_conforming_server_keeps_every_statement(name: str) -> None:
    assert broken_statements(name) == []


@pytest.mark.parametrize("name", [*BREAKING, *SYSTEMATIC])
def test_breaking_server_breaks_a_statement(name: str) -> None:
    assert broken_statements(name) != []
