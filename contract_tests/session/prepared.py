"""What a run needs, worked out from the options before anything is sent."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path

from contract_tests.checks.requirements import requirements
from contract_tests.client.request_budget import MIN_RATE, RESERVE, RequestBudget
from contract_tests.contract import CONTRACT
from contract_tests.errors import UsageError
from contract_tests.observe.journal import Journal, state_folder
from contract_tests.report import baseline
from contract_tests.report.results import Requirement, ResultId, Results
from contract_tests.target.options import Options
from contract_tests.target.servers import Server, choose_servers, with_access_to

MAX_TIMEOUT = 60
"""Seconds. A slower server is no use for a telephone either."""


@dataclass(frozen=True)
class ServerTest:
    """One server of a run.

    Attributes:
        server: With its extensions and credentials.
        limits: Shared by its extensions.
        journals: For each extension that may be written to, by its id; each holds the lock on it.
    """

    server: Server
    limits: RequestBudget
    journals: Mapping[str, Journal]


@dataclass(frozen=True)
class Prepared:
    """A run that can begin; `release` must follow."""

    tests: Sequence[ServerTest]
    results: Results
    options: Options
    folder: Path | None
    _locks: ExitStack = field(default_factory=ExitStack, repr=False, compare=False)

    @classmethod
    def of(cls, options: Options, environment: Mapping[str, str], folder: Path | None = None) -> Prepared:
        """Check the options and the credentials, and lock the extensions that may be written to.

        Raises:
            UsageError: An option is missing or wrong, or another run tests an extension or left it changed.
        """
        _check_numbers(options)
        named = _within_limits(options)
        results = declared(options, [server.name for server in named], with_fuzz=options.fuzz_examples > 0)
        asked = {id_.server for id_ in results.by_id}
        servers = [with_access_to(server, environment, CONTRACT) for server in named if server.name in asked]
        with ExitStack() as locks:
            tests = [_server_test(server, options, locks) for server in servers]
            return cls(tests, results, options, folder, locks.pop_all())

    def release(self) -> None:
        """Let other runs test the extensions."""
        self._locks.close()


def _check_numbers(options: Options) -> None:
    if options.fuzz_examples < 0:
        raise UsageError(f"--fuzz-examples {options.fuzz_examples}: expected 0 or more")
    if options.parallel < 1:
        raise UsageError(f"--parallel {options.parallel}: expected 1 or more")
    if options.max_requests < 0:
        raise UsageError(f"--max-requests {options.max_requests}: expected 0 or more")
    if not 0 <= options.max_seconds < math.inf:
        raise UsageError(f"--max-seconds {options.max_seconds:g}: expected seconds, 0 or more")
    if not 0 < options.timeout <= MAX_TIMEOUT:
        raise UsageError(f"--timeout {options.timeout:g}: expected seconds, more than 0 and at most {MAX_TIMEOUT}")
    if not 0 <= options.settle <= MAX_TIMEOUT:
        raise UsageError(f"--settle {options.settle:g}: expected seconds, 0 or more and at most {MAX_TIMEOUT}")
    rate = options.rate_limit
    if rate and not MIN_RATE <= rate < math.inf:
        raise UsageError(f"--rate-limit {rate:g}: expected requests a second, such as 5 or 0.5")


def _within_limits(options: Options) -> list[Server]:
    """The servers that are named, where the limits leave requests beside the reserve for the restore."""
    servers = choose_servers(options)
    for server in servers:
        reserve = RESERVE * len(server.targets)
        if 0 < options.max_requests <= reserve:
            raise UsageError(
                f"--max-requests {options.max_requests}: expected more than the {reserve} that are kept for the restore"
            )
    return servers


def _server_test(server: Server, options: Options, locks: ExitStack) -> ServerTest:
    limits, journals = RequestBudget(options.rate_limit, options.max_requests, options.max_seconds), {}
    for target in server.targets:
        if target.may_write:
            journal = journals[target.extension_id] = Journal.reserve(state_folder(options.state_dir), target)
            locks.callback(journal.release)
    if journals:
        limits.keep(RESERVE * len(journals))
    return ServerTest(server, limits, journals)


def declared(options: Options, servers: Sequence[str], *, with_fuzz: bool) -> Results:
    """Results without a judgement for all that is asked of each server.

    Raises:
        UsageError: `only` or `baseline` names no requirement.
    """
    known = _known(with_fuzz=with_fuzz or _names_fuzz(options))
    every = [id_._replace(server=server) for server in servers for id_ in known]
    usual = _known(with_fuzz=with_fuzz)
    asked = _selected(options.only, every) if options.only else [id_ for id_ in every if _alone(id_) in usual]
    results = Results.declared(replace(known[_alone(id_)], id=id_) for id_ in asked)
    if options.baseline:
        for id_, entry in baseline.read(Path(options.baseline), every).items():
            if id_ in results.by_id and entry.is_expired:
                results.by_id[id_].expired = entry.reason
            elif id_ in results.by_id:
                results.by_id[id_].expected = entry.reason
    return results


def _alone(id_: ResultId) -> ResultId:
    """The id as a run of one server has it."""
    return id_._replace(server="")


def _selected(only: str, known: Sequence[ResultId]) -> list[ResultId]:
    patterns = [pattern.strip() for pattern in only.split(",") if pattern.strip()]
    if not patterns:
        raise UsageError("--only: name at least one requirement, such as put_is_stored:label")
    chosen = {id_ for pattern in patterns for id_ in baseline.select("--only", pattern, known)}
    return [id_ for id_ in known if id_ in chosen]


def _known(*, with_fuzz: bool) -> Mapping[ResultId, Requirement]:
    if not with_fuzz:
        return requirements(CONTRACT)
    # Schemathesis takes longer to import than the planned core to run.
    from contract_tests.fuzz import layer

    return {**requirements(CONTRACT), **{requirement.id: requirement for requirement in layer.requirements()}}


def _names_fuzz(options: Options) -> bool:
    file = Path(options.baseline) if options.baseline else None
    text = file.read_text(encoding="utf-8", errors="replace") if file and file.is_file() else ""
    return "fuzz." in options.only + text
