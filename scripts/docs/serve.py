"""Serve the built site on loopback together with an API: the one of --target, or an embedded mock."""

from __future__ import annotations

import argparse
import contextlib
from pathlib import Path
from typing import NoReturn
from urllib.parse import urlsplit

import uvicorn

from contract_tests.contract.document import Contract
from mock_server import embedded
from mock_server.serving import configure, listen
from scripts.docs.proxy import create_app

LOOPBACK = "127.0.0.1"


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        """Say what is wrong in one line."""
        self.exit(2, f"docs-serve: {message}\n")


def main(arguments: list[str] | None = None) -> None:
    """Serve until Ctrl-C. Exit code 2: something in the command cannot be used."""
    parser = _Parser(prog="docs-serve", description=__doc__)
    parser.add_argument("site", type=Path, help="folder of the built site")
    parser.add_argument("--target", type=_origin, help="origin of an API (an embedded mock)")
    parser.add_argument("--port", type=int, default=8055, help="port to listen on (%(default)s; 0: a free one)")
    options = parser.parse_args(arguments)
    if not (options.site / "index.html").exists():
        parser.error(f"{options.site}/index.html is not there: make docs")
    try:
        listener = listen(LOOPBACK, options.port)
    except (OSError, OverflowError) as error:
        reason = getattr(error, "strerror", None) or error
        parser.error(f"port {options.port}: {reason}; choose another PORT, 0 for a free one")
    with listener, contextlib.ExitStack() as stack:
        target, extension_id = options.target, None
        print(f"Site      http://{LOOPBACK}:{listener.getsockname()[1]}/")
        if target is None:
            mock = stack.enter_context(embedded.serve())
            target, extension_id = mock.origin, str(mock.extension_id)
            print(f"Try it    client_id {mock.client_id}   client_secret {mock.client_secret}")
            print(f"or        token {mock.token}   extension {mock.extension_id}")
        print(f"Target    {target}\nStop it with Ctrl-C.", flush=True)
        app = create_app(options.site, target, Contract(), extension_id)
        with contextlib.suppress(KeyboardInterrupt):  # uvicorn has shut down, and raises the signal once more
            uvicorn.Server(configure(lambda: app)).run([listener])


def _origin(text: str) -> str:
    """The origin that a URL names; a path is refused, so that nobody thinks it is used."""
    try:
        parts = urlsplit(text)
        valid = parts.scheme in {"http", "https"} and parts.hostname and parts.port != 0
    except ValueError:
        valid = False
    without = " without a user" if "@" in text else ""
    if not valid or parts.path not in {"", "/"} or parts.query or parts.fragment or parts.username is not None:
        raise argparse.ArgumentTypeError(f"{_without_user(text)!r}: give an origin{without}, such as https://pbx.test")
    return f"{parts.scheme}://{parts.netloc}"


def _without_user(text: str) -> str:
    """The text without what may be a password."""
    scheme, separator, rest = text.rpartition("://")
    return scheme + separator + rest.rpartition("@")[2]


if __name__ == "__main__":
    main()
