"""The command `phone`: read and change the settings of an internal number in a terminal.

The access comes from the environment: PHONE_API_BASE_URL, and PHONE_API_TOKEN or PHONE_API_CLIENT_ID with
PHONE_API_CLIENT_SECRET. A token in the command line would be visible in the list of processes and in the shell history.
"""

import argparse
import json
import os
import sys
from collections.abc import Iterable, Mapping
from typing import NoReturn

import httpx

from .auth import BearerToken, ClientCredentials
from .client import PhoneClient
from .contract import CRITICAL
from .errors import ApiError, TokenError
from .models import PhonePropertiesUpdate
from .values import ValueOfPropertyError, changes_of

FAILED, USAGE, NOT_CONFIRMED, INTERRUPTED = 1, 2, 3, 130


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        """Print one line; the complete usage is in `--help`."""
        raise _StopError(USAGE, f"{message}; see {self.prog} --help")


class _StopError(Exception):
    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.code = code


def main() -> int:
    """Run the command; returns the exit code."""
    try:
        options = _parser().parse_args()
        changes = changes_of(options.assignments) if options.command == "set" else None
        with PhoneClient(_variable("PHONE_API_BASE_URL"), _auth()) as client:
            if changes is None:
                _print(client.get(options.extension).to_dict(), as_json=options.json)
            else:
                _set(client, options, changes)
    except _StopError as error:
        return _failed(error.code, str(error))
    except ValueOfPropertyError as error:
        return _failed(USAGE, str(error))
    except (ApiError, TokenError) as error:
        return _failed(FAILED, str(error))
    except (httpx.TransportError, httpx.InvalidURL) as error:
        return _failed(FAILED, f"no response: {str(error) or type(error).__name__}")
    except KeyboardInterrupt:
        return _failed(INTERRUPTED, "interrupted")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="phone",
        description="Read and change the settings of an internal number.",
        epilog="environment: PHONE_API_BASE_URL; PHONE_API_TOKEN, or PHONE_API_CLIENT_ID and PHONE_API_CLIENT_SECRET. "
        "exit codes: 0 done, 1 failed, 2 wrong command line or environment, 3 not confirmed, and nothing was changed.",
    )
    commands = parser.add_subparsers(dest="command", required=True)
    get = commands.add_parser("get", help="print all settings", description="Print all settings.")
    change = commands.add_parser("set", help="change settings", description="Change settings; the others stay.")
    for command in (get, change):
        command.add_argument("extension", help="id of the internal number, or @me")
        command.add_argument("--json", action="store_true", help="print JSON")
    change.add_argument(
        "assignments", nargs="+", metavar="name=value", help="a property of `phone get` and its new value"
    )
    change.add_argument("--dry-run", action="store_true", help="print what would change, and change nothing")
    change.add_argument("--yes", action="store_true", help="do not ask before a critical property")
    return parser


def _auth() -> httpx.Auth:
    token = os.environ.get("PHONE_API_TOKEN")
    if not token:
        return ClientCredentials(_variable("PHONE_API_CLIENT_ID"), _variable("PHONE_API_CLIENT_SECRET"))
    try:
        return BearerToken(token)
    except ValueError as error:
        raise _StopError(USAGE, f"PHONE_API_TOKEN: {error}") from None


def _variable(name: str) -> str:
    value = os.environ.get(name)
    if not value:
        instead = " (or PHONE_API_TOKEN)" if name.startswith("PHONE_API_CLIENT") else ""
        raise _StopError(USAGE, f"the environment variable {name}{instead} is not set")
    return value


def _set(client: PhoneClient, options: argparse.Namespace, update: PhonePropertiesUpdate) -> None:
    before, changes = client.get(options.extension).to_dict(), update.to_dict()
    if options.dry_run:
        print(json.dumps(changes, indent=2) if options.json else _differences(before, changes, changes))
        print("nothing was changed (--dry-run)", file=sys.stderr)
        return
    critical = CRITICAL & changes.keys()
    if critical and not options.yes:
        _confirm(_differences(before, changes, critical))
    after = client.update(options.extension, update).to_dict()
    if options.json:
        _print(after, as_json=True)
    else:
        print(_differences(before, after, changes))


def _differences(before: Mapping[str, object], after: Mapping[str, object], names: Iterable[str]) -> str:
    return "\n".join(f"{name}: {_shown(before.get(name))} -> {_shown(after.get(name))}" for name in names)


def _confirm(differences: str) -> None:
    """Ask on the terminal; without a terminal the answer is no."""
    question = "This is critical: calls may go elsewhere, or cost money. Change it? [y/N] "
    print(differences, question, sep="\n", end="", file=sys.stderr, flush=True)
    answer = sys.stdin.readline()
    if not answer:  # without a terminal, nothing ended the line of the question
        print(file=sys.stderr)
    if answer.strip().lower() not in {"y", "yes"}:
        raise _StopError(NOT_CONFIRMED, "not confirmed, so nothing was changed; --yes does not ask")


def _print(settings: Mapping[str, object], *, as_json: bool) -> None:
    if as_json:
        print(json.dumps(settings, indent=2))
        return
    width = max(map(len, settings), default=0)
    for name, value in settings.items():
        print(f"{_one_line(name):{width}}  {_shown(value)}")


def _shown(value: object) -> str:
    """Return a value as JSON; letters stay readable."""
    return _one_line(json.dumps(value, ensure_ascii=False))


def _one_line(text: str) -> str:
    """Return the text without characters that a terminal would obey."""
    return "".join(letter if letter.isprintable() else ascii(letter)[1:-1] for letter in text)


def _failed(code: int, message: str) -> int:
    print(f"phone: {_one_line(message)}", file=sys.stderr)
    return code


if __name__ == "__main__":
    sys.exit(main())
