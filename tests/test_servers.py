"""The servers that judge the suite, judged by hand: each does what its docstring says.

Nothing here imports the suite: the statements of the page are asked by plain requests.
"""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.servers import BREAKING, CONFORMING, SYSTEMATIC, serve
from tests.servers.client import Client, same
from tests.servers.page import Json
from tests.servers.probes import WRONG
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


def probed(name: str, probe: str) -> Json:
    """The result of a probe on a server."""
    with client_of(name) as client:
        return WRONG[probe][0](client)


@pytest.mark.parametrize("name", BREAKING)
def test_breaking_server_is_wrong_as_it_says(name: str) -> None:
    assert same(probed(name, name), WRONG[name][1])


@pytest.mark.parametrize("name", BREAKING)
def test_plain_server_is_right_where_another_is_wrong(name: str) -> None:
    assert not same(probed(PLAIN, name), WRONG[name][1])


@pytest.mark.parametrize("name", [*BREAKING, *SYSTEMATIC])
def test_breaking_server_names_its_statement(name: str) -> None:
    server = {**BREAKING, **SYSTEMATIC}[name]
    assert server.statements
    assert any(statement in (server.__doc__ or "") for statement in (*server.statements, "O-04"))
