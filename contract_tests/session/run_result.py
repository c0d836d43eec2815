"""What a run found: results, records, and what is not restored."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from contract_tests.contract.json_values import Json
from contract_tests.errors import ExitCode, error_of_ours
from contract_tests.record.har import Record
from contract_tests.report import document
from contract_tests.report.about import about
from contract_tests.report.causes import Cause, causes
from contract_tests.report.results import Results
from contract_tests.target.command_line import CommandLine
from contract_tests.target.options import Options
from contract_tests.target.target import Target


@dataclass
class Tested:
    """One of several servers, as a report shows it.

    Attributes:
        name: In the file of targets.
        target: What was tested, without secrets.
        requests: How many it got.
        row: Its row of the report, where its own report is written already.
        error: Why it was not tested to the end; empty where it was.
    """

    name: str
    target: Mapping[str, str]
    requests: int = 0
    error: str = ""
    row: Json = None

    def as_json(self) -> Json:
        """The server as the report needs it."""
        if self.row:
            return self.row
        row = {"name": self.name, "target": dict(self.target), "requests": self.requests}
        return row | ({"error": self.error} if self.error else {})


@dataclass
class RunResult:
    """The results of a run.

    Attributes:
        options: What was tested, and how; with the mode that was chosen by default.
        target: What was tested, without secrets; of several servers, side by side.
        results: By requirement.
        records: What was sent and what came back, a record for each extension.
        changed_elsewhere: Which other extensions may not have their original values.
        not_restored: For each extension that may not have its original values: what was tested, and why.
        error_code: How the run ends where it went wrong.
        servers: By name, where the file of targets names them.
    """

    options: Options
    target: Mapping[str, str]
    results: Results
    records: list[Record] = field(default_factory=list)
    changed_elsewhere: list[str] = field(default_factory=list)
    not_restored: list[tuple[Target, str]] = field(default_factory=list)
    error_code: ExitCode = ExitCode.ok
    servers: dict[str, Tested] = field(default_factory=dict)

    @property
    def exit_code(self) -> ExitCode:
        """How a command ends that makes this run."""
        if self.not_restored or self.changed_elsewhere:
            return ExitCode.not_restored
        if self.error_code:
            return self.error_code
        if self.results.error:
            return ExitCode.error
        rows = self.results.by_id.values()
        return ExitCode.failed if any(row.is_new_failure or row.is_stale for row in rows) else ExitCode.ok

    def fail(self, message: str) -> None:
        """Note an error of the run."""
        self.results.stop(message)
        self.error_code = max(self.error_code, ExitCode.error)

    def finish_commands(self, commands: CommandLine) -> list[str]:
        """The commands that restore what is not restored."""
        return [
            commands.restore(target.base_url, target.extension_id, self.options.state_dir)
            for target, _ in self.not_restored
        ]

    @cached_property
    def causes(self) -> list[Cause]:
        """What is behind the findings; none where they cannot be found, which is an error of the run."""
        try:
            return causes(self.results)
        except Exception as error:
            self.fail(error_of_ours(error))
            return []

    def as_json(self) -> Json:
        """The report."""
        report = document.of(
            self.results, self.causes, self.target, about(self.options) | {"exit_code": int(self.exit_code)}
        )
        report = document.by_server(report, [server.as_json() for server in self.servers.values()])
        return report | ({"findings_only": True} if self.results.elsewhere else {})

    @property
    def reported(self) -> set[str]:
        """The servers whose own report is written already."""
        return {name for name, server in self.servers.items() if server.row}

    def files(self) -> dict[str, bytes]:
        """What the commands in the report need beside it, by name."""
        return {name: content for cause in self.causes for name, content in cause.files.items()}
