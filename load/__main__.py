"""The command line: `phone-contract load` and `phone-contract load-worker`, in a process of their own.

Locust replaces parts of the standard library as soon as it is imported, so it comes first, and nowhere else.
"""

from __future__ import annotations

import os
import sys

try:
    import locust  # noqa: F401 - before all that opens a socket
except ImportError:
    sys.stderr.write(
        "ERROR: Locust is not installed; install this package with the extra `load`; `make load` does so\n"
    )
    sys.exit(4)

import logging
from collections.abc import Sequence
from dataclasses import fields

from contract_tests.__main__ import Parser, conclude, options_of
from contract_tests.errors import UsageError
from contract_tests.record.text import visible
from contract_tests.report import files
from contract_tests.session.signals import interrupting
from contract_tests.target.command_line import CommandLine
from contract_tests.target.options import add_to, declared

from . import lead, options, report, worker
from .options import OF_SUITE, LoadOptions

COMMANDS = {
    "load": "put a server under load, and judge each response by the rules of the suite",
    "load-worker": "send a part of the requests of a load run that another process leads",
}


def main(arguments: Sequence[str]) -> int:
    """Do what the command line says; returns the exit code."""
    command, *rest = arguments or [""]
    if command not in COMMANDS:
        sys.stderr.write(f"ERROR: name a command: {' or '.join(COMMANDS)}\n")
        return 4
    parser = Parser(prog=f"phone-contract {command}", description=COMMANDS[command], allow_abbrev=False)
    add_to(parser, [each for each in declared() if each.name in OF_SUITE])
    options.add_to(parser)
    given = vars(parser.parse_args(rest))
    logging.getLogger("locust").setLevel(logging.CRITICAL)  # what matters of it, a run says itself
    try:
        suite = options_of(given, OF_SUITE)
        names = [each.name for each in fields(LoadOptions)]
        chosen = options.from_environment(os.environ) | {name: given[name] for name in names if name in given}
        load = LoadOptions.of(chosen)
        with interrupting():
            if command == "load-worker":
                return int(worker.run(suite, load, os.environ))
            folder = files.prepare(suite.report_dir)
            result = lead.run(suite, load, os.environ, sys.stderr)
            commands = CommandLine.of(sys.argv[0], os.environ)
            again = commands.text("load", suite.chosen() | {name: chosen[name] for name in names if name in chosen})
            sys.stdout.writelines(f"{text}\n" for text in report.summary(result.load))
            return conclude(result, folder, commands, given, again)
    except UsageError as error:
        sys.stderr.write(f"ERROR: {visible(str(error))}\n")
        return 4


if __name__ == "__main__":
    code = main(sys.argv[1:])
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)  # no greenlet, and no message to a process that is gone, keeps this one alive
