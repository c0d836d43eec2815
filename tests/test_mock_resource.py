"""The mock's resource, over real HTTP: what it answers to right and wrong requests."""

import http.client
import json
import socket
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests

from generated.models import PhoneProperties, PhonePropertiesUpdate
from mock_server.contract import FRESH
from mock_server.embedded import Mock, serve

Fields = dict[str, Any]


@pytest.fixture(scope="module")
def mock() -> Iterator[Mock]:
    with serve() as running:
        yield running


@pytest.fixture(autouse=True)
def _reset(mock: Mock) -> None:
    assert requests.post(f"{mock.origin}/mock/reset", timeout=5).status_code == 204


def call(mock: Mock, method: str = "GET", extension: str = "54", suffix: str = "/phone/", **options: Any) -> Any:  # noqa: ANN401 (as requests has them)
    headers = {"Authorization": f"Bearer {mock.token}", **options.pop("headers", {})}
    url = f"{mock.base_url}/extension/{extension}{suffix}"
    return requests.request(method, url, headers=headers, timeout=5, allow_redirects=False, **options)


def put(mock: Mock, body: bytes | str | Fields, media_type: str = "application/json", extension: str = "54") -> Any:  # noqa: ANN401
    data = json.dumps(body) if isinstance(body, dict) else body
    return call(mock, "PUT", extension, data=data, headers={"Content-Type": media_type})


def problem(response: requests.Response, code: int, status: str) -> str:
    assert response.status_code == code, response.text
    assert response.headers["content-type"] == "application/json"
    assert response.json().keys() == {"status", "message"}
    assert response.json()["status"] == status
    return str(response.json()["message"])


def test_the_seed_is_described_without_its_token(mock: Mock) -> None:
    assert (mock.extension_id, mock.fresh_extension_id, mock.foreign_extension_id) == ("54", "55", "77")
    assert mock.base_url == f"{mock.origin}/api/ver1.0"
    assert mock.token not in repr(mock)


def test_a_fresh_extension_shows_defaults(mock: Mock) -> None:
    shown = call(mock, extension=mock.fresh_extension_id).json()
    assert list(shown) == list(PhoneProperties.model_fields)
    PhoneProperties.model_validate(shown)
    assert shown["hangup_timeout"] == 60
    assert shown["auth_type"] == "digest"
    assert shown["label"] is None  # no default: the contract's x-unset-value
    assert shown["bundle"] == {"bundle_list": None, "bundle_id": None}


def test_put_merges_and_answers_everything(mock: Mock) -> None:
    put(mock, {"hangup_timeout": 30, "label": " Büro 007 😀\u0000 "})
    answer = put(mock, {"record_enabled": False, "record_format": "wav"})
    expected = FRESH | {"hangup_timeout": 30, "label": " Büro 007 😀\u0000 "}
    expected |= {"record_enabled": False, "record_format": "wav"}
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/json"
    assert answer.json() == call(mock).json() == expected
    assert call(mock, extension=mock.fresh_extension_id).json() == FRESH


def test_a_bundle_is_replaced_as_a_whole(mock: Mock) -> None:
    put(mock, {"bundle": {"bundle_list": {"124": {"active": True}, "054": {"active": False}}, "bundle_id": 3}})
    put(mock, {"bundle": {"bundle_list": {"29196": {"active": False}}, "bundle_id": None}})
    assert call(mock).json()["bundle"] == {"bundle_list": {"29196": {"active": False}}, "bundle_id": None}


@pytest.mark.parametrize("body", [{}, {"unknown": {"deep": [1.5, None]}}])
def test_an_update_that_sets_nothing_is_accepted(mock: Mock, body: Fields) -> None:
    assert put(mock, body).json() == FRESH


def test_nested_unknown_keys_are_ignored(mock: Mock) -> None:
    bundle = {"bundle_list": {"124": {"active": True, "x": 1}}, "bundle_id": 1, "y": 2}
    assert put(mock, {"bundle": bundle}).json()["bundle"] == {"bundle_list": {"124": {"active": True}}, "bundle_id": 1}


@pytest.mark.parametrize(
    ("literal", "value"),
    [("660.0", 660), ("6.6e2", 660), ("-0.0", 0), ("9.223372036854775807e18", 2**63 - 1), (str(2**63 - 1), 2**63 - 1)],
)
def test_an_integral_number_is_an_integer(mock: Mock, literal: str, value: int) -> None:
    answer = put(mock, f'{{"hangup_timeout": {literal}, "bundle": {{"bundle_list": null, "bundle_id": {literal}}}}}')
    assert answer.status_code == 200, answer.text
    assert f'"hangup_timeout":{value},' in call(mock).text
    assert f'"bundle_id":{value}' in call(mock).text


@pytest.mark.parametrize(
    ("body", "named"),
    [
        ({"hangup_timeout": "5"}, "hangup_timeout:"),
        ({"hangup_timeout": 5.5}, "hangup_timeout:"),
        ({"hangup_timeout": True}, "hangup_timeout:"),
        ({"hangup_timeout": -1}, "hangup_timeout:"),
        ({"hangup_timeout": 2**63}, "hangup_timeout:"),
        ({"hangup_timeout": None}, "hangup_timeout:"),
        ({"record_enabled": 1}, "record_enabled:"),
        ({"record_enabled": "true"}, "record_enabled:"),
        ({"record_enabled": None}, "record_enabled:"),
        ({"label": 5}, "label:"),
        ({"auth_type": "Digest"}, "auth_type:"),
        ({"auth_type": None}, "auth_type:"),
        ({"geo_list": "de"}, "geo_list:"),
        ({"bundle": None}, "bundle:"),
        ({"bundle": {"bundle_list": None}}, "bundle.bundle_id:"),
        ({"bundle": {"bundle_list": [], "bundle_id": 1}}, "bundle.bundle_list:"),
        ({"bundle": {"bundle_list": {"x": {"active": True}}, "bundle_id": 1}}, "bundle.bundle_list.x"),
        ({"bundle": {"bundle_list": {"124": {}}, "bundle_id": 1}}, "bundle.bundle_list.124.active:"),
        ({"bundle": {"bundle_list": {"124": {"active": "on"}}, "bundle_id": 1}}, "bundle.bundle_list.124.active:"),
    ],
)
def test_an_invalid_value_is_named_and_changes_nothing(mock: Mock, body: Fields, named: str) -> None:
    assert problem(put(mock, {"conference_pin": "0042", **body}), 400, "bad_request").startswith(named)
    assert call(mock).json() == FRESH


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"null",
        b"[]",
        b'"text"',
        b"5",
        b'{"hangup_timeout": NaN}',
        b'{"x": Infinity}',
        b'{"x": -Infinity}',
        b'{"hangup_timeout": 1e400}',
        b'{"hangup_timeout": 1e999999}',
        b'{"hangup_timeout": 1e99999999999999999999}',
        b'{"hangup_timeout": ' + b"9" * 5000 + b"}",
        b'{"label": "a", "label": "b"}',
        b'{"x": {"a": 1, "a": 2}}',
        b'{"label": "\xff"}',
        b'{"label": "\\ud800"}',
        b'{"\\udfff": 1}',
        b"\xef\xbb\xbf{}",
        '{"label": "a"}'.encode("utf-16"),
        b'{"x": ' + b"[" * 100_000 + b"]" * 100_000 + b"}",
        b'{"a":' * 100_000 + b"1" + b"}" * 100_000,
        b'{"label": "a\nb"}',
        b"{\"label\": 'a'}",
        b"\x00\x01\x02",
    ],
)
def test_an_odd_body_is_refused(mock: Mock, body: bytes) -> None:
    problem(put(mock, body), 400, "bad_request")
    assert call(mock).json() == FRESH


@pytest.mark.parametrize("media_type", ["text/plain", "application/x-www-form-urlencoded", "application/jsonp", ""])
def test_another_media_type_is_refused(mock: Mock, media_type: str) -> None:
    problem(put(mock, {}, media_type), 415, "unsupported_media_type")


@pytest.mark.parametrize("media_type", ["application/json; charset=utf-8", "Application/JSON", "application/json ;x=y"])
def test_parameters_and_case_of_the_media_type_are_free(mock: Mock, media_type: str) -> None:
    assert put(mock, {}, media_type).status_code == 200


def test_a_body_up_to_one_mebibyte_is_accepted(mock: Mock) -> None:
    body = '{"label": "' + "x" * (2**20 - 13) + '"}'
    assert len(body) == 2**20
    assert put(mock, body).status_code == 200
    problem(put(mock, body + " "), 413, "content_too_large")


def test_a_chunked_body_is_refused_before_it_ends(mock: Mock) -> None:
    address = urlsplit(mock.origin)
    head = (
        f"PUT /api/ver1.0/extension/54/phone/ HTTP/1.1\r\nHost: mock\r\nAuthorization: Bearer {mock.token}\r\n"
        "Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
    )
    with socket.create_connection((address.hostname, address.port), timeout=5) as connection:
        connection.sendall(head.encode())
        for _ in range(17):
            connection.sendall(b"10000\r\n" + b" " * 0x10000 + b"\r\n")
        response = http.client.HTTPResponse(connection)
        response.begin()
        assert response.status == 413


@pytest.mark.parametrize(
    ("header", "challenge"),
    [
        (None, "Bearer"),
        ("", "Bearer"),
        ("Basic YTpi", "Bearer"),
        ("Bearer", 'Bearer error="invalid_token"'),
        ("Bearer  ", 'Bearer error="invalid_token"'),
        ("Bearer unknown", 'Bearer error="invalid_token"'),
        ("Bearer \xe9\xff", 'Bearer error="invalid_token"'),
    ],
)
@pytest.mark.parametrize("method", ["GET", "PUT"])
def test_without_a_valid_token(mock: Mock, method: str, header: str | None, challenge: str) -> None:
    response = call(mock, method, headers={"Authorization": header and header.encode("latin-1")}, json={})
    problem(response, 401, "unauthorized")
    assert response.headers["www-authenticate"] == challenge


@pytest.mark.parametrize("header", ["bearer {}", "BEARER {}", "Bearer   {}"])
def test_the_scheme_is_case_insensitive(mock: Mock, header: str) -> None:
    assert call(mock, headers={"Authorization": header.format(mock.token)}).status_code == 200


def test_a_token_in_the_query_does_not_count(mock: Mock) -> None:
    response = requests.get(f"{mock.base_url}/extension/54/phone/?access_token={mock.token}", timeout=5)
    assert response.headers["www-authenticate"] == "Bearer"


@pytest.mark.parametrize("method", ["GET", "PUT"])
def test_the_extension_of_another_client(mock: Mock, method: str) -> None:
    problem(call(mock, method, mock.foreign_extension_id, json={}), 403, "access_denied")


@pytest.mark.parametrize("me", ["@me", "%40me", "%40%6de"])
def test_me(mock: Mock, me: str) -> None:
    put(mock, {"label": "mine"}, extension=me)
    assert call(mock, extension=me).json() == call(mock).json() == {**FRESH, "label": "mine"}


@pytest.mark.parametrize(
    "unknown",
    [
        *("1", "054", "0", "-1", "+54", "54.0", "5e1", "text", "@ME", "@101", "%20", "54%20", "54%00", "%ff", "٥٤"),
        *("54;x", "18446744073709551616", "9" * 500, "..%2f54", "54%2f", "54%0a"),
    ],
)
@pytest.mark.parametrize("method", ["GET", "PUT"])
def test_an_unknown_id(mock: Mock, method: str, unknown: str) -> None:
    problem(call(mock, method, unknown, json={}), 404, "not_found")


@pytest.mark.parametrize("method", ["DELETE", "POST", "PATCH", "OPTIONS", "TRACE"])
def test_a_method_that_is_not_declared(mock: Mock, method: str) -> None:
    response = call(mock, method)
    problem(response, 405, "method_not_allowed")
    assert response.headers["allow"] == "GET, PUT"


def test_head_is_get_without_a_body(mock: Mock) -> None:
    head, get = call(mock, "HEAD"), call(mock)
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["content-length"] == get.headers["content-length"]
    assert call(mock, "HEAD", "1").status_code == 404


@pytest.mark.parametrize("suffix", ["/phone", "/phone//", "/phone/%0A", "/phone/x", "/", ""])
@pytest.mark.parametrize("method", ["GET", "PUT"])
def test_another_path(mock: Mock, method: str, suffix: str) -> None:
    problem(call(mock, method, suffix=suffix, json={}), 404, "not_found")


def test_a_path_outside_the_base_path(mock: Mock) -> None:
    problem(requests.get(mock.origin, timeout=5), 404, "not_found")


def test_every_property_takes_null_or_refuses_it_by_name(mock: Mock) -> None:
    for name in PhonePropertiesUpdate.model_fields:
        answer = put(mock, {name: None})
        assert answer.json()[name] is None if answer.ok else answer.json()["message"].startswith(f"{name}:")
