"""The mock and the bodies of PUT: which it accepts, and that a refused body changes nothing."""

import http.client
import socket
from typing import Any
from urllib.parse import urlsplit

import pytest

from generated.models import PhonePropertiesUpdate
from mock_server.contract import FRESH
from mock_server.embedded import Mock
from tests.mock_client import TIMEOUT, call, problem, put

Fields = dict[str, Any]


pytestmark = pytest.mark.usefixtures("reset_mock")


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
    response = put(mock, f'{{"hangup_timeout": {literal}, "bundle": {{"bundle_list": null, "bundle_id": {literal}}}}}')
    assert response.status_code == 200, response.text
    assert f'"hangup_timeout":{value},' in call(mock).text
    assert f'"bundle_id":{value}' in call(mock).text


@pytest.mark.parametrize(
    ("body", "message"),
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
def test_an_invalid_value_is_named_and_changes_nothing(mock: Mock, body: Fields, message: str) -> None:
    assert problem(put(mock, {"conference_pin": "0042", **body}), 400, "bad_request").startswith(message)
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
def test_a_body_that_is_not_a_json_object_is_refused(mock: Mock, body: bytes) -> None:
    problem(put(mock, body), 400, "bad_request")
    assert call(mock).json() == FRESH


@pytest.mark.parametrize("media_type", ["text/plain", "application/x-www-form-urlencoded", "application/jsonp", ""])
def test_another_media_type_is_refused(mock: Mock, media_type: str) -> None:
    problem(put(mock, {}, media_type), 415, "unsupported_media_type")


@pytest.mark.parametrize("media_type", ["application/json; charset=utf-8", "Application/JSON", "application/json ;x=y"])
def test_parameters_and_case_of_the_media_type_do_not_matter(mock: Mock, media_type: str) -> None:
    assert put(mock, {}, media_type).status_code == 200


def test_a_body_up_to_one_mebibyte_is_accepted(mock: Mock) -> None:
    body = '{"label": "' + "x" * (2**20 - 13) + '"}'
    assert len(body) == 2**20
    assert put(mock, body).status_code == 200
    problem(put(mock, body + " "), 413, "content_too_large")


def test_a_chunked_body_is_refused_before_it_ends(mock: Mock) -> None:
    address = urlsplit(mock.origin)
    head = (
        f"PUT /api/ver1.0/extension/54/phone/ HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {mock.token}\r\n"
        "Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
    )
    with socket.create_connection((address.hostname, address.port), timeout=TIMEOUT) as connection:
        connection.sendall(head.encode())
        for _ in range(17):
            connection.sendall(b"10000\r\n" + b" " * 0x10000 + b"\r\n")
        response = http.client.HTTPResponse(connection)
        response.begin()
        assert response.status == 413


def test_null_is_accepted_or_refused_with_the_name_of_the_property(mock: Mock) -> None:
    for name in PhonePropertiesUpdate.model_fields:
        response = put(mock, {name: None})
        assert response.json()[name] is None if response.ok else response.json()["message"].startswith(f"{name}:")


def test_an_offer_of_http_2_changes_nothing(mock: Mock) -> None:
    offer = {
        "Connection": "Upgrade, HTTP2-Settings",
        "Upgrade": "h2c",
        "HTTP2-Settings": "AAEAAEAA",
    }  # as Java sends it
    response = call(mock, "PUT", "54", json={"hangup_timeout": 31}, headers=offer)
    assert (response.status_code, response.json()["hangup_timeout"]) == (200, 31)
