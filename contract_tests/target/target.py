"""The server under test: where it is, what may be asked of it, and how the suite proves who it is."""

from __future__ import annotations

import functools
import ipaddress
import re
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from pathlib import Path
from typing import NoReturn
from urllib.parse import urlsplit

from contract_tests.contract.document import Contract
from contract_tests.contract.json_values import Settings, in_json
from contract_tests.contract.property import RISKS
from contract_tests.errors import UsageError
from contract_tests.target.credentials import Credentials
from contract_tests.target.headers import parse_headers, secret_values
from contract_tests.target.options import Options, declared

TIMEOUT = 5
"""Seconds to wait for an answer."""


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
    credentials: Credentials = field(default_factory=Credentials, repr=False, compare=False)
    ca_bundle: str = ""
    client_cert: str = ""
    client_key: str = ""
    unrestorable: Mapping[str, str] = field(default_factory=dict, compare=False)
    """Properties that must not be written since they could not be restored, with the reason."""
    headers: Mapping[str, str] = field(default_factory=dict, repr=False, compare=False)
    user_agent: str = ""

    @property
    def may_write(self) -> bool:
        """Whether PUT may be sent."""
        return self.mode is not Mode.read

    @property
    def is_loopback(self) -> bool:
        """Whether the server runs on this machine."""
        return is_loopback(urlsplit(self.base_url).hostname or "")

    @property
    def client_certificate(self) -> tuple[str, str] | str | None:
        """The files of the client certificate and its key, as `requests` takes them."""
        return (self.client_cert, self.client_key) if self.client_key else self.client_cert or None

    def writable(self, contract: Contract) -> list[str]:
        """The properties that may be written, in the contract's order; never elsewhere what joins extensions."""
        risks = {Mode.read: RISKS[:0], Mode.safe: RISKS[:1], Mode.full: RISKS}[self.mode]
        known = contract.properties
        return [
            name
            for name in known
            if known[name].risk in risks
            and (self.is_loopback or not known[name].refers_to_extensions)
            and name not in self.unrestorable
        ]

    def writable_together(self, contract: Contract) -> list[str]:
        """Those of them that one PUT may change side by side.

        Elsewhere, what touches privacy or protection is changed by itself, with all the rest of it as it was found.
        """
        risks = RISKS if self.is_loopback else RISKS[:2]
        return [name for name in self.writable(contract) if contract.properties[name].risk in risks]

    def why_not_written(self, contract: Contract, settings: Settings) -> str:
        """Why an extension that shows this may not be written to; empty where it may.

        On this machine no phone is in use. Elsewhere a PUT to an extension of a bundle changes its other extensions.
        """
        bundles = [known for known in contract.properties.values() if known.refers_to_extensions]
        joined = [known.name for known in bundles if not known.same(settings.get(known.name), known.default)]
        if self.is_loopback or not joined:
            return ""
        if joined[0] not in settings:
            return f"GET does not show its {joined[0]}, so a change of it might change other extensions"
        return f"its {joined[0]} is {in_json(settings.get(joined[0]))}, so a change of it would change other extensions"

    @classmethod
    def of(cls, redacted: Mapping[str, str]) -> Target:
        """The target that a report or a record speaks of, without its token."""
        return cls(**{**redacted, "mode": Mode(redacted["mode"])})  # type: ignore[arg-type]

    def redacted(self) -> dict[str, str]:
        """What a report may say of the target: everything but the token."""
        return {each.name: str(getattr(self, each.name)) for each in declared() if each.metadata["is_reported"]}


def choose_target(options: Options) -> Target:
    """Check the options of one extension; the target has no access yet.

    Raises:
        UsageError: An option is missing or wrong.
    """
    base_url = _base_url(options.base_url)
    extension_id = _extension_id("--extension-id", options.extension_id, required=True)
    fresh = _extension_id("--fresh-extension-id", options.fresh_extension_id)
    foreign = _extension_id("--foreign-extension-id", options.foreign_extension_id)
    me = _extension_id("--me-extension-id", options.me_extension_id)
    for name, other in (("fresh", fresh), ("foreign", foreign)):
        if other == extension_id:
            raise UsageError(f"--{name}-extension-id {other} is the extension under test: name another one")
    for name, other in (("fresh", fresh), ("me", me)):
        if other and other == foreign:
            raise UsageError(
                f"--{name}-extension-id and --foreign-extension-id are the same: one is ours, the other is not"
            )
    mode = _mode(options.mode, base_url, extension_id, options.confirm)
    return Target(base_url, extension_id, mode, fresh, foreign, me)


def with_access(target: Target, options: Options, environment: Mapping[str, str], contract: Contract) -> Target:
    """The target with credentials, TLS files and added headers from the options and the environment; nothing is sent.

    Raises:
        UsageError: An option is wrong, or there are no credentials.
    """
    if options.client_key and not options.client_cert:
        raise UsageError("--client-key: name the certificate as well, with --client-cert")
    _check_tls(options)
    if not options.ca_bundle:
        _check_variables(environment)
    token_url = options.token_url
    if token_url and not (_is_url(token_url) and "@" not in token_url):
        raise UsageError("--token-url: expected http(s)://host[:port]/path without credentials, query and fragment")
    added = parse_headers(options.header)
    credentials = Credentials.of(environment, token_url or _origin(target.base_url) + contract.token_path)
    credentials.scope = options.scope
    credentials.hide(secret_values(added))
    return replace(
        target,
        credentials=credentials,
        ca_bundle=options.ca_bundle,
        client_cert=options.client_cert,
        client_key=options.client_key,
        headers=added,
        user_agent=_user_agent(options.user_agent),
    )


def _user_agent(text: str) -> str:
    if not re.fullmatch("[ -~]*", text):
        raise UsageError("--user-agent: expected printable ASCII, such as --user-agent Mozilla/5.0")
    return text.strip()


def _check_tls(options: Options) -> None:
    bundle, certificate, key = options.ca_bundle, options.client_cert, options.client_key
    for name, file in (("ca-bundle", bundle), ("client-cert", certificate), ("client-key", key)):
        try:
            if file:
                Path(file).open("rb").close()
        except OSError as error:
            raise UsageError(f"--{name} {file}: cannot be read ({error.strerror})") from None
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    message = f"--ca-bundle {bundle}: holds no certificate in the form PEM"
    try:
        if bundle:
            context.load_verify_locations(bundle)
        message = f"--client-cert {certificate}: holds no certificate with its key in the form PEM"
        message += f", nor does {key} hold the key" if key else "; name the key's file with --client-key"
        if certificate:
            context.load_cert_chain(certificate, key or None, password=_no_password)
    except ssl.SSLError:
        raise UsageError(message) from None


def _check_variables(environment: Mapping[str, str]) -> None:
    for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):
        if (path := environment.get(name)) and not Path(path).exists():
            raise UsageError(f"{name} {path}: there is no such file; correct the variable, or give --ca-bundle")


def _no_password() -> NoReturn:
    # Else OpenSSL would ask for it on the terminal, for each connection.
    raise UsageError("--client-cert: its key is encrypted; give one that is not, readable by you only")


def _is_url(text: str) -> bool:
    try:
        url = urlsplit(text)
        is_usable = url.scheme in {"http", "https"} and bool(url.hostname) and url.port != 0
        (url.hostname or "").encode("idna")  # as it is looked up
    except ValueError:  # a port that is none, half an IPv6 address, a name with two dots
        return False
    return is_usable and not re.search(r"[\s?#*\\]", text)


def _base_url(text: str) -> str:
    if not text:
        raise UsageError("no target: give --base-url, for example --base-url http://127.0.0.1:8054/api/ver1.0")
    if "@" in text:
        raise UsageError("--base-url: expected http(s)://host[:port]/path without credentials; a token goes elsewhere")
    if not _is_url(text):
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
    if text != Mode.read and not is_local and confirmed != extension_id:
        raise UsageError(
            f"--mode {text} changes extension {extension_id} of {base_url}, which may be in use: "
            f"repeat its id with --confirm {extension_id} (make: CONFIRM={extension_id}), or use --mode read"
        )
    return Mode(text)


@functools.cache
def is_loopback(host: str) -> bool:
    """Whether a host name or address stays on this machine."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
