"""The record: complete after every exchange, without secrets, and enough to judge again."""

from __future__ import annotations

import base64
import hashlib
import http.server
import json
import os
import subprocess
import sys
import threading
import zlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from contract_tests.record.exchange import Exchange
from contract_tests.record.har import Record
from contract_tests.record.masking import SECRET
from contract_tests.record.step import Case, Kind, Step
from contract_tests.record.text import visible
from mock_server.embedded import serve
from scripts.fault_matrix import verdicts
from tests.suite import judge_again, run_against

TARGET = {"base_url": "http://127.0.0.1:9/api/ver1.0", "extension_id": "54"}
STEP = Step(
    Kind.body, "PUT", "/x/", b'{"label": "\xff"}', {"Content-Type": None}, "label", Case.malformed, "invalid UTF-8", 3
)
EXCHANGE = Exchange(
    STEP,
    "http://127.0.0.1:9/x/",
    {"Authorization": "Bearer s3cret"},
    400,
    {"a": "s3cret"},
    b"\xffs3cret",
    "",
    "now",
    1.5,
)
SILENT = Exchange(Step(Kind.read, "GET", "/y/"), "http://127.0.0.1:9/y/", {}, 0, error="Timeout s3cret")


def test_the_file_is_complete_after_every_exchange_and_reads_back_as_it_was(tmp_path: Path) -> None:
    file = tmp_path / "record.har"
    with Record(TARGET).write_to(file) as record:
        assert json.loads(file.read_text())["log"]["entries"] == []
        for count, exchange in enumerate((EXCHANGE, SILENT), 1):
            record.append(exchange)
            again = Record.read(file)
            assert len(again.exchanges) == count
            assert again.exchanges == record.exchanges
            assert again.target == TARGET


def test_the_file_has_what_har_1_2_requires(tmp_path: Path) -> None:
    with Record(TARGET).write_to(tmp_path / "record.har") as record:
        record.append(EXCHANGE)
    log = json.loads((tmp_path / "record.har").read_text())["log"]
    entry = log["entries"][0]
    assert log["version"] == "1.2"
    assert {"name", "version"} <= log["creator"].keys()
    assert {"startedDateTime", "time", "request", "response", "cache", "timings"} <= entry.keys()
    assert {"method", "url", "httpVersion", "cookies", "headers", "queryString", "headersSize", "bodySize"} <= entry[
        "request"
    ].keys()
    assert {"status", "statusText", "httpVersion", "cookies", "headers", "content", "redirectURL"} <= entry[
        "response"
    ].keys()
    assert entry["timings"].keys() == {"send", "wait", "receive"}


def test_secrets_are_masked_wherever_they_stand() -> None:
    for exchange in (EXCHANGE, SILENT):
        masked = exchange.masked(["s3cret"])
        assert "s3cret" not in repr(masked) + masked.curl() + masked.sent() + masked.got()
    assert SECRET in repr(EXCHANGE.masked(["s3cret"]))


def test_a_curl_line_takes_the_token_from_the_shell() -> None:
    exchange = Exchange(Step(Kind.read, "GET", "/"), "http://h/it's", {"Authorization": f"Bearer {SECRET}"}, 200)
    assert '"Authorization: Bearer $TOKEN"' in exchange.curl()
    assert "'\"'\"'" in exchange.curl()


class Echo(http.server.BaseHTTPRequestHandler):
    """Keeps what it is sent."""

    protocol_version = "HTTP/1.1"
    seen: list[tuple[str, str, dict[str, str], bytes]]

    def do_PUT(self) -> None:
        """Keep the request."""
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        headers = {name.lower(): value.encode("latin-1").decode() for name, value in self.headers.items()}
        self.seen.append((self.command, self.path, headers, body))
        self.send_response(204)
        self.end_headers()

    do_GET = do_PUT  # noqa: N815

    def log_message(self, *_: object) -> None:
        """Print nothing."""


@pytest.fixture
def echo() -> Iterator[tuple[str, type[Echo]]]:
    """A server that keeps what it is sent, and its origin."""
    handler = type("Echo", (Echo,), {"seen": []})
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}", handler
        server.shutdown()


def paste(line: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run a line as an interactive bash does, history expansion and all."""
    environment = {"PATH": os.environ["PATH"], "TOKEN": "t0ken", "HOME": str(folder), "no_proxy": "*"}
    script = f"set -o history\nset -o histexpand\necho earlier > /dev/null\n{line}\n"
    command = ["bash", "--noprofile", "--norc", "-i"]
    return subprocess.run(
        command, input=script, cwd=folder, env=environment, capture_output=True, text=True, timeout=60, check=False
    )


RUNS = "touch canary"
HOSTILE = [
    f"$({RUNS})",
    f"`{RUNS}`",
    f"'; {RUNS}; '",
    f'"; {RUNS}; "',
    f"'$({RUNS})'",
    f"\\'; {RUNS} #",
    f"'Authorization: Bearer {SECRET}'; {RUNS}; '",
    f"a\n{RUNS}\n",
    f"a\r{RUNS}\r",
    "!!",
    "!echo",
    "it's !echo",
    "@/etc/hostname",
    "-o canary",
    "--output=canary",
    "$HOME ~ * ? [a-z] {a,b} %s \\x41 \\n",
    "Zoë مكتب",
    "\x1b[31m\x7f\u202e\u2028\x85",
    "::error::x ##[group] ##vso[x] ###[error]",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_a_pasted_curl_line_sends_what_it_says_and_runs_nothing_else(
    text: str, echo: tuple[str, type[Echo]], tmp_path: Path
) -> None:
    origin, server = echo
    body = text.encode()
    headers = {"Authorization": f"Bearer {SECRET}", "X-Text": text.replace("\n", " ").replace("\r", " ").strip()}
    exchange = Exchange(Step(Kind.change, "PUT", "/", body), f"{origin}/{{a,b}}[1-3]", headers, 200)
    line = exchange.curl()
    assert visible(line) == line
    done = paste(line, tmp_path)
    assert [path.name for path in tmp_path.iterdir() if path.name != ".bash_history"] == []
    ((method, path, got, content),) = server.seen
    assert (method, path, content) == ("PUT", "/{a,b}[1-3]", body), done.stderr
    assert (got["authorization"], got["x-text"]) == ("Bearer t0ken", headers["X-Text"])
    assert "content-type" not in got


@pytest.mark.parametrize(
    "url", [f"-o canary; {RUNS}", f"$({RUNS})", "--config=/dev/null", f"http://127.0.0.1:1/;{RUNS}"]
)
@pytest.mark.parametrize("method", ["GET", f"$({RUNS})", f"A; {RUNS}"])
def test_a_record_from_elsewhere_runs_nothing_when_its_lines_are_pasted(url: str, method: str, tmp_path: Path) -> None:
    headers = {"@/etc/hostname": "x", f"X-A\n{RUNS}": "y", "X-B": f"a\r\n{RUNS}\r\n\0"}
    paste(Exchange(Step(Kind.read, method, "/"), url, headers, 0).curl(), tmp_path)
    assert [path.name for path in tmp_path.iterdir() if path.name != ".bash_history"] == []


@pytest.mark.parametrize("body", [b"x" * 2001, b"a\0b"], ids=["long", "NUL"])
def test_a_body_that_no_line_can_hold_comes_from_a_file(
    body: bytes, echo: tuple[str, type[Echo]], tmp_path: Path
) -> None:
    origin, server = echo
    line = Exchange(Step(Kind.change, "PUT", "/", body), origin, {}, 200).curl()
    name = f"FILE_WITH_THE_{len(body)}_BYTES_OF_THE_BODY"
    assert line.endswith(f"--data-binary @- < {name}")
    paste(line, tmp_path)
    assert server.seen == []
    (tmp_path / name).write_bytes(body)
    paste(line, tmp_path)
    assert server.seen[0][3] == body


def test_what_was_sent_and_got_is_one_line_cut_around_the_place_that_matters() -> None:
    body = b'{"a": "' + b"x" * 5000 + b'", "label": "\x1b[31m::error::", "z": "' + b"y" * 5000 + b'"}'
    exchange = Exchange(Step(Kind.change, "PUT", "/", body), "http://h/\u202e", {}, 200, body=body)
    for line in (exchange.sent('"label"'), exchange.got('"label"')):
        assert '"label": "\\x1b[31m:\\:error::"' in line
        assert visible(line) == line
        assert len(line) < 600
    assert Exchange(exchange.step, "", {}, 0, error="##[error]").got() == "no answer (#\\#[error])"


@pytest.mark.parametrize("fault", ["map_merged", "malformed_json_as_empty"])
def test_judging_the_record_gives_the_verdicts_of_the_run(fault: str, tmp_path: Path) -> None:
    with serve(fault) as mock:
        run = run_against(mock, tmp_path, "--fuzz-examples=0")
        assert mock.token not in (tmp_path / "record.har").read_text()
        assert mock.client_secret not in (tmp_path / "record.har").read_text()
    again = judge_again(tmp_path / "record.har", tmp_path / "again")
    assert run.outcomes("fail", "warn")
    assert again.code == run.code
    assert again.report["results"] == run.report["results"]


def test_judging_needs_no_target(tmp_path: Path) -> None:
    with serve() as mock:
        (record,) = verdicts(mock).records
    with Record(record.target).write_to(tmp_path / "record.har") as copy:
        for exchange in record:
            copy.append(exchange)
    run = judge_again(tmp_path / "record.har", tmp_path)
    assert run.code == 0, run.printed
    assert run.report["summary"]["requests"] == 0
    assert run.report["target"]["extension_id"] == record.target["extension_id"]


def large(body: bytes) -> Exchange:
    return Exchange(Step(Kind.read, "GET", "/x/", body), "http://127.0.0.1:9/x/", {}, 200, body=body)


@pytest.mark.parametrize("body", [b"x" * 2**20, b"\xff" * 2**20, "é".encode() * 2**19], ids=["ASCII", "bytes", "UTF-8"])
def test_a_large_body_takes_little_room_and_is_read_again(body: bytes, tmp_path: Path) -> None:
    file = tmp_path / "record.har"
    with Record(TARGET).write_to(file) as record:
        record.append(large(body))
    assert file.stat().st_size < 80_000
    assert Record.read(file).exchanges == record.exchanges
    assert record.exchanges[0].body == body
    assert sum(map(sys.getsizeof, vars(record.exchanges[0]).values())) < 20_000


def test_a_body_that_is_cut_says_so_and_is_not_judged_again(tmp_path: Path) -> None:
    file = tmp_path / "record.har"
    body = hashlib.shake_256().hexdigest(2**20).encode()
    with Record(TARGET).write_to(file) as record:
        record.append(large(body))
    content = json.loads(file.read_text())["log"]["entries"][0]["response"]["content"]
    assert (content["text"].encode(), content["_cut"]) == (body[: 2**16], True)
    assert content["comment"] == "cut: the first 65,536 of 2,097,152 bytes"
    assert record.exchanges[0].body == body
    with pytest.raises(ValueError, match="a body of more than 64 KiB was cut when it was recorded"):
        Record.read(file)
    run = judge_again(file, tmp_path)
    assert run.code == pytest.ExitCode.USAGE_ERROR
    assert "judge it not again" in run.printed


def test_a_body_of_a_record_from_elsewhere_does_not_unfold_without_end(tmp_path: Path) -> None:
    file = tmp_path / "record.har"
    with Record(TARGET).write_to(file) as record:
        record.append(large(b"x" * 2**17))
    bomb = base64.b64encode(zlib.compress(bytes(2**26))).decode()
    log = json.loads(file.read_text())
    for packed, message in (
        (bomb, "cut, or of more than"),
        ("eHh4", "not compressed as it says"),
        ("eA==", "cut, or of more"),
    ):
        log["log"]["entries"][0]["response"]["content"]["_deflated"] = packed
        file.write_text(json.dumps(log))
        with pytest.raises(ValueError, match=message):
            Record.read(file)


NO_TARGET = '{"log": {"_target": {}, "entries": []}}'
NO_ENTRY = '{"log": {"_target": {"mode": "full"}, "entries": [1]}}'
NO_MODE = '{"log": {"_target": {"base_url": "http://h", "extension_id": "54", "mode": "all"}, "entries": []}}'


@pytest.mark.parametrize(
    "content",
    ["", "{}", "[]", "[" * 100_000, NO_TARGET, NO_ENTRY, NO_MODE],
    ids=["empty", "object", "array", "deep", "no target", "no entry", "no mode"],
)
def test_a_file_that_is_no_record_is_a_usage_error(content: str, tmp_path: Path) -> None:
    (tmp_path / "no.har").write_text(content)
    run = judge_again(tmp_path / "no.har", tmp_path / "reports")
    assert run.code == pytest.ExitCode.USAGE_ERROR
    assert "is not a record of this suite" in run.printed
    assert "Traceback" not in run.printed


def test_a_missing_record_is_a_usage_error(tmp_path: Path) -> None:
    run = judge_again(Path("/nowhere/record.har"), tmp_path)
    assert run.code == pytest.ExitCode.USAGE_ERROR
    assert "/nowhere/record.har: cannot be read (No such file or directory)" in run.printed
