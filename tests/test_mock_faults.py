"""The catalogue: each fault has a description, and changes at least one response to a fixed list of requests."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
from starlette.types import ASGIApp, Message

import mock_server.faults
from mock_server import seed
from mock_server.contract import BASE_PATH, METHODS, PATH, TOKEN_PATH
from mock_server.faults import CATALOGUE, FAMILIES, family
from mock_server.faults.kinds import (
    ENUM,
    FLAG,
    MAP,
    MEMBER_NUMBER,
    NUMBER,
    OBJECT,
    PROPERTIES,
    TEXT,
    other_than_default,
)
from mock_server.phone import Phone
from mock_server.serving import create_app
from mock_server.settings import Settings
from tests.suite import sample

Sent = tuple[str, str, dict[str, str], bytes]
"""A request: method, extension id or path, headers, body."""
Received = tuple[int, dict[bytes, bytes], bytes]
"""A response: status code, headers, body."""
DEMO = seed.load(seed.SHIPPED).demos[0]
BEARER = "Bearer " + (DEMO.token.get_secret_value() if DEMO.token else "")

_TEXTS = ["", "x" * 300, " x ", "a  b", "0042", "+1", "Ab", "<b>", "é", "e\u0301", "😀", "10.0.0.1:1"]
_VALUES: dict[str, list[Any]] = {
    "string": [None, *_TEXTS, 5],
    "integer": [None, 0, 2**31, 2**53 + 1, 2**62 + 1, -1, 2**64, 1.5, "5", True],
    "boolean": [None, False, True, "true", 1],
    "object": [None],
}
_ENTRIES: list[Any] = [
    {"124": {FLAG: True}, "055": {FLAG: False}},
    {"29196": {FLAG: False}, "124": {FLAG: False}},
    {},
    None,
    {"x": {FLAG: True}},
    *({"124": entry} for entry in ({}, None, {FLAG: None}, {FLAG: "true"}, {FLAG: 1})),
]
_OBJECTS = [{MAP: entries, MEMBER_NUMBER: number} for number in (3, None) for entries in _ENTRIES] + [{MAP: None}]


def requests_to_send() -> list[Sent]:
    """Requests with every property, value class, refusal and header."""
    bodies: list[Any] = [{}, {p.name: other_than_default(p) for p in PROPERTIES}]
    bodies += [{ENUM.name: member} for member in ENUM.enum]
    for each in PROPERTIES:
        invalid: list[Any] = [text for member in each.enum for text in (member.upper(), member[:3], f" {member} ")]
        valid = [other_than_default(each)] * 2
        bodies += [{each.name: value} for value in [*valid, *_VALUES[each.type], *invalid, [], *each.enum, *each.named]]
    bodies += [{OBJECT.name: value} for value in _OBJECTS]
    bodies += [{TEXT.name: "valid", NUMBER.name: "invalid"}]
    raw = [json.dumps(body).encode() for body in bodies] + [b"{", b'{"x": NaN}', b"[]"]

    def send(method: str = "GET", body: bytes = b"", extension: str = DEMO.me or "", **headers: str) -> Sent:
        sent = {"authorization": BEARER, "content-type": "application/json"}
        sent |= {name.replace("_", "-"): value for name, value in headers.items()}
        return method, extension, {name: value for name, value in sent.items() if value}, body

    reads = [send(), send(extension="55"), send(extension="@me")]
    requests = [send(), *reads]
    for body in raw:
        requests += [send("PUT", body), *reads]
    requests += [send(m, b"{}", id_) for m in METHODS for id_ in ("77", "1", "054", "54x", "@me", "text")]
    credentials = ["", "Bearer unknown", BEARER.replace("Bearer", "Basic"), BEARER.lower()]
    requests += [send(m, b"{}", authorization=each) for m in METHODS for each in credentials]
    requests += [send("PUT", b"{}", content_type=each) for each in ("text/plain", "application/json; charset=utf-8")]
    change = json.dumps({NUMBER.name: other_than_default(NUMBER)}).encode()
    requests += [send("PUT", change, authorization=""), *reads, send(extension="@me", authorization="Bearer unknown")]
    requests += [send("GET", change), *reads]
    return requests + [send(method) for method in ("HEAD", "DELETE", "PATCH", "POST")]


async def exchange(app: ASGIApp, method: str, extension: str, headers: dict[str, str], body: bytes) -> Received | None:
    """Send one request to an ASGI application; returns None if it sends no response in time."""
    path = extension if extension.startswith("/") else BASE_PATH + PATH.format(extension_id=extension)
    raw_headers = [(name.encode(), value.encode()) for name, value in headers.items()]
    scope = {"type": "http", "method": method, "path": path, "query_string": b"", "headers": raw_headers}
    messages: list[Message] = []
    received: list[Message] = [{"type": "http.request", "body": body}]

    async def receive() -> Message:
        while not received:
            await asyncio.sleep(1)  # the client waits for the response
        return received.pop()

    async def send(message: Message) -> None:
        messages.append(message)

    try:
        await asyncio.wait_for(app(scope, receive, send), timeout=5)
    except TimeoutError:
        return None
    return messages[0]["status"], dict(messages[0]["headers"]), messages[1]["body"]


async def responses_of(fault: str | None) -> AsyncIterator[Received | None]:
    """Send two concurrent changes, then all requests; yield the responses."""
    app = create_app(Settings(fault=fault))
    changes = [json.dumps({each.name: other_than_default(each)}).encode() for each in (TEXT, NUMBER)]
    await asyncio.gather(*(exchange(app, "PUT", "124", _JSON, change) for change in changes))
    yield await exchange(app, "GET", "124", _JSON, b"")
    yield await keys_of_a_token_response(app, DEMO.client_secret.get_secret_value())
    yield await keys_of_a_token_response(app, "a wrong secret")
    for request in requests_to_send():
        yield await exchange(app, *request)


async def keys_of_a_token_response(app: ASGIApp, secret: str) -> Received:
    """The response of the token endpoint, with only the names of its members, because each token is different."""
    body = f"grant_type=client_credentials&client_id={DEMO.client_id}&client_secret={secret}".encode()
    response = await exchange(app, "POST", TOKEN_PATH, {"content-type": "application/x-www-form-urlencoded"}, body)
    assert response
    return response[0], {}, ",".join(json.loads(response[2])).encode()


_JSON = {"authorization": BEARER, "content-type": "application/json"}


@pytest.fixture(scope="module")
def correct() -> list[Received | None]:
    async def collect() -> list[Received | None]:
        return [response async for response in responses_of(None)]

    return asyncio.run(collect())


def test_the_responses_are_always_the_same(correct: list[Received | None]) -> None:
    async def differences() -> int:
        return sum([response != expected async for expected, response in zip_with(correct, responses_of(None))])

    assert len(correct) > 1000
    assert {response[0] for response in correct if response} == {200, 400, 401, 403, 404, 405, 415}
    assert asyncio.run(differences()) == 0


async def zip_with(
    correct: list[Received | None], responses: AsyncIterator[Received | None]
) -> AsyncIterator[tuple[Received | None, Received | None]]:
    expected = iter(correct)
    async for response in responses:
        yield next(expected), response


KINDS = {name.partition(":")[0]: name for name in CATALOGUE}
"""One fault of each kind, where a kind has one for each property."""


@pytest.mark.parametrize("name", dict.fromkeys([*KINDS.values(), *sample([*CATALOGUE], 9)]))
def test_a_fault_changes_a_response(name: str, correct: list[Received | None]) -> None:
    async def differs() -> bool:
        async for expected, response in zip_with(correct, responses_of(name)):
            if response != expected:
                return True
        return False

    assert asyncio.run(differs())


@pytest.mark.parametrize(("name", "fault"), CATALOGUE.items())
def test_a_fault_is_described_in_one_line(name: str, fault: type[Phone]) -> None:
    description = fault.__doc__ or ""
    assert description.endswith(".")
    assert "\n" not in description
    assert "{}" not in description
    assert family(name) in FAMILIES


def test_every_family_has_faults_and_every_description_is_unique() -> None:
    assert {family(name) for name in CATALOGUE} == set(FAMILIES)
    assert len(CATALOGUE) == len({fault.__doc__ for fault in CATALOGUE.values()})
    assert mock_server.faults.CATALOGUE is CATALOGUE
