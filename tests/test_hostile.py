"""Whatever a server does to HTTP: a clear line, the right exit code, bounded time and memory, nothing left changed."""

from __future__ import annotations

import json
import os
import socket
import ssl
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
import requests

from contract_tests.client import client
from contract_tests.client.client import Client
from contract_tests.contract.document import Contract
from contract_tests.contract.json_values import encode, json_object
from contract_tests.errors import StoppedError
from contract_tests.record.step import Kind, Step
from contract_tests.target.credentials import Credentials
from contract_tests.target.target import Mode, Target
from mock_server import embedded
from mock_server.contract import BASE_PATH
from mock_server.embedded import Mock
from scripts.conformance import against
from tests.certificates import certificate, server
from tests.hostile import ALWAYS, BEHAVIOURS, Behaviour, Hostile, redirecting, serving
from tests.suite import ROOT, Run, journals, lacking, run_suite, sample, state_dir

PASSED, FAILED, ERROR, USAGE, NOT_RESTORED = 0, 1, 3, 4, 6
MAX_SECONDS = 300
MAX_KILOBYTES = 600_000
"""Address space of a run: with the interpreter, its libraries and the stacks of its threads."""
MIDDLE = 41
"""The number of a request in the middle of a run, after many changes."""
FOUND = {"label": "mine", "hangup_timeout": 7, "geo_list": "DE", "record_format": "wav", "hold_music": 3}


@dataclass(frozen=True)
class Case:
    """What a run against a server that misbehaves ends with.

    Attributes:
        behaviour: The name of what it does.
        code: The exit code.
        message: What a line of the output says.
        at: At which of its requests it misbehaves.
        mode: What may be sent.
    """

    behaviour: str
    code: int
    message: str
    at: range = ALWAYS
    mode: str = "full"

    def __str__(self) -> str:
        """The id of the test."""
        when = "" if self.at == ALWAYS else f" from {self.at.start}" if self.at.stop > 10**6 else f" at {len(self.at)}"
        return f"{self.behaviour}{when}{' read' * (self.mode == 'read')}"


def unreachable(behaviour: str, why: str) -> Case:
    return Case(behaviour, ERROR, f"cannot be reached: {why}")


def unreadable(behaviour: str, message: str = "GET did not answer 200 with a JSON object") -> list[Case]:
    """Nothing may be written in any mode: what cannot be read cannot be restored."""
    return [Case(behaviour, FAILED, message, mode=mode) for mode in ("full", "read")]


def from_the_middle(behaviour: str, code: int, message: str) -> Case:
    return Case(behaviour, code, message, range(MIDDLE, ALWAYS.stop))


def thrice(behaviour: str, code: int, message: str) -> Case:
    return Case(behaviour, code, message, range(MIDDLE, MIDDLE + 3))


NO_ANSWER = [
    unreachable("never_answers", "no whole answer within 15 s"),
    unreachable("resets_at_once", "ConnectionError (Connection reset by peer)"),
    unreachable("closes_at_once", "ConnectionError (RemoteDisconnected)"),
    unreachable("resets_mid_body", "ProtocolError (Connection reset by peer)"),
    unreachable("closes_mid_body", "ProtocolError"),
    unreachable("stops_mid_body", "ReadTimeoutError (timed out)"),
    unreachable("answers_a_byte_a_second", "no whole answer within 15 s"),
    unreachable("sends_the_body_a_byte_a_second", "no whole answer within 15 s"),
    unreachable("sends_endless_interim_answers", "no whole answer within 15 s"),
    unreachable("sends_100_mb", "more than 8 MiB"),
    unreachable("never_ends", "more than 8 MiB"),
    unreachable("sends_a_gzip_bomb", "more than 8 MiB"),
    unreachable("sends_many_bombs_in_one", "more than 8 MiB"),
    unreachable("redirects_with_a_gzip_bomb", "more than 8 MiB"),
    unreachable("declares_gzip_that_is_none", "the content is not what Content-Encoding says"),
    unreachable("declares_ten_encodings", "the content is not what Content-Encoding says"),
    unreachable("sends_endless_headers", "ConnectionError (got more than 100 headers)"),
    unreachable("sends_an_endless_header_line", "ConnectionError (LineTooLong)"),
    unreachable("sends_an_endless_status_line", "ConnectionError (LineTooLong)"),
    unreachable("sends_garbage", "ConnectionError (BadStatusLine)"),
    unreachable("answers_without_headers", "ConnectionError (BadStatusLine)"),
    unreachable("tells_too_large_a_length", "ReadTimeoutError (timed out)"),
    unreachable("sends_broken_headers", "ReadTimeoutError (timed out)"),
    unreachable("tells_two_lengths", "InvalidHeader"),
    unreachable("sends_chunked_garbage", "ProtocolError"),
    unreachable("sends_a_negative_chunk", "a malformed answer (ValueError)"),
]
NO_SETTINGS = [
    *unreadable("sends_invalid_utf_8"),
    *unreadable("sends_truncated_json"),
    *unreadable("sends_deep_json"),
    *unreadable("tells_too_small_a_length"),
    *unreadable("shows_a_login_page"),
    *unreadable("answers_502", "The server fails with an error of its own"),
    Case("answers_503", ERROR, "the server is not available: GET "),
    Case("answers_429", ERROR, "answered 429"),
    *unreadable("answers_204"),
    Case("redirects_to_itself", ERROR, "(redirects are not followed)"),
]
SLOW = {
    "never_answers",
    "stops_mid_body",
    "answers_a_byte_a_second",
    "sends_the_body_a_byte_a_second",
    "sends_endless_interim_answers",
    "sends_broken_headers",
    "tells_too_large_a_length",
}
"""Behaviours of which a run sees the end only after seconds."""
BIG = {
    "sends_100_mb",
    "never_ends",
    "sends_a_gzip_bomb",
    "sends_many_bombs_in_one",
    "redirects_with_a_gzip_bomb",
    "sends_endless_headers",
    "sends_an_endless_header_line",
    "sends_an_endless_status_line",
    "sends_deep_json",
}
"""Behaviours that would fill the memory of a run that did not bound it."""
UNUSUAL = [
    Case("answers_honestly", PASSED, "0 fail", mode="safe"),
    Case("tells_a_negative_length", PASSED, "0 fail", mode="safe"),
    Case("closes_after_each_answer", PASSED, "0 fail", mode="safe"),
    Case("speaks_http_1_0", PASSED, "0 fail", mode="safe"),
    Case("gives_no_reason", PASSED, "0 fail", mode="safe"),
    Case("hints_early", PASSED, "0 fail", mode="safe"),
    Case("sends_duplicate_keys", PASSED, "label stands twice in the answer", mode="safe"),
]
IN_THE_MIDDLE = [
    *(
        from_the_middle(name, NOT_RESTORED, "may NOT have its original values")
        for name in ("resets_at_once", "closes_mid_body", "sends_100_mb", "sends_garbage")
    ),
    *(
        from_the_middle(name, NOT_RESTORED, "may NOT have its original values (GET answered ")
        for name in ("shows_a_login_page", "answers_503", "answers_429")
    ),
    from_the_middle("answers_a_byte_a_second", NOT_RESTORED, "cannot be reached: no whole answer within 15 s"),
    thrice("answers_502", FAILED, "answered with 502"),
    thrice("answers_503", PASSED, "answered with 503"),
    thrice("answers_429", ERROR, "answered 429: its request budget is used up"),
    thrice("closes_at_once", PASSED, "no answer (ConnectionError (RemoteDisconnected))"),
    thrice("closes_mid_body", ERROR, "cannot be reached: ProtocolError"),
    thrice("sends_a_gzip_bomb", ERROR, "more than 8 MiB"),
    thrice("sends_truncated_json", FAILED, "an accepted PUT was answered with 200 and no JSON object"),
]
LOST_ANSWER = Case("closes_mid_body", PASSED, "Every request gets a response", range(MIDDLE, MIDDLE + 1))
CASES = [*NO_ANSWER, *NO_SETTINGS, *UNUSUAL, *IN_THE_MIDDLE]


@dataclass(frozen=True)
class Ended:
    """How a run ended, and what it left.

    Attributes:
        run: Exit code, output and report.
        folder: Of its reports.
        before: What the extension showed.
        after: What it shows now.
        methods: Of the requests that the hostile server saw.
        token: Which it used.
    """

    run: Run
    folder: Path
    before: bytes
    after: bytes
    methods: list[str]
    token: str

    def check(self, code: int, message: str) -> None:
        """One clear line, the right exit code, no secret anywhere; nothing changed, or the journal kept."""
        assert self.run.code == code, self.run.printed
        assert message in self.run.printed
        assert "Traceback" not in self.run.printed
        assert "INTERNALERROR" not in self.run.printed
        assert self.run.printed.count("\nERROR: ") == (code > FAILED), self.run.printed
        assert self.token not in self.run.printed
        assert all(self.token not in file.read_text() for file in self.folder.iterdir() if file.is_file())
        assert bool(journals(self.folder)) == (code == NOT_RESTORED)
        if code != NOT_RESTORED:
            assert self.after == self.before


def run_bounded(folder: Path, options: list[str], environment: dict[str, str]) -> Run:
    """Run the suite with little memory and time."""
    command = [sys.executable, "-m", "contract_tests", "run"]
    process = subprocess.run(
        ["sh", "-c", 'ulimit -v "$0" && exec "$@"', str(MAX_KILOBYTES), *command, f"--report-dir={folder}", *options],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], "PHONE_CONTRACT_STATE_DIR": str(state_dir(folder)), **environment},
        capture_output=True,
        text=True,
        timeout=MAX_SECONDS,
    )
    report = folder / "conformance.json"
    content = report.read_text() if report.exists() else ""
    return Run(process.returncode, process.stdout + process.stderr, json.loads(content) if content else {})


def shown(mock: Mock, **body: object) -> bytes:
    """What the mock shows; after a change, where there is one."""
    url = mock.base_url + Contract().path_to(mock.extension_id)
    headers = {"Authorization": f"Bearer {mock.token}"}
    method = "PUT" if body else "GET"
    return requests.request(method, url, json=body or None, headers=headers, timeout=60).content


def end(
    folder: Path,
    behave: Behaviour,
    at: range = ALWAYS,
    mode: str = "full",
    origin: str = "http://127.0.0.1",
    tls: ssl.SSLContext | None = None,
    *,
    bounded: bool = False,
    **environment: str,
) -> Ended:
    """Run the suite against a server that misbehaves in front of a mock."""
    host = "::1" if "[::1]" in origin else "127.0.0.1"
    with embedded.serve() as mock:
        before = shown(mock, **FOUND)
        upstream = int(mock.origin.rpartition(":")[2])
        with serving(Hostile(behave, upstream, at, tls), host) as hostile:
            target, credentials = against(mock)
            options = replace(target, base_url=f"{origin}:{hostile.port}{BASE_PATH}", mode=mode).as_arguments()
            environment = {"PHONE_API_TOKEN": credentials["PHONE_API_TOKEN"], **environment}
            options.append("--fuzz-examples=0")
            run = run_bounded(folder, options, environment) if bounded else run_suite(folder, *options, **environment)
        return Ended(run, folder, before, shown(mock), hostile.methods, mock.token)


@pytest.fixture(scope="module")
def ends(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[dict[Case, Future[Ended]]]:
    """The runs that need a process of their own, of the cases that are asked for.

    A limit on memory is one of a process. A run that mostly waits goes beside others.
    """
    calls = [getattr(item, "callspec", None) for item in request.session.items if item.path == request.path]
    cases = [call.params["case"] for call in calls if call and "case" in call.params]
    waiting = [case for case in cases if case.behaviour in SLOW or case.code == NOT_RESTORED]
    big = [case for case in cases if case.behaviour in BIG and case not in waiting]

    def start(pool: ThreadPoolExecutor, case: Case) -> Future[Ended]:
        folder = tmp_path_factory.mktemp("reports")
        return pool.submit(end, folder, BEHAVIOURS[case.behaviour], case.at, case.mode, bounded=True)

    with ThreadPoolExecutor(1) as pool, ThreadPoolExecutor(len(waiting) + 1) as other:
        yield {case: start(other, case) for case in waiting} | {case: start(pool, case) for case in big}


@pytest.mark.parametrize("case", [*sample(CASES, 2), LOST_ANSWER], ids=str)
def test_a_run_ends_clearly_whatever_the_server_does(
    case: Case, ends: dict[Case, Future[Ended]], tmp_path: Path
) -> None:
    ended = ends[case].result() if case in ends else end(tmp_path, BEHAVIOURS[case.behaviour], case.at, case.mode)
    ended.check(case.code, case.message)
    if case in NO_ANSWER or case in NO_SETTINGS:
        assert "PUT" not in ended.methods
        assert bool(ended.run.outcomes("fail")) == (case.code == FAILED)


def test_every_behaviour_is_tried() -> None:
    assert {case.behaviour for case in CASES} == {*BEHAVIOURS}


def test_a_port_on_which_nobody_listens(tmp_path: Path) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as listener:
        port = listener.getsockname()[1]
    options = [f"--base-url=http://127.0.0.1:{port}{BASE_PATH}", "--extension-id=54"]
    run = run_bounded(tmp_path, options, {"PHONE_API_TOKEN": "canary-of-ours"})
    assert run.code == ERROR
    assert "cannot be reached: ConnectionError (Connection refused)" in run.printed
    assert "canary" not in run.printed


@pytest.mark.usefixtures("no_pauses")
@pytest.mark.parametrize("at", [ALWAYS, range(MIDDLE, ALWAYS.stop)], ids=["always", "in the middle"])
def test_another_origin_gets_no_request_at_all(at: range, tmp_path: Path) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as other:
        ended = end(tmp_path, redirecting(f"http://localhost:{other.getsockname()[1]}/"), at)
        other.settimeout(0)
        with pytest.raises(BlockingIOError):
            other.accept()
    ended.check(ERROR if at == ALWAYS else NOT_RESTORED, "302")


def test_ipv6(tmp_path: Path) -> None:
    try:
        with closing(socket.create_server(("::1", 0), family=socket.AF_INET6)):
            pass
    except OSError:
        lacking("IPv6")
    end(tmp_path, BEHAVIOURS["answers_honestly"], mode="safe", origin="http://[::1]").check(PASSED, "0 fail")


def exchanges(behaviour: str, at: range, methods: str) -> list[tuple[int, str]]:
    """Status and error of requests with one client."""
    contract = Contract()
    with embedded.serve() as mock:
        upstream = int(mock.origin.rpartition(":")[2])
        with serving(Hostile(BEHAVIOURS[behaviour], upstream, at)) as hostile:
            base_url = f"http://127.0.0.1:{hostile.port}{BASE_PATH}"
            target = Target(base_url, mock.extension_id, Mode.read, credentials=Credentials(mock.token))
            with Client(target, contract) as connection:
                steps = [Step(Kind.read, method, contract.path_to(mock.extension_id)) for method in methods.split()]
                sent = [connection.send(step) for step in steps]
                connection.stop_unless_reachable("; the last")
    return [(seen.status, seen.error) for seen in sent]


@pytest.mark.parametrize("behaviour", ["sends_a_gzip_bomb", "never_ends", "sends_chunked_garbage", "closes_mid_body"])
def test_a_client_that_cut_an_answer_off_works_on(behaviour: str) -> None:
    first, second, head, last = exchanges(behaviour, range(2, 3), "GET GET HEAD GET")
    assert second[0] == 0
    assert second[1]
    assert [first, head, last] == [(200, "")] * 3


MANY = {
    "arrays": b"[" + b"[]," * (8 * 2**20 // 3) + b"[]]",
    "objects": b'{"a": [' + b"{}," * 10**6 + b"{}]}",
    "keys": b"{" + b'"a":1,' * 10**6 + b'"b":1}',
    "after a text that never ends": b'["' + b'\\",' * 2**21,
}
PARSING = """
import sys, tracemalloc
from contract_tests.contract.json_values import json_object
body = sys.stdin.buffer.read()
tracemalloc.start()
assert json_object(body) is None
print(tracemalloc.get_traced_memory()[1])
"""


@pytest.mark.parametrize("body", MANY.values(), ids=MANY)
def test_many_values_in_an_answer_cost_neither_memory_nor_time(body: bytes) -> None:
    command = [sys.executable, "-c", PARSING]
    taken = subprocess.run(command, cwd=ROOT, input=body, capture_output=True, timeout=60, check=True).stdout
    assert int(taken) < 50 * 10**6


@pytest.mark.parametrize(
    "body",
    [encode({"a": "[{,:" * 2**20}), encode({f"x_key_{number}": "v" for number in range(20_000)})],
    ids=["text", "keys"],
)
def test_a_long_text_and_many_keys_are_read(body: bytes) -> None:
    assert json_object(body) == json.loads(body)


def test_answers_may_not_fill_the_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    peaks = iter([0, client.MAX_MEMORY, 2 * client.MAX_MEMORY, 2 * client.MAX_MEMORY + 1])
    with embedded.serve() as mock:
        target = Target(mock.base_url, mock.extension_id, Mode.read, credentials=Credentials(mock.token))
        with Client(target, Contract()) as connection:
            monkeypatch.setattr(client, "peak_memory", lambda: next(peaks))
            assert connection.get(mock.extension_id).status == 200
            with pytest.raises(StoppedError, match="answers are too large: they take more than 250 MiB of memory"):
                connection.get(mock.extension_id)
            monkeypatch.setattr(client, "peak_memory", lambda: 0)
            connection.connection.restores = True
            assert connection.get(mock.extension_id).status == 200, "the restore is not stopped"


def test_the_memory_of_this_process_is_measured() -> None:
    before = client.peak_memory()
    content = b"x" * max(before, 2**28)
    assert client.peak_memory() - before > len(content) // 2


def test_a_server_may_not_cost_minutes_of_silence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client, "MAX_LOST", 0)
    with pytest.raises(StoppedError, match="were lost on requests that got no answer; the last"):
        exchanges("closes_mid_body", range(1, 2), "GET")


@pytest.mark.parametrize(
    ("days", "is_trusted", "code", "message"),
    [
        (1, True, PASSED, "0 fail"),
        (1, False, ERROR, "cannot be reached: SSLError (self-signed certificate)"),
        (-1, True, ERROR, "cannot be reached: SSLError (certificate has expired)"),
    ],
    ids=["trusted", "self-signed", "expired"],
)
def test_tls(days: int, is_trusted: bool, code: int, message: str, tmp_path: Path) -> None:
    file = certificate(tmp_path, days)
    trusted: dict[str, Any] = {"REQUESTS_CA_BUNDLE": str(file)} if is_trusted else {}
    honestly = BEHAVIOURS["answers_honestly"]
    ended = end(tmp_path / "reports", honestly, mode="safe", origin="https://127.0.0.1", tls=server(file), **trusted)
    ended.check(code, message)
    assert bool(ended.methods) == (code == PASSED)


def test_plain_http_where_tls_is_expected(tmp_path: Path) -> None:
    ended = end(tmp_path, BEHAVIOURS["answers_honestly"], origin="https://127.0.0.1")
    ended.check(ERROR, "cannot be reached: SSLError")
