"""A run of the suite: options in, results and records out. Everything that runs the suite calls this."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TextIO

from contract_tests.checks.judge import judge
from contract_tests.contract import CONTRACT
from contract_tests.errors import UsageError
from contract_tests.record.har import Record
from contract_tests.report.progress import Progress
from contract_tests.session.fleet import Fleet, planned
from contract_tests.session.prepared import Prepared, asked_of
from contract_tests.session.run_result import RunResult, Tested
from contract_tests.session.signals import interrupting
from contract_tests.target.command_line import CommandLine
from contract_tests.target.options import Options
from contract_tests.target.target import Target


def run(
    options: Options,
    environment: Mapping[str, str] = os.environ,
    stream: TextIO | None = None,
    *,
    folder: Path | None = None,
) -> RunResult:
    """Test what the options name: plan, send, restore, judge.

    Args:
        options: What to test, and how.
        environment: Holds the credentials (`PHONE_API_…`).
        stream: Where the progress is written; None: nowhere.
        folder: Where records are kept; None: in memory only.

    Raises:
        UsageError: An option is wrong, or there is no access; nothing was written.
    """
    return run_prepared(Prepared.of(options, environment, folder), stream)


def run_again(records: Sequence[Path], options: Options) -> RunResult:
    """Judge the records of an earlier run again, one for each extension; nothing is sent.

    Raises:
        UsageError: A file is no record of this suite, they are not of one run, or `only` or `baseline` is wrong.
    """
    read = [_read(file) for file in records]
    if len({record.target["base_url"] for record in read}) > 1:
        raise UsageError("judge: these are records of several servers; judge those of each server")
    extension_ids = [record.target["extension_id"] for record in read]
    for id_, count in Counter(extension_ids).items():
        if count > 1:
            raise UsageError(f"judge: there are two records of extension {id_}; name those of one run")
    results = asked_of(options, [""], with_fuzz=False).results("")
    for record in read:
        judge(record, CONTRACT, results)
    target = {**read[0].target, "extension_id": ",".join(extension_ids)}
    tested = Options.of({**target, "fuzz_examples": 0})
    return _completed(RunResult(tested, target, results, read))


def _read(file: Path) -> Record:
    try:
        record = Record.read(file)
        Target.of(record.target)
    except OSError as error:
        raise UsageError(f"{file}: cannot be read ({error.strerror})") from None
    except (ValueError, TypeError, KeyError) as error:
        raise UsageError(f"{file}: is not a record of this suite ({error})") from None
    return record


def run_prepared(prepared: Prepared, stream: TextIO | None = None, rerun: str = "") -> RunResult:
    """Do what was prepared, once; a signal ends it in order.

    Args:
        prepared: The run.
        stream: Where the progress is written; None: nowhere.
        rerun: The command that judges one requirement again, for the report of each of many servers.

    Raises:
        UsageError: The only server gives no access; nothing was written.
    """
    try:
        with interrupting([test.limits for test in prepared.tests]):
            return _run(prepared, stream, rerun or CommandLine().rerun(prepared.options))
    finally:
        prepared.release()


def _run(prepared: Prepared, stream: TextIO | None, rerun: str) -> RunResult:
    target, options = _redacted(prepared), prepared.options
    tested = options if options.targets else replace(options, mode=target["mode"])
    names = {test.server.name: Tested(test.server.name, test.server.redacted()) for test in prepared.tests}
    found = RunResult(tested, target, prepared.results, servers={name: row for name, row in names.items() if name})
    fleet = Fleet(prepared, found, Progress(stream, partial(planned, prepared)), rerun)
    with ThreadPoolExecutor(min(options.parallel, len(prepared.tests)), thread_name_prefix="server") as pool:
        for done in pool.map(fleet.test, prepared.tests):
            for result in done:
                found.records.append(result.record)
    fleet.end()
    found.results.requests = sum(test.limits.requests for test in prepared.tests)
    return _completed(found)


def _completed(found: RunResult) -> RunResult:
    if not found.results.has_judged and not found.results.error:
        found.results.stop("nothing was judged: no request was made that is asked for")
    for why in [*(why for _, why in found.not_restored), *found.changed_elsewhere]:
        found.results.stop(why)
    return found


def _redacted(prepared: Prepared) -> dict[str, str]:
    """What a report may say of what is tested; of several servers, side by side."""
    rows = [test.server.redacted() for test in prepared.tests]
    return {name: ", ".join(dict.fromkeys(filter(None, (row[name] for row in rows)))) for name in rows[0]}
