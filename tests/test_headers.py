"""Headers that the user adds: they go where they belong, and their values show nowhere."""

from __future__ import annotations

import argparse
from functools import cache
from pathlib import Path

import pytest
from starlette.requests import Request
from starlette.responses import Response

from contract_tests.client.client import Client
from contract_tests.client.connection import Connection
from contract_tests.client.request_budget import RequestBudget
from contract_tests.contract import CONTRACT
from contract_tests.errors import ExitCode, UsageError
from contract_tests.record.step import Kind, Step
from contract_tests.session.run import run
from contract_tests.target.command_line import CommandLine
from contract_tests.target.credentials import Credentials
from contract_tests.target.headers import parse_headers, secret_values
from contract_tests.target.options import Options, Part, add_to, declared, from_environment
from contract_tests.target.servers import choose_servers, with_access_to
from contract_tests.target.target import Mode, Target, choose_target, with_access
from scripts.conformance import against
from tests.gateway import Gateway, behind
from tests.hostile import BEHAVIOURS, Hostile, serving
from tests.servers.serving import Running, serve
from tests.suite import run_pytest, run_suite

KEY = "k3y-of-the-gateway"
TOKEN = {"PHONE_API_TOKEN": "a-token-of-30-characters-or-so"}


@pytest.mark.parametrize(
    ("text", "headers"),
    [
        ("", {}),
        ("X-Api-Key: k-1", {"X-Api-Key": "k-1"}),
        ("x-api-key:k:1", {"x-api-key": "k:1"}),
        (" A: 1, 2; 3\n\nB: 4 ", {"A": "1, 2; 3", "B": "4"}),
    ],
)
def test_headers_are_read(text: str, headers: dict[str, str]) -> None:
    assert parse_headers(text) == headers


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (KEY, "expected `NAME: value`"),
        (f": {KEY}", "expected `NAME: value`"),
        (f"X Api: {KEY}", "expected `NAME: value`"),
        ("X-Api-Key:", "expected `NAME: value`"),
        (f"X-Api-Key: {KEY}é", "expected `NAME: value`"),
        (f"X-Api-Key: {KEY}\0", "expected `NAME: value`"),
        (f"A: {KEY}\na: {KEY}", "a: is given twice"),
        (f"authorization: Bearer {KEY}", "authorization: cannot be added; the token goes into PHONE_API_TOKEN"),
        (f"Host: {KEY}", "Host: cannot be added; the suite sets it itself"),
        (f"Transfer-Encoding: {KEY}", "cannot be added"),
        (f"User-Agent: {KEY}", "use --user-agent"),
        ("X-Api-Key: ***", r"X-Api-Key: put the value in the place of \*\*\*"),
    ],
)
def test_a_header_that_cannot_be_added_is_refused_without_its_value(text: str, message: str) -> None:
    with pytest.raises(UsageError, match=message) as refused:
        parse_headers(text)
    assert KEY not in str(refused.value)


def test_values_are_secrets_where_they_can_be_found_in_a_text() -> None:
    headers = {"A": KEY, "B": "k-1", "Accept": "application/json", "C": "Basic dXNlcjpwYXNz"}
    assert secret_values(headers) == {KEY, "Basic dXNlcjpwYXNz", "dXNlcjpwYXNz"}


def test_the_option_may_be_given_several_times_in_each_place(tmp_path: Path) -> None:
    parser = argparse.ArgumentParser()
    add_to(parser, declared(Part.access))
    given = vars(parser.parse_args(["--header", "A: 1, 2", "--header=B: 3"]))
    expected = "A: 1, 2\nB: 3"
    assert Options.of(given).header == expected
    assert Options.of(from_environment({"PHONE_CONTRACT_HEADER": expected})).header == expected
    file = tmp_path / "targets.toml"
    file.write_text(
        '[one]\nbase-url = "http://127.0.0.1:1/api"\nextension-id = [54, 55]\nheader = ["A: 1, 2", "B: 3"]\n'
        'user-agent = "Mozilla/5.0"\nscope = "phone.write"\n'
    )
    (server,) = choose_servers(Options(targets=str(file)))
    assert server.options.header == expected
    targets = with_access_to(server, TOKEN, CONTRACT).targets
    assert [target.headers for target in targets] == [{"A": "1, 2", "B": "3"}] * 2
    assert {(target.user_agent, target.credentials.scope) for target in targets} == {("Mozilla/5.0", "phone.write")}


def test_a_rerun_line_holds_no_value() -> None:
    options = Options(base_url="http://127.0.0.1:1", extension_id="54", header=f"A: {KEY}", user_agent="M 5", scope="p")
    for program in ("make", "phone-contract"):
        line = CommandLine(program).rerun(options)
        assert KEY not in line
        assert "'M 5'" in line
    assert KEY not in repr(choose_target(options))


@pytest.mark.parametrize("user_agent", ["a\nb", "ü", "\x1b"])
def test_a_user_agent_that_is_none_is_refused(user_agent: str) -> None:
    options = Options(base_url="http://127.0.0.1:1", extension_id="54", user_agent=user_agent)
    with pytest.raises(UsageError, match="--user-agent: expected printable ASCII"):
        with_access(choose_target(options), options, TOKEN, CONTRACT)


def failed(server: Running, **options: str) -> set[str]:
    """What fails on a server, of a run that judged it."""
    where = {"base_url": server.base_url, "extension_id": server.extension_id, "mode": "read", "fuzz_examples": 0}
    chosen = Options.of({**where, **options})
    credentials = {"PHONE_API_CLIENT_ID": server.client_id, "PHONE_API_CLIENT_SECRET": server.client_secret}
    ended = run(chosen, credentials if server.owed.credentials else {"PHONE_API_TOKEN": server.token})
    assert ended.exit_code in {ExitCode.ok, ExitCode.failed}, ended.results.error
    return {str(row.id) for row in ended.results.by_id.values() if row.outcome == "fail"}


@cache
def failures_of_plain() -> set[str]:
    """What fails on a server that keeps the contract but is closed to nobody."""
    with serve("plain") as server:
        return failed(server)


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("waf", {"user_agent": "Mozilla/5.0"}),
        ("gateway_key", {"header": "X-Gateway-Key: k-1"}),
        ("token_scope", {"scope": "phone.write"}),
    ],
)
def test_an_option_opens_what_is_closed_without(name: str, options: dict[str, str]) -> None:
    with serve(name) as server:
        assert failed(server, **options) == failures_of_plain()


def test_a_value_goes_with_each_request_and_shows_in_no_report(tmp_path: Path) -> None:
    received: list[tuple[str, str]] = []

    def answer(_: Gateway, request: Request) -> None:
        headers = request.headers
        received.append((headers.get("x-gateway-key", ""), headers.get("user-agent", "")))

    options = ["--mode=read", f"--header=X-Gateway-Key: {KEY}", "--header=X-Short: k-1", "--user-agent=Mozilla/5"]
    with behind(answer) as (mock, _):
        target, environment = against(mock)
        ended = run_suite(tmp_path, *target.as_arguments(), "--fuzz-examples=1", *options, **environment)
        by_pytest = run_pytest(
            tmp_path / "pytest", *target.as_arguments(), "--fuzz-examples=0", *options[1:], **environment
        )
    assert ended.code == by_pytest.code == 0, ended.printed + by_pytest.printed
    assert set(received) == {(KEY, "Mozilla/5")}
    files = [file for folder in (tmp_path, tmp_path / "pytest") for file in folder.iterdir() if file.is_file()]
    output = ended.printed + by_pytest.printed + "".join(file.read_text() for file in files)
    assert KEY not in output
    assert '"k-1"' not in output
    assert "X-Gateway-Key" in (tmp_path / "record.har").read_text()


def test_a_value_that_the_target_sends_back_is_masked() -> None:
    def answer(_: Gateway, request: Request) -> Response:
        return Response(f"key {request.headers['x-gateway-key']} is over", 403)

    with behind(answer) as (mock, _):
        options = Options(base_url=mock.base_url, extension_id="54", header=f"X-Gateway-Key: {KEY}\nX-Short: k-1")
        target = with_access(choose_target(options), options, TOKEN, CONTRACT)
        with Client(target, CONTRACT) as client:
            exchange = client.send(Step(Kind.read, "GET", CONTRACT.path_to("54")))
    assert exchange.body == b"key *** is over"
    assert (exchange.sent_headers["X-Gateway-Key"], exchange.sent_headers["X-Short"]) == ("***", "***")


@pytest.mark.parametrize("is_same_origin", [True, False])
def test_the_headers_go_to_no_other_server(is_same_origin: bool) -> None:
    with serve("plain") as server:
        upstream = int(server.origin.rpartition(":")[2])
        with serving(Hostile(BEHAVIOURS["answers_honestly"], upstream)) as other:
            origin = server.origin if is_same_origin else f"http://127.0.0.1:{other.port}"
            credentials = Credentials("", f"{origin}/oauth/token", server.client_id, server.client_secret)
            target = Target(server.base_url, "54", Mode.read, credentials=credentials, headers={"X-Gateway-Key": KEY})
            with Connection(target, RequestBudget()) as connection:
                connection.authorise()
    assert credentials.exchange
    assert ("X-Gateway-Key" in credentials.exchange.sent_headers) == is_same_origin
    assert KEY not in str(credentials.exchange)
    assert len(other.methods) == (not is_same_origin)
