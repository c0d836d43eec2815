"""The mock's token endpoint: RFC 6749, 4.4 and 5."""

import time
from collections.abc import Iterator
from typing import Any

import pytest
import requests

from mock_server.embedded import Mock, serve
from tests.mock_client import TIMEOUT

FORM = {"grant_type": "client_credentials", "client_id": "acme-full", "client_secret": "acme-full-secret"}
GRANT = {"grant_type": "client_credentials"}


@pytest.fixture(scope="module")
def mock() -> Iterator[Mock]:
    with serve(token_lifetime=100) as running:
        yield running


def ask(
    mock: Mock,
    form: dict[str, Any],
    auth: tuple[str, str] | None = None,
    headers: dict[str, str] | None = None,
) -> requests.Response:
    response = requests.post(f"{mock.origin}/oauth/token", data=form, auth=auth, headers=headers, timeout=TIMEOUT)
    assert response.headers["cache-control"] == "no-store"
    return response


def read(mock: Mock, token: str, extension: str = "54", method: str = "GET") -> requests.Response:
    url = f"{mock.base_url}/extension/{extension}/phone/"
    return requests.request(method, url, headers={"Authorization": f"Bearer {token}"}, json={}, timeout=TIMEOUT)


@pytest.mark.parametrize("options", [{"form": FORM}, {"form": GRANT, "auth": ("acme-full", "acme-full-secret")}])
def test_credentials_give_a_token(mock: Mock, options: dict[str, Any]) -> None:
    response = ask(mock, **options)
    assert response.status_code == 200
    assert response.json().keys() == {"access_token", "token_type", "expires_in"}
    assert (response.json()["token_type"], response.json()["expires_in"]) == ("Bearer", 100)
    assert read(mock, response.json()["access_token"]).status_code == 200


def test_a_token_expires(mock: Mock, monkeypatch: pytest.MonkeyPatch) -> None:
    token = ask(mock, FORM).json()["access_token"]
    start = time.time()
    monkeypatch.setattr("time.time", lambda: start + 98)
    assert read(mock, token).status_code == 200
    monkeypatch.setattr("time.time", lambda: start + 101)
    expired = read(mock, token)
    assert (expired.status_code, expired.headers["www-authenticate"]) == (401, 'Bearer error="invalid_token"')


@pytest.mark.parametrize(
    ("client_id", "extension", "method", "code", "status"),
    [
        ("acme-read", "54", "PUT", 403, "app_access_type_deny"),
        ("acme-read", "54", "GET", 200, None),
        ("acme-service", "@me", "GET", 403, "user_access_type_deny"),
        ("acme-service", "54", "PUT", 200, None),
        ("umbrella-full", "54", "GET", 403, "access_denied"),
        ("umbrella-full", "@me", "PUT", 200, None),
    ],
)
def test_the_rights_of_an_application(
    mock: Mock, client_id: str, extension: str, method: str, code: int, status: str | None
) -> None:
    token = ask(mock, GRANT, auth=(client_id, f"{client_id}-secret")).json()["access_token"]
    response = read(mock, token, extension, method)
    assert (response.status_code, response.json().get("status")) == (code, status)


@pytest.mark.parametrize(
    ("form", "code", "error"),
    [
        ({}, 400, "invalid_request"),
        ({**FORM, "grant_type": "password"}, 400, "unsupported_grant_type"),
        ({**FORM, "grant_type": ""}, 400, "unsupported_grant_type"),
        ({**GRANT, "client_id": "acme-full"}, 400, "invalid_request"),
        ({**GRANT, "client_secret": "x"}, 400, "invalid_request"),
        ({**FORM, "client_id": ["acme-full", "acme-full"]}, 400, "invalid_request"),
        ({**FORM, "client_secret": "wrong"}, 401, "invalid_client"),
        ({**FORM, "client_secret": "é\ufffd"}, 401, "invalid_client"),
        ({**FORM, "client_id": "nobody"}, 401, "invalid_client"),
    ],
)
def test_a_wrong_form(mock: Mock, form: dict[str, str], code: int, error: str) -> None:
    response = ask(mock, form, headers={"Content-Type": "application/x-www-form-urlencoded"})
    assert (response.status_code, response.json()["error"]) == (code, error)
    assert "www-authenticate" not in response.headers


@pytest.mark.parametrize("header", ["Basic YTpi", "Basic", "Basic %%", "Basic YQ==", "Basic gIA6", "Bearer x"])
def test_wrong_basic_credentials(mock: Mock, header: str) -> None:
    response = ask(mock, GRANT, headers={"Authorization": header})
    assert (response.status_code, response.json()["error"]) == (401, "invalid_client")
    assert response.headers["www-authenticate"] == "Basic"


def test_two_ways_of_authentication_in_one_request_are_refused(mock: Mock) -> None:
    assert ask(mock, FORM, auth=("acme-full", "acme-full-secret")).json()["error"] == "invalid_request"


def test_basic_credentials_are_form_encoded(mock: Mock) -> None:
    assert ask(mock, GRANT, auth=("acme%2Dfull", "acme%2Dfull%2Dsecret")).status_code == 200


def test_a_form_as_json_is_refused(mock: Mock) -> None:
    response = requests.post(f"{mock.origin}/oauth/token", json=FORM, timeout=TIMEOUT)
    assert (response.status_code, response.json()["error"]) == (400, "invalid_request")


def test_a_form_that_is_too_large(mock: Mock) -> None:
    response = requests.post(f"{mock.origin}/oauth/token", data=FORM | {"x": "x" * 2**20}, timeout=TIMEOUT)
    assert (response.status_code, response.json()["status"]) == (413, "content_too_large")


@pytest.mark.parametrize("path", ["/oauth/token", "/mock/reset"])
def test_methods_other_than_post_are_refused(mock: Mock, path: str) -> None:
    response = requests.get(mock.origin + path, timeout=TIMEOUT)
    assert (response.status_code, response.headers["allow"]) == (405, "POST")
    assert response.json()["status"] == "method_not_allowed"
