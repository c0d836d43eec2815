"""Run the suite against a server. If no server is given, start the embedded mock and run the suite against that."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

from contract_tests.__main__ import main as command_line
from contract_tests.errors import UsageError
from contract_tests.session.signals import interrupting
from contract_tests.target.options import Options, from_environment

if TYPE_CHECKING:
    from mock_server.embedded import Mock


def against(mock: Mock) -> tuple[Options, dict[str, str]]:
    """Return the options and environment variables for a complete run of the suite against a mock."""
    options = Options(
        base_url=mock.base_url,
        extension_id=mock.extension_id,
        me_extension_id=mock.extension_id,
        fresh_extension_id=mock.fresh_extension_id,
        foreign_extension_id=mock.foreign_extension_id,
    )
    names = {"TOKEN": mock.token, "CLIENT_ID": mock.client_id, "CLIENT_SECRET": mock.client_secret}
    return options, {f"PHONE_API_{name}": value for name, value in names.items()}


def main(arguments: list[str]) -> int:
    """Run the suite against the given servers, or against the mock; returns the exit code."""
    command = " ".join(arguments)
    try:
        chosen = from_environment(os.environ)
    except UsageError as error:
        sys.stderr.write(f"ERROR: {error}\n")
        return 4
    if "--base-url" in command or "--targets" in command or chosen.keys() & {"base_url", "targets"}:
        return command_line(["run", *arguments])
    from mock_server.embedded import serve  # takes longer to import than the suite

    with serve() as mock:
        print(f"No BASE_URL: testing the embedded mock at {mock.base_url}", flush=True)
        options, environment = against(mock)
        os.environ.update(environment)
        return command_line(["run", *options.as_arguments(), *arguments])


if __name__ == "__main__":
    with interrupting():
        sys.exit(main(sys.argv[1:]))
