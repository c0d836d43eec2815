"""Runs the suite in process against servers of the register, and compares each result with what is owed.

As a command: `python -m tests.judged [--seed=N] [--mode=full] family|name …` prints a line for each server that is
judged wrongly, then a count for each family.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from tempfile import TemporaryDirectory

from contract_tests.errors import UsageError
from contract_tests.report.results import Outcome, Result
from contract_tests.session.run import run
from contract_tests.session.run_result import RunResult
from contract_tests.target.options import Options
from tests.servers import FAMILIES, serve
from tests.servers.owed import EXIT_PASS, EXIT_USAGE
from tests.servers.serving import Running
from tests.servers.verdict import Run, problems


@dataclass(frozen=True)
class Judged:
    """How a run against one server ended.

    Attributes:
        name: Of the server.
        problems: What is wrong with the run, in plain words.
        failed: What the suite reports as a failure.
        warned: What it warns of.
        noted: What it notes.
        exit_code: Of the run.
        error: Why the run broke off, if it did.
        requests: How many requests were sent.
        seconds: How long it took.
    """

    name: str
    problems: Sequence[str]
    failed: Sequence[Result] = ()
    warned: Sequence[Result] = ()
    noted: Sequence[Result] = ()
    exit_code: int = 0
    error: str = ""
    requests: int = 0
    seconds: float = 0.0

    @property
    def outcomes(self) -> dict[str, str]:
        """The outcome of every requirement that failed or is warned of."""
        return {str(result.id): str(result.outcome) for result in [*self.failed, *self.warned]}


def options_for(running: Running, **changes: object) -> tuple[Options, dict[str, str]]:
    """The options and the environment with which the suite tests all that a server has."""
    options = Options(
        base_url=running.base_url,
        extension_id=running.extension_id,
        me_extension_id=running.extension_id,
        fresh_extension_id=running.fresh_extension_id,
        foreign_extension_id=running.foreign_extension_id,
        fuzz_examples=0,
    )
    environment = {"PHONE_API_TOKEN": running.token}
    if running.owed.credentials:
        environment = {"PHONE_API_CLIENT_ID": running.client_id, "PHONE_API_CLIENT_SECRET": running.client_secret}
    if running.owed.options and EXIT_PASS in running.owed.exits:
        option, value = running.owed.options.removeprefix("--").split(" ", 1)
        changes = {option.replace("-", "_"): value, **changes}
    return replace(options, **changes), environment  # type: ignore[arg-type]


def judged(name: str, **changes: object) -> Judged:
    """Run the suite against one server; `changes` are options that differ."""
    with serve(name) as running, TemporaryDirectory() as state_dir:
        options, environment = options_for(running, state_dir=state_dir, **changes)
        before, begin = running.states(), time.monotonic()
        try:
            result = run(options, environment)
        except UsageError as error:
            ended = Run(EXIT_USAGE, str(error), before, running.states(), running.log, 0, time.monotonic() - begin)
            return Judged(name, problems(running.owed, ended), exit_code=EXIT_USAGE, error=str(error))
        seconds = time.monotonic() - begin
        failed, warned, noted = (_ended(result, outcome) for outcome in (Outcome.failed, Outcome.warned, Outcome.noted))
        untested = [f"{row.id}: {row.reason}" for row in _ended(result, Outcome.not_testable)]
        output = "\n".join([result.results.error, *(_text(row) for row in [*failed, *warned, *noted]), *untested])
        summary = Run(int(result.exit_code), output, before, running.states(), running.log, len(failed), seconds)
        wrong = problems(running.owed, summary)
    return Judged(
        name,
        wrong,
        failed,
        warned,
        noted,
        int(result.exit_code),
        result.results.error,
        result.results.requests,
        seconds,
    )


def _ended(result: RunResult, outcome: Outcome) -> list[Result]:
    return [row for row in result.results.by_id.values() if row.outcome is outcome]


def _text(row: Result) -> str:
    return f"{row.id}: {row.finding.message if row.finding else ''}"


def _lines(result: Judged) -> list[str]:
    lines = [f"{result.name}  exit {result.exit_code}, {result.requests} requests, {result.seconds:.1f} s"]
    lines += [f"    ! {problem}" for problem in result.problems]
    lines += [f"    FAIL {_text(row)[:300]}" for row in result.failed[:6]]
    lines += [f"    warn {_text(row)[:300]}" for row in result.warned[:6]]
    return [*lines, *([f"    error {result.error[:300]}"] if result.error else [])]


def main(arguments: Sequence[str]) -> int:
    """Judge the servers that are named; returns 1 where one is judged wrongly."""
    changes: dict[str, object] = {}
    names: list[tuple[str, str]] = []
    for argument in arguments:
        if argument.startswith("--"):
            option, _, value = argument[2:].partition("=")
            changes[option.replace("-", "_")] = int(value) if value.isdecimal() else value
        else:
            names += [(argument, name) for name in FAMILIES.get(argument, {argument: None})]
    wrong = 0
    show_all = changes.pop("all", None) is not None
    for family, name in names:
        result = judged(name, **changes)
        wrong += bool(result.problems)
        if result.problems or show_all:
            print(f"[{family}]", "\n".join(_lines(result)), flush=True)  # noqa: T201
    print(f"{wrong} of {len(names)} servers are judged wrongly")  # noqa: T201
    return int(bool(wrong))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
