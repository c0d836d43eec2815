"""Fixtures for several test modules."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from mock_server.embedded import Mock, serve
from scripts.docs.site import build
from scripts.node_packages import NotRunError
from tests.mock_client import TIMEOUT
from tests.suite import lacking, without_pauses


def pytest_configure() -> None:
    """Take SIGHUP as usual also where `nohup` started the tests, which makes each process ignore it."""
    signal.signal(signal.SIGHUP, signal.SIG_DFL)


@pytest.fixture(scope="session", autouse=True)
def state_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Keep the journals of runs that name no folder out of the user's own, where a broken test would leave them."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_STATE_HOME", str(tmp_path_factory.mktemp("state-home")))
        yield


@pytest.fixture(scope="module")
def mock() -> Iterator[Mock]:
    """A correct mock for all tests of a module."""
    with serve() as running:
        yield running


@pytest.fixture
def reset_mock(mock: Mock) -> None:
    """Reset the mock to its seed before a test."""
    assert requests.post(f"{mock.origin}/mock/reset", timeout=TIMEOUT).status_code == 204


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The documentation site, built once."""
    folder = tmp_path_factory.mktemp("built") / "site"
    try:
        build(folder)
    except NotRunError as error:
        lacking(str(error))
    return folder


@pytest.fixture
def no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    """See `without_pauses`."""
    without_pauses(monkeypatch)
