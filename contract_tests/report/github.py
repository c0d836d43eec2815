"""A run for GitHub Actions: annotations on standard output, and the summary of the job."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from contract_tests.contract.json_values import Json
from contract_tests.record.text import excerpt, visible
from contract_tests.report import markdown
from contract_tests.report.verdict import Row, listed, new, verdict

SUMMARY_VARIABLE = "GITHUB_STEP_SUMMARY"
"""Names the file that GitHub shows on the page of the job."""
MAX_ANNOTATIONS = 10
"""GitHub shows so many errors, and so many warnings, of a step."""
MAX_TEXT, MAX_NAMES = 500, 6


def commands(document: Json) -> Iterator[str]:
    """A workflow command for each cause, and for an error of the run."""
    for row in document["results"]:
        if row["outcome"] == "error":
            yield _command("error", "Conformance run", row["message"])
    for outcome, word in (("fail", "error"), ("warn", "warning")):
        for cause in new(document["causes"], outcome)[:MAX_ANNOTATIONS]:
            yield _command(word, cause["title"], _text(cause))
    found = verdict(document)
    yield _command("notice", f"Conformance: {found.word}", found.sentence)


def append_summary(path: Path, document: Json) -> None:
    """Add the Markdown summary to the page of the job.

    Raises:
        OSError: It cannot be written.
    """
    with path.open("a", encoding="utf-8") as stream:
        stream.write(markdown.render(document))


def _text(cause: Row) -> str:
    parts = [listed(cause["properties"], MAX_NAMES), excerpt(cause["message"], 0, MAX_TEXT)]
    parts += [f"Likely: {cause['reason']}"] if "reason" in cause else []
    return "\n".join(filter(None, [*parts, f"Test again: {cause['rerun']}"]))


def _command(name: str, title: str, text: str) -> str:
    """A workflow command; what a server sent cannot begin another one."""
    return f"::{name} title={_escaped(title, ':,')}::{_escaped(visible(text, chr(10)))}"


def _escaped(text: str, more: str = "") -> str:
    text = text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
    return text.translate({ord(char): f"%{ord(char):02X}" for char in more})
