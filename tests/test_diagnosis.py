"""What a target answered instead, in one line that can be printed anywhere."""

from __future__ import annotations

import time

import pytest

from contract_tests.client.client import Client
from contract_tests.client.diagnosis import MAX_QUOTED, describe_refusal
from contract_tests.contract import CONTRACT
from contract_tests.record.exchange import Exchange
from contract_tests.record.step import Kind, Step
from contract_tests.target.credentials import Credentials
from contract_tests.target.target import Mode, Target
from tests.servers.serving import serve

READ = Step(Kind.read, "GET", CONTRACT.path_to("54"))


def described(status: int, body: str | bytes = b"", **headers: str) -> str:
    """The line for a response; `_` stands for `-` in the names of its headers."""
    content = body.encode() if isinstance(body, str) else body
    received = {name.replace("_", "-"): value for name, value in headers.items()}
    return describe_refusal(Exchange(READ, "", {"Accept-Encoding": "gzip, deflate;q=0.5"}, status, received, content))


def first_look(name: str) -> str:
    """The line for the first response of a server of the field."""
    with serve(name) as server:
        target = Target(server.base_url, "54", Mode.read, credentials=Credentials(server.token))
        with Client(target, CONTRACT) as client:
            return describe_refusal(client.send(READ))


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("waf", ["403", "Server: edge", "text/html: 403 Request blocked. Ray 7f3a"]),
        ("gateway_key", ["401", "X-Gateway-Key is missing"]),
        ("redirects_301", ["301", "Location: /api/ver1.0/extension/54/phone (redirects are not followed)"]),
        ("redirects_308", ["308", "Location: /api/ver1.0/extension/54/phone (redirects are not followed)"]),
        ("redirects_https", ["301", "Location: https://127.0.0.1:"]),
        ("brotli", ["200", "Content-Encoding: br (the request did not offer it)", "bytes that cannot be read"]),
    ],
)
def test_the_first_response_of_a_server_of_the_field_is_named(name: str, parts: list[str]) -> None:
    line = first_look(name)
    assert [part for part in parts if part not in line] == [], line


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (described(403), "403; without a body"),
        (described(302), "302; without a Location; without a body"),
        (described(500, "oops"), "500; no Content-Type: oops"),
        (described(200, "[]", content_type="application/json;charset=utf-8"), "200; application/json: []"),
        (described(200, "[]", content_encoding="GZIP", content_type="a/b"), "200; a/b: []"),
        (described(200, "[]", content_encoding="deflate", content_type="a/b"), "200; a/b: []"),
        (
            described(401, www_authenticate='Bearer error="invalid_token"'),
            '401; WWW-Authenticate: Bearer error="invalid_token"; without a body',
        ),
        (
            described(
                403, "<style>p{}</style><SCRIPT>x()</script ><!-- <p> --><p>Not &lt;you&gt;<br>now", content_type="a/b"
            ),
            "403; a/b: Not <you> now",
        ),
        (described(403, "<p>half <a href='", content_type="a/b"), "403; a/b: half"),
        (
            describe_refusal(Exchange(READ, "", {}, 0, error="ReadTimeout (timed\x1b out)")),
            "no answer (ReadTimeout (timed\\x1b out))",
        ),
    ],
)
def test_the_line_says_what_came_back(line: str, expected: str) -> None:
    assert line == expected


@pytest.mark.parametrize("piece", ["x", "<", "<script ", "<!-- ", "</script   ", "&lt;", "\n"])
def test_a_long_body_is_cut_and_costs_no_time(piece: str) -> None:
    started = time.process_time()
    line = described(403, piece * 500_000, location=piece * 5000, server=piece * 5000)
    assert time.process_time() - started < 2
    assert len(line) < 3 * MAX_QUOTED


@pytest.mark.parametrize("text", ["\x1b[2J", "::error::x", "##[error]x", "\u202ereversed", "a\r\nb", "\0", b"\xff\xfe"])
def test_what_came_back_acts_on_nothing(text: str | bytes) -> None:
    header = text if isinstance(text, str) else text.decode("latin-1")
    line = described(302, text, location=header, server=header, content_type=header)
    assert line.isprintable()
    assert "::error" not in line
    assert "##[" not in line
