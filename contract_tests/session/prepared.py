"""What a run needs, worked out from the options before anything is sent."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from contract_tests.checks.requirements import requirements
from contract_tests.client.request_budget import MIN_RATE, RESERVE, RequestBudget
from contract_tests.contract import CONTRACT
from contract_tests.errors import UsageError
from contract_tests.observe.journal import Journal, state_folder
from contract_tests.report import baseline, document
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
class Asked:
    """What is asked of each server.

    Attributes:
        by_server: The requirements by the name of the server, with ids as a run of that server alone has them.
        known: What a baseline says, by id with the name of the server.
    """

    by_server: Mapping[str, Sequence[Requirement]]
    known: Mapping[ResultId, baseline.Known]

    @property
    def ids(self) -> list[ResultId]:
        """The ids of all results."""
        return [each.id._replace(server=server) for server, asked in self.by_server.items() for each in asked]

    def results(self, server: str) -> Results:
        """Results of a server without a judgement, with ids as a run of that server alone has them."""
        results = Results.declared(self.by_server[server])
        for id_, result in results.by_id.items() if self.known else ():
            entry = self.known.get(id_._replace(server=server))
            if entry and entry.is_expired:
                result.expired = entry.reason
            elif entry:
                result.expected = entry.reason
        return results

    def joint_results(self) -> Results:
        """Results of all servers without a judgement."""
        joint = Results()
        for server in self.by_server:
            joint.by_id |= {row.id: row for row in self.results(server).named(server)}
        return joint


@dataclass(frozen=True)
class Prepared:
    """A run that can begin; `release` must follow.

    Attributes:
        tests: The servers.
        asked: What is asked of them.
        options: Of the run.
        folder: Where records are kept; None: in memory only.
        is_joint_in_full: Whether the joint results hold all rows of all servers; else those with findings.
        results: The joint results, without a judgement.
    """

    tests: Sequence[ServerTest]
    asked: Asked
    options: Options
    folder: Path | None
    is_joint_in_full: bool
    results: Results
    _locks: ExitStack = field(default_factory=ExitStack, repr=False, compare=False)

    @classmethod
    def of(
        cls,
        options: Options,
        environment: Mapping[str, str],
        folder: Path | None = None,
        *,
        is_joint_in_full: bool = False,
    ) -> Prepared:
        """Check the options and the credentials, and lock the extensions that may be written to.

        Args:
            options: What to test, and how.
            environment: Holds the credentials.
            folder: Where records are kept; None: in memory only.
            is_joint_in_full: Keep all rows of all servers, however many there are.

        Raises:
            UsageError: An option is missing or wrong, or another run tests an extension or left it changed.
        """
        _check_numbers(options)
        named = _within_limits(options)
        asked = asked_of(options, [server.name for server in named], with_fuzz=options.fuzz_examples > 0)
        servers = [with_access_to(server, environment, CONTRACT) for server in named if server.name in asked.by_server]
        is_in_full = is_joint_in_full or folder is None or len(servers) <= document.MAX_IN_FULL
        results = asked.joint_results() if is_in_full else Results()
        with ExitStack() as locks:
            tests = [_server_test(server, options, locks) for server in servers]
            return cls(tests, asked, options, folder, is_in_full, results, locks.pop_all())

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


def asked_of(options: Options, servers: Sequence[str], *, with_fuzz: bool) -> Asked:
    """What is asked of each server.

    Raises:
        UsageError: `only` or `baseline` names no requirement.
    """
    usual = _known(with_fuzz=with_fuzz)
    known = usual if with_fuzz or not _names_fuzz(options) else _known(with_fuzz=True)
    is_limited = options.only or options.baseline
    every = [id_._replace(server=server) for server in servers for id_ in known] if is_limited else []
    by_server: dict[str, tuple[Requirement, ...]] = {}
    if options.only:
        for id_ in _selected(options.only, every):
            by_server[id_.server] = (*by_server.get(id_.server, ()), known[_alone(id_)])
    else:
        by_server = dict.fromkeys(servers, tuple(usual.values()))
    return Asked(by_server, baseline.read(Path(options.baseline), every) if options.baseline else {})


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
