"""A run as Markdown, for a pull request or the summary of a CI job: `summary.md`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from contract_tests import files
from contract_tests.contract.json_values import Json
from contract_tests.record.text import excerpt, visible
from contract_tests.report import baseline, source
from contract_tests.report.verdict import (
    Row,
    breaks,
    counted,
    example_of,
    known,
    listed,
    new,
    tested,
    untested,
    verdict,
    versions,
)

NAME = "summary.md"
SYMBOLS = {"pass": "✅", "note": "📝", "warn": "⚠️", "fail": "❌", "error": "❌", "not_testable": "❔"}
MAX_BYTES = 60_000
"""Of a summary: a comment on GitHub has at most 65,536 characters."""
MAX_IN_FULL = (10, 3, 0)
"""Of many causes, so many are shown in full: the first number that gives no more bytes."""
MAX_NAMES, MAX_TEXT, MAX_COMMANDS = 6, 300, 3000


def write(path: Path, document: Json) -> None:
    """Write the summary of a report.

    Raises:
        OSError: It cannot be written.
    """
    files.replace(path, render(document).encode())


def render(document: Json) -> str:
    """The summary of a report."""
    texts = ("\n".join(_lines(document, most)) + "\n" for most in MAX_IN_FULL)
    return next((text for text in texts if len(text.encode()) <= MAX_BYTES), None) or _shortest(document)


def _shortest(document: Json) -> str:
    text = "\n".join(_lines(document, 0)).encode()[:MAX_BYTES].decode(errors="ignore")
    return f"{text.rpartition(chr(10))[0]}\n\nThe rest is in report.html.\n"


def code(text: str) -> str:
    """A text as code in a line: Markdown acts on nothing in it."""
    text = visible(text)
    ticks = "`" * (1 + max(map(len, re.findall("`+", text)), default=0))
    return f"{ticks} {text} {ticks}" if "`" in text else f"`{text}`"


def cell(text: str) -> str:
    """A text in a table."""
    return text.replace("|", "\\|")


def _block(text: str) -> Iterator[str]:
    ticks = "`" * max(3, 1 + max(map(len, re.findall("`+", text)), default=0))
    yield from (f"{ticks}sh", *(visible(line) for line in text.splitlines()), ticks)


def _lines(document: Json, most: int) -> Iterator[str]:
    result, summary = verdict(document), document["summary"]
    yield f"## {SYMBOLS[result.outcome]} {result.word}: PhoneProperties contract"
    yield ""
    yield f"{result.sentence} Tested: {code(tested(document['target']))}."
    for row in document["results"]:
        if row["outcome"] == "error":
            yield f"\n{SYMBOLS['error']} {code(row['message'])}"
    yield ""
    parts = [("failed", "fail"), ("warned", "warn"), ("passed", "pass"), ("noted", "note")]
    texts = [
        f"{summary[key]} {word}"
        for key, word in parts
        if summary[key] and (key, summary["known"]) != ("failed", summary[key])
    ]
    texts += [f"{summary['known']} known"] if summary["known"] else []
    texts += [f"{summary['not_testable']} not testable"] if summary["not_testable"] else []
    yield f"{', '.join(texts)}; {counted(summary['requests'], 'request')} in {summary['seconds']} s"
    yield ""
    yield from _servers(document)
    yield from _table(document)
    for cause in [*new(document["causes"], "fail"), *new(document["causes"], "warn")][:most]:
        yield from _cause(document, cause)
    if most:
        yield from _baseline(document)
    if reasons := untested(document["results"]):
        yield "**Not tested**"
        yield ""
        yield from (f"- {counted(len(ids), 'requirement')}: {visible(reason)}" for reason, ids in reasons.items())
        yield ""
    yield f"<sub>{versions(document)}</sub>"


def _servers(document: Json) -> Iterator[str]:
    if not document.get("servers"):
        return
    themes = list(dict.fromkeys(theme for server in document["servers"] for theme in server["themes"]))
    yield f"| server | verdict | {' | '.join(theme.replace('_', ' ') for theme in themes)} |"
    yield f"|---|---|{'---|' * len(themes)}"
    for server in document["servers"]:
        cells = [SYMBOLS[server["themes"][theme]] if theme in server["themes"] else "" for theme in themes]
        word = f"{SYMBOLS[server['outcome']]} {server['outcome']}"
        yield f"| {' | '.join([cell(code(server['name'])), word, *cells])} |"
    yield ""


def _table(document: Json) -> Iterator[str]:
    causes = [*new(document["causes"], "fail"), *new(document["causes"], "warn"), *known(document["causes"])]
    if not causes:
        return
    yield "| | cause | properties | requirements | evidence | risk |"
    yield "|---|---|---|---|---|---|"
    for cause in causes:
        word = "known" if "expected" in cause else cause["outcome"]
        symbol = SYMBOLS["note" if "expected" in cause else cause["outcome"]]
        names = listed(map(code, cause["properties"]), MAX_NAMES)
        cells = [f"{symbol} {word}", visible(cause["title"]), names, breaks(cause)]
        yield f"| {' | '.join(map(cell, [*cells, cause['level'], cause.get('risk', '')]))} |"
    yield ""


def _cause(document: Json, cause: Row) -> Iterator[str]:
    row = example_of(document, cause)
    yield f"<details><summary>{SYMBOLS[cause['outcome']]} {_escaped(cause['title'])}</summary>"
    yield ""
    yield f"- {source.label(row['sentence'], cause['level'])}: {code(row['sentence'])}"
    yield f"- the server: {code(excerpt(cause['message'], 0, MAX_TEXT))}"
    if "reason" in cause:
        yield f"- likely: {visible(cause['reason'])}"
    yield f"- rerun: {code(cause['rerun'])}"
    yield ""
    if "reproduction" in cause and len(cause["reproduction"]) <= MAX_COMMANDS:
        yield from _block(cause["reproduction"])
    yield "</details>"
    yield ""


def _escaped(text: str) -> str:
    return visible(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _baseline(document: Json) -> Iterator[str]:
    ids = [row["id"] for row in document["results"] if row["outcome"] == "fail" and "expected" not in row]
    if ids:
        yield "<details><summary>Lines for a baseline, if these failures are known</summary>"
        yield ""
        yield from _block("\n".join(map(baseline.line, ids)))
        yield "</details>"
        yield ""
