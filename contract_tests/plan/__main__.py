"""Prints the requests that a run would send, and sends none: `python -m contract_tests.plan --base-url … …`."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from contract_tests.contract.document import Contract
from contract_tests.errors import USAGE, Parser, UsageError
from contract_tests.plan import part
from contract_tests.record.step import Kind, Step
from contract_tests.target.servers import choose_server
from contract_tests.target.target import OPTIONS


def line(step: Step) -> str:
    """A request in a line: method, path, what differs in its headers, and the whole body."""
    headers = "".join(
        f" [{name}: {value if value is not None else 'left out'}]" for name, value in step.headers.items()
    )
    body = (step.body or b"").decode("utf-8", "backslashreplace")
    if step.kind is Kind.identity:
        body = "(the settings that GET gave)"
    if step.kind is Kind.put_back:
        body = f"({step.subject} as GET gave it)"
    return f"{step.method} {step.path}{headers} {body}".strip()


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
    contract = Contract()
    targets = server.targets
    parts = [part(contract, target, options["seed"], number, len(targets)) for number, target in enumerate(targets)]
    for step in (step for steps in parts for step in steps):
        sys.stdout.write(f"{line(step)}\n")
    written = ", ".join(targets[0].writable(contract)) or "nothing"
    sys.stderr.write(f"{sum(map(len, parts))} requests, none of them sent; written to: {written}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
