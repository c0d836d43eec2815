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
from tests.suite import lacking


def pytest_configure() -> None:
    """Take SIGHUP as usual also where `nohup` started the tests, which makes each process ignore it."""
    signal.signal(signal.SIGHUP, signal.SIG_DFL)


@pytest.fixture(scope="session", autouse=True)
def home_folders(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Keep out of the user's own folders what runs write there, such as the journals that a broken test would leave."""
    with pytest.MonkeyPatch.context() as patch:
        for name in ("state", "cache"):
            patch.setenv(f"XDG_{name.upper()}_HOME", str(tmp_path_factory.mktemp(f"{name}-home")))
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
