"""Tests of the servers in tests/servers: each server behaves as its docstring says.

This module does not import the suite. It tests the statements of the page with plain requests.
"""

import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import SimpleNamespace

import pytest

from tests.servers import BREAKING, CONFORMING, FAMILIES, FIELD, SYSTEMATIC, serve
from tests.servers.client import Client, same
from tests.servers.core import Server
from tests.servers.field_probes import AS_PLAIN, HAPPENS
from tests.servers.messages import LoggedRequest
from tests.servers.owed import FAILURE, NO_FAILURE, Owed
from tests.servers.page import PROPERTIES, Json, defaults
from tests.servers.probes import WRONG, Probe
from tests.servers.statements import STATEMENTS
from tests.servers.verdict import Run, problems
from tests.suite import sample

PLAIN = "plain"
# Conforming servers that limit requests. The tests must reach the limit, else it would have no effect.
LIMITED = [name for name in CONFORMING if name.startswith(("burst_", "window_", "overload_", "busy_"))]

# Field servers that must get no failure. The client of these tests is too simple for servers with special timing or
# tokens.
FAIR = [
    name
    for name, server in FIELD.items()
    if server.owed.exits == (0,) and not server.__module__.endswith(("timing", "more_access", "field.access"))
]


class Clock:
    """A clock that only pauses move: no test waits, and none depends on how busy the machine is."""

    def __init__(self) -> None:
        self.began, self.passed = time.time(), 0.0

    def monotonic(self) -> float:
        """Seconds, later than all that was measured by the real clock."""
        return self.time()

    def time(self) -> float:
        """Seconds since 1970."""
        return self.began + self.passed

    def sleep(self, seconds: float) -> None:
        """Let it go on."""
        self.passed += seconds

    def pause(self, server: Server, seconds: float) -> None:
        """Let it go on, and let other threads work meanwhile."""
        self.sleep(seconds)
        server.stopping.wait(min(seconds, 0.05))


@pytest.fixture(autouse=True)
def _clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """Give all servers and their clients such a clock."""
    clock = Clock()
    times = SimpleNamespace(**vars(time) | {name: getattr(clock, name) for name in ("monotonic", "time", "sleep")})
    for name, module in [*sys.modules.items()]:
        if name.startswith("tests.servers.") and getattr(module, "time", None) is time:
            monkeypatch.setattr(module, "time", times)
    monkeypatch.setattr(Server, "pause", lambda server, seconds: clock.pause(server, seconds))


@contextmanager
def client_of(name: str) -> Iterator[Client]:
    with serve(name) as running:
        client = Client(running)
        try:
            yield client
        finally:
            client.close()


def broken_statements(name: str) -> list[str]:
    """Return the statements that a server breaks."""
    with client_of(name) as client:
        return [statement.__name__ for statement in STATEMENTS if not statement(client)]


@pytest.mark.parametrize("name", [PLAIN, *CONFORMING])
def test_conforming_server_keeps_every_statement(name: str) -> None:
    assert broken_statements(name) == []


@pytest.mark.parametrize("name", FAIR)
def test_field_server_without_expected_failures_keeps_every_statement(name: str) -> None:
    assert broken_statements(name) == []


@pytest.mark.parametrize("name", [*sample([*BREAKING], 3), *sample([*SYSTEMATIC], 3)])
def test_breaking_server_breaks_a_statement(name: str) -> None:
    assert broken_statements(name) != []


def probed(name: str, probe: Probe) -> Json:
    """Return the result of a probe on a server."""
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


def statuses_of(name: str) -> set[int]:
    """Return the status codes of many requests without a pause."""
    with client_of(name) as client:
        return {client.once("GET").status_code for _ in range(200)}


@pytest.mark.parametrize("name", LIMITED)
def test_conforming_limit_is_reached(name: str) -> None:
    assert statuses_of(name) & {429, 503}


def test_plain_server_has_no_limit() -> None:
    assert statuses_of(PLAIN) == {200}


def test_configured_extension_differs_from_every_default() -> None:
    with serve(PLAIN) as running:
        settings = running.state(running.extension_id)
    assert set(settings) == {*PROPERTIES, "allow_webrtc"}
    assert not [name for name, value in defaults().items() if same(settings[name], value)]


def test_plain_server_answers_as_in_the_example_of_the_page() -> None:
    with client_of("as_in_example") as client:
        document = client.put({"external_number": "+79876543210"}).json()
    assert document["external_number"] == "+79876543210"
    assert (document["hangup_timeout"], document["hold_music"], document["geo_list"]) == (5, None, "RU")
    assert document["bundle"] == {"bundle_list": {"124": {"active": False}, "29196": {"active": True}}, "bundle_id": 3}


def test_state_is_a_copy_and_the_log_has_each_request() -> None:
    with client_of(PLAIN) as client:
        client.put({"label": "new"})
        client.running.state("54")["bundle"]["bundle_id"] = 99
        entry = client.running.log[-1]
        assert client.running.state("54")["bundle"]["bundle_id"] == 54
    assert (entry.method, entry.path) == ("PUT", "/api/ver1.0/extension/54/phone/")
    assert (entry.body, entry.status) == (b'{"label": "new"}', 200)
    assert abs(entry.time - time.time()) < 60


@pytest.mark.parametrize("family", FAMILIES)
def test_servers_leave_no_thread(family: str) -> None:
    before = threading.active_count()
    for name in FAMILIES[family]:
        with serve(name):
            pass
    assert threading.active_count() == before


def test_stop_closes_connections_that_are_kept_alive() -> None:
    before = threading.active_count()
    with serve(PLAIN) as running:
        clients = [Client(running) for _ in range(5)]
        assert all(client.get() for client in clients)
    # Count before the clients close their connections: the server must close them.
    remaining = threading.active_count() - before
    for client in clients:
        client.close()
    assert remaining == 0


def run_of(exit_code: int, output: str = "", changed: str = "", failures: int = 0) -> Run:
    """Make a run, after which one property of the plain server is changed."""
    before = {"54": defaults()}
    return Run(exit_code, output, before, {"54": before["54"] | ({changed: "new"} if changed else {})}, (), failures)


@pytest.mark.parametrize(
    ("owed", "run", "count"),
    [
        (NO_FAILURE, run_of(0), 0),
        (NO_FAILURE, run_of(1, failures=1), 2),
        (NO_FAILURE, run_of(6, "label", "label"), 2),
        (FAILURE, run_of(1), 0),
        (FAILURE, run_of(0), 1),
        (FAILURE, run_of(1, "label", "label"), 1),
        (FAILURE, run_of(6, "", "label"), 1),
        (FAILURE, run_of(6, "label", "label"), 0),
        (Owed((0,), names=("Age",)), run_of(0), 1),
        (Owed((0,), names=("Age", "X-Cache")), run_of(0, "X-Cache"), 0),
        (Owed((6,), may_keep=("label",)), run_of(6, "hangup_timeout", "hangup_timeout"), 1),
        (Owed((0,), ignored_keys=("label",)), run_of(0, "", "label"), 0),
    ],
)
def test_verdict_counts_what_is_wrong_with_a_run(owed: Owed, run: Run, count: int) -> None:
    assert len(problems(owed, run)) == count


def test_verdict_counts_a_write_a_slow_run_and_too_many_token_requests() -> None:
    states = {"54": defaults()}
    log = [LoggedRequest(method, "/oauth/token", b"", 0.0) for method in ("PUT", "POST")]
    run = Run(1, "", states, states, log, seconds=61)
    assert len(problems(Owed((1,), no_writes=True, seconds=60, token_requests=1), run)) == 3
