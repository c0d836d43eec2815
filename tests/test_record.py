"""The record: complete after every exchange, without secrets, and enough to judge again."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from contract_tests.record.exchange import Exchange
from contract_tests.record.har import Record
from contract_tests.record.masking import SECRET
from contract_tests.record.step import Case, Kind, Step
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


@pytest.mark.parametrize("fault", ["map_merged", "wrong_default:hangup_timeout", "malformed_json_as_empty"])
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
