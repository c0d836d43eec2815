"""Several extensions of a server, and several servers: who is tested, and by which worker."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from contract_tests.contract.document import Contract
from contract_tests.errors import UsageError
from contract_tests.target.target import ACCESS, OPTIONS, Target, choose_target, with_access

ENVIRONMENT = "PHONE_API"
"""What the names of the variables begin with that hold the credentials."""


@dataclass(frozen=True)
class Server:
    """One server with its extensions.

    Attributes:
        name: In the file of targets; empty where there is one server only.
        targets: One for each extension, the one that `@me` means first.
        environment: What the names of its credentials' variables begin with.
    """

    name: str
    targets: Sequence[Target]
    environment: str = ENVIRONMENT

    def redacted(self) -> dict[str, str]:
        """What a report may say of it: its extensions side by side."""
        first = self.targets[0].redacted()
        return first | {"extension_id": ",".join(target.extension_id for target in self.targets)}


def choose_server(options: Mapping[str, str], name: str = "", environment: str = ENVIRONMENT) -> Server:
    """Check the options (`OPTIONS`), of which `extension-id` may name several with commas between.

    Raises:
        UsageError: An option is missing or wrong.
    """
    ids = [id_.strip() for id_ in options["extension-id"].split(",")]
    confirmed = [id_.strip() for id_ in options["confirm"].split(",")]
    for id_ in ids:
        if ids.count(id_) > 1:
            raise UsageError(f"--extension-id names {id_} twice: an extension is tested by one worker only")
        for role in ("fresh-extension-id", "foreign-extension-id"):
            if id_ and id_ == options[role]:
                raise UsageError(f"--{role} {id_} is the extension under test: name another one")
    me = options["me-extension-id"]
    ids.sort(key=lambda id_: id_ != me)
    targets = []
    for number, id_ in enumerate(ids):
        # Another worker may be changing the extension that `@me` means.
        asks_for_me = number == 0 and (me == id_ or me not in ids)
        own = {"extension-id": id_, "confirm": id_ if id_ in confirmed else "", "me-extension-id": me * asks_for_me}
        targets.append(choose_target({**options, **own}))
    return Server(name, targets, environment)


def read(path: Path) -> list[tuple[Server, Mapping[str, str]]]:
    """The servers of a TOML file, each a table with the suite's options, and their options of `ACCESS`.

    Raises:
        UsageError: The file cannot be read, or what it says of a server is wrong.
    """
    try:
        tables = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise UsageError(f"--targets {path}: cannot be read ({error.strerror})") from None
    except ValueError as error:  # of TOML, and of UTF-8
        raise UsageError(f"--targets {path}: is not TOML ({error})") from None
    if not tables:
        raise UsageError(f'--targets {path}: names no server; a table for each, such as [staging] with base-url = "…"')
    servers = [_server(path, name, table) for name, table in tables.items()]
    tested = [(target.base_url, target.extension_id) for server, _ in servers for target in server.targets]
    for base_url, extension_id in tested:
        if tested.count((base_url, extension_id)) > 1:
            raise UsageError(f"--targets {path}: names extension {extension_id} of {base_url} twice")
    return servers


def _server(path: Path, name: str, table: object) -> tuple[Server, Mapping[str, str]]:
    where = f"--targets {path}, [{name}]"
    if not isinstance(table, dict) or "/" in name:
        raise UsageError(f"{where}: expected a table, named without a slash")
    options = dict.fromkeys([*OPTIONS, *ACCESS], "")
    given = {key.replace("_", "-"): _text(value) for key, value in table.items()}
    environment = given.pop("credentials", ENVIRONMENT)
    for key in given.keys() - options.keys():
        raise UsageError(f"{where}: there is no option {key}; known are {', '.join(options)} and credentials")
    try:
        return choose_server(options | given, name, environment), options | given
    except UsageError as error:
        raise UsageError(f"{where}: {error}") from None


def _text(value: object) -> str:
    return ",".join(map(str, value)) if isinstance(value, list) else str(value)


def with_access_to(
    server: Server, options: Mapping[str, str], environment: Mapping[str, str], contract: Contract
) -> Server:
    """The server with credentials, which its extensions share; nothing is sent.

    Raises:
        UsageError: An option is wrong, or there are no credentials.
    """
    own, usual = f"{server.environment}_", f"{ENVIRONMENT}_"
    known = {name: value for name, value in environment.items() if not name.startswith(usual)}
    known |= {name.replace(own, usual, 1): value for name, value in environment.items() if name.startswith(own)}
    try:
        first = with_access(server.targets[0], options, known, contract)
    except UsageError as error:
        told = str(error).replace(ENVIRONMENT, server.environment)
        raise UsageError(f"[{server.name}] {told}" if server.name else told) from None
    way_in = {name: getattr(first, name) for name in ("credentials", "ca_bundle", "client_cert", "client_key")}
    return Server(server.name, [replace(target, **way_in) for target in server.targets], server.environment)
