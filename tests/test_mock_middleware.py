"""The mock's middleware: rate limit, request log, delay."""

import contextlib
import logging
import socket
import time

import pytest
import requests

from mock_server.embedded import Mock, serve
from tests.mock_client import TIMEOUT

FIXED = 1_800_000_000.25  # a quarter of a second after the full hour


def get(mock: Mock, path: str = "/extension/54/phone/", token: str | None = None) -> requests.Response:
    headers = {"Authorization": f"Bearer {token or mock.token}"}
    return requests.get(mock.base_url + path, headers=headers, timeout=TIMEOUT)


def budget(response: requests.Response) -> tuple[str, ...]:
    return tuple(response.headers[f"x-ratelimit-{name}"] for name in ("limit", "remaining", "reset"))


def test_without_a_limit_there_are_no_rate_limit_headers() -> None:
    with serve() as mock:
        assert not [name for name in get(mock).headers if name.lower().startswith("x-ratelimit")]


def test_the_budget_of_an_hour(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("time.time", lambda: FIXED)
    end = str(1_800_000_000 + 3600)
    with serve(rate_limit=3) as mock:
        assert budget(get(mock)) == ("3", "2", end)
        assert budget(get(mock, "/nowhere/")) == ("3", "1", end)
        assert budget(get(mock, "/extension/77/phone/")) == ("3", "0", end)
        for _ in range(2):
            refused = get(mock)
            assert (refused.status_code, refused.json()["status"]) == (429, "rate_limit_exceeded")
            assert budget(refused) == ("3", "0", end)
            assert refused.headers["retry-after"] == "3600"
        unauthorized = get(mock, token="unknown")
        assert (unauthorized.status_code, budget(unauthorized)) == (401, ("3", "2", end))
        monkeypatch.setattr("time.time", lambda: FIXED + 3600)
        assert budget(get(mock))[1] == "2"
        assert [get(mock).status_code for _ in range(3)] == [200, 200, 429]
        assert requests.post(f"{mock.origin}/mock/reset", timeout=TIMEOUT).status_code == 204
        assert get(mock).status_code == 200


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 204),
        ({"Sec-Fetch-Site": "none"}, 204),
        ({"Sec-Fetch-Site": "same-origin"}, 403),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": "http://127.0.0.1"}, 403),
    ],
)
def test_no_web_page_resets_the_mock(headers: dict[str, str], status: int) -> None:
    with serve() as mock:
        assert requests.post(f"{mock.origin}/mock/reset", headers=headers, timeout=TIMEOUT).status_code == status


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("localhost", 200),
        ("LOCALHOST:1", 200),
        ("[::1]:8054", 200),
        ("127.0.0.2", 200),
        ("192.0.2.1:8054", 200),
        ("", 200),
    ]
    + [(name, 400) for name in ("evil.test", "evil.test:8054", "127.0.0.1.evil.test", "localhost.evil.test")],
)
def test_another_name_for_this_address_is_refused(host: str, status: int) -> None:
    with serve() as mock:
        url = f"{mock.base_url}/extension/54/phone/"
        headers = {"Authorization": f"Bearer {mock.token}", "Host": host}
        answer = requests.get(url, headers=headers, timeout=TIMEOUT)
        assert answer.status_code == status
        assert requests.get(f"{mock.origin}/nowhere", headers={"Host": host}, timeout=TIMEOUT).status_code == (
            404 if status == 200 else 400
        )


def sent_raw(mock: Mock, *pieces: bytes) -> bytes:
    """The first bytes of the answer to a request that is sent in pieces, and whether the connection ends then."""
    with socket.create_connection(("127.0.0.1", int(mock.origin.rpartition(":")[2])), timeout=TIMEOUT) as connection:
        with contextlib.suppress(OSError):
            for piece in pieces:
                connection.sendall(piece)
        with contextlib.suppress(OSError):
            return connection.recv(100)
    return b""


START = b"GET /docs HTTP/1.1\r\nHost: localhost\r\n"


@pytest.mark.parametrize(
    "pieces",
    [
        [START + b"X: " + b"x" * 70_000 + b"\r\n\r\n"],
        [START, *[b"X: " + b"x" * 1000 + b"\r\n"] * 70],
        [START + b"X: ", *[b"x" * 10_000] * 300],
        [START, *[b"X: y\r\n"] * 20_000],
        [b"GET /" + b"x" * 70_000],
    ],
    ids=["a long header", "many", "one without end", "short ones", "a long path"],
)
def test_the_headers_of_a_request_are_bounded(pieces: list[bytes]) -> None:
    with serve() as mock:
        assert sent_raw(mock, *pieces)[:12] in {b"HTTP/1.1 431", b""}
        assert get(mock).status_code == 200


def test_a_large_body_and_the_next_request_on_its_connection_are_no_large_headers() -> None:
    with serve() as mock, requests.Session() as session:
        url, headers = f"{mock.base_url}/extension/54/phone/", {"Authorization": f"Bearer {mock.token}"}
        for size in (10, 500_000, 70_000, 10):
            body = {"label": "x" * size}
            assert session.put(url, json=body, headers=headers, timeout=TIMEOUT).status_code == 200
            assert session.get(url, headers={**headers, "X": "x" * 60_000}, timeout=TIMEOUT).status_code == 200


def test_every_response_is_delayed() -> None:
    with serve(latency_ms=60) as mock:
        start = time.perf_counter()
        assert get(mock).status_code == 200
        assert get(mock, "/nowhere/").status_code == 404
        assert time.perf_counter() - start >= 0.12


def test_the_log_has_a_line_for_each_request_and_no_secret(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    with serve() as mock:
        form = {"grant_type": "client_credentials", "client_id": "acme-full", "client_secret": "acme-full-secret"}
        issued = requests.post(f"{mock.origin}/oauth/token", data=form, timeout=TIMEOUT).json()["access_token"]
        secrets = [mock.token, issued, "acme-full-secret", "acme-read-secret"]
        for secret in secrets:
            get(mock, f"/extension/54/phone/?access_token={secret}", secret)
            get(mock, f"/extension/{secret}/phone/")
            get(mock, f"/{secret}")
            requests.post(f"{mock.origin}/oauth/token", data={"client_secret": secret}, timeout=TIMEOUT)
    lines = [record.getMessage() for record in caplog.records if record.name == "mock_server"]
    assert len(lines) == 1 + 4 * len(secrets)
    assert lines[1].startswith("GET /api/ver1.0/extension/54/phone/ 200 ")
    assert lines[1].endswith(" ms")
    assert not [
        secret
        for secret in secrets
        if any(secret in r.getMessage() for r in caplog.records if r.name != "urllib3.connectionpool")
    ]
