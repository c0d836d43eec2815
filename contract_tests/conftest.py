"""The options of the suite, the target as fixtures, and the report."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from schemathesis.schemas import BaseSchema

from contract_tests.fuzz import engine
from contract_tests.fuzz.checks import CONTRACT, OBSERVER
from contract_tests.client import Client, RestoreError, StoppedError
from contract_tests.contract import json_object
from contract_tests.results import Outcome, Results
from contract_tests.target import Target, UsageError, choose_target

OPTIONS = {
    "base-url": "base URL of the target, with its path, such as http://127.0.0.1:8054/api/ver1.0",
    "extension-id": "id of the internal number that the suite reads and, if it may, writes",
    "mode": "what may be sent: read (GET only; the default off loopback) or full (the default on loopback)",
    "fresh-extension-id": "id of an internal number that was never configured: judges the defaults",
    "foreign-extension-id": "id of an internal number of another client: must not be readable",
    "token-url": "token endpoint for PHONE_API_CLIENT_ID and ..._SECRET (default: the contract's, on the same origin)",
}
TARGET = pytest.StashKey[Target]()
RESULTS = pytest.StashKey[Results]()
REPORT = "conformance.json"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options; credentials come from the environment only, since a command line shows in `ps`."""
    group = parser.getgroup("conformance", "conformance of a server to the PhoneProperties contract")
    for name, text in OPTIONS.items():
        group.addoption(f"--{name}", default="", help=text)
    group.addoption(
        "--fuzz-examples",
        type=int,
        default=50,
        help="random requests for each operation, and half as many sequences; 0: none",
    )
    group.addoption("--report-dir", default="reports", help=f"where {REPORT} goes")


def pytest_configure(config: pytest.Config) -> None:
    """Check the options before anything is sent."""
    config.addinivalue_line("markers", "writes: sends PUT to the extension under test")
    if config.option.collectonly:
        return
    # Else `requests` would replace the token by what ~/.netrc has for the host.
    os.environ["NETRC"] = os.devnull
    report_dir = Path(config.getoption("--report-dir"))
    try:
        options = {name: config.getoption(f"--{name}") for name in OPTIONS}
        config.stash[TARGET] = choose_target(options, os.environ, CONTRACT)
        if config.getoption("--fuzz-examples") < 0:
            raise UsageError("--fuzz-examples: expected 0 or more")
        report_dir.mkdir(parents=True, exist_ok=True)
        (report_dir / REPORT).touch()
    except UsageError as error:
        raise pytest.UsageError(str(error)) from None
    except OSError as error:
        raise pytest.UsageError(f"--report-dir {report_dir}: cannot write there ({error.strerror})") from None
    config.stash[RESULTS] = Results()
    for check, description in engine.checks().items():
        config.stash[RESULTS].declare(check, description)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what may not be sent, and judge last."""
    target = config.stash.get(TARGET, None)
    if target is not None and not target.may_write:
        writing = [item for item in items if item.get_closest_marker("writes")]
        config.hook.pytest_deselected(items=writing)
        items[:] = [item for item in items if item not in writing]
    items.sort(key=lambda item: item.path.name == "test_verdicts.py")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Iterator[None]:
    """End the run after the test that found that nothing further can be judged."""
    try:
        yield
    except StoppedError as error:
        pytest.exit(str(error), returncode=pytest.ExitCode.INTERNAL_ERROR)
    if told := item.config.stash[RESULTS].error:
        pytest.exit(told, returncode=pytest.ExitCode.INTERNAL_ERROR)


@pytest.fixture(scope="session")
def target(pytestconfig: pytest.Config) -> Target:
    """The server under test."""
    return pytestconfig.stash[TARGET]


@pytest.fixture(scope="session")
def results(pytestconfig: pytest.Config) -> Results:
    """What the run found out so far."""
    return pytestconfig.stash[RESULTS]


@pytest.fixture(scope="session")
def client(target: Target, results: Results) -> Iterator[Client]:
    """A connection to the target, known to answer; the settings that it showed first are put back at the end."""
    with Client(target, CONTRACT, results) as connection:
        try:
            first = connection.stop_unless_reachable()
        except StoppedError as error:
            pytest.exit(str(error), returncode=pytest.ExitCode.INTERNAL_ERROR)
        if 300 <= first.status_code < 400 or first.status_code in {401, 403, 404}:
            results.error = (
                f"GET {first.url} answered {first.status_code}: is the base URL right, is the token valid, and "
                f"does extension {target.extension_id} belong to its client?"
            )
            pytest.exit(results.error, returncode=pytest.ExitCode.USAGE_ERROR)
        yield connection
        found = json_object(first.content)
        if target.may_write and first.status_code == 200 and found is not None:
            try:
                connection.restore(target.extension_id, found)
            except RestoreError as error:
                results.error = f"{results.error}; {error}".removeprefix("; ")


@pytest.fixture(scope="session")
def phone(target: Target, results: Results, pytestconfig: pytest.Config, client: Client) -> BaseSchema:  # noqa: ARG001
    """The contract as schemathesis tests it, with every request to the extension under test."""
    return engine.load(target, results, pytestconfig.getoption("--fuzz-examples"), extension_id=target.extension_id)


@pytest.fixture(scope="session")
def any_phone(target: Target, results: Results, pytestconfig: pytest.Config, client: Client) -> BaseSchema:  # noqa: ARG001
    """The same with made-up extension ids."""
    return engine.load(target, results, pytestconfig.getoption("--fuzz-examples"), extension_id=None)


@pytest.hookimpl(trylast=True)  # after the settings were put back
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Write the report, also when the run broke off; an error of the run decides its exit code."""
    if RESULTS not in session.config.stash:
        return
    results, target = session.config.stash[RESULTS], session.config.stash[TARGET]
    results.requests += OBSERVER.requests
    if session.exitstatus == pytest.ExitCode.OK and not any(result.judged for result in results.by_id.values()):
        results.error = "nothing was judged: run the whole suite, since the verdicts need the requests of the others"
    if results.error:
        # Not in the summary, which pytest leaves out where a run breaks off.
        sys.stderr.write(f"\nERROR: {results.error}\n")
    results.write(Path(session.config.getoption("--report-dir")) / REPORT, target.redacted())
    if results.error and session.exitstatus in {pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED}:
        session.exitstatus = pytest.ExitCode.INTERNAL_ERROR


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """One line a check, then the counts."""
    if RESULTS not in config.stash:
        return
    results = config.stash[RESULTS]
    terminalreporter.section("conformance")
    for result in results.by_id.values():
        terminalreporter.write_line(f"{result.outcome:<13}{result.id:<34}{result.judged:>6} judged")
        if result.finding:
            terminalreporter.write_line("             " + result.finding.message.splitlines()[0])
    counts = ", ".join(f"{results.count(outcome)} {outcome}" for outcome in Outcome)
    report = Path(config.getoption("--report-dir")) / REPORT
    terminalreporter.write_line(f"{counts}; {results.requests} requests; {report}")
