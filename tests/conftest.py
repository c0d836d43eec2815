"""Fixtures of more than one module."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import requests

from mock_server.embedded import Mock, serve
from tests.mock_client import TIMEOUT


@pytest.fixture(scope="module")
def mock() -> Iterator[Mock]:
    """A correct mock for all tests of a module."""
    with serve() as running:
        yield running


@pytest.fixture
def reset_mock(mock: Mock) -> None:
    """Put the mock's seed back before a test."""
    assert requests.post(f"{mock.origin}/mock/reset", timeout=TIMEOUT).status_code == 204
