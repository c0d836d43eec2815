"""The text that the mock prints at its start: its addresses, and commands to paste into a shell."""

import ipaddress
import shlex
import shutil
import sysconfig
from pathlib import Path

from mock_server.contract import BASE_PATH, IN_REPO, PATH, ROOT, TOKEN_PATH
from mock_server.docs import DOCS_PATH
from mock_server.faults import ALL
from mock_server.seed import Application, Seed

MAX_LISTED = 8


def welcome(seeded: Seed, host: str, port: int, fault: str | None) -> str:
    """Return the text for a mock that listens on this host and port."""
    origin = f"http://{_address(host)}:{port}"
    by_client: dict[str, list[str]] = {}
    for extension in seeded.extensions:
        by_client.setdefault(extension.client, []).append(extension.id)
    lines = [
        f"Base URL    {origin}{BASE_PATH}",
        "Extensions  " + "; ".join(f"{_listed(ids)} of client {client}" for client, ids in by_client.items()),
        f"New token   {_token_command(seeded.applications[0], origin)}",
    ]
    for demo in seeded.demos[:1]:
        lines += [f"Try it      {_read_command(demo, origin)}", *_test_line(demo, origin)]
    lines.append(f"Browser     {origin}{DOCS_PATH}")
    if fault:
        lines.append(f"Fault       {fault}: {ALL[fault].__doc__}")
    return "\n".join([*lines, "Stop it with Ctrl-C.\n"])


def _listed(ids: list[str]) -> str:
    """Return ids in one line; of many, the first ones and the last."""
    return " ".join(ids if len(ids) <= MAX_LISTED else [*ids[: MAX_LISTED - 1], "…", ids[-1]])


def _address(host: str) -> str:
    """Return the host as a client on this machine writes it: some systems cannot connect to 0.0.0.0 or ::."""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return host
    if address.is_unspecified:
        return "[::1]" if address.version == 6 else "127.0.0.1"
    return f"[{host}]" if address.version == 6 else host


def _token_command(application: Application, origin: str) -> str:
    fields = {"client_id": application.client_id, "client_secret": application.client_secret.get_secret_value()}
    form = [part for name, value in fields.items() for part in ("--data-urlencode", f"{name}={value}")]
    return shlex.join(["curl", origin + TOKEN_PATH, "-d", "grant_type=client_credentials", *form])


def _read_command(demo: Application, origin: str) -> str:
    assert demo.me
    url = origin + BASE_PATH + PATH.format(extension_id=demo.me)
    return shlex.join(["curl", "-H", f"Authorization: Bearer {_token(demo)}", url])


def _test_line(demo: Application, origin: str) -> list[str]:
    """Return the line with the command of the suite; no line if the suite is not installed."""
    assert demo.me
    base_url = origin + BASE_PATH
    if IN_REPO and Path.cwd() == ROOT and shutil.which("make"):
        command = ["make", "conformance", f"BASE_URL={base_url}", f"EXTENSION_ID={demo.me}"]
    elif suite := _suite_command():
        command = [suite, "run", "--base-url", base_url, "--extension-id", demo.me]
    else:
        return []
    return [f"Test it     PHONE_API_TOKEN={shlex.quote(_token(demo))} {shlex.join(command)}"]


def _suite_command() -> str | None:
    """Return the suite's command: its name if the shell finds it, else its path beside this Python."""
    name = "phone-contract"
    return name if shutil.which(name) else shutil.which(name, path=sysconfig.get_path("scripts"))


def _token(demo: Application) -> str:
    assert demo.token
    return demo.token.get_secret_value()
