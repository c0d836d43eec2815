"""The files of a run: reports in every format."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

from contract_tests.contract.json_values import Json
from contract_tests.errors import UsageError
from contract_tests.report import document, html, junit


class Reportable(Protocol):
    """What has a report."""

    def as_json(self) -> Json:
        """The report."""


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
        for name in (document.NAME, html.NAME, junit.NAME):
            (folder / name).open("a").close()
    except OSError as error:
        raise UsageError(f"--report-dir: {error.filename} cannot be written ({error.strerror})") from None
    return folder


def write(folder: Path, result: Reportable, rerun: str) -> None:
    """Write all reports of a run.

    Args:
        folder: Where to.
        result: The run.
        rerun: The command that judges one requirement again; `{}` stands for its id.
    """
    report = document.completed(result.as_json(), rerun)
    document.write(folder / document.NAME, report)
    html.write(folder / html.NAME, report)
    junit.write(folder / junit.NAME, report)
