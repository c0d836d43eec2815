"""Make a server from settings, for the command line and for the embedded mock."""

import socket
from collections.abc import Callable

import uvicorn
from starlette.applications import Starlette
from starlette.types import ASGIApp

from mock_server import app, seed
from mock_server.bounded_http import BoundedHttp
from mock_server.faults import ALL
from mock_server.middleware import log_to_stderr
from mock_server.phone import Phone
from mock_server.settings import Settings
from mock_server.storage import Storage


def create_app(settings: Settings) -> Starlette:
    """Create the application and open its state. Each worker process does so, all with the same file.

    Raises:
        SeedError: The seed file cannot be used.
        KeyError: There is no such fault.
        sqlite3.Error: The state file cannot be used.
    """
    if settings.log:
        log_to_stderr()
    seeded = seed.load(settings.seed).with_extensions(settings.extensions)
    behaviour = ALL[settings.fault] if settings.fault else Phone
    storage = Storage(settings.state)
    storage.add_seed(seeded)
    return app.build(behaviour(seeded, storage), seeded, settings)


def configure(factory: Callable[[], ASGIApp], workers: int = 1) -> uvicorn.Config:
    """Configure uvicorn for speed, and without its log: the mock's own request log never holds a token."""
    return uvicorn.Config(
        factory,
        factory=True,
        workers=workers,
        loop="auto",  # uvloop if it is installed
        http=BoundedHttp,
        ws="none",
        lifespan="off",
        access_log=False,
        log_config=None,
        server_header=False,
        timeout_keep_alive=75,  # as nginx: a client on a busy machine pauses for longer than uvicorn's 5 seconds
        timeout_graceful_shutdown=1,
        timeout_worker_healthcheck=60,  # uvicorn kills a worker that answers later than that
    )


def listen(host: str, port: int) -> socket.socket:
    """Listen on a port (0: a free one) before the server starts, so a client can connect at once.

    Raises:
        OSError: The address is in use, or does not exist.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    return socket.create_server((host, port), family=family, backlog=2048)
