"""The suite as a user runs it: exit codes, the report, and what a wrong option says."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import threading
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import ClassVar

import pytest
import requests

from contract_tests.contract import CONTRACT
from mock_server import seed
from mock_server.embedded import Mock, serve
from scripts.conformance import against
from tests.suite import ROOT, Run, journals, phone_contract, run_against, run_pytest, run_suite

TARGET = ["--base-url=http://127.0.0.1:9/api/ver1.0", "--extension-id=54"]
"""A port on which nobody listens."""
TOKEN = {"PHONE_API_TOKEN": "a-token-of-ours"}


def settings(mock: Mock, extension_id: str) -> dict[str, object]:
    url = mock.base_url + CONTRACT.resource_path.replace("{extension_id}", extension_id)
    answer: dict[str, object] = requests.get(url, headers={"Authorization": f"Bearer {mock.token}"}, timeout=60).json()
    return answer


def test_one_command_tests_the_embedded_mock(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "scripts.conformance", "--fuzz-examples=0", f"--report-dir={tmp_path}"]
    process = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert process.returncode == 0, process.stdout
    summary = json.loads((tmp_path / "conformance.json").read_text())["summary"]
    assert summary["passed"] > 380
    assert summary["noted"] == 16
    assert (summary["failed"], summary["warned"], summary["not_testable"], summary["errors"]) == (0, 0, 0, 0)


@dataclass(frozen=True)
class Passed:
    """A run of the correct mock, with the fuzz layer.

    Attributes:
        run: The run.
        base_url: Of the mock.
        before: The settings before it.
        after: The settings after it.
    """

    run: Run
    base_url: str
    before: dict[str, object]
    after: dict[str, object]


@pytest.fixture(scope="module")
def passed(tmp_path_factory: pytest.TempPathFactory) -> Passed:
    with serve() as correct:
        before = settings(correct, correct.extension_id)
        run = run_against(correct, tmp_path_factory.mktemp("passed") / "reports", "--fuzz-examples=1")
        return Passed(run, correct.base_url, before, settings(correct, correct.extension_id))


def test_a_correct_server_passes_and_is_left_as_it_was(passed: Passed) -> None:
    run = passed.run
    assert run.code == 0, run.printed
    assert run.outcomes("fail", "warn", "error", "not_testable") == set()
    assert run.report["target"]["base_url"] == passed.base_url
    assert all(set(result) >= {"id", "level", "outcome", "statements"} for result in run.report["results"])
    assert passed.after == passed.before


def test_a_failure_fails_and_names_what_was_wrong(tmp_path: Path) -> None:
    with serve("put_not_stored") as faulty:
        run = run_against(faulty, tmp_path, "--mode=safe", "--fuzz-examples=0")
    assert run.code == 1
    failure = next(result for result in run.report["results"] if result["id"] == "put_is_stored:label")
    assert failure["outcome"] == "fail"
    assert failure["statements"] == ["O-01", "O-04", "O-05"]
    assert failure["sentence"]
    assert "$TOKEN" in failure["reproduction"]
    failed = {
        case.get("name"): case.find("failure") for case in ElementTree.parse(tmp_path / "junit.xml").iter("testcase")
    }
    element = failed["put_is_stored:label"]
    assert element is not None
    assert failure["sentence"] in (element.text or "")
    assert failed["get_answers_settings"] is None


def test_read_mode_sends_get_only_and_calls_the_rest_not_testable(mock: Mock, tmp_path: Path) -> None:
    run = run_against(mock, tmp_path, "--mode=read", "--fuzz-examples=1")
    assert run.code == 0, run.printed
    assert {"put_is_stored:label", "fuzz.put_is_stored"} <= run.outcomes("not_testable")
    assert {"property_has_its_type:label", "fuzz.response_schema_conformance"} <= run.outcomes("pass")


def test_client_credentials_get_a_token(mock: Mock, tmp_path: Path) -> None:
    demo = seed.load(seed.SHIPPED).demos[0]
    run = run_suite(
        tmp_path,
        f"--base-url={mock.base_url}",
        f"--extension-id={mock.extension_id}",
        "--mode=read",
        PHONE_API_CLIENT_ID=demo.client_id,
        PHONE_API_CLIENT_SECRET=demo.client_secret.get_secret_value(),
    )
    assert run.code == 0, run.printed


def test_an_unreachable_target_is_an_error_of_the_run_and_not_a_failure(tmp_path: Path) -> None:
    run = run_suite(tmp_path, *TARGET, **TOKEN)
    assert run.code == 3
    assert "cannot be reached" in run.printed
    assert run.outcomes("fail") == set()
    assert run.report["summary"]["errors"] == 1


class Dying(BaseHTTPRequestHandler):
    """Answers the first request and closes the connection at every other one."""

    alive: ClassVar[bool] = True

    def do_GET(self) -> None:
        """Answer once."""
        if self.alive:
            type(self).alive = False
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b'{"label": null}')

    def log_message(self, *_: object) -> None:
        """Print nothing."""


def test_a_connection_that_breaks_shows_neither_token_nor_traceback(tmp_path: Path) -> None:
    with ThreadingHTTPServer(("127.0.0.1", 0), Dying) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        target = [f"--base-url=http://127.0.0.1:{server.server_port}", "--extension-id=54"]
        run = run_suite(tmp_path, *target, PHONE_API_TOKEN="canary-of-ours", HOME=str(tmp_path))
        server.shutdown()
    assert run.code == 3
    assert "cannot be reached" in run.printed
    assert not journals(tmp_path)  # nothing was written
    assert "canary" not in run.printed
    assert "Traceback" not in run.printed


@pytest.mark.parametrize("start", [run_suite, run_pytest])
def test_a_password_file_does_not_replace_the_token(start: Callable[..., Run], mock: Mock, tmp_path: Path) -> None:
    file = tmp_path / ".netrc"
    file.write_text("machine 127.0.0.1 login somebody password else\n")
    options = [f"--base-url={mock.base_url}", f"--extension-id={mock.extension_id}", "--mode=read", "--fuzz-examples=1"]
    run = start(tmp_path / "reports", *options, PHONE_API_TOKEN=mock.token, NETRC=str(file))
    assert run.code == 0, run.printed


def test_a_selection_that_judges_nothing_is_an_error(mock: Mock, tmp_path: Path) -> None:
    run = run_against(mock, tmp_path, "--mode=read", "--only=put_is_stored")
    assert run.code == 3
    assert "ERROR: nothing was judged" in run.printed


def compare_pytest(command: Run, by_pytest: Run, code: int) -> None:
    """Pytest has one test for each requirement, with the verdicts of the command."""
    assert (command.code, by_pytest.code) == (code, code)
    verdicts = [{row["id"]: row["outcome"] for row in run.report["results"]} for run in (command, by_pytest)]
    assert verdicts[0] == verdicts[1]
    failed = len(command.outcomes("fail"))
    assert f"{len(command.outcomes('pass', 'note', 'warn'))} passed" in by_pytest.printed
    assert bool(failed) == (f"{failed} failed" in by_pytest.printed)


def test_pytest_gives_one_test_for_each_requirement_and_the_same_verdicts(mock: Mock, tmp_path: Path) -> None:
    target, environment = against(mock)
    options = [*target.as_arguments(), "--mode=read", "--fuzz-examples=1"]
    command = run_suite(tmp_path / "command", *options, **environment)
    compare_pytest(command, run_pytest(tmp_path / "pytest", *options, **environment), 0)


def test_pytest_has_the_failures_of_the_command(tmp_path: Path) -> None:
    with serve("put_not_stored") as faulty:
        target, environment = against(faulty)
        before = settings(faulty, faulty.extension_id)
        options = [*target.as_arguments(), "--mode=safe", "--fuzz-examples=0"]
        command = run_suite(tmp_path / "command", *options, **environment)
        compare_pytest(command, run_pytest(tmp_path / "pytest", *options, **environment), 1)
        assert settings(faulty, faulty.extension_id) == before


def test_pytest_shows_its_help_and_lists_its_tests_without_a_target(tmp_path: Path) -> None:
    assert run_pytest(tmp_path, "--help").code == 0
    assert "no tests collected" not in run_pytest(tmp_path, "--collect-only").printed


def test_several_processes_of_pytest_are_refused_in_one_line(tmp_path: Path) -> None:
    run = run_pytest(tmp_path, *TARGET, "-n", "2", **TOKEN)
    assert run.code == 4
    assert run.printed == "ERROR: pytest -n: the suite tests an extension from one process; leave -n out\n\n"


def test_a_throttled_run_stops_in_time_to_put_back_what_it_found(tmp_path: Path) -> None:
    with serve(rate_limit=100) as throttled:
        run = run_against(throttled, tmp_path, "--fuzz-examples=1")
    assert run.code == 3
    reason = (
        r"the target's request budget is used up but for 4 that are kept for the restore; it takes requests again at"
    )
    assert re.search(rf"ERROR: {reason} 20\d\d-\d\d-\d\d \d\d:\d\d:\d\d UTC; \d+ of \d+ planned requests", run.printed)
    assert not journals(tmp_path)
    assert "Traceback" not in run.printed
    assert run.report["summary"]["errors"] == 1
    assert run.report["summary"]["requests"] < 110
    assert "property_has_its_type:label" in run.outcomes("pass")
    assert run.outcomes("fail", "warn") == set()


@pytest.mark.parametrize(
    ("options", "environment", "message"),
    [
        ([], {}, "no target: give --base-url"),
        (["--base-url=ftp://host"], {}, "--base-url ftp://host: expected http(s)"),
        (["--base-url=http://:canary@127.0.0.1/"], {}, "expected http(s)://host[:port]/path without credentials"),
        (["--base-url=http://[::1/x"], {}, "--base-url http://[::1/x: expected"),
        (["--base-url=http://127.0.0.1:99999"], {}, "--base-url http://127.0.0.1:99999: expected"),
        ([*TARGET, "--fresh-extension-id=5", "--foreign-extension-id=5"], TOKEN, "are the same"),
        (TARGET, {"PHONE_API_TOKEN": "tökén"}, "PHONE_API_TOKEN: a token is printable ASCII"),
        (TARGET[:1], {}, "--extension-id is missing"),
        ([*TARGET[:1], "--extension-id=054"], {}, "--extension-id 054: an extension id is a whole number"),
        ([*TARGET, "--mode=all"], {}, "--mode all: expected one of read, safe, full"),
        (["--base-url=https://pbx.test/a", "--extension-id=54", "--mode=safe"], {}, "repeat its id with --confirm 54"),
        (
            ["--base-url=https://pbx.test/a", "--extension-id=54", "--mode=safe", "--confirm=55"],
            {},
            "--mode safe changes extension 54 of https://pbx.test/a, which may be in use",
        ),
        (["--base-url=https://pbx.test/a", "--extension-id=54", "--mode=full"], {}, "--mode full changes extension 54"),
        ([*TARGET, "--fresh-extension-id=54"], {}, "is the extension under test"),
        (TARGET, {}, "no credentials: set PHONE_API_TOKEN"),
        (TARGET, {"PHONE_API_CLIENT_ID": "a", "PHONE_API_CLIENT_SECRET": "canary-of-ours"}, "no token from"),
        ([*TARGET, "--fuzz-examples=-1"], TOKEN, "--fuzz-examples"),
        ([*TARGET, "--timeout=0"], TOKEN, "--timeout 0: expected seconds, more than 0 and at most 60"),
        ([*TARGET, "--settle=-1"], TOKEN, "--settle -1: expected seconds, 0 or more and at most 60"),
        ([*TARGET, "--report-dir=/dev/null/x"], TOKEN, "--report-dir"),
        (
            [*TARGET, "--report-dir=pyproject.toml"],
            TOKEN,
            "--report-dir: pyproject.toml cannot be written (File exists)",
        ),
        ([*TARGET, "--report-dir="], TOKEN, "--report-dir: name a directory"),
        (["--base-url=http://a..b/"], {}, "--base-url http://a..b/: expected http(s)"),
        (["--base-url=http://127.0.0.1\\x/"], {}, "expected http(s)"),
        (TARGET, {"PHONE_API_CLIENT_ID": "a"}, "PHONE_API_CLIENT_SECRET is missing"),
        (TARGET, {"PHONE_API_CLIENT_SECRET": "canary"}, "PHONE_API_CLIENT_ID is missing"),
        (TARGET, TOKEN | {"PHONE_API_CLIENT_ID": "a"}, "PHONE_API_CLIENT_SECRET is missing"),
        ([*TARGET, "--token-url=/oauth/token"], TOKEN, "--token-url: expected http(s)://host[:port]/path without"),
        (
            [*TARGET, "--token-url=http://a:canary@b/"],
            TOKEN,
            "--token-url: expected http(s)://host[:port]/path without",
        ),
        ([*TARGET, "--token-url=http://*.x/"], TOKEN, "--token-url: expected http(s)://host[:port]/path without"),
        ([*TARGET, "--ca-bundle=none.pem"], TOKEN, "--ca-bundle none.pem: cannot be read (No such file or directory)"),
        ([*TARGET, "--ca-bundle=tests"], TOKEN, "--ca-bundle tests: cannot be read (Is a directory)"),
        ([*TARGET, "--ca-bundle=README.md"], TOKEN, "--ca-bundle README.md: holds no certificate in the form PEM"),
        (TARGET, TOKEN | {"REQUESTS_CA_BUNDLE": "none.pem"}, "REQUESTS_CA_BUNDLE none.pem: there is no such file"),
        ([*TARGET, "--client-cert=README.md"], TOKEN, "name the key's file with --client-key"),
        ([*TARGET, "--client-key=README.md"], TOKEN, "--client-key: name the certificate as well, with --client-cert"),
        (
            [*TARGET, "--client-cert=README.md", "--client-key=none.pem"],
            TOKEN,
            "--client-key none.pem: cannot be read (No such file or directory)",
        ),
        *(
            (
                [*TARGET, f"--rate-limit={rate}"],
                TOKEN,
                f"--rate-limit {rate}: expected requests a second, such as 5 or 0.5",
            )
            for rate in ("-1", "nan", "inf", "1e-09")
        ),
        (
            [*TARGET, "--max-requests=4"],
            TOKEN,
            "--max-requests 4: expected more than the 4 that are kept for the restore",
        ),
        ([*TARGET, "--max-requests=-1"], TOKEN, "--max-requests -1: expected 0 or more"),
        ([*TARGET, "--seed=x"], TOKEN, "--seed x: expected a whole number"),
        (
            [*TARGET, "--only=put_is_stored:labl"],
            TOKEN,
            "no requirement put_is_stored:labl; did you mean put_is_stored:label",
        ),
        ([*TARGET, "--only=,"], TOKEN, "--only: name at least one requirement"),
        ([*TARGET, "--baseline=none"], TOKEN, "--baseline none: cannot be read (No such file or directory)"),
        ([*TARGET, "--baseline=tests"], TOKEN, "--baseline tests: cannot be read (Is a directory)"),
        ([*TARGET, "--baseline=/bin/sh"], TOKEN, "--baseline /bin/sh: cannot be read (it is not UTF-8 text)"),
        ([*TARGET, "--baseline=Makefile"], TOKEN, "--baseline Makefile, line"),
        ([*TARGET, "--me-extension-id=@me"], TOKEN, "--me-extension-id @me: an extension id is a whole number"),
        ([*TARGET, "--unknown"], TOKEN, "unrecognized arguments: --unknown"),
    ],
)
def test_a_wrong_option_gives_one_line_and_the_usage_exit_code(
    options: list[str], environment: dict[str, str], message: str, tmp_path: Path
) -> None:
    run = run_suite(tmp_path, *options, **environment)
    assert run.code == pytest.ExitCode.USAGE_ERROR
    assert message in run.printed
    assert "Traceback" not in run.printed
    assert "canary" not in run.printed
    assert run.printed.startswith("ERROR: ")
    assert run.printed.count("\n") == 1


@pytest.mark.parametrize(
    ("command", "message"),
    [
        ([], "the following arguments are required: COMMAND"),
        (["rum"], "invalid choice: 'rum'"),
        (["plan"], "ERROR: no target: give --base-url"),
        (["plan", "--unknown"], "unrecognized arguments: --unknown"),
        (["restore", "--base-url=http://h"], "ERROR: --extension-id is missing"),
        (["restore", "--unknown"], "unrecognized arguments: --unknown"),
        (["restore", *TARGET], "ERROR: no credentials: set PHONE_API_TOKEN"),
        (["restore", *TARGET, "--ca-bundle=README.md"], "ERROR: --ca-bundle README.md: holds no"),
        (["restore", *TARGET, "--token-url=x"], "ERROR: --token-url: expected http(s)"),
        (["judge", "none.har"], "ERROR: none.har: cannot be read (No such file or directory)"),
        (["judge", "tests"], "ERROR: tests: cannot be read (Is a directory)"),
        (["judge", "/bin/sh"], "ERROR: /bin/sh: is not a record of this suite"),
        (["judge", ""], "ERROR: RECORD is missing: name a file"),
        (["compare", "none", "none"], "none: cannot be read (No such file or directory)"),
        (["compare", "none"], "the following arguments are required: B"),
    ],
)
def test_a_wrong_option_of_a_command_gives_one_line_and_the_same_exit_code(command: list[str], message: str) -> None:
    check_usage_error(phone_contract(command, {}), message)


@pytest.mark.parametrize("module", ["contract_tests run", "scripts.conformance"])
def test_a_wrong_option_gives_one_line_in_a_process_too(module: str) -> None:
    command = [sys.executable, "-m", *module.split(), "--base-url=x"]
    ended = subprocess.run(command, cwd=ROOT, env={}, capture_output=True, text=True)
    check_usage_error(ended, "ERROR: --base-url x: expected http(s)")


def check_usage_error(ended: subprocess.CompletedProcess[str], message: str) -> None:
    assert ended.returncode == pytest.ExitCode.USAGE_ERROR, ended.stderr
    assert message in ended.stderr
    assert len(ended.stderr.strip().splitlines()) == 1
    assert ended.stdout == ""


def test_a_wrong_token_and_a_wrong_extension_are_told_before_anything_is_judged(mock: Mock, tmp_path: Path) -> None:
    for extension_id, token in ((mock.extension_id, "a-wrong-token"), ("999", mock.token)):
        options = [f"--base-url={mock.base_url}", f"--extension-id={extension_id}"]
        run = run_suite(tmp_path, *options, PHONE_API_TOKEN=token)
        assert run.code == pytest.ExitCode.USAGE_ERROR
        assert "is the token valid" in run.printed
        assert run.report["summary"]["failed"] == 0
