"""The mock's resource, over real HTTP: its responses to correct and wrong requests."""

import pytest
import requests

from generated.models import PhoneProperties
from mock_server.contract import FRESH
from mock_server.embedded import Mock
from tests.mock_client import TIMEOUT, call, problem, put

pytestmark = pytest.mark.usefixtures("reset_mock")


def test_the_seed_is_described_without_its_token(mock: Mock) -> None:
    assert (mock.extension_id, mock.fresh_extension_id, mock.foreign_extension_id) == ("54", "55", "77")
    assert mock.base_url == f"{mock.origin}/api/ver1.0"
    assert mock.token not in repr(mock)


def test_a_fresh_extension_shows_defaults(mock: Mock) -> None:
    settings = call(mock, extension=mock.fresh_extension_id).json()
    assert list(settings) == list(PhoneProperties.model_fields)
    PhoneProperties.model_validate(settings)
    assert settings["hangup_timeout"] == 60
    assert settings["auth_type"] == "digest"
    assert settings["label"] is None  # no default: the contract's x-unset-value
    assert settings["bundle"] == {"bundle_list": None, "bundle_id": None}


def test_put_merges_and_answers_with_all_properties(mock: Mock) -> None:
    put(mock, {"hangup_timeout": 30, "label": " Büro 007 😀\u0000 "})
    response = put(mock, {"record_enabled": False, "record_format": "wav"})
    expected = FRESH | {"hangup_timeout": 30, "label": " Büro 007 😀\u0000 "}
    expected |= {"record_enabled": False, "record_format": "wav"}
    assert response.status_code == 200
    assert response.headers["content-type"] == "application/json"
    assert response.json() == call(mock).json() == expected
    assert call(mock, extension=mock.fresh_extension_id).json() == FRESH


def test_a_bundle_is_replaced_as_a_whole(mock: Mock) -> None:
    put(mock, {"bundle": {"bundle_list": {"124": {"active": True}, "054": {"active": False}}, "bundle_id": 3}})
    put(mock, {"bundle": {"bundle_list": {"29196": {"active": False}}, "bundle_id": None}})
    assert call(mock).json()["bundle"] == {"bundle_list": {"29196": {"active": False}}, "bundle_id": None}


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
    response = requests.get(f"{mock.base_url}/extension/54/phone/?access_token={mock.token}", timeout=TIMEOUT)
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
    problem(requests.get(mock.origin, timeout=TIMEOUT), 404, "not_found")
