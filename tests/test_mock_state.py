"""The mock's state: threads, processes and restarts lose no change; a wrong seed is refused."""

import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import requests
import yaml

from mock_server import seed
from mock_server.contract import FRESH
from mock_server.embedded import serve
from mock_server.faults.kinds import PROPERTIES, other_than_default
from tests.mock_client import TIMEOUT

DEMO = seed.load(seed.SHIPPED).demos[0]
CHANGES = {each.name: other_than_default(each) for each in PROPERTIES}


@contextmanager
def process(*arguments: str) -> Iterator[str]:
    """Run the mock's command on a free port; yields its base URL."""
    command = [sys.executable, "-m", "mock_server", "--port", "0", "--quiet", *arguments]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as running:
        assert running.stdout and running.stderr
        base_url = re.search(r"http://\S+", running.stdout.readline())
        assert base_url, running.stderr.read()
        try:
            yield base_url[0]
        finally:
            running.send_signal(signal.SIGINT)
            running.wait(timeout=60)
            assert (running.returncode, running.stderr.read()) == (0, "")


def call(base_url: str, change: dict[str, Any] | None = None) -> dict[str, Any]:
    assert DEMO.token
    method = "GET" if change is None else "PUT"
    headers = {"Authorization": f"Bearer {DEMO.token.get_secret_value()}"}
    response = requests.request(
        method, f"{base_url}/extension/54/phone/", json=change, headers=headers, timeout=TIMEOUT
    )
    assert response.status_code == 200
    settings: dict[str, Any] = response.json()
    return settings


def put_at_once(base_url: str) -> None:
    with ThreadPoolExecutor(len(CHANGES)) as pool:
        list(pool.map(lambda item: call(base_url, dict([item])), CHANGES.items()))


def test_threads_lose_nothing() -> None:
    with serve() as mock:
        put_at_once(mock.base_url)
        assert call(mock.base_url) == CHANGES


def test_worker_processes_lose_nothing_and_a_restart_keeps_it(tmp_path: Path) -> None:
    state = ("--state", str(tmp_path / "state.db"))
    with process(*state, "--workers", "2") as base_url:
        put_at_once(base_url)
        assert call(base_url) == CHANGES
    with process(*state) as base_url:
        assert call(base_url) == CHANGES
        requests.post(base_url.removesuffix("/api/ver1.0") + "/mock/reset", timeout=TIMEOUT)
        assert call(base_url) == FRESH


def test_no_token_is_stored_as_plain_text(tmp_path: Path) -> None:
    form = {"grant_type": "client_credentials", "client_id": "acme-full", "client_secret": "acme-full-secret"}
    with serve(state=str(tmp_path / "state.db")) as mock:
        issued = requests.post(f"{mock.origin}/oauth/token", data=form, timeout=TIMEOUT).json()["access_token"]
        stored = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert stored
    assert not [secret for secret in (issued, mock.token, "acme-full-secret") if secret.encode() in stored]


def test_a_restart_keeps_issued_tokens_and_drops_those_that_the_seed_no_longer_has(tmp_path: Path) -> None:
    state = str(tmp_path / "state.db")
    other = seed_file(tmp_path, applications=[application(token="another"), application(client_id="b", me=None)])
    with serve(state=state):
        pass
    with serve(state=state, seed=other) as mock:
        assert mock.token == "another"
        assert DEMO.token
        for token, code in ((mock.token, 200), (DEMO.token.get_secret_value(), 401)):
            headers = {"Authorization": f"Bearer {token}"}
            assert (
                requests.get(f"{mock.base_url}/extension/54/phone/", headers=headers, timeout=TIMEOUT).status_code
                == code
            )


def application(**changes: object) -> dict[str, Any]:
    return {"client_id": "a", "client_secret": "s3cret", "client": "x", "me": 54, "token": "t0ken", **changes}


def seed_file(folder: Path, **changes: object) -> Path:
    extensions: list[dict[str, Any]] = [{"id": number, "client": "x"} for number in (54, 55)]
    content = {"applications": [application()], "extensions": [*extensions, {"id": 77, "client": "y"}], **changes}
    path = folder / "seed.yaml"
    path.write_text(yaml.safe_dump(content), encoding="utf-8")
    return path


def test_a_response_has_the_properties_of_the_seed(tmp_path: Path) -> None:
    extensions = [{"id": "54", "client": "x", "properties": {"hangup_timeout": 5, "record_format": "wav"}}]
    extensions += [{"id": "55", "client": "x"}, {"id": "77", "client": "y"}]
    with serve(seed=seed_file(tmp_path, extensions=extensions)) as mock:
        headers = {"Authorization": f"Bearer {mock.token}"}
        settings = requests.get(f"{mock.base_url}/extension/54/phone/", headers=headers, timeout=TIMEOUT).json()
    assert settings == {**FRESH, "hangup_timeout": 5, "record_format": "wav"}


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"applications": [application(access="write")]}, "applications.0.access: Input should be 'full' or 'read'"),
        ({"applications": [application(me=1)]}, "application a: me must be an extension of its client"),
        ({"applications": [application(), application(token=None)]}, "client_id a: appears twice"),
        ({"applications": [application(), application(client_id="b")]}, "two applications have the same token"),
        ({"applications": []}, "applications: "),
        ({"applications": [{"client_id": "a"}]}, "applications.0.client_secret: Field required"),
        ({"extensions": [{"id": "054", "client": "x"}]}, "extensions.0.id: an extension id is a whole number"),
        ({"extensions": [{"id": "@me", "client": "x"}]}, "extensions.0.id: an extension id is a whole number"),
        ({"extensions": [{"id": 54, "client": "x"}] * 2}, "extension 54: appears twice"),
        ({"extensions": [{"id": 54, "client": "x", "properties": {"labl": "y"}}]}, "extensions.0.properties.labl: "),
        (
            {"extensions": [{"id": 54, "client": "x", "properties": {"hangup_timeout": "5"}}]},
            "extensions.0.properties.hangup_timeout: Input should be a valid integer",
        ),
        ({"extra": 1}, "extra: "),
    ],
)
def test_a_wrong_seed_gives_a_message_of_one_line(tmp_path: Path, changes: dict[str, Any], message: str) -> None:
    with pytest.raises(seed.SeedError) as raised:
        seed.load(seed_file(tmp_path, **changes))
    assert message in str(raised.value)
    assert "\n" not in str(raised.value)
    assert not {"t0ken", "s3cret"} & set(re.findall(r"\w+", str(raised.value)))


@pytest.mark.parametrize("content", [b"a: [", b"\xff", b"", b"text", b"- 1"])
def test_a_seed_that_is_not_a_mapping(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "seed.yaml"
    path.write_bytes(content)
    with pytest.raises(seed.SeedError, match=r"seed\.yaml: "):
        seed.load(path)


def test_the_secrets_of_a_seed_are_in_no_repr() -> None:
    text = repr(seed.load(seed.SHIPPED))
    assert "acme-full-secret" not in text
    assert DEMO.token
    assert DEMO.token.get_secret_value() not in text


def test_an_embedded_mock_needs_a_complete_seed(tmp_path: Path) -> None:
    path = seed_file(tmp_path, extensions=[{"id": 54, "client": "x"}])
    with pytest.raises(seed.SeedError, match="a second extension"), serve(seed=path):
        pass
