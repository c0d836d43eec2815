"""The suite in pytest: what runs in which order, the target as fixtures, and what is written at the end."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from schemathesis.schemas import BaseSchema

from contract_tests.checks.judge import judge
from contract_tests.client.client import Client
from contract_tests.contract import CONTRACT
from contract_tests.contract.json_values import Settings
from contract_tests.errors import StoppedError, UsageError
from contract_tests.fuzz import engine
from contract_tests.fuzz.checks import OBSERVER
from contract_tests.observe.observation import Observation
from contract_tests.observe.snapshot import RestoreError, Snapshot
from contract_tests.plan import part
from contract_tests.record.har import Record
from contract_tests.report import document, html, terminal
from contract_tests.report.results import Results
from contract_tests.session import spread
from contract_tests.session.session import JUNIT, Session, add_options, start, worker_number
from contract_tests.target.target import Mode, Target

RESTORE_FAILED = 6
"""Exit code: the extension is not as it was found."""
SESSION = pytest.StashKey[Session]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options."""
    add_options(parser)


@pytest.hookimpl(tryfirst=True)  # before pytest opens the JUnit file
def pytest_configure(config: pytest.Config) -> None:
    """Check the options before anything is sent."""
    config.addinivalue_line("markers", "writes: sends PUT to the extension under test")
    config.addinivalue_line("markers", "undivided: what several workers cannot share")
    if config.option.collectonly or (config.getoption("--share-dir") and not hasattr(config, "workerinput")):
        return  # nothing is sent: neither here nor by what only starts the workers
    # Else `requests` would replace the token by what ~/.netrc has for the host.
    os.environ["NETRC"] = os.devnull
    report_dir = Path(config.getoption("--report-dir"))
    try:
        config.stash[SESSION] = start(config, report_dir)
        report_dir.mkdir(parents=True, exist_ok=True)
        for name in config.stash[SESSION].files():
            (report_dir / name).open("a").close()
    except UsageError as error:
        raise pytest.UsageError(str(error)) from None
    except OSError as error:
        raise pytest.UsageError(f"--report-dir: {error.filename} cannot be written ({error.strerror})") from None
    # As Ctrl-C: what was found is put back, and the reports are written.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    if not config.stash[SESSION].share:
        config.option.xmlpath = config.option.xmlpath or str(report_dir / JUNIT)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what may not be sent and what nobody asks for; the planned core first, then the fuzz layer."""
    session = config.stash.get(SESSION, None)
    if session is None:
        return
    asked = {id_.rpartition("/")[2].partition(":")[0] for id_ in session.results.by_id}
    left_out = [item for item in items if not _is_wanted(item, session, asked)]
    config.hook.pytest_deselected(items=left_out)
    items[:] = [item for item in items if item not in left_out]
    items.sort(key=lambda item: (item.path.parent.name == "fuzz", item.path.name == "test_verdicts.py"))


def _is_wanted(item: pytest.Item, session: Session, asked: set[str]) -> bool:
    is_fuzz = item.path.parent.name == "fuzz"
    if not any(id_.startswith("fuzz.") is is_fuzz for id_ in asked):
        return False
    is_verdict = item.name.startswith("test_check")
    if is_verdict if session.share else session.is_spread and not is_verdict:
        return False  # a worker sees only a part of what a verdict is about
    if item.get_closest_marker("undivided") and session.share and session.share.part + 1 < session.share.parts:
        return False  # the last of the workers does it
    if item.get_closest_marker("writes") and not (session.target.mode is Mode.full and session.target.is_loopback):
        return False  # the fuzz layer writes whatever it makes up, all at once
    check = getattr(item, "callspec", None) and getattr(item, "callspec").params.get("check")  # noqa: B009
    return check is None or check in asked


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Send nothing further where nothing further can be judged; what was seen until then is."""
    is_sender = item.path.parent.name == "fuzz" and item.path.name != "test_verdicts.py"
    if is_sender and (told := item.config.stash[SESSION].results.error):
        pytest.skip(f"not reached: {told}")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Iterator[None]:
    """The test that finds that nothing further can be judged has no verdict of its own."""
    try:
        yield
    except StoppedError as error:
        item.config.stash[SESSION].results.error = str(error)
        pytest.skip(str(error))


@pytest.fixture(scope="session")
def session(pytestconfig: pytest.Config) -> Session:
    """The run."""
    return pytestconfig.stash[SESSION]


@pytest.fixture(scope="session")
def target(session: Session) -> Target:
    """The server under test."""
    return session.target


@pytest.fixture(scope="session")
def results(session: Session) -> Results:
    """What the run found out so far."""
    return session.results


@pytest.fixture(scope="session")
def rerun(session: Session) -> str:
    """The command that repeats a check alone."""
    return session.rerun()


@pytest.fixture(scope="session")
def client(session: Session, target: Target, results: Results) -> Iterator[Client]:
    """A connection to the target, known to answer; the settings that it showed first are put back at the end."""
    with Client(target, CONTRACT, results, limits=session.limits) as connection:
        OBSERVER.session, OBSERVER.extension_id = connection.connection, target.extension_id
        try:
            first = first_look(connection, target)
        except UsageError as error:
            results.error, session.exit_code = str(error), pytest.ExitCode.USAGE_ERROR
            pytest.skip(results.error)
        except StoppedError as error:
            pytest.skip(str(error))
        if not target.may_write:
            yield connection
            return
        taken = Snapshot.of(target, first)
        file = taken.write(session.report_dir)
        yield connection
        with signals_ignored():
            try:
                taken.put_back(connection, CONTRACT)
            except RestoreError as error:
                session.restore_error = f"{error}\n       finish the job: make restore REPORT_DIR={session.report_dir}"
            else:
                file.unlink()


def first_look(client: Client, target: Target) -> Settings:
    """What the extension shows before anything else is sent; empty where a run that only reads gets no JSON object.

    Raises:
        UsageError: The token does not open it, or it may not be written to.
        StoppedError: It cannot be reached, or it cannot be read and so could not be put back.
    """
    first = client.stop_unless_reachable()
    if first.status >= 500 or first.shown is None:  # once more, since what cannot be read cannot be put back
        first = client.stop_unless_reachable()
    if 300 <= first.status < 400 or first.status in {401, 403, 404}:
        raise UsageError(
            f"GET {first.url} answered {first.status}: is the base URL right, is the token valid, and "
            f"does extension {target.extension_id} belong to its client?"
        )
    client.stop_if_shut_out(first.status, first.headers)
    if first.shown and target.may_write and (reason := target.why_not_written(CONTRACT, first.shown)):
        raise UsageError(f"extension {target.extension_id} is not written to: {reason}; use --mode read")
    if target.may_write and (first.status != 200 or first.shown is None):
        client.stop(
            f"GET {first.url} answered {first.status} and no JSON object: what cannot be read cannot be put back, "
            "so nothing is written; use --mode read"
        )
    if target.may_write and first.has_shown_secrets:
        client.stop(
            f"GET {first.url} shows the token or the secret: masked, the settings cannot be put back, so nothing is "
            "written; use --mode read"
        )
    return first.shown or {}


@contextlib.contextmanager
def signals_ignored() -> Iterator[None]:
    """Let nobody interrupt what must be finished."""
    handlers = {number: signal.signal(number, signal.SIG_IGN) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in handlers.items():
            signal.signal(number, handler)


@pytest.fixture(scope="session")
def observed(session: Session, request: pytest.FixtureRequest) -> Record:
    """What the planned core sent and got, and judged; or what an earlier run recorded, judged again."""
    if session.record:
        judge(session.record, CONTRACT, session.results)
        return session.record
    if session.is_spread:
        request.getfixturevalue("gathered")
        return Record(session.redacted())
    share = session.share
    client: Client = request.getfixturevalue("client")
    steps = part(CONTRACT, session.target, session.seed, share.part if share else 0, share.parts if share else 1)
    with Record(session.target.redacted()).write_to(session.report_dir / session.record_name) as record:
        if exchange := session.target.credentials.exchange:
            record.append(exchange)
        observation = Observation(CONTRACT, session.target, client, record)
        try:
            observation.run(steps, terminal.progress(request.config, len(steps)))
        except StoppedError as error:
            left = len(steps) - observation.done
            session.results.error = f"{error}; {left} of {len(steps)} planned requests were not sent"
        finally:
            judge(record, CONTRACT, session.results)
    return record


@pytest.fixture(scope="session")
def gathered(session: Session) -> None:
    """What the workers found, where several extensions are tested; whatever one left changed is put back."""
    if not session.is_spread:
        return
    try:
        for left in spread.run(session.servers, session.worker_options(), session.results):
            session.limits.requests += left["requests"]
            session.exit_code = max(session.exit_code, left["exit_code"])
    finally:
        with signals_ignored():
            session.put_back_all()


@pytest.fixture(scope="session")
def phone(session: Session, client: Client) -> BaseSchema:  # noqa: ARG001
    """The contract as schemathesis tests it, with every request to the extension under test."""
    return engine.load(session.target, session.results, session.fuzz_examples, session.target.extension_id)


@pytest.fixture(scope="session")
def any_phone(session: Session, client: Client) -> BaseSchema:  # noqa: ARG001
    """The same with made-up extension ids."""
    return engine.load(session.target, session.results, session.fuzz_examples, extension_id=None)


@pytest.hookimpl(trylast=True)  # after the settings were put back
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Write the reports, also when the run broke off; an error of the run decides its exit code."""
    run = session.config.stash.get(SESSION, None)
    if run is None:
        return
    results = run.results
    results.requests = run.limits.requests
    if run.share:  # what is not put back, the main process tries once more
        folder = Path(session.config.getoption("--share-dir"))
        spread.leave(folder, worker_number(session.config), results, run.exit_code)
        return
    if session.exitstatus == pytest.ExitCode.OK and not any(result.judged for result in results.by_id.values()):
        results.error = results.error or (
            "nothing was judged: run the whole suite, since the verdicts need the requests of the others"
        )
    if session.exitstatus == pytest.ExitCode.INTERRUPTED:
        results.error = results.error or "the run was interrupted, and what was not reached is not judged"
    results.error = "; ".join(filter(None, (results.error, run.restore_error)))
    if results.error:
        # Not in the summary, which pytest leaves out where a run breaks off.
        sys.stderr.write(f"\nERROR: {results.error}\n")
    told = document.completed(results.as_json(run.redacted()), run.rerun())
    document.write(run.report_dir / document.NAME, told)
    html.write(run.report_dir / html.NAME, told)
    if results.error and session.exitstatus in {pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED}:
        session.exitstatus = run.exit_code
    if run.restore_error:
        session.exitstatus = RESTORE_FAILED


def pytest_report_teststatus(report: pytest.TestReport) -> tuple[str, str, str] | None:
    """Print no letter for a check that passed: there are many, and the lines of the themes tell."""
    return ("passed", "", "PASSED") if report.passed and report.when == "call" else None


@pytest.hookimpl(wrapper=True, tryfirst=True)  # before the failures
def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> Iterator[None]:
    """One line a theme and the counts, then the failures in full, then what a baseline would need."""
    run = config.stash.get(SESSION, None)
    if run:
        terminalreporter.section("conformance")
        for line in terminal.lines(run.results, run.report_dir / document.NAME):
            terminalreporter.write_line(line)
    yield
    if run and (lines := terminal.baseline_lines(run.results)):
        terminalreporter.section("for a baseline, if these failures are known")
        for line in lines:
            terminalreporter.write_line(line)
