"""The suite in pytest: one test for each requirement, over one run of the suite."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from contract_tests.client.connection import warnings
from contract_tests.errors import UsageError
from contract_tests.report import files, terminal
from contract_tests.session.prepared import Prepared
from contract_tests.session.run import run_prepared
from contract_tests.session.run_result import RunResult
from contract_tests.target.command_line import PYTEST, CommandLine
from contract_tests.target.options import Options, declared, flag, from_environment

PREPARED = pytest.StashKey[Prepared]()
RESULT = pytest.StashKey[RunResult]()
COMMANDS = CommandLine(PYTEST)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options of the suite; credentials come from the environment only."""
    group = parser.getgroup("conformance", "conformance of a server to the PhoneProperties contract")
    for each in declared():
        action = "append" if each.metadata["is_repeatable"] else "store"
        group.addoption(f"--{flag(each.name)}", dest=each.name, help=each.metadata["help"], action=action)


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """Check the options before anything is sent."""
    if config.option.help or config.option.collectonly:
        return
    if getattr(config.option, "numprocesses", None) or hasattr(config, "workerinput"):
        raise pytest.UsageError("pytest -n: the suite tests an extension from one process; leave -n out")
    given = {each.name: config.getoption(each.name) for each in declared()}
    try:
        chosen = from_environment(os.environ) | {name: value for name, value in given.items() if value is not None}
        options = Options.of(chosen)
        folder = files.prepare(options.report_dir)
        prepared = config.stash[PREPARED] = Prepared.of(options, os.environ, folder, is_joint_in_full=True)
    except UsageError as error:
        raise pytest.UsageError(str(error)) from None
    for line in warnings(target for test in prepared.tests for target in test.server.targets):
        sys.stderr.write(f"WARNING: {line}\n")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """One test for each requirement that is asked for."""
    if "requirement" in metafunc.fixturenames:
        prepared = metafunc.config.stash.get(PREPARED, None)
        ids = [str(id_) for id_ in prepared.asked.ids] if prepared else []
        metafunc.parametrize("requirement", ids)


@pytest.fixture(scope="session")
def result(pytestconfig: pytest.Config) -> RunResult:
    """The run."""
    try:
        done = run_prepared(pytestconfig.stash[PREPARED])
    except UsageError as error:
        pytest.exit(f"ERROR: {error}", returncode=pytest.ExitCode.USAGE_ERROR)
    pytestconfig.stash[RESULT] = done
    return done


@pytest.fixture(scope="session")
def rerun(result: RunResult) -> str:
    """The command that judges one requirement again; `{}` stands for its id."""
    return COMMANDS.rerun(result.options)


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Write the reports; an error of the run decides the exit code."""
    done = session.config.stash.get(RESULT, None)
    if done is None:
        return
    files.write(Path(done.options.report_dir), done, COMMANDS.rerun(done.options))
    if done.results.error:
        # Not in the summary, which pytest leaves out where a run breaks off.
        sys.stderr.write(
            "".join(f"{line}\n" for line in terminal.errors(done.results.error, done.finish_commands(COMMANDS)))
        )
        session.exitstatus = done.exit_code


def pytest_report_teststatus(report: pytest.TestReport) -> tuple[str, str, str] | None:
    """Print no letter for a requirement that is met: there are many, and the lines of the themes tell."""
    return ("passed", "", "PASSED") if report.passed and report.when == "call" else None


@pytest.hookimpl(tryfirst=True)
def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """One line a theme and the counts, then what a baseline would need."""
    done = config.stash.get(RESULT, None)
    if done is None:
        return
    terminalreporter.section("conformance")
    for line in terminal.summary(done.results, Path(done.options.report_dir)):
        terminalreporter.write_line(line)
    if lines := terminal.baseline_lines(done.results):
        terminalreporter.section("for a baseline, if these failures are known")
        for line in lines:
            terminalreporter.write_line(line)
