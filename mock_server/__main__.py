"""The command line: `phone-mock` where it is installed, `python -m mock_server` in the repo."""

import argparse
import difflib
import sqlite3
import sys
from collections.abc import Callable
from dataclasses import fields
from functools import partial
from pathlib import Path
from typing import Any, NoReturn

import uvicorn
from uvicorn.supervisors import Multiprocess

from mock_server.faults import ALL
from mock_server.seed import SeedError, load
from mock_server.serving import configure, create_app, listen
from mock_server.settings import Settings
from mock_server.storage import IN_MEMORY
from mock_server.welcome import welcome

MAX_EXTENSIONS = 100_000


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        """Print the error as one line, without the usage text."""
        self.exit(2, f"{self.prog}: {message}\n")


def main() -> None:
    """Serve until Ctrl-C. Exit with code 2 if an argument, the seed file or the state file cannot be used."""
    parser = _make_parser()
    options = parser.parse_args()
    if options.list_faults:
        sys.stdout.writelines(f"{name:<50} {fault.__doc__}\n" for name, fault in ALL.items())
        return
    if options.workers > 1 and options.state == IN_MEMORY:
        parser.error("--workers: the processes share a state file; name one with --state FILE")
    settings = Settings(**{field.name: getattr(options, field.name) for field in fields(Settings)})
    try:
        app = create_app(settings)
    except SeedError as error:
        parser.error(f"--seed: {error}")
    except sqlite3.Error as error:
        parser.error(f"--state {settings.state}: {error}; name a file that can be written, or a new one")
    try:
        listener = listen(options.host, options.port)
    except OSError as error:
        parser.error(
            f"port {options.port} of {options.host}: {error.strerror}; choose another --port, 0 for a free one"
        )
    with listener:
        sys.stdout.write(
            welcome(
                load(settings.seed).with_extensions(settings.extensions),
                options.host,
                listener.getsockname()[1],
                settings.fault,
            )
        )
        sys.stdout.flush()
        try:
            if options.workers > 1:
                Multiprocess(configure(partial(create_app, settings), options.workers), [listener]).run()
            else:
                uvicorn.Server(configure(lambda: app)).run([listener])
        except KeyboardInterrupt:
            pass  # uvicorn has shut down already; it raises the signal again after that


def _make_parser() -> argparse.ArgumentParser:
    defaults = Settings()
    name = Path(sys.argv[0]).stem
    program = "mock_server" if name == "__main__" else name
    parser = _Parser(prog=program, description="A mock of the phone properties server, with state and faults.")
    add: Any = parser.add_argument
    add("--host", default="127.0.0.1", help="address to listen on (%(default)s: only this machine)")
    add("--port", type=_integer(0, 65535), default=8054, help="port to listen on (%(default)s; 0: a free one)")
    add("--fault", type=_fault, metavar="NAME", help="serve with this fault; --list-faults lists them")
    add("--list-faults", action="store_true", help="list the faults and stop")
    add("--seed", type=Path, default=defaults.seed, metavar="FILE", help="YAML file with the initial data (built in)")
    add(
        "--extensions",
        type=_ids,
        default=defaults.extensions,
        metavar="FIRST-LAST",
        help="further extensions of the first client, such as 1000-1079",
    )
    add("--state", default=defaults.state, metavar="FILE", help="SQLite file that survives a restart (%(default)s)")
    add("--workers", type=_integer(1, 64), default=1, help="number of processes; more than one needs --state")
    add("--latency", dest="latency_ms", type=_integer(0), default=0, metavar="MS", help="delay of each response")
    add("--rate-limit", type=_integer(1), metavar="N", help="requests per hour for each client (no limit)")
    add(
        "--token-lifetime",
        type=_integer(1),
        default=defaults.token_lifetime,
        metavar="SECONDS",
        help="how long an issued token is valid (%(default)s)",
    )
    add("--quiet", dest="log", action="store_false", help="do not log the requests")
    return parser


def _integer(minimum: int, maximum: int | None = None) -> Callable[[str], int]:
    """Return the argparse type of an integer within limits."""
    valid = f"a whole number from {minimum} on" if maximum is None else f"a whole number from {minimum} to {maximum}"

    def parse(text: str) -> int:
        if not (text.isdecimal() and int(text) >= minimum and (maximum is None or int(text) <= maximum)):
            raise argparse.ArgumentTypeError(f"{text!r}: give {valid}")
        return int(text)

    return parse


def _ids(text: str) -> range:
    """Return the ids of a range of extensions."""
    first, _, last = text.partition("-")
    if not (first.isdecimal() and last.isdecimal() and 0 < int(first) <= int(last) < int(first) + MAX_EXTENSIONS):
        raise argparse.ArgumentTypeError(f"{text!r}: give two ids, such as 1000-1079, of {MAX_EXTENSIONS} at most")
    return range(int(first), int(last) + 1)


def _fault(name: str) -> str:
    if name not in ALL:
        nearest = difflib.get_close_matches(name, ALL, n=1)
        hint = f"did you mean {nearest[0]}?" if nearest else "--list-faults lists all faults"
        raise argparse.ArgumentTypeError(f"{name!r} is not a fault: {hint}")
    return name


if __name__ == "__main__":
    main()
