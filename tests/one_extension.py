"""One extension of a server, for the tests of the parts that keep it as it was found."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from contract_tests.client.client import Client
from contract_tests.contract import CONTRACT
from contract_tests.observe.journal import Journal
from contract_tests.target.credentials import Credentials
from contract_tests.target.target import Mode, Target
from tests.servers.core import Server
from tests.servers.page import Settings
from tests.servers.wire import Listener

VALUES: Settings = {"label": "mine", "geo_list": None}
URL = "http://127.0.0.1:8054/api/ver1.0"
KNOWN = CONTRACT.properties
OWN, ME, FOREIGN = (CONTRACT.path_to(id_) for id_ in ("54", "@me", "77"))


class Elsewhere(Target):
    """A target that counts as a server on another machine, although it runs here."""

    @property
    def is_loopback(self) -> bool:
        """No."""
        return False


@contextmanager
def serving(server: Server) -> Iterator[Client]:
    """A server, and a client of its extension 54."""
    listener = Listener(server)
    listener.start()
    try:
        base_url = f"http://127.0.0.1:{listener.port}{server.base_path}"
        with Client(Target(base_url, "54", Mode.full, credentials=Credentials(server.token)), CONTRACT) as client:
            yield client
    finally:
        server.stopping.set()
        listener.stop()


def settings_of(server: Server) -> Settings:
    return server.extensions["54"].settings


def puts(server: Server) -> list[Settings]:
    return [json.loads(entry.body) for entry in server.log if entry.method == "PUT"]


def gets(server: Server) -> int:
    return sum(entry.method == "GET" for entry in server.log)


def begun(folder: Path, url: str = URL, *changes: str) -> Journal:
    journal = Journal(folder, url, "54")
    journal.lock()
    journal.begin(VALUES, ["label", "geo_list"])
    journal.note(changes)
    return journal


def failing(error: Exception) -> Callable[..., None]:
    def fail(*_: object) -> None:
        raise error

    return fail
