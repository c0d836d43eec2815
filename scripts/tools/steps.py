"""The steps that each program in `programs/` makes with its generated client, and what it must print.

A program gets its values from the environment. It prints one line for each step: `step=what it read`. The extension
`EXTENSION` begins with `hold_music` at 2^63 - 1; `FUTURE_EXTENSION` shows a `record_format` that the contract does not
know.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import requests

from contract_tests.contract import CONTRACT
from mock_server.embedded import Mock, serve

INT64_MAX = 2**63 - 1
EXPECTED = {
    "text": "0042",
    "false": "false",
    "enum": "mp3",
    "null": "null",
    "absent": "mp3",
    "int64 set": str(INT64_MAX),
    "int64 read": str(INT64_MAX),
    "bundle": "124:false,29196:true,3",
    "unknown enum value": "opus",
    "401": "401 unauthorized",
    "404": "404 not_found",
}
"""The steps in the order of the table, with the line that shows that it went well."""


@contextmanager
def mock_for_steps() -> Iterator[dict[str, str]]:
    """Serve a mock with the values that the steps read; yields the environment of a program."""
    with serve("invalid_enum_accepted") as mock:
        _put(mock, mock.extension_id, {"hold_music": INT64_MAX})
        _put(mock, mock.fresh_extension_id, {"record_format": EXPECTED["unknown enum value"]})
        yield {
            "BASE_URL": mock.base_url,
            "TOKEN": mock.token,
            "EXTENSION": mock.extension_id,
            "FUTURE_EXTENSION": mock.fresh_extension_id,
            "UNKNOWN_EXTENSION": "999999999",
        }


def cells(printed: str) -> dict[str, str]:
    """Return a cell of the table for each step: a check mark, or what the program printed instead."""
    lines = dict(line.split("=", 1) for line in printed.splitlines() if "=" in line)
    return {step: "✓" if lines.get(step) == right else lines.get(step, "nothing") for step, right in EXPECTED.items()}


def _put(mock: Mock, extension: str, body: dict[str, object]) -> None:
    url = mock.base_url + CONTRACT.path_to(extension)
    requests.put(url, json=body, headers={"Authorization": f"Bearer {mock.token}"}, timeout=5).raise_for_status()
