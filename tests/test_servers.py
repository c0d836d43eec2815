"""The servers that judge the suite, judged by hand: each does what its docstring says.

Nothing here imports the suite: the statements of the page are asked by plain requests.
"""

import statistics
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.servers import BREAKING, CONFORMING, FAMILIES, FIELD, SYSTEMATIC, serve
from tests.servers.client import Client, same
from tests.servers.field_probes import AS_PLAIN, HAPPENS
from tests.servers.page import PROPERTIES, Json, defaults
from tests.servers.probes import WRONG, Probe
from tests.servers.statements import STATEMENTS

PLAIN = "plain"
# Conforming servers that limit requests: a limit that no test reaches would be none.
LIMITED = [name for name in CONFORMING if name.startswith(("burst_", "window_", "overload_", "busy_"))]


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


def probed(name: str, probe: Probe) -> Json:
    """The result of a probe on a server."""
    with client_of(name) as client:
        return probe(client)


@pytest.mark.parametrize("name", BREAKING)
def test_breaking_server_is_wrong_as_it_says(name: str) -> None:
    probe, wrong = WRONG[name]
    assert same(probed(name, probe), wrong)


@pytest.mark.parametrize("name", BREAKING)
def test_plain_server_is_right_where_another_is_wrong(name: str) -> None:
    probe, wrong = WRONG[name]
    assert not same(probed(PLAIN, probe), wrong)


@pytest.mark.parametrize("name", FIELD)
def test_field_server_does_what_it_says(name: str) -> None:
    probe, result = (HAPPENS | AS_PLAIN)[name]
    assert same(probed(name, probe), result)


@pytest.mark.parametrize("name", HAPPENS)
def test_plain_server_does_not_do_what_happens_in_the_field(name: str) -> None:
    probe, result = HAPPENS[name]
    assert not same(probed(PLAIN, probe), result)


@pytest.mark.parametrize("name", [*BREAKING, *SYSTEMATIC])
def test_breaking_server_names_its_statement_in_its_docstring(name: str) -> None:
    server = {**BREAKING, **SYSTEMATIC}[name]
    assert any(statement in (server.__doc__ or "") for statement in server.statements)


@pytest.mark.parametrize("name", LIMITED)
def test_conforming_limit_is_reached(name: str) -> None:
    with client_of(name) as client:
        statuses = {client.once("GET").status_code for _ in range(200)}
    assert statuses & {429, 503}


def test_configured_extension_differs_from_every_default() -> None:
    with serve(PLAIN) as running:
        settings = running.state(running.extension_id)
    assert set(settings) == {*PROPERTIES, "allow_webrtc"}
    assert not [name for name, value in defaults().items() if same(settings[name], value)]


def test_plain_server_answers_the_example_of_the_page() -> None:
    with client_of("as_in_example") as client:
        document = client.put({"external_number": "+79876543210"}).json()
    assert document["external_number"] == "+79876543210"
    assert (document["hangup_timeout"], document["hold_music"], document["geo_list"]) == (5, None, "RU")
    assert document["bundle"] == {"bundle_list": {"124": {"active": False}, "29196": {"active": True}}, "bundle_id": 3}


def test_state_is_a_copy_and_the_log_holds_each_request() -> None:
    with client_of(PLAIN) as client:
        client.put({"label": "new"})
        client.running.state("54")["bundle"]["bundle_id"] = 99
        entry = client.running.log[-1]
        assert client.running.state("54")["bundle"]["bundle_id"] == 54
    assert (entry.method, entry.path) == ("PUT", "/api/ver1.0/extension/54/phone/")
    assert (entry.body, entry.status) == (b'{"label": "new"}', 200)
    assert abs(entry.time - time.time()) < 60


@pytest.mark.parametrize("family", FAMILIES)
def test_servers_start_quickly_and_leave_no_thread(family: str) -> None:
    before, seconds = threading.active_count(), []
    for name in FAMILIES[family]:
        begin = time.monotonic()
        with serve(name):
            seconds.append(time.monotonic() - begin)
    assert statistics.median(seconds) < 0.05
    assert threading.active_count() == before


def test_stop_closes_connections_that_are_kept_alive() -> None:
    before = threading.active_count()
    with serve(PLAIN) as running:
        clients = [Client(running) for _ in range(5)]
        assert all(client.get() for client in clients)
    for client in clients:
        client.close()
    assert threading.active_count() == before
