"""Test a server, or the embedded mock where none is named; the options are those of `pytest contract_tests`."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from mock_server.embedded import Mock, serve

ROOT = Path(__file__).resolve().parent.parent


def run(options: list[str], environment: dict[str, str]) -> int:
    """Run the suite; returns pytest's exit code."""
    command = [sys.executable, "-m", "pytest", "contract_tests", "--quiet", "--no-header", *options]
    return subprocess.run(command, cwd=ROOT, env={**os.environ, **environment}).returncode  # noqa: S603


def against(mock: Mock) -> tuple[list[str], dict[str, str]]:
    """The options and the environment with which the suite tests all that a mock has."""
    options = [
        f"--base-url={mock.base_url}",
        f"--extension-id={mock.extension_id}",
        f"--me-extension-id={mock.extension_id}",
        f"--fresh-extension-id={mock.fresh_extension_id}",
        f"--foreign-extension-id={mock.foreign_extension_id}",
    ]
    names = {"TOKEN": mock.token, "CLIENT_ID": mock.client_id, "CLIENT_SECRET": mock.client_secret}
    return options, {f"PHONE_API_{name}": value for name, value in names.items()}


def main(options: list[str]) -> int:
    """Run the suite against the servers that the options name, or against the mock; returns pytest's exit code."""
    if any(option.startswith(("--base-url", "--targets")) for option in options):
        return run(options, {})
    with serve() as mock:
        print(f"No BASE_URL: testing the embedded mock at {mock.base_url}", flush=True)
        target, environment = against(mock)
        return run([*target, *options], environment)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
