# ruff: noqa: ANN401 (requests and JSON have no narrower types)
"""Helpers to send requests to the mock over real HTTP."""

import json
from typing import Any

import requests

from mock_server.embedded import Mock

TIMEOUT = 120  # seconds; a mock that needs longer hangs, on a busy machine too


def call(mock: Mock, method: str = "GET", extension: str = "54", suffix: str = "/phone/", **options: Any) -> Any:
    headers = {"Authorization": f"Bearer {mock.token}", **options.pop("headers", {})}
    url = f"{mock.base_url}/extension/{extension}{suffix}"
    return requests.request(method, url, headers=headers, timeout=TIMEOUT, allow_redirects=False, **options)


def put(
    mock: Mock, body: bytes | str | dict[str, Any], media_type: str = "application/json", extension: str = "54"
) -> Any:
    data = json.dumps(body) if isinstance(body, dict) else body
    return call(mock, "PUT", extension, data=data, headers={"Content-Type": media_type})


def problem(response: requests.Response, code: int, status: str) -> str:
    assert response.status_code == code, response.text
    assert response.headers["content-type"] == "application/json"
    assert response.json().keys() == {"status", "message"}
    assert response.json()["status"] == status
    return str(response.json()["message"])
