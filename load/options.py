"""The options of a load run, beside those of the suite: each is declared once, as a field of `LoadOptions`."""

from __future__ import annotations

import argparse
import math
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any, Self

from contract_tests.errors import UsageError
from contract_tests.target.options import MAKE_MARK, VARIABLE_PREFIX, Options, flag
from contract_tests.target.servers import Server
from contract_tests.target.target import Mode

OF_SUITE = (
    "base_url",
    "extension_id",
    "mode",
    "confirm",
    "token_url",
    "ca_bundle",
    "client_cert",
    "client_key",
    "scope",
    "header",
    "user_agent",
    "timeout",
    "max_requests",
    "seed",
    "state_dir",
    "report_dir",
)
"""The options of the suite that a load run takes."""
SECONDS = 60.0
"""How long a run takes where the user does not say so."""
MAX_RATE, MAX_SECONDS = 20.0, 600.0
"""On a server that is not on this machine: requests a second, and seconds, at most."""
PORT = 5557


def _option(text: str, default: Any) -> Any:  # noqa: ANN401 - as in dataclasses
    return field(default=default, metadata={"help": text})


@dataclass(frozen=True)
class LoadOptions:
    """What a user can choose for a load run; 0 and an empty text were not given."""

    users: int = _option("number of users; each owns one extension (default: one for each extension)", 0)
    rate: float = _option("requests a second on average; 0: as many as the server answers, on this machine only", 0.0)
    seconds: float = _option(f"how long the load lasts (default: {SECONDS:g}; required for another host)", 0.0)
    workers: int = _option("number of worker processes to wait for; 0: this process sends the requests itself", 0)
    bind: str = _option(f"address for the workers, with or without a port (default: 127.0.0.1:{PORT})", "")
    master: str = _option("where a worker finds the process that leads the run: host or host:port", "")
    run: str = _option("name of the run; a worker that has one joins only the run of that name", "")

    @classmethod
    def of(cls, given: Mapping[str, Any]) -> Self:
        """The options from texts by name.

        Raises:
            UsageError: A number is none.
        """
        values: dict[str, Any] = {}
        for each in fields(cls):
            text = given.get(each.name)
            try:
                convert: Any = type(each.default)
                values |= {} if text in {None, ""} else {each.name: convert(text)}
            except ValueError:
                raise UsageError(f"--{flag(each.name)} {text}: expected a number") from None
        chosen = cls(**values)
        for name in ("users", "rate", "seconds", "workers"):
            if not 0 <= getattr(chosen, name) < math.inf:
                raise UsageError(f"--{name} {getattr(chosen, name):g}: expected 0 or more")
        return chosen


def add_to(parser: argparse.ArgumentParser) -> None:
    """Add the options to a command; what is not given stays out of the result."""
    for each in fields(LoadOptions):
        parser.add_argument(f"--{flag(each.name)}", default=argparse.SUPPRESS, help=each.metadata["help"])


def from_environment(environment: Mapping[str, str]) -> dict[str, str]:
    """What the variables give, by name of the option."""
    prefix = "" if MAKE_MARK in environment else VARIABLE_PREFIX
    given = {each.name: environment.get(prefix + each.name.upper(), "") for each in fields(LoadOptions)}
    return {name: text for name, text in given.items() if text}


def checked(load: LoadOptions, options: Options, server: Server) -> LoadOptions:
    """The options with their defaults, where this server may be put under such a load.

    Raises:
        UsageError: It may not.
    """
    count = len(server.targets)
    if load.users > count:
        raise UsageError(f"--users {load.users}: each user owns an extension, and --extension-id names {count}")
    if load.workers > (load.users or count):
        raise UsageError(f"--workers {load.workers}: there are {load.users or count} users only")
    first = server.targets[0]
    if first.is_loopback:
        return LoadOptions(**{**vars(load), "users": load.users or count, "seconds": load.seconds or SECONDS})
    if not (load.rate and load.seconds):
        raise UsageError(f"{options.base_url} is not on this machine: give --rate and --seconds")
    if load.rate > MAX_RATE or load.seconds > MAX_SECONDS:
        raise UsageError(
            f"{options.base_url} is not on this machine: --rate {MAX_RATE:g} and --seconds {MAX_SECONDS:g} at most"
        )
    if any(target.mode is Mode.full for target in server.targets):
        raise UsageError(f"{options.base_url} is not on this machine: --mode safe at most")
    return LoadOptions(**{**vars(load), "users": load.users or count})


def address(text: str, default_host: str = "127.0.0.1") -> tuple[str, int]:
    """Host and port of `host`, `host:port` or `[address]:port`.

    Raises:
        UsageError: The port is none.
    """
    host, _, port = text[1:].partition("]") if text.startswith("[") else text.partition(":")
    port = port.removeprefix(":")
    if port and not (port.isdecimal() and 0 < int(port) < 2**16):
        raise UsageError(f"{text}: expected host or host:port")
    return host or default_host, int(port or PORT)
