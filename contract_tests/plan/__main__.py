"""Prints the requests that a run would send, and sends none: `python -m contract_tests.plan --base-url … …`."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from contract_tests.contract import CONTRACT
from contract_tests.errors import USAGE, Parser, UsageError
from contract_tests.plan import listing, part
from contract_tests.target.servers import choose_server
from contract_tests.target.target import OPTIONS


def main(arguments: Sequence[str]) -> int:
    """Print the plan; returns the exit code."""
    parser = Parser(prog="python -m contract_tests.plan", description=__doc__)
    for name, text in OPTIONS.items():
        parser.add_argument(f"--{name}", default="", help=text)
    parser.add_argument("--seed", type=int, default=0)
    options = vars(parser.parse_args(arguments))
    try:
        server = choose_server({name: options[name.replace("-", "_")] for name in OPTIONS})
    except UsageError as error:
        sys.stderr.write(f"ERROR: {error}\n")
        return USAGE
    targets = server.targets
    parts = [part(CONTRACT, target, options["seed"], number, len(targets)) for number, target in enumerate(targets)]
    steps = [step for steps in parts for step in steps]
    for line in [*listing.lines(steps), "", *listing.totals(steps, CONTRACT)]:
        sys.stdout.write(f"{line}\n")
    written = ", ".join(targets[0].writable(CONTRACT)) or "nothing"
    sys.stderr.write(f"{len(steps)} requests, none of them sent; written to: {written}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
