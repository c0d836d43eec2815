"""From settings to a running server, for the command line and for the embedded mock."""

import socket
from collections.abc import Callable

import uvicorn
from starlette.applications import Starlette
from starlette.types import ASGIApp

from mock_server import app, seed
from mock_server.faults import CATALOGUE
from mock_server.middleware import log_to_stderr
from mock_server.phone import Phone
from mock_server.settings import Settings
from mock_server.storage import Storage


def create_app(settings: Settings) -> Starlette:
    """Make the application with its state; each worker process makes its own, on the same file.

    Raises:
        SeedError: The seed file cannot be used.
        KeyError: There is no such fault.
        sqlite3.Error: The state file cannot be used.
    """
    if settings.log:
        log_to_stderr()
    seeded = seed.load(settings.seed)
    behaviour = CATALOGUE[settings.fault] if settings.fault else Phone
    storage = Storage(settings.state)
    storage.plant(seeded)
    return app.build(behaviour(seeded, storage), seeded, settings)


def configure(factory: Callable[[], ASGIApp], workers: int = 1) -> uvicorn.Config:
    """Configure uvicorn for speed, without its own log: the mock writes one that never holds a token."""
    return uvicorn.Config(
        factory,
        factory=True,
        workers=workers,
        loop="auto",  # uvloop, where the platform has it
        http="httptools",
        ws="none",
        lifespan="off",
        access_log=False,
        log_config=None,
        server_header=False,
        timeout_graceful_shutdown=1,
    )


def listen(host: str, port: int) -> socket.socket:
    """Take a port (0: a free one) before the server starts, so that a client may connect at once.

    Raises:
        OSError: The address cannot be taken.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    return socket.create_server((host, port), family=family, backlog=2048)
