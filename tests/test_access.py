"""The token that is renewed, and the token endpoint that gives what it likes."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import requests
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

import mock_server.credentials
import mock_server.phone
from contract_tests.client.client import Client
from contract_tests.client.connection import Connection, unprotected
from contract_tests.client.request_budget import RequestBudget
from contract_tests.contract import CONTRACT
from contract_tests.errors import UsageError
from contract_tests.record.exchange import Exchange
from contract_tests.record.har import Record
from contract_tests.record.step import Kind, Step
from contract_tests.target import credentials
from contract_tests.target.credentials import Credentials, wrong_tokens
from contract_tests.target.target import Mode, Target
from mock_server.contract import TOKEN_PATH
from mock_server.embedded import Mock, serve
from tests.gateway import Answer, Gateway, behind
from tests.hostile import BEHAVIOURS, Behaviour, Hostile, answering, redirecting, serving
from tests.suite import Run, restore, run_suite

ERROR, USAGE, NOT_RESTORED = 3, 4, 6


def as_application(mock: Mock) -> dict[str, str]:
    return {"PHONE_API_CLIENT_ID": mock.client_id, "PHONE_API_CLIENT_SECRET": mock.client_secret}


def run(mock: Mock, folder: Path, *options: str, **environment: str) -> Run:
    where = [f"--base-url={mock.base_url}", f"--extension-id={mock.extension_id}"]
    return run_suite(folder, *where, *options, **environment)


def errors(run: Run) -> list[str]:
    """The lines that tell what went wrong; no traceback tells more."""
    assert "Traceback" not in run.printed, run.printed
    assert "INTERNALERROR" not in run.printed
    return [line for line in run.printed.splitlines() if line.startswith("ERROR")]


def accepting(uses: int) -> Answer:
    """Accept each token so many times only."""

    def answer(gateway: Gateway, request: Request) -> Response | None:
        token = request.headers.get("authorization", "")
        is_over = token.startswith("Bearer ") and gateway.uses[token] > uses
        if not is_over:
            return None
        gateway.seen.append("401")
        return JSONResponse({"error": "expired"}, 401, {"WWW-Authenticate": "Bearer"})

    return answer


def test_a_token_is_renewed_before_it_expires(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    now = [1000.0]
    clock = SimpleNamespace(monotonic=lambda: now[0], time=lambda: now[0])
    for module in (credentials, mock_server.credentials, mock_server.phone):
        monkeypatch.setattr(module, "time", clock)

    def later(*_: object) -> None:
        now[0] += 0.01

    with behind(later, token_lifetime=1) as (mock, gateway):
        ended = run(mock, tmp_path, "--fuzz-examples=0", **as_application(mock))
    assert ended.code == 0, ended.printed
    assert gateway.seen.count("token") > 2
    record = Record.read(tmp_path / "record.har")
    assert 401 not in {seen.status for seen in record if seen.step.kind not in {Kind.credentials, Kind.token}}


def test_a_token_that_is_refused_is_renewed_once_in_every_layer(tmp_path: Path) -> None:
    with behind(accepting(12)) as (mock, gateway):
        ended = run(mock, tmp_path, "--mode=read", "--fuzz-examples=1", **as_application(mock))
    assert ended.code == 0, ended.printed
    assert ended.outcomes("fail", "warn") == set()
    assert gateway.seen.count("401") > 3
    after = [gateway.seen[at + 1] for at, what in enumerate(gateway.seen) if what == "401"]
    assert set(after) == {"token"}
    assert gateway.seen.count("token") == gateway.seen.count("401") + 2  # the first, and a wrong secret


def test_the_given_token_is_used_first_and_then_renewed(tmp_path: Path) -> None:
    with behind(accepting(60)) as (mock, gateway):
        ended = run(mock, tmp_path, "--fuzz-examples=0", PHONE_API_TOKEN=mock.token, **as_application(mock))
    assert ended.code == 0, ended.printed
    assert gateway.seen[0] == "token"
    assert gateway.uses[f"Bearer {mock.token}"] == 61
    assert next(value for value in gateway.uses if value.startswith("Bearer ")) == f"Bearer {mock.token}"


def test_a_token_alone_that_expires_leaves_the_rest_to_a_restore_with_another(tmp_path: Path) -> None:
    with behind(accepting(60)) as (mock, gateway):
        first = requests.get(mock.base_url + CONTRACT.path_to("54"), headers=bearer(mock), timeout=60).content
        gateway.uses.clear()
        ended = run(mock, tmp_path, "--fuzz-examples=0", PHONE_API_TOKEN=mock.token)
        assert ended.code == NOT_RESTORED
        assert "the target answered 401: the token is no longer accepted; " in errors(ended)[0]
        assert "extension 54 may NOT have its original values (GET answered 401); the run was about to" in ended.printed
        refused = restore(mock, tmp_path, PHONE_API_TOKEN=mock.token)
        assert (refused.returncode, refused.stdout.count("ERROR")) == (NOT_RESTORED, 1)
        done = restore(mock, tmp_path, **as_application(mock))
        assert done.returncode == 0, done.stderr
        gateway.uses.clear()
        assert requests.get(mock.base_url + CONTRACT.path_to("54"), headers=bearer(mock), timeout=60).content == first


def bearer(mock: Mock) -> dict[str, str]:
    return {"Authorization": f"Bearer {mock.token}"}


def test_a_token_endpoint_that_fails_at_the_renewal_is_named(tmp_path: Path) -> None:
    until = accepting(60)

    def answer(gateway: Gateway, request: Request) -> Response | None:
        is_renewal = request.url.path == TOKEN_PATH and gateway.seen.count("token") > 1
        return Response("busy", 503) if is_renewal else until(gateway, request)

    with behind(answer) as (mock, gateway):
        ended = run(mock, tmp_path, "--fuzz-examples=0", **as_application(mock))
    assert ended.code == NOT_RESTORED
    assert (
        f"and {mock.origin}{TOKEN_PATH} gave no other (it answered 503 without a usable access_token)" in ended.printed
    )
    assert len(errors(ended)) == 1
    assert gateway.seen.count("token") <= 1 + gateway.seen.count("401") <= 6


@pytest.mark.parametrize(
    "given", [{}, {"PHONE_API_TOKEN": "demo0full0access0token00000054"}], ids=["alone", "beside a token"]
)
def test_a_wrong_secret_is_a_usage_error_and_no_failure_of_the_provider(given: dict[str, str], tmp_path: Path) -> None:
    with serve() as mock:
        wrong = {"PHONE_API_CLIENT_ID": mock.client_id, "PHONE_API_CLIENT_SECRET": "canary-of-ours"}
        ended = run(mock, tmp_path, "--fuzz-examples=0", **given, **wrong)
    assert ended.code == USAGE
    expected = (
        f"ERROR: no token from {mock.origin}{TOKEN_PATH}: it answered 401 without a usable access_token "
        "(invalid_client: The credentials are wrong); are the client id and secret right, and is --token-url?"
    )
    assert errors(ended) == [expected]
    assert ended.report == {}


def authorised(behave: Behaviour) -> Credentials:
    """What a token endpoint that answers so makes of the credentials."""
    with serve() as mock, serving(Hostile(behave, int(mock.origin.rpartition(":")[2]))) as hostile:
        url = f"http://127.0.0.1:{hostile.port}{TOKEN_PATH}"
        target = Target(
            mock.base_url, "54", Mode.read, credentials=Credentials("", url, mock.client_id, mock.client_secret)
        )
        with Connection(target, RequestBudget()) as connection:
            connection.authorise()
        return target.credentials


def told_by(body: bytes) -> Behaviour:
    return answering(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n", body)


@pytest.mark.parametrize(
    ("behave", "why"),
    [
        (BEHAVIOURS["never_ends"], "more than 8 MiB"),
        (BEHAVIOURS["closes_at_once"], "ConnectionError (RemoteDisconnected)"),
        (BEHAVIOURS["sends_deep_json"], "it answered 200 without a usable access_token"),
        (BEHAVIOURS["shows_a_login_page"], "it answered 200 without a usable access_token"),
        *(
            (told_by(body), "it answered 200 without a usable access_token")
            for body in (
                b"",
                b"[]",
                b'{"access_token": 7}',
                b'{"access_token": null}',
                b'{"access_token": ""}',
                b'{"access_token": ["t"]}',
                b'{"access_token": "two words"}',
                b'{"access_token": "a\\r\\nX-Injected: b"}',
                '{"access_token": "tökén"}'.encode(),
            )
        ),
    ],
)
def test_what_gives_no_token_is_told_in_a_line(behave: Behaviour, why: str) -> None:
    with pytest.raises(UsageError) as raised:
        authorised(behave)
    assert why in str(raised.value)
    assert "\n" not in str(raised.value)


def test_the_secret_goes_to_no_other_origin() -> None:
    message = "it answered 302 without a usable access_token"
    with serving(Hostile(BEHAVIOURS["answers_502"], 0)) as other, pytest.raises(UsageError, match=message):
        authorised(redirecting(f"http://localhost:{other.port}{TOKEN_PATH}"))
    assert other.methods == []


@pytest.mark.parametrize(
    ("expires_in", "seconds"),
    [
        ("3600", 3570),
        ("10", 5),
        ("0.25", 0.5),
        ("0", None),
        ("-1", None),
        ("1e400", 1e9 - 30),
        ("-1e400", None),
        ("1" * 400, 1e9 - 30),
        ("true", None),
        ("null", None),
        ("[1]", None),
        ('"3600"', 3570),
        ('" 10.5 "', 5.25),
        ('"0"', None),
        ('"-1"', None),
        ('"1_0"', None),
        ('"never"', None),
        ('"%s"' % ("9" * 401), None),
        ('"%s"' % ("9" * 400), 1e9 - 30),
    ],
)
def test_an_absurd_lifetime_neither_breaks_nor_floods(
    expires_in: str, seconds: float | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [1000.0]
    monkeypatch.setattr(credentials, "time", SimpleNamespace(monotonic=lambda: now[0]))
    known = Credentials("", "http://127.0.0.1/", "id", "secret")
    known.take(
        Exchange(
            known.request(),
            "",
            {},
            200,
            body=b'{"access_token": "a-new-token", "expires_in": %s}' % expires_in.encode(),
        )
    )
    assert (known.token, known.refused, known.is_expiring) == ("a-new-token", "", False)
    now[0] += (seconds or 1e9) - 0.25
    assert not known.is_expiring
    now[0] += 0.25
    assert known.is_expiring is (seconds is not None)


def test_what_a_token_endpoint_issues_is_hidden_whether_it_is_used_or_not() -> None:
    known = Credentials("given-token", "http://127.0.0.1/", "id", "s3cr=t")
    assert "given-token" in known.secrets
    issued: dict[str, Any] = {"access_token": "not usable", "refresh_token": "refreshing", "id_token": "who-it-is"}
    known.take(Exchange(known.request(), "", {}, 200, body=json.dumps(issued).encode()))
    assert {*issued.values(), "given-token", "s3cr=t"} <= {*known.secrets}
    known.hide(["a value that was seen later"])
    assert "a value that was seen later" in known.secrets
    assert known.exchange
    left = repr(known.exchange)
    assert not [secret for secret in known.secrets if secret in left]
    assert "s3cr" not in left
    assert "given" not in repr(known)


def answered(body: str, status: int = 200, headers: dict[str, str] | None = None) -> Credentials:
    """Credentials that took this answer of a token endpoint."""
    known = Credentials("", "http://127.0.0.1/", "id", "secret-of-id")
    known.take(Exchange(known.request(), "", {}, status, headers or {}, body.encode()))
    return known


@pytest.mark.parametrize(
    ("body", "names"),
    [
        (
            "access_token=of-a-form-7&token_type=bearer&expires_in=10",
            "access_token=***&token_type=bearer&expires_in=***",
        ),
        ("access_token=of%2Da%2Dform%2D7", "access_token=***"),
    ],
)
def test_an_answer_that_is_a_form_is_understood(body: str, names: str) -> None:
    known = answered(body)
    assert (known.token, known.refused) == ("of-a-form-7", "")
    assert known.exchange
    assert known.exchange.body.decode() == names


CANARY = "canary-Token.elsewhere"


@pytest.mark.parametrize(
    "body",
    [
        f'{{"accessToken": "{CANARY}"}}',
        f'{{"result": {{"data": [{{"value": "{CANARY}"}}]}}}}',
        f'["{CANARY}", 3600]',
        f'"{CANARY}"',
        f'{{"{CANARY}": true}}',
        f'{{"access_token": {{"value": "{CANARY}"}}}}',
        f'{{"answer": "{{\\"access_token\\": \\"{CANARY}7\\"}}"}}',
        f'{{"authorization": "Bearer {CANARY}"}}',
        f"accessToken={CANARY}&x=1",
        CANARY,
        f"{CANARY}\n",
        f"token: {CANARY}7",
    ],
)
def test_every_string_of_a_granting_answer_is_hidden_whatever_its_shape(body: str) -> None:
    known = answered(body)
    assert known.exchange
    assert CANARY not in repr(known.exchange)
    assert CANARY not in known.masked(f"before {CANARY} after {CANARY}7 and Bearer {CANARY}")
    assert known.token == ""


def test_what_a_header_of_the_token_endpoint_gives_is_hidden() -> None:
    known = answered("{}", headers={"x-auth-token": CANARY, "set-cookie": f"s={CANARY}7", "content-type": "text/plain"})
    assert known.exchange
    assert CANARY not in repr(known.exchange)
    assert "text/plain" in repr(known.exchange)
    assert CANARY not in known.masked(CANARY)


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (200, '{"expires_on": "2026-11-26T06:07:00Z", "iat": "1766746464123", "token_type": "bearer-of-tokens"}'),
        (200, '{"issuer": "https://login.pbx.test/api/ver1.0", "scope": "phone-properties", "x": "hangup_timeout"}'),
        (401, '{"error": "invalid_client_credentials", "message": "unknown-application", "path": "/oauth/v2/token"}'),
    ],
)
def test_what_opens_nothing_is_shown_elsewhere(status: int, body: str) -> None:
    assert answered(body, status).masked(body) == body


def test_the_reason_of_a_refusal_is_quoted_masked_and_in_one_line() -> None:
    said = {"error": "invalid_scope", "error_description": "\x1b[31m\n::error::secret-of-id is wrong " + "x" * 1000}
    known = answered(json.dumps(said), 400)
    reason = "it answered 400 without a usable access_token (invalid_scope: \\x1b[31m\\n:\\:error::*** is wrong xxx"
    assert known.refused.startswith(reason)
    assert len(known.refused) < 400
    assert "(a: b)" in answered("error=a&error_description=b").refused


def test_a_client_secret_that_is_too_short_to_be_hidden_is_refused_in_one_line() -> None:
    environment = {"PHONE_API_CLIENT_ID": "id", "PHONE_API_CLIENT_SECRET": "dev"}
    with pytest.raises(
        UsageError, match=r"^PHONE_API_CLIENT_SECRET: 3 characters are too few .* give the server one of 8 or more$"
    ):
        Credentials.of(environment, "http://127.0.0.1/")


def test_a_short_token_is_hidden_where_it_stands_as_a_token() -> None:
    known = Credentials.of({"PHONE_API_TOKEN": "dev"}, "")
    assert known.is_short
    assert not known.secrets
    assert known.shown("Bearer dev") == "Bearer ***"
    assert known.shown("Bearer dav") == known.shown("Bearer de") == "Bearer not-***"
    assert known.shown("Basic device") == "Basic device"
    assert not Credentials.of({"PHONE_API_TOKEN": "12345678"}, "").is_short
    assert answered('{"access_token": "dev"}').token == "dev"


def asking(*wanted: str) -> tuple[Answer, list[dict[str, str]]]:
    """A token endpoint that answers with errors of these kinds, one after the other; and what it was sent."""
    left, seen = [*wanted], list[dict[str, str]]()

    def answer(_: Gateway, request: Request) -> Response | None:
        if request.url.path != TOKEN_PATH:
            return None
        seen.append(dict(request.headers))
        return JSONResponse({"error": left[0]}, int(left.pop(0)[:3])) if left else None

    return answer, seen


@pytest.mark.parametrize(
    ("errors_first", "forms"),
    [([], ["form"]), (["401"], ["form", "basic"]), (["503"], ["form"]), (["401", "401"], ["form", "basic"])],
)
def test_http_basic_is_tried_once_where_the_client_is_not_known_by_a_form(
    errors_first: list[str], forms: list[str]
) -> None:
    answer, seen = asking(*errors_first)
    with behind(answer) as (mock, _):
        known = Credentials("given-token", mock.origin + TOKEN_PATH, mock.client_id, mock.client_secret)
        with Connection(Target(mock.base_url, "54", Mode.read, credentials=known), RequestBudget()) as connection:
            if len(errors_first) == 2:
                with pytest.raises(UsageError):
                    connection.authorise()
            else:
                connection.authorise()
        assert known.exchange
        assert mock.client_secret not in repr(known.exchange)
    assert ["basic" if "authorization" in headers else "form" for headers in seen] == forms
    assert {headers["accept"] for headers in seen} == {"application/json"}
    assert known.uses_basic is (errors_first == ["401"])
    assert not any(secret in repr(known.exchange) for secret in known.secrets)


def test_a_scope_is_asked_for() -> None:
    known = Credentials("", "http://127.0.0.1/", "id", "secret-of-id", scope="phone read")
    assert b"scope=phone+read" in (known.request().body or b"")
    assert b"scope" not in (Credentials("", "", "id", "secret-of-id").request().body or b"")


def forbidding(after: int, *, until_renewed: bool) -> Answer:
    """Answer 403 to each token after so many uses; or, whatever the token, from that request on."""

    def answer(gateway: Gateway, request: Request) -> Response | None:
        token = request.headers.get("authorization", "")
        uses = gateway.uses[token] if until_renewed else len(gateway.seen)
        return JSONResponse({}, 403) if token.startswith("Bearer ") and uses > after else None

    return answer


@pytest.mark.parametrize(
    ("until_renewed", "statuses", "tokens"), [(True, [200] * 6, 2), (False, [200] * 3 + [403] * 3, 2)]
)
def test_a_403_to_what_worked_before_gets_one_new_token(until_renewed: bool, statuses: list[int], tokens: int) -> None:
    with behind(forbidding(3 if until_renewed else 4, until_renewed=until_renewed)) as (mock, gateway):
        known = Credentials("", mock.origin + TOKEN_PATH, mock.client_id, mock.client_secret)
        target = Target(mock.base_url, mock.extension_id, Mode.read, credentials=known)
        with Client(target, CONTRACT) as client:
            client.connection.authorise()
            step = Step(Kind.read, "GET", CONTRACT.path_to(mock.extension_id))
            assert [client.send(step).status for _ in range(6)] == statuses
    assert gateway.seen.count("token") == tokens


def test_a_403_to_what_never_worked_gets_none() -> None:
    with behind(forbidding(0, until_renewed=True)) as (mock, gateway):
        known = Credentials("", mock.origin + TOKEN_PATH, mock.client_id, mock.client_secret)
        target = Target(mock.base_url, mock.extension_id, Mode.read, credentials=known)
        with Client(target, CONTRACT) as client:
            client.connection.authorise()
            step = Step(Kind.read, "GET", CONTRACT.path_to(mock.extension_id))
            assert [client.send(step).status for _ in range(3)] == [403] * 3
    assert gateway.seen.count("token") == 1


@pytest.mark.parametrize(("uses", "most"), [(0, 4), (1, 100)])
def test_renewals_come_to_an_end(uses: int, most: int) -> None:
    with behind(accepting(uses)) as (mock, gateway):
        known = Credentials("", mock.origin + TOKEN_PATH, mock.client_id, mock.client_secret)
        target = Target(mock.base_url, mock.extension_id, Mode.read, credentials=known)
        with Client(target, CONTRACT) as client:
            client.connection.authorise()
            step = Step(Kind.read, "GET", CONTRACT.path_to(mock.extension_id))
            statuses = [client.send(step).status for _ in range(150)]
    assert gateway.seen.count("token") == most
    assert statuses[-1] == 401


@pytest.mark.parametrize(
    ("token", "wrong"),
    [
        ("abcdefg", "abcaefg"),
        ("abcAefg", "abcbefg"),
        ("aaa", "aba"),
        ("head.payload.signature", "head.payload.signbture"),
        ("head.payload.", "head.pbyload."),
        ("", "a"),
    ],
)
def test_a_wrong_token_differs_where_it_matters(token: str, wrong: str) -> None:
    assert wrong_tokens(token) == (wrong, token[:-1])
    assert not [text for text in wrong_tokens("b" * 20) if Credentials("b" * 20).masked(text) == text]


def test_a_token_in_the_clear_is_warned_of() -> None:
    assert unprotected("http://pbx.test:8080/api").startswith("the token goes to pbx.test:8080 by plain http")
    harmless = ("https://pbx.test", "http://127.0.0.1:1/", "http://localhost/", "http://[::1]:1/")
    assert [unprotected(url) for url in harmless] == [""] * 4


def test_a_token_endpoint_elsewhere_is_asked_where_it_is_named(tmp_path: Path) -> None:
    with serve() as mock, behind(lambda *_: None) as (other, gateway):
        ended = run(
            mock,
            tmp_path,
            "--mode=read",
            "--fuzz-examples=0",
            f"--token-url={other.origin}{TOKEN_PATH}",
            PHONE_API_TOKEN=mock.token,
            **as_application(mock),
        )
    assert ended.code == 0, ended.printed
    assert gateway.seen == ["token", "token"]  # the second with a wrong secret


def test_requests_without_our_token_are_not_given_one() -> None:
    with behind(lambda *_: None) as (mock, gateway):
        known = Credentials(mock.token, "", "id", "secret")
        with Connection(Target(mock.base_url, "54", Mode.read, credentials=known), RequestBudget()) as connection:
            for header in ("", "Bearer", "Bearer wrong", f"Basic {mock.token}"):
                request = requests.Request("GET", mock.base_url + CONTRACT.path_to("54"), {"Authorization": header})
                assert connection.send(request.prepare()).status_code == 401
    assert "token" not in gateway.seen


def test_of_several_requests_that_are_refused_together_one_asks_for_a_token() -> None:
    with behind(lambda *_: None, latency_ms=300) as (mock, gateway):
        url = mock.origin + TOKEN_PATH
        known = Credentials("stale", url, mock.client_id, mock.client_secret)
        target = Target(mock.base_url, mock.extension_id, Mode.read, credentials=known)
        with Client(target, CONTRACT) as client:
            # With a token given, an answer of the token endpoint is first only looked at.
            client.connection.authorise()
            steps = [Step(Kind.read, "GET", CONTRACT.path_to(mock.extension_id))] * 8
            answers = client.send_together(steps)
    assert [answer.status for answer in answers] == [200] * 8
    assert gateway.uses["Bearer stale"] > 1
    assert gateway.seen.count("token") == 2
