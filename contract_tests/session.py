"""The options of the suite, and the run that they describe."""

from __future__ import annotations

import math
import os
import shlex
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

import pytest

from contract_tests import baseline, requirements
from contract_tests.connection import Connection
from contract_tests.errors import StoppedError, UsageError
from contract_tests.fuzz import engine
from contract_tests.fuzz.checks import CONTRACT
from contract_tests.fuzz.test_state_machine import REQUIREMENT as STATE_MACHINE
from contract_tests.limits import RESERVE, Limits
from contract_tests.record import Record
from contract_tests.report import document, html
from contract_tests.results import Results
from contract_tests.snapshot import Snapshot
from contract_tests.target import ACCESS, OPTIONS, Target, choose_target, with_access

RECORD = "record.har"
JUNIT = "junit.xml"


@dataclass
class Session:
    """What belongs to one run of the suite.

    Attributes:
        target: The server under test, or the one that was.
        results: What was found out so far.
        record: What was recorded earlier, where that is judged again.
        report_dir: Where reports go.
        fuzz_examples: Random requests for each operation; 0: the fuzz layer is off.
        limits: How much may be asked of the target; they count the requests.
        restore_error: Why the extension is not as it was found; empty where it is.
        exit_code: What an error of the run ends with.
    """

    target: Target
    results: Results
    record: Record | None
    report_dir: Path
    fuzz_examples: int
    limits: Limits
    restore_error: str = ""
    exit_code: int = pytest.ExitCode.INTERNAL_ERROR

    def rerun(self) -> str:
        """The command that repeats a check alone; `{}` stands for the ids."""
        names = ("base_url", "extension_id", "mode", "fresh_extension_id", "foreign_extension_id", "me_extension_id")
        redacted = self.target.redacted()
        given = " ".join(f"{name.upper()}={shlex.quote(redacted[name])}" for name in names if redacted[name])
        return f"make conformance {given} FUZZ_EXAMPLES={self.fuzz_examples} ONLY={{}}"


def add_options(parser: pytest.Parser) -> None:
    """Add the options; credentials come from the environment only, since a command line shows in `ps`."""
    group = parser.getgroup("conformance", "conformance of a server to the PhoneProperties contract")
    for name, text in (OPTIONS | ACCESS).items():
        group.addoption(f"--{name}", default="", help=text)
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
    if examples < 0:
        raise UsageError("--fuzz-examples: expected 0 or more")
    results, limits = Results(), _limits(config)
    record, file = None, config.getoption("--record")
    if file:
        examples = 0
        record = _read(Path(file))
        target = Target.of(record.target)
    else:
        target = choose_target({name: config.getoption(f"--{name}") for name in OPTIONS})
        _refuse_unfinished(target, report_dir)
        target = with_access(target, {name: config.getoption(f"--{name}") for name in ACCESS}, os.environ, CONTRACT)
        try:
            with Connection(target, limits) as connection:
                connection.authorise()
        except StoppedError as error:
            raise UsageError(f"no request is left after the one for a token: {error}") from None
        if target.may_write:
            limits.keep(RESERVE)
    known = requirements.requirements(CONTRACT)
    fuzzed = {requirement.id: requirement for requirement in [*engine.requirements(), STATE_MACHINE]}
    for id_ in _only(config.getoption("--only"), known | fuzzed) or (known | fuzzed if examples else known):
        results.declare((known | fuzzed)[id_])
    if file := config.getoption("--baseline"):
        for id_, reason in baseline.read(Path(file), known | fuzzed).items():
            if id_ in results.by_id:
                results.by_id[id_].expected = reason
    return Session(target, results, record, report_dir, examples, limits)


def _limits(config: pytest.Config) -> Limits:
    rate, most = config.getoption("--rate-limit"), config.getoption("--max-requests")
    if not 0 <= rate < math.inf:
        raise UsageError(f"--rate-limit {rate:g}: expected requests a second, such as 5 or 0.5")
    if most < 0 or 0 < most <= RESERVE:
        raise UsageError(f"--max-requests {most}: expected more than the {RESERVE} that are kept for the restore, or 0")
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
