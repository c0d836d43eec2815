"""The mock's command in a separate process."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO


@contextmanager
def started(command: Sequence[str | Path], **options: object) -> Iterator[dict[str, str]]:
    """Start the command; yields the lines that it prints, by their titles."""
    process = subprocess.Popen([*command, "--port", "0", "--quiet"], stdout=subprocess.PIPE, text=True, **options)  # type: ignore[call-overload]
    with process as mock:
        assert mock.stdout
        try:
            yield _lines(mock.stdout)
        finally:
            mock.terminate()


def _lines(output: IO[str]) -> dict[str, str]:
    lines: dict[str, str] = {}
    for line in output:
        if line == "Stop it with Ctrl-C.\n":
            return lines
        lines[line[:12].rstrip()] = line[12:].rstrip("\n")
    raise AssertionError(f"the mock stopped before it was ready: {lines}")
