"""The mock in a thread of this process, for tests."""

import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, TypeVar

import uvicorn
from starlette.types import ASGIApp

from mock_server import seed
from mock_server.contract import BASE_PATH
from mock_server.serving import configure, create_app, listen
from mock_server.settings import Settings

T = TypeVar("T")


@dataclass(frozen=True)
class Mock:
    """A running mock, and the credentials and extensions of its seed.

    Attributes:
        origin: Scheme, host and port.
        base_url: The origin with the base path of the contract.
        token: A token with full access to the extensions of one client.
        client_id: The client id of the application that has this token.
        client_secret: The secret of that application.
        extension_id: The extension that `@me` means with this token.
        fresh_extension_id: Another extension of the same client, on which nothing is set.
        foreign_extension_id: An extension of another client.
    """

    origin: str
    base_url: str
    token: str = field(repr=False)
    client_id: str
    client_secret: str = field(repr=False)
    extension_id: str
    fresh_extension_id: str
    foreign_extension_id: str


@contextmanager
def serve(
    fault: str | None = None,
    wrap: Callable[[ASGIApp], ASGIApp] = lambda app: app,
    **settings: Any,  # noqa: ANN401 (Settings checks them)
) -> Iterator[Mock]:
    """Serve on a free loopback port, in a thread of this process.

    Args:
        fault: Name of the one fault of the mock; None for the correct mock.
        wrap: Adds middleware, for example to record or to interrupt requests.
        **settings: Further fields of `Settings`.

    Raises:
        SeedError: The seed file cannot be used.
        KeyError: There is no such fault.
    """
    chosen = Settings(fault=fault, **settings)
    app = wrap(create_app(chosen))
    server = uvicorn.Server(configure(lambda: app))
    with listen("127.0.0.1", 0) as listener:
        mock = _describe(seed.load(chosen.seed), f"http://127.0.0.1:{listener.getsockname()[1]}")
        thread = threading.Thread(target=server.run, args=([listener],), name="mock", daemon=True)
        thread.start()
        try:
            yield mock
        finally:
            server.should_exit = True
            thread.join()


def _describe(seeded: seed.Seed, origin: str) -> Mock:
    application = _first(seeded.demos, "an application with full access, a token and `me`")
    extensions = [extension for extension in seeded.extensions if extension.id != application.me]
    own = (e.id for e in extensions if e.client == application.client and not e.properties.model_fields_set)
    foreign = (e.id for e in extensions if e.client != application.client)
    assert application.token and application.me
    return Mock(
        origin=origin,
        base_url=origin + BASE_PATH,
        token=application.token.get_secret_value(),
        client_id=application.client_id,
        client_secret=application.client_secret.get_secret_value(),
        extension_id=application.me,
        fresh_extension_id=_first(own, "a second extension of that client without properties"),
        foreign_extension_id=_first(foreign, "an extension of another client"),
    )


def _first(candidates: Iterable[T], description: str) -> T:
    for candidate in candidates:
        return candidate
    raise seed.SeedError(f"the embedded mock needs {description} in its seed")
