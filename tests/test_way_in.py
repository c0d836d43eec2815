"""TLS files and proxies: every request uses the certificates and the proxy of the user."""

from __future__ import annotations

import base64
import re
import socket
import subprocess
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
import requests

from contract_tests.client.transport import BoundedSession
from mock_server.contract import BASE_PATH
from mock_server.embedded import Mock, serve
from scripts.conformance import against
from tests.certificates import certificate, server
from tests.hostile import BEHAVIOURS, Hostile, serving
from tests.suite import Run, restore, run_pytest, run_suite

PASSED, ERROR, USAGE, NOT_RESTORED = 0, 3, 4, 6
FUZZ = ("--mode=read", "--fuzz-examples=1")
"""The fuzz layer too, but the requests of a change take long, and go the same way."""


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """The certificates of the server and of the client, each with its key."""
    folder = tmp_path_factory.mktemp("certificates")
    return certificate(folder, 1), certificate(folder, 2)


@dataclass
class Front:
    """The mock, and a TLS server in front of it."""

    mock: Mock
    tls_server: Hostile

    def run(self, folder: Path, *options: str, **environment: str) -> Run:
        """Run the suite against the TLS server."""
        target, credentials = against(self.mock)
        target = replace(target, base_url=f"https://127.0.0.1:{self.tls_server.port}{BASE_PATH}")
        run = run_suite(folder, *target.as_arguments(), *options, **credentials, **environment)
        assert "Traceback" not in run.printed
        return run


@contextmanager
def front(certificate: Path, trusted: Path | None = None) -> Iterator[Front]:
    with serve() as mock:
        upstream = int(mock.origin.rpartition(":")[2])
        with serving(Hostile(BEHAVIOURS["answers_honestly"], upstream, tls=server(certificate, trusted))) as tls_server:
            yield Front(mock, tls_server)


def test_a_private_ca_needs_its_ca_bundle(files: tuple[Path, Path], tmp_path: Path) -> None:
    with front(files[0]) as server:
        passed = server.run(tmp_path, *FUZZ, f"--ca-bundle={files[0]}", REQUESTS_CA_BUNDLE=str(files[1]))
        count = len(server.tls_server.methods)
        by_variable = server.run(tmp_path, "--fuzz-examples=0", REQUESTS_CA_BUNDLE=str(files[0]))
        before = len(server.tls_server.methods)
        refused = [server.run(tmp_path), server.run(tmp_path, f"--ca-bundle={files[1]}")]
        assert len(server.tls_server.methods) == before
    assert passed.code == by_variable.code == PASSED, passed.printed
    assert "token_is_required" in passed.outcomes("pass")
    assert passed.report["summary"]["requests"] == count
    for run in refused:
        assert run.code == ERROR
        assert run.printed.count("\nERROR: ") == 1
        assert re.search("\nERROR: https://.* cannot be reached: SSLError .self-signed certificate.", run.printed)


def test_what_the_system_trusts_is_trusted_unless_a_bundle_is_named(files: tuple[Path, Path], tmp_path: Path) -> None:
    with front(files[0]) as server:
        system = {"SSL_CERT_FILE": str(files[0])}
        passed = server.run(tmp_path, "--fuzz-examples=0", "--mode=read", **system)
        closed = server.run(tmp_path, "--fuzz-examples=0", "--mode=read", f"--ca-bundle={files[1]}", **system)
    assert passed.code == PASSED, passed.printed
    assert closed.code == ERROR
    assert "cannot be reached: SSLError" in closed.printed


def test_mutual_tls_needs_the_client_certificate(files: tuple[Path, Path], tmp_path: Path) -> None:
    ours, theirs = files[1], files[0]
    key = tmp_path / "key.pem"
    key.write_text(ours.read_text()[ours.read_text().index("-----BEGIN PRIVATE") :])
    alone = tmp_path / "alone.pem"
    alone.write_text(ours.read_text()[: ours.read_text().index("-----BEGIN PRIVATE")])
    bundle = f"--ca-bundle={theirs}"
    with front(theirs, trusted=ours) as server:
        passed = server.run(tmp_path, *FUZZ, bundle, f"--client-cert={alone}", f"--client-key={key}")
        count = len(server.tls_server.methods)
        refused = server.run(tmp_path, bundle)
        assert len(server.tls_server.methods) == count
        incomplete = server.run(tmp_path, bundle, f"--client-cert={alone}")
        other = server.run(tmp_path, bundle, f"--client-cert={theirs}", f"--client-key={key}")
    assert passed.code == PASSED, passed.printed
    assert "token_is_required" in passed.outcomes("pass")
    assert passed.report["summary"]["requests"] == count
    assert refused.code == ERROR
    assert re.search(
        "\nERROR: https://.* cannot be reached: .*(certificate required|reset|closed|RemoteDisc)", refused.printed
    )
    assert incomplete.code == other.code == USAGE
    assert (
        "holds no certificate with its key in the form PEM; name the key's file with --client-key" in incomplete.printed
    )
    assert f"nor does {key} hold the key" in other.printed


def test_an_encrypted_key_is_refused_without_a_prompt(files: tuple[Path, Path], tmp_path: Path) -> None:
    encrypted = tmp_path / "encrypted.pem"
    encrypt: list[str | Path] = [
        "openssl",
        "rsa",
        "-aes256",
        "-passout",
        "pass:canary",
        "-in",
        files[1],
        "-out",
        encrypted,
    ]
    subprocess.run(encrypt, check=True, capture_output=True)
    with front(files[0]) as server:
        run = server.run(tmp_path, f"--client-cert={files[1]}", f"--client-key={encrypted}")
    assert run.code == USAGE
    assert "ERROR: --client-cert: its key is encrypted; give one that is not" in run.printed
    assert "pass phrase" not in run.printed


@pytest.mark.usefixtures("no_pauses")
def test_a_restore_uses_the_same_certificates(files: tuple[Path, Path], tmp_path: Path) -> None:
    with front(files[0]) as server:
        server.tls_server.behave, server.tls_server.at = BEHAVIOURS["answers_503"], range(60, 10**9)
        bundle = f"--ca-bundle={files[0]}"
        assert server.run(tmp_path, bundle, "--fuzz-examples=0").code == NOT_RESTORED
        server.tls_server.at = range(0)
        base_url = f"--base-url=https://127.0.0.1:{server.tls_server.port}{BASE_PATH}"
        ends = [
            restore(server.mock, tmp_path, base_url, *options, PHONE_API_TOKEN=server.mock.token)
            for options in ([], [bundle])
        ]
    assert [end.returncode for end in ends] == [NOT_RESTORED, PASSED]
    assert "may NOT have its original values (SSLError (self-signed certificate))" in ends[0].stdout
    assert "Traceback" not in ends[0].stderr + ends[1].stderr


def test_requests_go_through_the_proxy_of_the_variables(tmp_path: Path) -> None:
    """The server before the mock is a proxy here: it passes on what it is asked, and the mock takes whole URIs.

    The address is reserved for documentation (RFC 5737), and only the proxy is asked: to this machine none is used.
    """
    with serve() as mock:
        proxy = Hostile(BEHAVIOURS["answers_honestly"], int(mock.origin.rpartition(":")[2]))
        target, credentials = against(mock)
        target = replace(target, base_url=f"http://192.0.2.1{BASE_PATH}")
        with serving(proxy):
            variable = f"http://user:canary@127.0.0.1:{proxy.port}"
            run = run_suite(tmp_path, *target.as_arguments(), *FUZZ, **credentials, http_proxy=variable)
    assert run.code == PASSED, run.printed
    assert len(proxy.methods) == run.report["summary"]["requests"]
    assert all(line.partition(b" ")[2].startswith(b"http://192.0.2.1/") for line in proxy.lines)
    everything = run.printed + "".join(file.read_text() for file in tmp_path.iterdir() if file.is_file())
    assert "canary" not in everything
    assert base64.b64encode(b"user:canary").decode() not in everything


@pytest.mark.parametrize("start", [run_suite, run_pytest])
def test_a_token_that_crosses_a_network_in_the_clear_is_warned_of_once(
    start: Callable[..., Run], tmp_path: Path
) -> None:
    """Nothing leaves this machine: the proxy is a port of it, on which nobody listens."""
    options = ["--base-url=http://pbx.test/api", "--extension-id=54,55", "--mode=read", "--fuzz-examples=0"]
    credentials = {"PHONE_API_CLIENT_ID": "canary-id", "PHONE_API_CLIENT_SECRET": "canary-secret"}
    ended = start(tmp_path, *options, **credentials, http_proxy="http://127.0.0.1:9")
    warning = "WARNING: the token goes to pbx.test by plain http: everybody on the way can read it; use https"
    assert ended.printed.count(warning) == ended.printed.count("WARNING") == 1, ended.printed
    assert ended.code in {ERROR, USAGE}


@pytest.mark.parametrize("variable", ["http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"])
def test_this_machine_is_asked_without_a_proxy(variable: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with serve() as mock, closing(socket.create_server(("127.0.0.1", 0))) as proxy:
        monkeypatch.setenv(variable, f"http://127.0.0.1:{proxy.getsockname()[1]}")
        with BoundedSession(2) as session:
            url = f"{mock.origin}/nowhere"
            assert session.get(url).status_code == 404
            assert session.send(requests.Request("GET", url).prepare()).status_code == 404
            proxy.settimeout(0)
            with pytest.raises(BlockingIOError):
                proxy.accept()
            with pytest.raises(requests.RequestException):
                session.get("http://pbx.test/", timeout=0.5)
            proxy.accept()[0].close()
