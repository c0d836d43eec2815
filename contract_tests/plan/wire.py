"""Requests that are about HTTP and JSON: bodies, credentials, extension ids, methods."""

from __future__ import annotations

import functools
from collections.abc import Iterator

from contract_tests.contract.document import Contract
from contract_tests.contract.json_values import encode
from contract_tests.contract.property import Property
from contract_tests.plan.valid import other_value
from contract_tests.record.step import Case, Kind, Step

MAX_ID = 2**63 - 1
DEPTH = 10_000
MEBIBYTE = 2**20
BYTE_ORDER_MARK = b"\xef\xbb\xbf"


def bodies(path: str, text: Property) -> Iterator[Step]:
    """Bodies that are no JSON object, or not declared as one; `text` is a property that accepts any text."""
    for about, body in _malformed(text).items():
        yield Step(Kind.body, "PUT", path, body, case=Case.malformed, about=about)
    valid = encode({text.name: text.examples[0]})
    for about, media_type in {"declared as text/plain": "text/plain", "without a media type": None}.items():
        headers = {"Content-Type": media_type}
        yield Step(Kind.body, "PUT", path, valid, headers, case=Case.other_media_type, about=about)


def _malformed(text: Property) -> dict[str, bytes]:
    """Bodies that are no JSON object, by what is wrong with them."""
    name = text.name.encode()
    valid = encode({text.name: text.examples[0]})
    return {
        "cut off": b'{"' + name + b'": ',
        "text after the object": valid + b" x",
        "NaN": b'{"' + name + b'": NaN}',
        "an array": b"[" + valid + b"]",
        "a text": b'"' + name + b'"',
        "null": b"null",
        "invalid UTF-8": b'{"' + name + b'": "\xff\xfe"}',
        f"{DEPTH:,} nested arrays": b'{"' + name + b'": ' + b"[" * DEPTH + b"]" * DEPTH + b"}",
    }


def media_type_with_charset(path: str, text: Property) -> Step:
    """A valid change whose media type has a parameter."""
    headers = {"Content-Type": "application/json; charset=utf-8"}
    # In ASCII: whether a server reads other letters well, other requests show.
    body, about = encode({text.name: "with a charset"}), "a media type with a charset"
    return Step(Kind.change, "PUT", path, body, headers, case=Case.media_type_parameter, about=about)


@functools.cache
def _large_body(name: str) -> bytes:
    """A body with a text of 1 MiB: once in memory, however many servers are tested at the same time."""
    return encode({name: "x" * MEBIBYTE})


def get_with_body(path: str, text: Property) -> Step:
    """A GET whose body would change something, if a server took it for an update."""
    body = encode({text.name: "changed by GET"})
    return Step(Kind.question, "GET", path, body, subject=text.name, case=Case.get_with_body, about="GET with a body")


def questions(path: str, text: Property, number: Property | None) -> Iterator[Step]:
    """Requests whose response the page leaves open.

    None has an unknown key: a server may store it, and there is no way to remove it.

    Args:
        path: Of the extension under test.
        text: A property that accepts any text.
        number: A property that is a number, if one may be written.
    """

    def ask(case: Case, about: str, body: bytes, subject: Property = text) -> Step:
        return Step(Kind.question, "PUT", path, body, subject=subject.name, case=case, about=about)

    for case, about, body in _open_bodies(text):
        yield ask(case, about, body)
    if number:
        body = encode({number.name: float(other_value(number) or 0)})
        yield ask(Case.integral_fraction, "a whole number written with .0", body, number)


def _open_bodies(text: Property) -> Iterator[tuple[Case, str, bytes]]:
    """Bodies for which the page does not say what a server does."""
    name = text.name.encode()
    yield Case.empty_object, "an empty object", b"{}"
    yield Case.no_body, "no body", b""
    yield Case.repeated_key, "a key twice", b'{"' + name + b'": "first", "' + name + b'": "second"}'
    yield Case.lone_surrogate, "half a surrogate pair", b'{"' + name + b'": "\\ud800"}'
    yield Case.nul_in_text, "NUL in a text", encode({text.name: "a\0b"})
    yield Case.byte_order_mark, "a byte order mark", BYTE_ORDER_MARK + encode({text.name: "after a mark"})
    yield Case.large_body, "a text of 1 MiB", _large_body(text.name)


INVALID_CREDENTIALS = (
    (Case.no_token, "without a token", None),
    (Case.changed_token, "a token with another character in the middle", "Bearer {token_changed}"),
    (Case.plain, "the scheme without a token", "Bearer"),
    (Case.plain, "a token without its last character", "Bearer {token_cut}"),
    (Case.plain, "the token under another scheme", "Basic {token}"),
)
"""Values of the header `Authorization` that are no valid credentials; the client fills in what stands in braces."""


def credentials(path: str, me: str, text: Property | None, text_of_me: Property | None) -> Iterator[Step]:
    """GET without a valid token, and for two cases PUT as well; last the scheme in lower case.

    Args:
        path: Of the extension under test.
        me: The path by `@me`.
        text: What a PUT changes, if PUT may be sent.
        text_of_me: What a PUT to `@me` changes, if it may be sent there.
    """
    for case, about, value in INVALID_CREDENTIALS:
        headers = {"Authorization": value}
        yield Step(Kind.credentials, "GET", path, headers=headers, case=case, about=about)
        if text and case is not Case.plain:
            body = encode({text.name: f"changed by PUT, {case}"})
            yield Step(Kind.credentials, "PUT", path, body, headers, case=case, about=about)
    yield from _credentials_of_me(me, text_of_me)
    headers = {"Authorization": "bearer {token}"}
    about = "the scheme in lower case"
    yield Step(Kind.credentials, "GET", path, headers=headers, case=Case.scheme_in_lower_case, about=about)


def _credentials_of_me(path: str, text: Property | None) -> Iterator[Step]:
    """The path `@me` without a valid token: a server may look at the token only where an id has to be looked up."""
    about, headers = "@me with another token", {"Authorization": "Bearer {token_changed}"}
    yield Step(Kind.credentials, "GET", path, headers=headers, case=Case.changed_token, about=about)
    if text:
        body = encode({text.name: "changed by PUT of @me"})
        yield Step(Kind.credentials, "PUT", path, body, headers, case=Case.changed_token, about=about)


def addresses(contract: Contract, own: str) -> Iterator[Step]:
    """GET of ids that are malformed or not assigned; a random id could be an extension in use."""
    for about, extension_id in {
        "an id that is not assigned": str(MAX_ID),
        "0": "0",
        "negative": f"-{own}",
        "a leading zero": f"0{own}",
        "2^63": str(MAX_ID + 1),
        "a letter after the id": f"{own}x",
        "an escaped slash after the id": f"{own}%2F",
    }.items():
        case = Case.unknown_id if extension_id == str(MAX_ID) else Case.plain
        yield Step(Kind.address, "GET", contract.path_to(extension_id), case=case, about=about)


def methods(path: str, *, is_loopback: bool) -> Iterator[Step]:
    """Methods that the contract does not offer; those that may change something go to this machine only."""
    for method in ("HEAD", "OPTIONS", "TRACE"):
        yield Step(Kind.method, method, path, about=method)
    for method in ("POST", "PATCH", "DELETE") if is_loopback else ():
        yield Step(Kind.method, method, path, None if method == "DELETE" else b"{}", about=method)
