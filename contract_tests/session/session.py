"""The options of the suite, and the run that they describe."""

from __future__ import annotations

import argparse
import math
import os
import shlex
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from contract_tests.checks import requirements
from contract_tests.client.connection import Connection
from contract_tests.client.request_budget import RESERVE, SLOWEST, Limits
from contract_tests.contract import CONTRACT
from contract_tests.errors import StoppedError, UsageError
from contract_tests.fuzz import engine
from contract_tests.fuzz.test_state_machine import REQUIREMENT as STATE_MACHINE
from contract_tests.observe import restore
from contract_tests.observe.snapshot import RestoreError, Snapshot
from contract_tests.record.har import Record
from contract_tests.report import baseline, document, html
from contract_tests.report.results import Results
from contract_tests.session.spread import Share
from contract_tests.target import servers as targets
from contract_tests.target.servers import Server, choose_server
from contract_tests.target.target import ACCESS, OPTIONS, Target

RECORD = "record.har"
JUNIT = "junit.xml"


@dataclass
class Session:
    """What belongs to one run of the suite.

    Attributes:
        servers: What is tested; empty where a record is judged.
        target: The extension under test, or the one that was; the first of several.
        share: What this process has to do as a worker; None where it is none.
        results: What was found out so far.
        record: What was recorded earlier, where that is judged again.
        report_dir: Where reports go.
        fuzz_examples: Random requests for each operation; 0: the fuzz layer is off.
        limits: How much may be asked of the target; they count the requests.
        seed: Of what is random.
        targets_file: The file that names the servers; empty where the options do.
        restore_error: Why the extension is not as it was found; empty where it is.
        exit_code: What an error of the run ends with.
    """

    servers: Sequence[Server]
    target: Target
    share: Share | None
    results: Results
    record: Record | None
    report_dir: Path
    fuzz_examples: int
    limits: Limits
    seed: int
    targets_file: str = ""
    restore_error: str = ""
    _turn: int = -1
    exit_code: int = pytest.ExitCode.INTERNAL_ERROR

    @property
    def is_spread(self) -> bool:
        """Whether workers send the requests, and this process concludes over all of them."""
        return sum(len(server.targets) for server in self.servers) > 1

    def redacted(self) -> dict[str, str]:
        """What a report may say of what is tested; of several servers, side by side."""
        told = [server.redacted() for server in self.servers] or [self.target.redacted()]
        return {name: ", ".join(dict.fromkeys(filter(None, (each[name] for each in told)))) for name in told[0]}

    @property
    def record_name(self) -> str:
        """The name of the record; of a worker's, one for each extension."""
        if not self.share:
            return RECORD
        return "-".join(filter(None, ("record", self.share.server, self.target.extension_id))) + ".har"

    def files(self) -> list[str]:
        """The names of the files that this process writes."""
        reports = [] if self.share else [document.NAME, html.NAME, JUNIT]
        return reports + ([] if self.is_spread or self.record else [self.record_name])

    def worker_options(self) -> list[str]:
        """The options of each worker; the limits are shared out."""
        workers = sum(len(server.targets) for server in self.servers)
        only = ",".join(dict.fromkeys(id_.rpartition("/")[2] for id_ in self.results.by_id))
        return [
            f"--report-dir={self.report_dir.resolve()}",
            f"--fuzz-examples={self.fuzz_examples}",
            f"--seed={self.seed}",
            f"--only={only}",
            f"--rate-limit={self.limits.rate / workers}",
            f"--max-requests={self.limits.most // workers}",
        ]

    def put_back_all(self) -> None:
        """Put back what workers left changed that could not do it themselves."""
        errors = []
        for target in (target for server in self.servers for target in server.targets):
            file = self.report_dir / Snapshot.of(target, {}).name
            try:
                if file.exists():
                    restore.put_back(file, target, CONTRACT)
            except RestoreError as error:
                errors.append(str(error))
        if errors:
            self.restore_error = "; ".join([*errors, f"finish the job: make restore REPORT_DIR={self.report_dir}"])

    def is_next_mine(self) -> bool:
        """Deals out what every worker generates alike: whether this one sends the next of it."""
        self._turn += 1
        return self.share is None or self._turn % self.share.parts == self.share.part

    def rerun(self) -> str:
        """The command that repeats a check alone; `{}` stands for the ids."""
        names = ("base_url", "extension_id", "mode", "fresh_extension_id", "foreign_extension_id", "me_extension_id")
        given = {"targets": self.targets_file} if self.targets_file else {name: self.redacted()[name] for name in names}
        words = " ".join(f"{name.upper()}={shlex.quote(value)}" for name, value in given.items() if value)
        return f"make conformance {words} FUZZ_EXAMPLES={self.fuzz_examples} ONLY={{}}"


def add_options(parser: pytest.Parser) -> None:
    """Add the options; credentials come from the environment only, since a command line shows in `ps`."""
    group = parser.getgroup("conformance", "conformance of a server to the PhoneProperties contract")
    for name, text in (OPTIONS | ACCESS).items():
        group.addoption(f"--{name}", default="", help=text)
    group.addoption("--targets", default="", help="TOML file of several servers, a table of these options for each")
    group.addoption("--share-dir", default="", help=argparse.SUPPRESS)  # of a worker
    group.addoption("--rate-limit", type=float, default=0, help="requests a second, at most; 0: any number")
    group.addoption("--max-requests", type=int, default=0, help="requests in all, the restore's too; 0: any number")
    group.addoption(
        "--fuzz-examples",
        type=int,
        default=50,
        help="random requests for each operation, and half as many sequences; 0: the planned core only",
    )
    group.addoption("--seed", type=int, default=0, help="of what is random; the same seed sends the same requests")
    group.addoption("--only", default="", help="judge only these requirements: ids with commas between")
    group.addoption("--baseline", default="", help="file of known failures, `id  # reason` a line")
    group.addoption("--record", default="", help=f"judge this {RECORD} again and send nothing")
    group.addoption(
        "--report-dir", default="reports", help=f"where {document.NAME}, {html.NAME}, {RECORD} and {JUNIT} go"
    )


def start(config: pytest.Config, report_dir: Path) -> Session:
    """Check the options, and get a token; nothing else is sent.

    Raises:
        UsageError: An option is wrong, or no token could be had.
    """
    examples = config.getoption("--fuzz-examples")
    if not config.getoption("--report-dir"):
        raise UsageError("--report-dir: name a directory, such as --report-dir reports")
    if examples < 0:
        raise UsageError("--fuzz-examples: expected 0 or more")
    limits = _limits(config)
    servers: list[Server] = []
    share = record = None
    if folder := config.getoption("--share-dir"):
        share = Share.read(Path(folder), worker_number(config), os.environ)
        target = share.target
    elif file := config.getoption("--record"):
        examples = 0
        record = _read(Path(file))
        target = Target.of(record.target)
    else:
        servers = [_authorised(server, ways, limits, report_dir) for server, ways in _servers(config)]
        target = servers[0].targets[0]
        kept = RESERVE * sum(len(server.targets) for server in servers)
        if 0 < limits.most <= kept:
            raise UsageError(
                f"--max-requests {limits.most}: expected more than the {kept} that are kept for the restore"
            )
    if target.may_write:
        limits.keep(RESERVE, share.workers if share else 1)
    results = _declared(config, [server.name for server in servers] or [""], with_fuzz=bool(examples))
    file = config.getoption("--targets")
    return Session(
        servers, target, share, results, record, report_dir, examples, limits, config.getoption("--seed"), file
    )


def worker_number(config: pytest.Config) -> int:
    """The number of this worker of pytest-xdist, from 0."""
    return int(config.workerinput["workerid"].removeprefix("gw"))  # type: ignore[attr-defined]


def _servers(config: pytest.Config) -> list[tuple[Server, Mapping[str, str]]]:
    """What is tested, and the options of `ACCESS` for each."""
    options = {name: config.getoption(f"--{name}") for name in OPTIONS | ACCESS}
    if not config.getoption("--targets"):
        return [(choose_server(options), options)]
    if given := [name for name, value in options.items() if value]:
        raise UsageError(f"--{given[0]} stands beside --targets: write it into that file, for the servers it is for")
    return targets.read(Path(config.getoption("--targets")))


def _authorised(server: Server, ways: Mapping[str, str], limits: Limits, report_dir: Path) -> Server:
    """The server with a token."""
    for target in server.targets:
        _refuse_unfinished(target, report_dir)
    server = targets.with_access_to(server, ways, os.environ, CONTRACT)
    try:
        with Connection(server.targets[0], limits) as connection:
            connection.authorise()
    except StoppedError as error:
        raise UsageError(f"no request is left after the one for a token: {error}") from None
    return server


def _declared(config: pytest.Config, names: Sequence[str], *, with_fuzz: bool) -> Results:
    """Results without a judgement for all that is asked of each server."""
    core = requirements.requirements(CONTRACT)
    known = core | {requirement.id: requirement for requirement in [*engine.requirements(), STATE_MACHINE]}
    asked = _only(config.getoption("--only"), known) or [*(known if with_fuzz else core)]
    results = Results()
    for name in names:
        for id_ in asked:
            results.declare(replace(known[id_], id=f"{name}/{id_}" if name else id_))
    if file := config.getoption("--baseline"):
        every = {f"{name}/{id_}" if name else id_ for name in names for id_ in known}
        for id_, reason in baseline.read(Path(file), every).items():
            if id_ in results.by_id:
                results.by_id[id_].expected = reason
    return results


def _limits(config: pytest.Config) -> Limits:
    rate, most = config.getoption("--rate-limit"), config.getoption("--max-requests")
    if rate and not SLOWEST <= rate < math.inf:
        raise UsageError(f"--rate-limit {rate:g}: expected requests a second, such as 5 or 0.5")
    if most < 0:
        raise UsageError(f"--max-requests {most}: expected 0 or more")
    return Limits(rate, most)


def _only(text: str, known: Collection[str]) -> list[str]:
    """The ids of `--only`; empty where it is not given."""
    ids = [id_.strip() for id_ in text.split(",") if id_.strip()]
    if text and not ids:
        raise UsageError("--only: name at least one requirement, such as put_is_stored:label")
    for id_ in ids:
        baseline.check_id("--only", id_, known)
    return ids


def _refuse_unfinished(target: Target, report_dir: Path) -> None:
    """Refuse to write to an extension that an earlier run left changed: what it shows is not what was found."""
    file = report_dir / Snapshot.of(target, {}).name
    if target.may_write and file.exists():
        raise UsageError(
            f"extension {target.extension_id} was left changed by a run that broke off: put it back first with "
            f"`make restore REPORT_DIR={report_dir}`, or remove {file} if you did that yourself"
        )


def _read(path: Path) -> Record:
    try:
        record = Record.read(path)
        Target.of(record.target)
    except OSError as error:
        raise UsageError(f"--record {path}: cannot be read ({error.strerror})") from None
    except (ValueError, TypeError, KeyError) as error:
        raise UsageError(f"--record {path}: is not a record of this suite ({error})") from None
    return record
