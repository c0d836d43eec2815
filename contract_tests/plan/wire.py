"""Requests that are about HTTP and JSON: bodies, credentials, extension ids, methods."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from contract_tests.contract.document import Contract
from contract_tests.contract.json_values import encode
from contract_tests.contract.property import Property
from contract_tests.plan.valid import other_value
from contract_tests.record.step import Kind, Step

LARGEST_ID = 2**63 - 1
DEPTH = 10_000
MEBIBYTE = 2**20


def bodies(path: str, text: Property) -> Iterator[Step]:
    """Bodies that are no JSON object, or not declared as one; `text` is a property that takes any text."""
    name = text.name.encode()
    valid = encode({text.name: text.examples[0]})
    for case, body in {
        "cut off": b'{"' + name + b'": ',
        "text after the object": valid + b" x",
        "NaN": b'{"' + name + b'": NaN}',
        "an array": b"[" + valid + b"]",
        "a text": b'"' + name + b'"',
        "null": b"null",
        "invalid UTF-8": b'{"' + name + b'": "\xff\xfe"}',
        "half a surrogate pair": b'{"' + name + b'": "\\ud800"}',
        f"{DEPTH:,} arrays in each other": b'{"' + name + b'": ' + b"[" * DEPTH + b"]" * DEPTH + b"}",
    }.items():
        yield Step(Kind.body, "PUT", path, body, case=case)
    yield Step(Kind.body, "PUT", path, valid, {"Content-Type": "text/plain"}, case="declared as text/plain")
    yield Step(Kind.body, "PUT", path, valid, {"Content-Type": None}, case="without a media type")


def media_type_with_charset(path: str, text: Property) -> Step:
    """A valid change whose media type has a parameter."""
    headers = {"Content-Type": "application/json; charset=utf-8"}
    return Step(Kind.change, "PUT", path, encode({text.name: "Zoë"}), headers, case="a media type with a charset")


def questions(path: str, text: Property, number: Property | None, *, is_loopback: bool) -> Iterator[Step]:
    """Requests whose answer the page leaves open."""

    def ask(case: str, body: bytes) -> Step:
        return Step(Kind.question, "PUT", path, body, subject=text.name, case=case)

    name = text.name.encode()
    yield ask("an empty object", b"{}")
    yield ask("no body", b"")
    yield ask("a key twice", b'{"' + name + b'": "first", "' + name + b'": "second"}')
    yield ask("NUL in a text", encode({text.name: "a\0b"}))
    yield ask("a byte order mark", b"\xef\xbb\xbf" + encode({text.name: "after a mark"}))
    yield ask("a text of 1 MiB", encode({text.name: "x" * MEBIBYTE}))
    if number:
        body = encode({number.name: float(other_value(number) or 0)})
        yield Step(Kind.question, "PUT", path, body, subject=number.name, case="a whole number written with .0")
    if is_loopback:  # on a phone in use an unknown key may mean something
        yield ask("an unknown key", encode({"x_unknown_key": "x"}))


def credentials(path: str, text: Property | None) -> Iterator[Step]:
    """GET, and PUT of `text` where it is given, without a valid token."""
    wrong: Mapping[str, str | None] = {
        WITHOUT: None,
        CHANGED: "Bearer {token_changed}",
        "the scheme without a token": "Bearer",
        "a token without its last character": "Bearer {token_cut}",
        "the token under another scheme": "Basic {token}",
    }
    for case, header in wrong.items():
        yield Step(Kind.credentials, "GET", path, headers={"Authorization": header}, case=case)
        if text and case in CHANGES:
            body = encode({text.name: "changed without a valid token"})
            yield Step(Kind.credentials, "PUT", path, body, {"Authorization": header}, case=case)
    yield Step(Kind.credentials, "GET", path, headers={"Authorization": "bearer {token}"}, case=SCHEME_CASE)


WITHOUT = "without a token"
CHANGED = "a token with another last character"
CHANGES = {WITHOUT, CHANGED}
"""The cases in which a change is tried as well."""
SCHEME_CASE = "the scheme in lower case"
UNKNOWN_ID = "an id that nobody has"


def addresses(contract: Contract, own: str) -> Iterator[Step]:
    """GET of ids that are none, or nobody's."""
    for case, extension_id in {
        UNKNOWN_ID: str(LARGEST_ID),
        "0": "0",
        "negative": f"-{own}",
        "a leading zero": f"0{own}",
        "2^63": str(LARGEST_ID + 1),
        "a letter after the id": f"{own}x",
        "a word": "phone",
        "an escaped slash after the id": f"{own}%2F",
    }.items():
        yield Step(Kind.address, "GET", contract.path_to(extension_id), case=case)


def methods(path: str, *, is_loopback: bool) -> Iterator[Step]:
    """What the contract does not offer; methods that may change something go to loopback only."""
    for method in ("HEAD", "OPTIONS", "TRACE"):
        yield Step(Kind.method, method, path, case=method)
    for method in ("POST", "PATCH", "DELETE") if is_loopback else ():
        yield Step(Kind.method, method, path, None if method == "DELETE" else b"{}", case=method)
