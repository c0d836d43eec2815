"""Several extensions of a server, and several servers."""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from contract_tests.contract.document import Contract
from contract_tests.errors import UsageError
from contract_tests.target.options import Options, Part, declared, flag
from contract_tests.target.target import Target, choose_target, with_access

CREDENTIALS = "PHONE_API"
"""How the names of the variables begin that hold the credentials."""
MAX_RANGE = 10_000
"""Ids in one range."""


@dataclass(frozen=True)
class Server:
    """One server with its extensions.

    Attributes:
        name: In the file of targets; empty where there is one server only.
        targets: One for each extension, the one that `@me` means first.
        options: What was chosen for it.
        credentials: How the names of its credentials' variables begin.
    """

    name: str
    targets: Sequence[Target]
    options: Options
    credentials: str = CREDENTIALS

    def redacted(self) -> dict[str, str]:
        """What a report may show of it: its extensions side by side."""
        first = self.targets[0].redacted()
        return first | {"extension_id": ",".join(target.extension_id for target in self.targets)}


def choose_servers(options: Options) -> list[Server]:
    """The servers that the options name: one, or those of the file of targets.

    Raises:
        UsageError: An option is missing or wrong.
    """
    if options.shard and not options.targets:
        raise UsageError("--shard: a part of the servers of --targets; there is no such file")
    if not options.targets:
        return [choose_server(options)]
    for each in declared(Part.target, Part.access):
        if getattr(options, each.name):
            raise UsageError(
                f"--{flag(each.name)} stands beside --targets: write it into that file, for the servers it is for"
            )
    return _shard(read(Path(options.targets)), options.shard)


def _shard(servers: list[Server], shard: str) -> list[Server]:
    """The part of the servers that `2/10` means: the second one and each tenth after it.

    Raises:
        UsageError: There is no such part, or it is empty.
    """
    if not shard:
        return servers
    match = re.fullmatch(r"([1-9][0-9]{0,4})/([1-9][0-9]{0,4})", shard)
    if not match or int(match[1]) > int(match[2]):
        raise UsageError(f"--shard {shard}: expected a part and the number of parts, such as 2/10")
    chosen = servers[int(match[1]) - 1 :: int(match[2])]
    if not chosen:
        raise UsageError(f"--shard {shard}: there are {len(servers)} servers only")
    return chosen


def choose_server(options: Options, name: str = "", credentials: str = CREDENTIALS) -> Server:
    """Check the options of one server, of which `extension_id` may name several with commas between.

    Raises:
        UsageError: An option is missing or wrong.
    """
    ids, confirmed = _ids("--extension-id", options.extension_id), {*_ids("--confirm", options.confirm)}
    for id_, count in Counter(ids).items():
        if count > 1:
            raise UsageError(f"--extension-id names {id_} twice: an extension is tested once")
        for role, other in (("fresh", options.fresh_extension_id), ("foreign", options.foreign_extension_id)):
            if id_ and id_ == other:
                raise UsageError(f"--{role}-extension-id {id_} is the extension under test: name another one")
    me = options.me_extension_id
    ids.sort(key=lambda id_: id_ != me)
    targets = []
    for number, id_ in enumerate(ids):
        # Another job may be changing the extension that `@me` means.
        asks_for_me = number == 0 and (me == id_ or me not in ids)
        own_me = me if asks_for_me else ""
        confirm = id_ if id_ in confirmed else ""
        targets.append(choose_target(replace(options, extension_id=id_, confirm=confirm, me_extension_id=own_me)))
    return Server(name, targets, options, credentials)


def _ids(option: str, text: str) -> list[str]:
    """The ids of a list with commas, in which `1000-1079` is a range.

    Raises:
        UsageError: A range has no end, or too many members.
    """
    ids: list[str] = []
    for part in text.split(","):
        if match := re.fullmatch(r"\s*([0-9]{1,18})\s*-\s*([0-9]{1,18})\s*", part):
            first, last = int(match[1]), int(match[2])
            if not 0 <= last - first < MAX_RANGE:
                raise UsageError(f"{option} {part.strip()}: expected a range such as 1000-1079, of {MAX_RANGE} at most")
            ids += map(str, range(first, last + 1))
        else:
            ids.append(part.strip())
    return ids


def read(path: Path) -> list[Server]:
    """The servers of a TOML file: each is a table with the options of the parts `target` and `access`.

    Raises:
        UsageError: The file cannot be read, or an option of a server is wrong.
    """
    try:
        tables = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise UsageError(f"--targets {path}: cannot be read ({error.strerror})") from None
    except ValueError as error:  # of TOML, and of UTF-8
        raise UsageError(f"--targets {path}: is not TOML ({error})") from None
    if not tables:
        raise UsageError(f'--targets {path}: names no server; a table for each, such as [staging] with base-url = "…"')
    servers = [_server(path, name, table) for name, table in tables.items()]
    tested = [(target.base_url, target.extension_id) for server in servers for target in server.targets]
    for (base_url, extension_id), count in Counter(tested).items():
        if count > 1:
            raise UsageError(f"--targets {path}: names extension {extension_id} of {base_url} twice")
    return servers


def _server(path: Path, name: str, table: Any) -> Server:  # noqa: ANN401 - whatever stands in the file
    where = f"--targets {path}, [{name}]"
    if not isinstance(table, dict) or "/" in name:
        raise UsageError(f"{where}: expected a table, named without a slash")
    given = {key.replace("-", "_"): value for key, value in table.items()}
    credentials = str(given.pop("credentials", CREDENTIALS))
    allowed = [each.name for each in declared(Part.target, Part.access)]
    for key in given.keys() - allowed:
        known = ", ".join(map(flag, allowed))
        raise UsageError(f"{where}: there is no option {key}; known are {known} and credentials")
    try:
        return choose_server(Options.of(given), name, credentials)
    except UsageError as error:
        raise UsageError(f"{where}: {error}") from None


def with_access_to(server: Server, environment: Mapping[str, str], contract: Contract) -> Server:
    """The server with credentials, which its extensions share; nothing is sent.

    Raises:
        UsageError: An option is wrong, or there are no credentials.
    """
    own, usual = f"{server.credentials}_", f"{CREDENTIALS}_"
    known = {name: value for name, value in environment.items() if not name.startswith(usual)}
    known |= {name.replace(own, usual, 1): value for name, value in environment.items() if name.startswith(own)}
    try:
        first = with_access(server.targets[0], server.options, known, contract)
    except UsageError as error:
        message = str(error).replace(CREDENTIALS, server.credentials)
        raise UsageError(f"[{server.name}] {message}" if server.name else message) from None
    names = ("credentials", "ca_bundle", "client_cert", "client_key", "headers", "user_agent")
    access = {name: getattr(first, name) for name in names}
    return replace(server, targets=[replace(target, **access) for target in server.targets])
