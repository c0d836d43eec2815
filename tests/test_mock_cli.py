"""The mock's command line: its output, and its error messages."""

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest
import requests

from mock_server.__main__ import main
from mock_server.contract import FRESH
from mock_server.faults import ALL
from tests.mock_client import TIMEOUT
from tests.started import started
from tests.suite import ROOT, in_process, make_venv

COMMAND = [sys.executable, "-m", "mock_server"]


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return in_process(main, *arguments)


@pytest.mark.parametrize("workers", ["1", "2"])
def test_it_prints_commands_and_stops_without_an_error(workers: str, tmp_path: Path) -> None:
    arguments = ["--port", "0", "--fault", "teapot", "--workers", workers, "--state", str(tmp_path / "state.db")]
    with subprocess.Popen([*COMMAND, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as mock:
        assert mock.stdout and mock.stderr
        printed = "".join(iter(mock.stdout.readline, "Stop it with Ctrl-C.\n"))
        tried = re.search(r"'Authorization: (Bearer \w+)' (http\S+)", printed)
        assert tried, printed
        response = requests.get(tried[2], headers={"Authorization": tried[1]}, timeout=TIMEOUT)
        mock.send_signal(signal.SIGINT)
        mock.wait(TIMEOUT)
        assert (mock.returncode, response.status_code) == (0, 200)
        assert re.fullmatch(r"GET /api/ver1\.0/extension/54/phone/ 200 [\d.]+ ms\n", mock.stderr.read())
    assert re.search(r"^Base URL +http://127\.0\.0\.1:\d+/api/ver1\.0$", printed, re.MULTILINE)
    assert "54 55 124 29196 of client acme; 77 of client umbrella" in printed
    assert "Fault       teapot: " in printed


def paste(line: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a printed line in a shell."""
    return subprocess.run(
        ["bash", "-c", line], cwd=ROOT, env={**os.environ, **environment}, capture_output=True, text=True
    )


SPECIAL_CHARACTERS = """applications:
- {client_id: "a b&c", client_secret: "it's $HOME; 100% \\"+", client: acme, me: 54, token: "x'$(id)"}
extensions: [{id: 54, client: acme}]
"""


@pytest.mark.parametrize("host", ["127.0.0.1", "0.0.0.0", "::1", "::"])  # noqa: S104 - the tests' own servers
@pytest.mark.parametrize("seed", ["", SPECIAL_CHARACTERS])
def test_the_curl_lines_can_be_pasted(host: str, seed: str, tmp_path: Path) -> None:
    (tmp_path / "seed.yaml").write_text(seed)
    options = ["--seed", str(tmp_path / "seed.yaml")] if seed else []
    with started([*COMMAND, "--host", host, *options]) as lines:
        token = paste(lines["New token"])
        read = paste(lines["Try it"])
    assert json.loads(token.stdout)["token_type"].lower() == "bearer", token
    assert json.loads(read.stdout).keys() == FRESH.keys(), read


def test_the_make_line_can_be_pasted_in_the_repo(tmp_path: Path) -> None:
    venv, reports = make_venv(tmp_path / "venv"), tmp_path / "reports"
    with started(COMMAND, cwd=ROOT) as lines:
        assert " make conformance BASE_URL=" in lines["Test it"]
        run = paste(lines["Test it"], VENV=str(venv), REPORT_DIR=str(reports), FUZZ_EXAMPLES="0")
    assert run.returncode == 0, run
    assert json.loads((reports / "conformance.json").read_text())["summary"]["failed"] == 0


def test_outside_the_repo_the_line_has_the_installed_command_or_is_missing(tmp_path: Path) -> None:
    for name in ("mock_server", "generated"):
        shutil.copytree(ROOT / name, tmp_path / "copy" / name, ignore=shutil.ignore_patterns("clients"))
    shutil.copy(ROOT / "openapi.yaml", tmp_path / "copy")
    tool = tmp_path / "phone-contract"
    tool.write_text('#!/bin/sh\necho "$PHONE_API_TOKEN $*"\n')
    tool.chmod(0o755)
    code = "import sysconfig; sysconfig.get_path = lambda _: ''; from mock_server.__main__ import main; main()"
    environment = {"PATH": "/usr/bin:/bin", "PYTHONPATH": str(tmp_path / "copy")}
    with started([sys.executable, "-c", code], cwd=tmp_path, env=environment) as lines:
        assert "Test it" not in lines
    environment["PATH"] = f"{tmp_path}:/usr/bin:/bin"
    with started([sys.executable, "-c", code], cwd=tmp_path, env=environment) as lines:
        printed = paste(lines["Test it"], **environment).stdout
    assert printed == f"demo0full0access0token00000054 run --base-url {lines['Base URL']} --extension-id 54\n"


def test_it_serves_without_uvloop() -> None:
    code = "import sys; sys.modules['uvloop'] = None; from mock_server.__main__ import main; main()"
    with started([sys.executable, "-c", code], cwd=ROOT) as lines:
        assert paste(lines["Try it"]).stdout.startswith("{")


def test_the_faults_are_listed() -> None:
    lines = run("--list-faults").stdout.splitlines()
    assert [line.split(maxsplit=1)[0] for line in lines] == list(ALL)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--fault", "teapt"], "'teapt' is not a fault: did you mean teapot?"),
        (["--fault", "xyz"], "'xyz' is not a fault: --list-faults lists all faults"),
        (["--port", "x"], "--port: 'x': give a whole number from 0 to 65535"),
        (["--port", "65536"], "--port: '65536': give a whole number from 0 to 65535"),
        (["--rate-limit", "0"], "--rate-limit: '0': give a whole number from 1 on"),
        (["--latency", "-1"], "--latency: "),
        (["--workers", "2"], "--workers: the processes share a state file; name one with --state FILE"),
        (["--host", "192.0.2.1"], "port 8054 of 192.0.2.1: "),
        (["--seed", "nowhere.yaml"], "nowhere.yaml: cannot be read"),
        (["--state", "nowhere/state.db"], "--state nowhere/state.db: unable to open database file"),
        (["--state", __file__], "file is not a database"),
        (["--extensions", "9-1"], "--extensions: '9-1': give two ids, such as 1000-1079"),
        (["--unknown"], "--unknown"),
    ],
)
def test_a_wrong_argument_gives_a_message_of_one_line(arguments: list[str], message: str) -> None:
    result = run(*arguments)
    assert (result.returncode, result.stdout) == (2, "")
    assert message in result.stderr
    assert result.stderr.count("\n") == 1


def test_a_port_in_use() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = str(listener.getsockname()[1])
        result = run("--port", port)
    assert (result.returncode, result.stderr.count("\n")) == (2, 1)
    assert result.stderr.startswith(f"mock_server: port {port} of 127.0.0.1: ")
    assert "choose another --port, 0 for a free one" in result.stderr
