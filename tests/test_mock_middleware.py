"""The mock's middleware: rate limit, request log, delay."""

import logging
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
