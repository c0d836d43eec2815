"""A server for an ASGI application, in a thread of the test process."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn
from starlette.types import ASGIApp

from mock_server.serving import configure, listen


@contextmanager
def running(app: ASGIApp) -> Iterator[str]:
    """Serve on a free loopback port; yields the origin."""
    server = uvicorn.Server(configure(lambda: app))
    with listen("127.0.0.1", 0) as listener:
        thread = threading.Thread(target=server.run, args=([listener],), daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join()
