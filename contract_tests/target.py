"""The server under test: where it is, what may be asked of it, and how the suite proves who it is."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from urllib.parse import quote_plus, urlencode, urlsplit

import requests

from contract_tests.contract import RISKS, Contract, Settings, in_json
from contract_tests.record import Exchange, Kind, Step

TIMEOUT = 5
"""Seconds to wait for an answer."""


class UsageError(Exception):
    """An option is wrong; the message names it and the remedy."""


class Mode(StrEnum):
    """What may be sent."""

    read = "read"
    safe = "safe"
    full = "full"


@dataclass(frozen=True)
class Target:
    """A server and the extensions on it that the suite may use; ids are decimal texts, empty where none was named."""

    base_url: str
    extension_id: str
    mode: Mode
    fresh_extension_id: str = ""
    foreign_extension_id: str = ""
    me_extension_id: str = ""
    token: str = field(default="", repr=False)
    token_exchange: Exchange | None = field(default=None, repr=False)

    @property
    def may_write(self) -> bool:
        """Whether PUT may be sent."""
        return self.mode is not Mode.read

    @property
    def is_loopback(self) -> bool:
        """Whether the server runs on this machine."""
        return is_loopback(urlsplit(self.base_url).hostname or "")

    def writable(self, contract: Contract) -> list[str]:
        """The properties that may be written, in the contract's order."""
        risks = {Mode.read: RISKS[:0], Mode.safe: RISKS[:1], Mode.full: RISKS}[self.mode]
        return [name for name, known in contract.properties.items() if known.risk in risks]

    def why_not_written(self, contract: Contract, shown: Settings) -> str:
        """Why an extension that shows this may not be written to; empty where it may.

        On this machine nobody is harmed. Elsewhere a PUT to an extension of a bundle changes its other extensions.
        """
        bundles = [known for known in contract.properties.values() if known.refers_to_extensions]
        joined = [known.name for known in bundles if not known.same(shown.get(known.name), known.default)]
        if self.is_loopback or not joined:
            return ""
        return (
            f"its {joined[0]} is {in_json(shown.get(joined[0]))}, so that a change of it would change other extensions"
        )

    @classmethod
    def of(cls, redacted: Mapping[str, str]) -> Target:
        """The target that a report or a record speaks of, without its token."""
        return cls(**{**redacted, "mode": Mode(redacted["mode"])})  # type: ignore[arg-type]

    def redacted(self) -> dict[str, str]:
        """What a report may say of the target: everything but the token."""
        return {
            "base_url": self.base_url,
            "extension_id": self.extension_id,
            "fresh_extension_id": self.fresh_extension_id,
            "foreign_extension_id": self.foreign_extension_id,
            "me_extension_id": self.me_extension_id,
            "mode": self.mode.value,
        }


OPTIONS = {
    "base-url": "base URL of the target, with its path, such as http://127.0.0.1:8054/api/ver1.0",
    "extension-id": "id of the internal number that the suite reads and, if it may, writes",
    "mode": "what may be sent: read (GET only; the default off loopback), safe (low-risk properties are written too) "
    "or full (all are; the default on loopback, and only there)",
    "confirm": "off loopback, the id of the extension once more, before anything is written to it",
    "fresh-extension-id": "id of an internal number that was never configured: judges the defaults",
    "foreign-extension-id": "id of an internal number of another client: must not be readable",
    "me-extension-id": "id of the internal number that the token's user is: judges @me",
}
"""What says where the target is and what may be asked of it."""


def choose_target(options: Mapping[str, str]) -> Target:
    """Check the options, named as on the command line without the dashes (`OPTIONS`); the target has no token yet.

    Raises:
        UsageError: An option is missing or wrong.
    """
    base_url = _base_url(options["base-url"])
    extension_id = _extension_id("--extension-id", options["extension-id"], required=True)
    others = {
        name: _extension_id(f"--{name}", options[name]) for name in ("fresh-extension-id", "foreign-extension-id")
    }
    me_extension_id = _extension_id("--me-extension-id", options["me-extension-id"])
    for name, other in others.items():
        if other == extension_id:
            raise UsageError(f"--{name} {other} is the extension under test: name another one")
    if others["fresh-extension-id"] and len({*others.values()}) == 1:
        raise UsageError("--fresh-extension-id and --foreign-extension-id are the same: one is ours, the other is not")
    if me_extension_id and me_extension_id == others["foreign-extension-id"]:
        raise UsageError("--me-extension-id and --foreign-extension-id are the same: one is ours, the other is not")
    mode = _mode(options["mode"], base_url, extension_id, options["confirm"])
    return Target(
        base_url=base_url,
        extension_id=extension_id,
        mode=mode,
        fresh_extension_id=others["fresh-extension-id"],
        foreign_extension_id=others["foreign-extension-id"],
        me_extension_id=me_extension_id,
    )


def authorise(target: Target, token_url: str, environment: Mapping[str, str], contract: Contract) -> Target:
    """The target with a token, from the environment or from the token endpoint.

    Raises:
        UsageError: There are no credentials, or they got no token.
    """
    token, exchange = _token(token_url or _origin(target.base_url) + contract.token_path, environment)
    return replace(target, token=token, token_exchange=exchange)


def _base_url(text: str) -> str:
    if not text:
        raise UsageError("no target: give --base-url, for example --base-url http://127.0.0.1:8054/api/ver1.0")
    if "@" in text:
        raise UsageError("--base-url: expected http(s)://host[:port]/path without credentials; a token goes elsewhere")
    try:
        url = urlsplit(text)
        is_usable = url.scheme in {"http", "https"} and bool(url.hostname) and url.port != 0
    except ValueError:  # a port that is none, half an IPv6 address
        is_usable = False
    if not is_usable or re.search(r"[\s?#]", text):
        raise UsageError(f"--base-url {text}: expected http(s)://host[:port]/path without query and fragment")
    return text.rstrip("/")


def _origin(base_url: str) -> str:
    url = urlsplit(base_url)
    return f"{url.scheme}://{url.netloc}"


def _extension_id(option: str, text: str, *, required: bool = False) -> str:
    if not text and required:
        raise UsageError(
            f"{option} is missing: name the internal number that the suite may use, for example {option} 54"
        )
    if text and not re.fullmatch("[1-9][0-9]{0,18}", text):
        raise UsageError(f"{option} {text}: an extension id is a whole number, for example {option} 54")
    return text


def _mode(text: str, base_url: str, extension_id: str, confirmed: str) -> Mode:
    is_local = is_loopback(urlsplit(base_url).hostname or "")
    if not text:
        return Mode.full if is_local else Mode.read
    if text not in [*Mode]:
        raise UsageError(f"--mode {text}: expected one of {', '.join(Mode)}")
    if text == Mode.full and not is_local:
        raise UsageError(f"--mode full writes everything and is for loopback only, not for {base_url}: use --mode safe")
    if text == Mode.safe and not is_local and confirmed != extension_id:
        raise UsageError(
            f"--mode safe changes extension {extension_id} of {base_url}, somebody's phone: "
            f"repeat its id with --confirm {extension_id} (make: CONFIRM={extension_id}), or use --mode read"
        )
    return Mode(text)


def is_loopback(host: str) -> bool:
    """Whether a host name or address stays on this machine."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _usable(token: str, origin: str) -> str:
    if not re.fullmatch("[!-~]*", token):
        raise UsageError(f"{origin}: a token is printable ASCII without blanks (RFC 6750, 2.1); was it copied whole?")
    return token


def _token(token_url: str, environment: Mapping[str, str]) -> tuple[str, Exchange | None]:
    """The token, and the exchange that got one where client id and secret are given."""
    token = _usable(environment.get("PHONE_API_TOKEN", ""), "PHONE_API_TOKEN")
    client_id, secret = environment.get("PHONE_API_CLIENT_ID", ""), environment.get("PHONE_API_CLIENT_SECRET", "")
    if not (client_id and secret):
        if not token:
            raise UsageError("no credentials: set PHONE_API_TOKEN, or PHONE_API_CLIENT_ID and PHONE_API_CLIENT_SECRET")
        return token, None
    form = {"grant_type": "client_credentials", "client_id": client_id, "client_secret": secret}
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    body = urlencode(form).encode()
    try:
        response = requests.post(token_url, data=body, headers=headers, timeout=TIMEOUT, allow_redirects=False)
    except requests.RequestException as error:
        raise UsageError(f"no token from {token_url}: {type(error).__name__}; is --token-url right?") from None
    exchange = Exchange(
        step=Step(
            Kind.token, "POST", token_url, body, {"Content-Type": headers["Content-Type"]}, case="client credentials"
        ),
        url=token_url,
        sent_headers=headers,
        status=response.status_code,
        headers={name.lower(): value for name, value in response.headers.items()},
        body=response.content,
    )
    issued = (exchange.shown or {}).get("access_token")
    if not (token or (isinstance(issued, str) and issued)):
        raise UsageError(
            f"no token from {token_url}: it answered {response.status_code} without access_token; "
            "are the client id and secret right?"
        )
    secrets = [text for text in (secret, quote_plus(secret), issued, token) if isinstance(text, str) and text]
    return token or _usable(str(issued), "the access_token"), exchange.masked(secrets)
