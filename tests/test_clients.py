"""The generated clients (Python sync, Python async, TypeScript) against the real mock: their requests and results."""

from __future__ import annotations

import copy
import json
import logging
import time
from collections.abc import Iterator
from email.utils import formatdate
from typing import Any

import httpx
import pytest
import requests
from phone_properties_client import (
    UNSET,
    BearerToken,
    ClientCredentials,
    Hooks,
    NotFoundError,
    PhoneClient,
    UnreadableAnswerError,
)
from phone_properties_client.headers import retry_after
from phone_properties_client.models import Bundle, BundleEntry, PhonePropertiesUpdate

from mock_server.embedded import Mock
from tests.clients import (
    BROKEN_OFF,
    Call,
    Caller,
    Canned,
    Outcome,
    Tap,
    python_async,
    python_sync,
    tapped_mock,
    typescript,
)
from tests.mock_client import TIMEOUT
from tests.mock_client import call as ask

BUNDLE = {"bundle_list": {"124": {"active": False}, "29196": {"active": True}}, "bundle_id": 54}
JSON = {"Content-Type": "application/json"}


@pytest.fixture(scope="module", params=["python sync", "python async", "typescript"])
def call(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Caller]:
    if request.param == "typescript":
        with typescript(tmp_path_factory.mktemp("typescript")) as made:
            yield made
    else:
        yield {"python sync": python_sync, "python async": python_async}[request.param]


@pytest.fixture(scope="module")
def running() -> Iterator[tuple[Mock, Tap]]:
    with tapped_mock() as running:
        yield running


@pytest.fixture
def mock(running: tuple[Mock, Tap], tap: Tap) -> Mock:
    mock = running[0]
    requests.post(f"{mock.origin}/mock/reset", timeout=TIMEOUT).raise_for_status()
    tap.sent.clear()
    return mock


@pytest.fixture
def tap(running: tuple[Mock, Tap]) -> Tap:
    assert not running[1].canned
    return running[1]


def credentials(mock: Mock) -> dict[str, str]:
    return {"client_id": mock.client_id, "client_secret": mock.client_secret}


def make(call: Caller, mock: Mock, *calls: Call) -> list[Outcome]:
    """Make calls with client credentials; returns the outcomes, which must not contain the secret."""
    outcomes = call(mock.base_url, credentials(mock), calls)
    assert not [outcome for outcome in outcomes if mock.client_secret in outcome.printed]
    return outcomes


def bodies(tap: Tap) -> list[Any]:
    return [json.loads(sent.body) for sent in tap.requests() if sent.method == "PUT"]


@pytest.mark.parametrize(("extension", "path"), [(54, "54"), ("54", "54"), ("@me", "%40me")])
def test_get(call: Caller, mock: Mock, tap: Tap, extension: int | str, path: str) -> None:
    [outcome] = make(call, mock, Call(extension))
    assert [(sent.method, sent.path) for sent in tap.requests()] == [("GET", f"/api/ver1.0/extension/{path}/phone/")]
    assert outcome.settings == ask(mock).json()


@pytest.mark.parametrize(
    "changes",
    [
        {"hangup_timeout": 30},
        {"record_format": None, "label": None},
        {"record_format": "wav", "auth_type": "both", "label": ""},
        {"bundle": BUNDLE},
        {"bundle": {"bundle_list": {}, "bundle_id": None}},
        {"bundle": {"bundle_list": None, "bundle_id": None}},
        {},
    ],
)
def test_update_sends_only_the_changes(call: Caller, mock: Mock, tap: Tap, changes: dict[str, Any]) -> None:
    other = {"record_format": "mp3", "label": "Reception", "hangup_timeout": 5}
    before, after = make(call, mock, Call(changes=other), Call(changes=changes))
    assert bodies(tap) == [other, changes]
    assert after.settings == before.settings | changes


@pytest.mark.parametrize(
    ("request_", "status", "code", "error"),
    [
        (Call(changes={"geo_list": "nowhere"}), 400, "bad_request", "BadRequestError"),
        (Call("77"), 403, "access_denied", "ForbiddenError"),
        (Call("99"), 404, "not_found", "NotFoundError"),
        (Call("99", {"hangup_timeout": 30}), 404, "not_found", "NotFoundError"),
    ],
)
def test_an_error_response_is_a_typed_error(
    call: Caller, mock: Mock, request_: Call, status: int, code: str, error: str
) -> None:
    [outcome] = make(call, mock, request_)
    assert (outcome.status, outcome.error) == (status, error if call in (python_sync, python_async) else "ApiError")
    assert outcome.body is not None
    assert outcome.body["status"] == code
    assert outcome.message.endswith(f"{status} {code}: {outcome.body['message']}")


def test_a_bearer_token(call: Caller, mock: Mock, tap: Tap) -> None:
    [accepted] = call(mock.base_url, {"token": mock.token}, [Call()])
    [refused] = call(mock.base_url, {"token": "unknown0token"}, [Call()])
    assert (accepted.settings["auth_type"], refused.status) == ("digest", 401)
    assert refused.error in {"UnauthorizedError", "ApiError"}
    assert mock.token not in accepted.printed
    assert "unknown0token" not in refused.printed
    assert not tap.requests(tokens=True)


def test_wrong_credentials_give_no_token(call: Caller, mock: Mock, tap: Tap) -> None:
    login = credentials(mock) | {"client_secret": "wrong0secret"}
    first, second = call(mock.base_url, login, [Call(), Call()])
    assert (first.error, first.status, second.error) == ("TokenError", 401, "TokenError")
    assert "wrong0secret" not in first.printed
    assert (len(tap.requests(tokens=True)), tap.requests()) == (2, [])


@pytest.mark.parametrize("body", ["", "[]", "null", '{"access_token": 5}', '{"access_token": "a b"}', "[" * 100_000])
def test_a_response_without_a_valid_token_is_an_error(call: Caller, mock: Mock, tap: Tap, body: str) -> None:
    tap.token_response = (200, JSON, body.encode())
    try:
        [outcome] = make(call, mock, Call())
    finally:
        tap.token_response = None
    assert (outcome.error, outcome.status, tap.requests()) == ("TokenError", 200, [])
    assert outcome.message.endswith("the token endpoint answered 200 without a valid token")


def test_calls_share_a_token(call: Caller, mock: Mock, tap: Tap) -> None:
    make(call, mock, Call(), Call(changes={"hangup_timeout": 30}), Call())
    assert len(tap.requests(tokens=True)) == 1
    [authorization] = {sent.authorization for sent in tap.requests()}
    assert authorization.removeprefix("Bearer ") not in {"", authorization}


def test_a_token_is_renewed_before_it_expires(call: Caller) -> None:
    with tapped_mock() as (mock, tap):
        answer = {"access_token": mock.token, "expires_in": 1}  # the mock takes it for longer, however late a call is
        tap.token_response = (200, JSON, json.dumps(answer).encode())
        make(call, mock, Call(), Call(wait=0.92))  # after 90 % of its lifetime
    assert len(tap.requests(tokens=True)) == 2
    assert [sent.status for sent in tap.requests()] == [200, 200]


@pytest.mark.parametrize(("revoked", "tokens"), [(None, 1), ("", 2)])
def test_calls_that_start_together_share_a_token(call: Caller, revoked: str | None, tokens: int) -> None:
    with tapped_mock(latency_ms=50) as (mock, tap):
        tap.revoked = revoked
        outcomes = call(mock.base_url, credentials(mock), [Call()] * 8, together=True)
    assert [outcome.error for outcome in outcomes] == [""] * 8
    assert len(tap.requests(tokens=True)) == tokens


def test_a_refused_token_is_renewed_once(call: Caller, mock: Mock, tap: Tap) -> None:
    tap.canned = [(401, JSON, b"{}")]
    [outcome] = make(call, mock, Call(changes={"hangup_timeout": 31}))
    assert outcome.settings["hangup_timeout"] == 31
    first, second = tap.requests()
    assert (first.status, second.status) == (401, 200)
    assert first.body == second.body
    assert first.authorization != second.authorization
    assert len(tap.requests(tokens=True)) == 2


def test_a_second_refusal_is_an_error(call: Caller, mock: Mock, tap: Tap) -> None:
    tap.canned = [(401, JSON, b"{}")] * 2
    refused, accepted = make(call, mock, Call(), Call())
    assert (refused.status, refused.body, accepted.status) == (401, {}, None)
    assert [sent.status for sent in tap.requests()] == [401, 401, 200]
    assert len(tap.requests(tokens=True)) == 2


@pytest.mark.parametrize(
    "response",
    [
        (404, {"Content-Type": "text/html"}, b"<h1>Not found</h1>"),
        (502, {}, b"\xff\x00"),
        (503, JSON, b"[]"),
        (302, {"Location": "/mock/reset"}, b""),
        (200, {"Content-Type": "text/html"}, b"<h1>Welcome</h1>"),
        (200, JSON, b"[]"),
        (200, JSON, b""),
    ],
)
def test_a_response_outside_the_contract_is_an_error(call: Caller, mock: Mock, tap: Tap, response: Canned) -> None:
    tap.canned = [response]
    [outcome] = make(call, mock, Call())
    assert (outcome.status, outcome.body) == (response[0], None)
    assert len(tap.requests()) == 1


def test_a_429_has_the_seconds_to_wait(call: Caller, mock: Mock, tap: Tap) -> None:
    tap.canned = [(429, JSON | {"Retry-After": "1800"}, b'{"status": "rate_limit_exceeded"}')]
    [outcome] = make(call, mock, Call())
    assert (outcome.status, outcome.retry_after) == (429, 1800)
    assert outcome.message.endswith("429 rate_limit_exceeded")


def test_a_token_that_the_server_repeats_is_masked(call: Caller, mock: Mock, tap: Tap) -> None:
    tap.canned = [(403, JSON, b'{"status": "denied", "message": "<token> may not"}')]
    [outcome] = make(call, mock, Call())
    assert outcome.message.endswith("403 denied: *** may not")
    assert tap.requests()[0].authorization.removeprefix("Bearer ") not in outcome.printed


def test_python_errors_have_classes(mock: Mock, tap: Tap) -> None:
    with PhoneClient(mock.base_url, BearerToken(mock.token), timeout=9) as client:
        with pytest.raises(NotFoundError, match="There is no such internal number"):
            client.get("99")
        tap.canned = [(200, JSON, b'{"auth_type": "digest"}')]
        with pytest.raises(UnreadableAnswerError):
            client.get("54")


def test_python_logs_no_secret(mock: Mock, tap: Tap, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    make(python_sync, mock, Call())
    assert "/extension/54/phone/" in caplog.text
    assert mock.client_secret not in caplog.text
    assert tap.requests()[0].authorization.removeprefix("Bearer ") not in caplog.text


@pytest.mark.parametrize("token", ["", "two words", "line\nfeed", "ключ"])
def test_python_hides_a_token_that_it_refuses(token: str) -> None:
    with pytest.raises(ValueError, match="printable ASCII") as refused:
        BearerToken(token)
    assert not token or token not in str(refused.value)


@pytest.mark.parametrize("expires_in", [None, "soon", 10**400, "3600"])
def test_python_accepts_a_token_with_any_lifetime(expires_in: object) -> None:
    requested = []

    def respond(request: httpx.Request) -> httpx.Response:
        requested.append(request)
        return httpx.Response(200, text=json.dumps({"access_token": "t", "expires_in": expires_in}))

    transport = httpx.MockTransport(respond)
    with httpx.Client(transport=transport, auth=ClientCredentials("id", "secret", "http://127.0.0.1/token")) as client:
        for _ in range(2):
            assert client.get("http://127.0.0.1/api").is_success
    assert [str(request.url.path) for request in requested] == ["/token", "/api", "/api"]


def http_date(seconds: float) -> str:
    """Return the date that many seconds from now, in the form of HTTP headers."""
    return formatdate(time.time() + seconds, usegmt=True)


TOO_MANY: Canned = (429, JSON | {"Retry-After": "1"}, b"{}")


@pytest.mark.parametrize(
    "failure",
    [BROKEN_OFF, TOO_MANY, (429, {"Retry-After": http_date(-5)}, b""), (429, {}, b"")],
    ids=["connection", "seconds", "date", "no header"],
)
def test_a_read_is_retried(call: Caller, mock: Mock, tap: Tap, failure: Canned) -> None:
    tap.canned = [failure]
    [outcome] = make(call, mock, Call())
    assert (outcome.error, [sent.method for sent in tap.requests()]) == ("", ["GET", "GET"])


@pytest.mark.parametrize("failure", [BROKEN_OFF, TOO_MANY], ids=["connection", "429"])
def test_an_update_is_retried_only_if_asked(call: Caller, mock: Mock, tap: Tap, failure: Canned) -> None:
    change = {"hangup_timeout": 33}
    tap.canned = [failure]
    [refused] = make(call, mock, Call(changes=change))
    tap.canned = [failure]
    [accepted] = make(call, mock, Call(changes=change, retry=True))
    assert (refused.status, refused.error == "no response") in {(429, False), (None, True)}
    assert accepted.settings["hangup_timeout"] == 33
    assert bodies(tap) == [change] * 3


def test_retries_end(call: Caller, mock: Mock, tap: Tap) -> None:
    tap.canned = [BROKEN_OFF] * 3
    [outcome] = make(call, mock, Call())
    assert (outcome.error, len(tap.requests())) == ("no response", 3)


def test_a_read_is_not_retried_if_not_wanted(call: Caller, mock: Mock, tap: Tap) -> None:
    tap.canned = [BROKEN_OFF]
    [outcome] = make(call, mock, Call(retry=False))
    assert (outcome.error, len(tap.requests())) == ("no response", 1)


@pytest.mark.parametrize("status", [404, 500, 503])
def test_another_error_is_not_retried(call: Caller, mock: Mock, tap: Tap, status: int) -> None:
    tap.canned = [(status, JSON | {"Retry-After": "0"}, b"{}")]
    [outcome] = make(call, mock, Call())
    assert (outcome.status, len(tap.requests())) == (status, 1)


@pytest.mark.parametrize(
    "text", ["soon", "-5", "1.5", "9" * 5000, "Thu, 99 Nov 2026 11:00:00 GMT"], ids=lambda text: text[:9]
)
def test_a_retry_after_of_no_known_form_is_left_out(call: Caller, mock: Mock, tap: Tap, text: str) -> None:
    tap.canned = [(429, {"Retry-After": text}, b"")]
    [outcome] = make(call, mock, Call(retry=False))
    assert (outcome.status, outcome.retry_after) == (429, None)


def test_a_wait_that_is_too_long_is_an_error(call: Caller, mock: Mock, tap: Tap) -> None:
    tap.canned = [(429, {"Retry-After": http_date(3600)}, b"")]
    [outcome] = make(call, mock, Call())
    assert outcome.retry_after is not None
    assert 3000 < outcome.retry_after < 4000
    assert len(tap.requests()) == 1


def test_the_clock_of_the_server_decides() -> None:
    now, later = "Thu, 26 Nov 2020 10:00:00 GMT", "Thu, 26 Nov 2020 11:00:00 GMT"
    assert retry_after({"Retry-After": later, "Date": now}) == 3600
    assert retry_after({"Retry-After": now, "Date": later}) == 0
    assert retry_after({"Retry-After": later}) == 0


def test_the_request_budget_and_the_raw_response(call: Caller, mock: Mock, tap: Tap) -> None:
    headers = {"X-RateLimit-Limit": "5000", "X-RateLimit-Remaining": "17", "X-RateLimit-Reset": "1795536000"}
    strange = {"X-RateLimit-Limit": "many", "X-RateLimit-Remaining": "-1", "X-RateLimit-Reset": "9" * 19}
    body = json.dumps(ask(mock).json()).encode()
    tap.canned = [(200, JSON | headers, body), (400, JSON | headers, b"{}"), (200, JSON | strange, body)]
    read, refused, odd = make(call, mock, Call(), Call(), Call())
    assert read.budget == refused.budget == [5000, 17, 1795536000]
    assert read.raw_body == body.decode()
    assert odd.budget == [None, None, None]


EXACT = 2**53 - 1


@pytest.mark.parametrize("value", [EXACT, EXACT + 1, EXACT + 2, -EXACT - 1])
def test_no_id_is_rounded(call: Caller, mock: Mock, tap: Tap, value: int) -> None:
    settings = ask(mock).json()
    tap.canned = [(200, JSON, json.dumps(settings | {"label": f'"{value}"', "hold_music": value}).encode())]
    [outcome] = make(call, mock, Call())
    if call in (python_sync, python_async) or abs(value) <= EXACT:
        assert outcome.settings["hold_music"] == value
    else:
        assert outcome.message == f"ApiError: 200: JavaScript has no exact number for {value}"


def test_python_takes_options_of_a_call(mock: Mock, tap: Tap) -> None:
    requests_seen: list[httpx.Request] = []
    hooks: Hooks = {"request": [requests_seen.append]}
    with PhoneClient(mock.base_url, BearerToken(mock.token), event_hooks=hooks, retries=0) as client:
        client.get("54", headers={"X-Request-Id": "7"}, timeout=8)
        client.get("54")
    first, second = (request for request in requests_seen if request.method == "GET")
    assert (first.headers["X-Request-Id"], first.extensions["timeout"]["read"]) == ("7", 8)
    assert ("X-Request-Id" in second.headers, second.extensions["timeout"]["read"]) == (False, 15)
    assert len(tap.requests()) == 2


def test_python_sends_what_a_read_returned(mock: Mock, tap: Tap) -> None:
    unknown = {"allow_webrtc": True, "nested": [{"a": None}]}
    shown = {name: value for name, value in ask(mock).json().items() if name != "label"} | unknown
    with PhoneClient(mock.base_url, BearerToken(mock.token)) as client:
        tap.canned = [(200, JSON, json.dumps(shown).encode())]
        settings = copy.deepcopy(client.get("54"))
        settings.hangup_timeout = 34
        settings.bundle.bundle_list = {"124": BundleEntry(active=True)}
        answer = client.update("54", settings)
    assert settings.label is UNSET
    assert bodies(tap) == [
        shown | {"hangup_timeout": 34, "bundle": {"bundle_list": {"124": {"active": True}}, "bundle_id": None}}
    ]
    assert answer.bundle.bundle_list == {"124": BundleEntry(active=True)}


def test_python_models_distinguish_absent_from_null() -> None:
    changes = PhonePropertiesUpdate(record_format=None)
    changes.record_stereo = True
    assert (changes.hangup_timeout, bool(changes.hangup_timeout)) == (UNSET, False)
    assert changes.to_dict() == {"record_format": None, "record_stereo": True}
    bundle = Bundle(bundle_list={"124": BundleEntry(active=True)}, bundle_id=None)
    changes = PhonePropertiesUpdate(bundle=bundle, record_format="wav")
    sent = {"bundle": {"bundle_list": {"124": {"active": True}}, "bundle_id": None}, "record_format": "wav"}
    assert changes.to_dict() == sent
    assert PhonePropertiesUpdate.from_dict(sent) == changes
