"""The token that is renewed, and the token endpoint that gives what it likes."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import requests
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from contract_tests.client.client import Client
from contract_tests.client.connection import Connection
from contract_tests.client.request_budget import Limits
from contract_tests.contract import CONTRACT
from contract_tests.errors import UsageError
from contract_tests.record.exchange import Exchange
from contract_tests.record.har import Record
from contract_tests.record.step import Kind, Step
from contract_tests.target import credentials
from contract_tests.target.credentials import Credentials
from contract_tests.target.target import Mode, Target
from mock_server.contract import TOKEN_PATH
from mock_server.embedded import Mock, serve
from tests.gateway import Answer, Gateway, behind
from tests.hostile import BEHAVIOURS, Behaviour, Hostile, answering, redirecting, serving
from tests.suite import ROOT, Run, run_suite

ERROR, USAGE, NOT_RESTORED = 3, 4, 6


def as_application(mock: Mock) -> dict[str, str]:
    return {"PHONE_API_CLIENT_ID": mock.client_id, "PHONE_API_CLIENT_SECRET": mock.client_secret}


def run(mock: Mock, folder: Path, *options: str, **environment: str) -> Run:
    where = [f"--base-url={mock.base_url}", f"--extension-id={mock.extension_id}"]
    return run_suite(folder, *where, *options, **environment)


def restore(folder: Path, *options: str, **environment: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "contract_tests", "restore", f"--report-dir={folder}", *options]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)


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


def test_a_token_is_renewed_before_it_expires(tmp_path: Path) -> None:
    def slowly(*_: object) -> None:
        time.sleep(0.004)

    with behind(slowly, token_lifetime=1) as (mock, gateway):
        ended = run(mock, tmp_path, "--fuzz-examples=0", **as_application(mock))
    assert ended.code == 0, ended.printed
    assert gateway.seen.count("token") > 2
    record = Record.read(tmp_path / "record.har")
    assert 401 not in {seen.status for seen in record if seen.step.kind is not Kind.credentials}


def test_a_token_that_is_refused_is_renewed_once_in_every_layer(tmp_path: Path) -> None:
    with behind(accepting(90)) as (mock, gateway):
        ended = run(mock, tmp_path, "--fuzz-examples=3", **as_application(mock))
    assert ended.code == 0, ended.printed
    assert ended.outcomes("fail", "warn") == set()
    assert gateway.seen.count("401") > 3
    after = [gateway.seen[at + 1] for at, what in enumerate(gateway.seen) if what == "401"]
    assert set(after) == {"token"}
    assert gateway.seen.count("token") == gateway.seen.count("401") + 1


def test_the_given_token_is_used_first_and_then_renewed(tmp_path: Path) -> None:
    with behind(accepting(60)) as (mock, gateway):
        ended = run(mock, tmp_path, "--fuzz-examples=0", PHONE_API_TOKEN=mock.token, **as_application(mock))
    assert ended.code == 0, ended.printed
    assert gateway.seen[0] == "token"
    assert gateway.uses[f"Bearer {mock.token}"] == 61
    assert next(value for value in gateway.uses if value.startswith("Bearer ")) == f"Bearer {mock.token}"


def test_a_token_alone_that_expires_leaves_the_rest_to_a_restore_with_another(tmp_path: Path) -> None:
    with behind(accepting(60)) as (mock, gateway):
        first = requests.get(mock.base_url + CONTRACT.path_to("54"), headers=bearer(mock), timeout=5).content
        gateway.uses.clear()
        ended = run(mock, tmp_path, "--fuzz-examples=0", PHONE_API_TOKEN=mock.token)
        assert ended.code == NOT_RESTORED
        assert "the target answered 401: the token is no longer accepted; " in errors(ended)[0]
        assert "planned requests were not sent; extension 54 is NOT as it was found (PUT answered 401)" in ended.printed
        refused = restore(tmp_path, PHONE_API_TOKEN=mock.token)
        assert (refused.returncode, refused.stderr.count("ERROR")) == (NOT_RESTORED, 1)
        done = restore(tmp_path, **as_application(mock))
        assert done.returncode == 0, done.stderr
        gateway.uses.clear()
        assert requests.get(mock.base_url + CONTRACT.path_to("54"), headers=bearer(mock), timeout=5).content == first


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
        wrong = {"PHONE_API_CLIENT_ID": mock.client_id, "PHONE_API_CLIENT_SECRET": "canary"}
        ended = run(mock, tmp_path, "--fuzz-examples=0", **given, **wrong)
    assert ended.code == USAGE
    told = f"ERROR: no token from {mock.origin}{TOKEN_PATH}: it answered 401 without a usable access_token; are the"
    assert [line[: len(told)] for line in errors(ended)] == [told]
    assert ended.report == {}


def authorised(behave: Behaviour) -> Credentials:
    """What a token endpoint that answers so makes of the credentials."""
    with serve() as mock, serving(Hostile(behave, int(mock.origin.rpartition(":")[2]))) as hostile:
        url = f"http://127.0.0.1:{hostile.port}{TOKEN_PATH}"
        target = Target(
            mock.base_url, "54", Mode.read, credentials=Credentials("", url, mock.client_id, mock.client_secret)
        )
        with Connection(target, Limits()) as connection:
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
    with pytest.raises(UsageError) as told:
        authorised(behave)
    assert why in str(told.value)
    assert "\n" not in str(told.value)


def test_the_secret_goes_to_no_other_origin() -> None:
    told = "it answered 302 without a usable access_token"
    with serving(Hostile(BEHAVIOURS["answers_502"], 0)) as other, pytest.raises(UsageError, match=told):
        authorised(redirecting(f"http://localhost:{other.port}{TOKEN_PATH}"))
    assert other.methods == []


@pytest.mark.parametrize(
    ("expires_in", "seconds"),
    [
        ("3600", 3570),
        ("10", 5),
        ("0", 0.5),
        ("-7", 0.5),
        ("1e400", 1e9 - 30),
        ("-1e400", 0.5),
        ("1" * 400, 1e9 - 30),
        ("true", None),
        ("null", None),
        ('"3600"', None),
        ("[1]", None),
    ],
)
def test_an_absurd_lifetime_neither_breaks_nor_floods(
    expires_in: str, seconds: float | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [1000.0]
    monkeypatch.setattr(credentials, "time", SimpleNamespace(monotonic=lambda: now[0]))
    known = Credentials("", "http://127.0.0.1/", "id", "secret")
    known.take(
        Exchange(known.request(), "", {}, 200, body=b'{"access_token": "t", "expires_in": %s}' % expires_in.encode())
    )
    assert (known.token, known.refused, known.is_expiring) == ("t", "", False)
    now[0] += (seconds or 1e9) - 0.25
    assert not known.is_expiring
    now[0] += 0.25
    assert known.is_expiring is (seconds is not None)


def test_what_a_token_endpoint_issues_is_hidden_whether_it_is_used_or_not() -> None:
    known = Credentials("given", "http://127.0.0.1/", "id", "s3cr=t")
    issued: dict[str, Any] = {"access_token": "not usable", "refresh_token": "refreshing", "id_token": "who"}
    known.take(Exchange(known.request(), "", {}, 200, body=json.dumps(issued).encode()))
    assert {*issued.values(), "given", "s3cr=t"} <= {*known.secrets}
    assert known.exchange
    left = repr(known.exchange)
    assert not [secret for secret in known.secrets if secret in left]
    assert "s3cr" not in left
    assert "given" not in repr(known)


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
    assert gateway.seen == ["token"]


def test_requests_without_our_token_are_not_given_one() -> None:
    with behind(lambda *_: None) as (mock, gateway):
        known = Credentials(mock.token, "", "id", "secret")
        with Connection(Target(mock.base_url, "54", Mode.read, credentials=known), Limits()) as connection:
            for header in ("", "Bearer", "Bearer wrong", f"Basic {mock.token}"):
                request = requests.Request("GET", mock.base_url + CONTRACT.path_to("54"), {"Authorization": header})
                assert connection.send(request.prepare()).status_code == 401
    assert "token" not in gateway.seen


def test_of_several_requests_that_are_refused_together_one_asks_for_a_token() -> None:
    with behind(lambda *_: None) as (mock, gateway):
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
