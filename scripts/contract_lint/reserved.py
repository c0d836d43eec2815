"""Numbers, addresses and hosts that are reserved for documentation, as far as examples of a phone need them."""

from __future__ import annotations

import ipaddress
import re

NUMBERS = re.compile(r"(\+|00)?(120255501\d\d|442079460\d{3}|493023125\d{3})")
"""Of the regulators for fiction: NANP 555-0100 to -0199 in Washington, Ofcom London, Bundesnetzagentur Berlin."""
NETWORKS = [
    ipaddress.ip_network(network)
    # RFC 5737, RFC 3849, RFC 9637
    for network in ("192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24", "2001:db8::/32", "3fff::/20")
]
HOSTS = re.compile(r"(.+\.)?(example\.(com|net|org)|example|invalid|localhost|test)", re.IGNORECASE)
"""RFC 2606 and RFC 6761."""

_NUMBER = re.compile(r"[+0-9][0-9 ()./-]*")
_SCHEME = re.compile(r"(?i)(sips?|tel|https?|mailto):(//)?")
_PORT = re.compile(r":[0-9]+$")
_WORD = re.compile(r"[^\W\d_]*|\*")


def is_reserved(text: str) -> bool:
    """Whether each number, address, host and mail box in a text is from a range that is reserved for documentation.

    Words without a digit, dot or `@` are no address.
    """
    if _NUMBER.fullmatch(text) and not _is_address(text):
        return bool(NUMBERS.fullmatch(re.sub(r"[ ()./-]", "", text)))
    return all(map(_is_reserved_token, re.split(r"[\s,;<>]+", text)))


def _is_reserved_token(token: str) -> bool:
    if _WORD.fullmatch(token):
        return True
    place = _SCHEME.sub("", token).rpartition("@")[2]
    if address := _address(place):
        return any(address in network for network in NETWORKS if network.version == address.version)
    host = _PORT.sub("", place)
    return bool(NUMBERS.fullmatch(host) or HOSTS.fullmatch(host))


def _is_address(text: str) -> bool:
    return _address(text) is not None


def _address(place: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    """Return the IP address that a text is, with or without brackets and a port."""
    for candidate in (place, _PORT.sub("", place)):
        try:
            return ipaddress.ip_address(candidate.removeprefix("[").removesuffix("]"))
        except ValueError:
            continue
    return None
