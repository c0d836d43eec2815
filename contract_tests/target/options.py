"""The options of the suite: each is declared once, as a field of `Options`.

From a field come the flag, the option of pytest, the key in a file of targets, the make variable, the environment
variable, the help, what a report shows, and the rerun line.
"""

from __future__ import annotations

import argparse
import difflib
from collections.abc import Iterable, Mapping
from dataclasses import Field, dataclass, field, fields
from enum import StrEnum
from typing import Any, Self

from contract_tests.errors import UsageError

VARIABLE_PREFIX = "PHONE_CONTRACT_"
"""How the environment variable of an option begins."""
MAKE_MARK = "MAKE_GIVEN"
"""Where the Makefile lists the variables of its command line."""
SECRETS = {
    "TOKEN": "access token",
    "CLIENT_ID": "client id of the application; with the client secret, the suite gets a token",
    "CLIENT_SECRET": "client secret of the application",
}
"""Credentials: environment variables `PHONE_API_…`, as `ps` shows every command line; make also takes `TOKEN=`."""


class Part(StrEnum):
    """What an option is about."""

    target = "what is tested"
    access = "access to the server"
    run = "how it is tested"


def _option(text: str, part: Part, *, default: Any = "", is_reported: bool = False, is_repeatable: bool = False) -> Any:  # noqa: ANN401 - as in dataclasses
    metadata = {"help": text, "part": part, "is_reported": is_reported, "is_repeatable": is_repeatable}
    return field(default=default, metadata=metadata)


@dataclass(frozen=True)
class Options:
    """What a user can choose; a text that is empty was not given."""

    base_url: str = _option(
        "URL of the server with its base path, such as http://127.0.0.1:8054/api/ver1.0", Part.target, is_reported=True
    )
    extension_id: str = _option(
        "extension under test: the suite reads it and, if the mode allows, changes and restores it; "
        "several ids with commas between share the requests",
        Part.target,
        is_reported=True,
    )
    mode: str = _option(
        "read: change nothing (default for another host); safe: change low-risk properties; "
        "full: change all properties (default for a server on this machine)",
        Part.target,
        is_reported=True,
    )
    confirm: str = _option(
        "the extension id once more; required before the suite changes an extension on another host", Part.target
    )
    fresh_extension_id: str = _option(
        "extension that was never configured; needed to test the defaults", Part.target, is_reported=True
    )
    foreign_extension_id: str = _option(
        "extension of another client; needed to test that the token does not open it", Part.target, is_reported=True
    )
    me_extension_id: str = _option(
        "extension of the user who owns the token; needed to test @me", Part.target, is_reported=True
    )
    token_url: str = _option(
        "token endpoint (default: the token path of the contract, on the server of the base URL)", Part.access
    )
    ca_bundle: str = _option("PEM file of the certificates to trust, instead of those of the system", Part.access)
    client_cert: str = _option(
        "PEM file of the client certificate; also holds the key, unless --client-key names it", Part.access
    )
    client_key: str = _option("PEM file of the key of the client certificate, not encrypted", Part.access)
    scope: str = _option("scope to ask the token endpoint for, where it requires one", Part.access)
    header: str = _option(
        "`NAME: value` of a header that every request carries, such as the key of a gateway; may be given several "
        "times, in a variable one a line; no report shows the value",
        Part.access,
        is_repeatable=True,
    )
    user_agent: str = _option("value of the header User-Agent, where a firewall requires another one", Part.access)
    targets: str = _option("TOML file of several servers: a table for each, with the options above as keys", Part.run)
    parallel: int = _option("of several servers, so many are tested at the same time", Part.run, default=16)
    shard: str = _option(
        "part of the servers that this run tests, such as 2/10; `merge` joins the reports of all parts", Part.run
    )
    timeout: float = _option(
        "seconds to wait for a connection, and between two bytes of a response", Part.run, default=5.0
    )
    settle: float = _option(
        "seconds to wait after each write, for a server that shows a change with a delay", Part.run, default=0.0
    )
    rate_limit: float = _option("maximum number of requests a second; 0: no limit", Part.run, default=0.0)
    max_requests: int = _option(
        "maximum number of requests in all, those of the restore included; 0: no limit", Part.run, default=0
    )
    max_seconds: float = _option(
        "maximum number of seconds in which requests are sent, except those of the restore; 0: no limit",
        Part.run,
        default=0.0,
    )
    fuzz_examples: int = _option(
        "random requests for each operation, after the planned requests; 0: none (default with a file of targets)",
        Part.run,
        default=50,
    )
    seed: int = _option(
        "another seed gives other random requests; the planned requests stay the same", Part.run, default=0
    )
    only: str = _option(
        "report only these requirements: ids or patterns with commas between, such as put_is_stored:*", Part.run
    )
    baseline: str = _option("file of known failures; each line holds an id or a pattern, and `# reason`", Part.run)
    state_dir: str = _option(
        "folder that keeps original values until they are restored (default: the user's state folder)", Part.run
    )
    report_dir: str = _option("folder of the reports and the record", Part.run, default="reports")

    @classmethod
    def of(cls, given: Mapping[str, Any], where: str = "") -> Self:
        """The options from texts by name; a list joins its members with commas, or with line breaks if repeatable.

        Raises:
            UsageError: There is no such option, or a number is none; `where` begins the message.
        """
        known = {each.name: each for each in declared()}
        values: dict[str, Any] = {}
        for key, value in given.items():
            name = key.replace("-", "_")
            if name not in known:
                raise UsageError(f"{where}there is no option {key}{_nearest(key, map(flag, known))}")
            values[name] = _value(known[name], value, where)
        if values.get("targets"):  # random requests to many servers only where they are asked for
            values.setdefault("fuzz_examples", 0)
        return cls(**values)

    def chosen(self) -> dict[str, Any]:
        """The options that differ from their defaults, by name."""
        return {each.name: value for each in fields(self) if (value := getattr(self, each.name)) != each.default}

    def as_arguments(self) -> list[str]:
        """The options that differ from their defaults, as words of a command line."""
        return [f"--{flag(name)}={value}" for name, value in self.chosen().items()]


def declared(*parts: Part) -> list[Field[Any]]:
    """The declarations, of these parts or of all."""
    return [each for each in fields(Options) if not parts or each.metadata["part"] in parts]


def flag(name: str) -> str:
    """An option on the command line, without its two dashes, and in a file of targets."""
    return name.replace("_", "-")


def add_to(parser: argparse.ArgumentParser, options: Iterable[Field[Any]]) -> None:
    """Add options to a command; what is not given stays out of the result."""
    for each in options:
        text = each.metadata["help"] + (f" (default: {each.default})" if each.default else "")
        action = "append" if each.metadata["is_repeatable"] else "store"
        parser.add_argument(f"--{flag(each.name)}", dest=each.name, default=argparse.SUPPRESS, help=text, action=action)


def from_environment(environment: Mapping[str, str]) -> dict[str, str]:
    """What the variables give, by name of the option: `PHONE_CONTRACT_…`, or those of make where it called.

    Raises:
        UsageError: A variable on make's command line is no option and none that the Makefile knows.
    """
    return _from_make(environment) if MAKE_MARK in environment else _given(environment, VARIABLE_PREFIX)


def _from_make(environment: Mapping[str, str]) -> dict[str, str]:
    options = {each.name.upper() for each in declared()}
    known = options | set(environment.get("MAKE_KNOWN", "").split()) | SECRETS.keys()
    for name in environment.get(MAKE_MARK, "").split():
        if name not in known:
            raise UsageError(f"make does not know the variable {name}{_nearest(name, known)}")
    return _given(environment, "")


def _given(environment: Mapping[str, str], prefix: str) -> dict[str, str]:
    variables = {each.name: prefix + each.name.upper() for each in declared()}
    return {name: environment[variable] for name, variable in variables.items() if environment.get(variable)}


def _value(option: Field[Any], value: Any, where: str) -> Any:  # noqa: ANN401 - as the option's type
    separator = "\n" if option.metadata["is_repeatable"] else ","
    text = separator.join(map(str, value)) if isinstance(value, list) else str(value)
    if isinstance(option.default, str):
        return text
    is_whole = isinstance(option.default, int)
    try:
        return int(text) if is_whole else float(text)
    except ValueError:
        noun = "a whole number" if is_whole else "a number"
        raise UsageError(f"{where}--{flag(option.name)} {text}: expected {noun}") from None


def _nearest(name: str, known: Iterable[str]) -> str:
    near = difflib.get_close_matches(name, known, n=1)
    return f"; did you mean {near[0]}?" if near else ""
