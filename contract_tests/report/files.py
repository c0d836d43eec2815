"""The files of a run: reports in every format."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from pathlib import Path
from typing import Protocol

from contract_tests import files
from contract_tests.contract.json_values import Json
from contract_tests.errors import UsageError, error_of_ours
from contract_tests.report import document, html, junit, markdown

WRITERS: dict[str, Callable[[Path, Json], None]] = {
    html.NAME: html.write,
    junit.NAME: junit.write,
    markdown.NAME: markdown.write,
    document.NAME: document.write,
}
"""What writes each file."""


class Reportable(Protocol):
    """What has a report."""

    def as_json(self) -> Json:
        """The report."""

    def files(self) -> Mapping[str, bytes]:
        """What the commands in the report need beside it, by name."""

    @property
    def reported(self) -> Collection[str]:
        """The servers whose own report is written already."""

    def fail(self, message: str) -> None:
        """Note an error of the run."""


def prepare(report_dir: str) -> Path:
    """Make the folder of the reports, and try that each can be written.

    Raises:
        UsageError: It cannot be made, or a file in it cannot be written.
    """
    if not report_dir:
        raise UsageError("--report-dir: name a directory, such as --report-dir reports")
    folder = Path(report_dir)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name in WRITERS:
            files.replace(folder / name, b"")  # no reader takes the report of an earlier run for that of this one
    except OSError as error:
        raise UsageError(f"--report-dir: {error.filename} cannot be written ({error.strerror})") from None
    return folder


def write(folder: Path, result: Reportable, rerun: str) -> Json:
    """Write all reports of a run; one that cannot be written is an error of the run, which the others name.

    Args:
        folder: Where to.
        result: The run.
        rerun: The command that judges one requirement again; `{}` stands for its id.

    Returns:
        The report.
    """
    report = document.completed(result.as_json(), rerun)
    errors = {name: _write_body(folder / name, content) for name, content in result.files().items()}
    errors |= {name: _write(folder / name, report) for name in WRITERS}
    for server in report.get("servers", ()):
        path = folder / document.name_of(server["name"])
        if server["name"] not in result.reported:
            errors[path.name] = _write(path, document.of_server(report, server))
    if not any(errors.values()):
        return report
    for name, error in errors.items():
        if error:
            result.fail(f"{name} was not written: {error}")
    report = document.completed(result.as_json(), rerun)
    for name in WRITERS:
        if errors[name] or _write(folder / name, report):
            (folder / name).unlink(missing_ok=True)  # it does not name the error
    return report


def _write_body(path: Path, content: bytes) -> str:
    """Write the body of a request; returns why it is not written."""
    try:
        files.replace(path, content)
    except OSError as error:
        return error_of_ours(error)
    return ""


def _write(path: Path, report: Json) -> str:
    """Write one report; returns why it is not written."""
    try:
        WRITERS.get(path.name, document.write)(path, report)
    except Exception as error:
        return error_of_ours(error)
    return ""
