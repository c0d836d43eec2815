"""The mock's command line: what it prints, and how it refuses."""

import re
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest
import requests

from mock_server.faults import CATALOGUE
from tests.mock_client import TIMEOUT

COMMAND = [sys.executable, "-m", "mock_server"]


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*COMMAND, *arguments], capture_output=True, text=True, timeout=TIMEOUT, check=False)


@pytest.mark.parametrize("workers", ["1", "2"])
def test_it_says_how_to_use_it_and_ends_quietly(workers: str, tmp_path: Path) -> None:
    arguments = ["--port", "0", "--fault", "teapot", "--workers", workers, "--state", str(tmp_path / "state.db")]
    with subprocess.Popen([*COMMAND, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as mock:
        assert mock.stdout and mock.stderr
        printed = "".join(iter(mock.stdout.readline, "Stop it with Ctrl-C.\n"))
        tried = re.search(r"'Authorization: (Bearer \w+)' (http\S+)", printed)
        assert tried, printed
        answer = requests.get(tried[2], headers={"Authorization": tried[1]}, timeout=TIMEOUT)
        mock.send_signal(signal.SIGINT)
        mock.wait(TIMEOUT)
        assert (mock.returncode, answer.status_code) == (0, 200)
        assert re.fullmatch(r"GET /api/ver1\.0/extension/54/phone/ 200 [\d.]+ ms\n", mock.stderr.read())
    assert re.search(r"^Base URL +http://127\.0\.0\.1:\d+/api/ver1\.0$", printed, re.MULTILINE)
    assert "54 55 124 29196 of client acme; 77 of client umbrella" in printed
    assert "/oauth/token -d grant_type=client_credentials" in printed
    assert "Fault       teapot: " in printed


def test_the_faults_are_listed() -> None:
    lines = run("--list-faults").stdout.splitlines()
    assert [line.split(maxsplit=1)[0] for line in lines] == list(CATALOGUE)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--fault", "teapt"], "'teapt' is no fault: did you mean teapot?"),
        (["--fault", "xyz"], "'xyz' is no fault: --list-faults names them all"),
        (["--port", "x"], "--port: 'x': give a whole number from 0 to 65535"),
        (["--port", "65536"], "--port: '65536': give a whole number from 0 to 65535"),
        (["--rate-limit", "0"], "--rate-limit: '0': give a whole number from 1 on"),
        (["--latency", "-1"], "--latency: "),
        (["--workers", "2"], "--workers: the processes share a file; name one with --state FILE"),
        (["--host", "192.0.2.1"], "port 8054 of 192.0.2.1: "),
        (["--seed", "nowhere.yaml"], "nowhere.yaml: cannot be read"),
        (["--state", "nowhere/state.db"], "--state nowhere/state.db: unable to open database file"),
        (["--state", __file__], "file is not a database"),
        (["--unknown"], "--unknown"),
    ],
)
def test_a_wrong_command_is_explained_in_one_line(arguments: list[str], message: str) -> None:
    result = run(*arguments)
    assert (result.returncode, result.stdout) == (2, "")
    assert message in result.stderr
    assert result.stderr.count("\n") == 1


def test_a_port_in_use() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        result = run("--port", port)
    assert (result.returncode, result.stderr.count("\n")) == (2, 1)
    assert result.stderr.startswith(f"mock_server: port {port} of 127.0.0.1: ")
    assert "choose another --port, 0 for a free one" in result.stderr
