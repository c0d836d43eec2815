"""A run as one HTML page that needs nothing else: `report.html`, made from `conformance.json` alone."""

from __future__ import annotations

import contextlib
import functools
import re
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple, TypeVar

import platformdirs
from jinja2 import BytecodeCache, Environment, FileSystemLoader, StrictUndefined
from jinja2.bccache import Bucket
from markupsafe import Markup, escape

from contract_tests import files
from contract_tests.contract import CONTRACT
from contract_tests.contract.json_values import Json
from contract_tests.record.text import excerpt, visible
from contract_tests.report import baseline, source
from contract_tests.report.results import ResultId
from contract_tests.report.verdict import (
    Row,
    breaks,
    counted,
    is_stale,
    known,
    listed,
    new,
    of_outcome,
    tested,
    untested,
    verdict,
    versions,
)

NAME = "report.html"
MAX_MESSAGE = 400
"""Characters of a message in the list of a cause; the page of the worst server must stay below 2 MB."""
_NAME = re.compile(r"[a-z][a-z0-9_.]*")
K = TypeVar("K", bound=Hashable)

SYMBOLS = {"pass": "✓", "note": "i", "warn": "!", "fail": "✗", "not_testable": "?", "error": "✗"}
COUNTS = {
    "fail": ("failed", "failures"),
    "warn": ("warned", "warnings"),
    "pass": ("passed", "properties"),
    "note": ("noted", "profile"),
    "not_testable": ("not_testable", "untested"),
}
"""For each outcome how it is counted, and the section that tells more."""
TITLES = {
    "stale": "Lines to remove from the baseline",
    "failures": "Failures",
    "warnings": "Warnings",
    "known": "Known failures",
    "properties": "Property by property",
    "profile": "Provider profile",
    "behaviour": "Behaviour",
    "untested": "Not testable",
}
"""Of the sections, in their order."""
LEVELS = {
    "stated": "the page states it",
    "example": "the page shows it in an example",
    "inferred": "inferred, the page does not say it",
    "open": "the page leaves it open",
}


class Line(NamedTuple):
    """A property with its results by check; None where a check does not judge it."""

    name: str
    by_check: Mapping[str, Row | None]


def render(document: Json) -> str:
    """The page of a report."""
    document = _visible(document)
    rows = [row for row in document["results"] if row["outcome"] != "error"]
    causes = document["causes"]
    sections = {
        "stale": [row for row in rows if is_stale(row)],
        "failures": new(causes, "fail"),
        "warnings": new(causes, "warn"),
        "known": known(causes),
        "properties": _matrix(rows),
        "profile": of_outcome(rows, "note"),
        "behaviour": _grouped((row for row in rows if not _property(row)), lambda row: str(row["theme"])),
        "untested": untested(rows),
    }
    template = _environment().get_template("report.html.jinja")
    return template.render(
        document=document,
        verdict=verdict(document),
        by_id={row["id"]: row for row in rows},
        anchors=_anchors(causes),
        filters=_filters(causes),
        themes=list(dict.fromkeys(theme for server in document.get("servers", []) for theme in server["themes"])),
        errors=[row["message"] for row in document["results"] if row["outcome"] == "error"],
        rules={_check(row): row["rule"] for row in rows if _property(row)},
        sections={name: content for name, content in sections.items() if content},
    )


def write(path: Path, document: Json) -> None:
    """Write the page of a report.

    Raises:
        OSError: It cannot be written.
    """
    files.replace(path, render(document).encode())


def _visible(value: Json) -> Json:
    """The same with characters that do not print as escapes: what a server answered may hold any."""
    if isinstance(value, dict):
        return {key: _visible(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_visible(item) for item in value]
    return visible(value, "\n") if isinstance(value, str) else value


def _anchors(causes: Sequence[Row]) -> dict[str, str]:
    """For each result with a finding, the first cause that holds it: the place that a link leads to."""
    return {id_: cause["id"] for cause in reversed(causes) for id_ in cause["results"]}


def _filters(causes: Sequence[Row]) -> dict[str, list[str]]:
    """The values by which causes can be filtered; a name that style sheets cannot hold is left out."""
    results = [id_ for cause in causes for id_ in cause["results"]]
    names = [name for cause in causes for name in (*cause["properties"], *cause["warned_properties"])]
    values = {
        "outcome": dict.fromkeys(cause["outcome"] for cause in causes),
        "property": dict.fromkeys(sorted(names)),
        "rule": dict.fromkeys(sorted(ResultId.parse(id_).check for id_ in results)),
    }
    return {kind: [*filter(_NAME.fullmatch, found)] for kind, found in values.items() if len(causes) > 1}


def _shortened(text: str) -> str:
    """The beginning of a long message; `conformance.json` has all of it."""
    return excerpt(text, 0, MAX_MESSAGE)


def _tags(cause: Row) -> str:
    """What a cause is about, as words: the values by which it can be filtered."""
    words = [f"outcome-{cause['outcome']}"]
    words += [f"property-{name}" for name in (*cause["properties"], *cause["warned_properties"])]
    words += [f"rule-{ResultId.parse(id_).check}" for id_ in cause["results"]]
    return " ".join(dict.fromkeys(words))


def _check(row: Row) -> str:
    return str(row["id"]).partition(":")[0]


def _property(row: Row) -> str:
    return str(row["id"]).partition(":")[2]


def _grouped(rows: Iterable[Row], key: Callable[[Row], K]) -> dict[K, list[Row]]:
    groups: dict[K, list[Row]] = {}
    for row in rows:
        groups.setdefault(key(row), []).append(row)
    return groups


def _matrix(rows: Sequence[Row]) -> list[Line]:
    """A line for each property; none where no result is of a property."""
    judged = {(_check(row), _property(row)): row for row in rows if _property(row)}
    checks = dict.fromkeys(check for check, _ in judged)
    # The report's names too: it may be of another contract.
    names = dict.fromkeys([*CONTRACT.properties, *(name for _, name in judged)]) if judged else {}
    return [Line(name, {check: judged.get((check, name)) for check in checks}) for name in names]


def _answer(row: Row) -> str:
    """What a note says, without the question where it repeats that."""
    return str(row["message"]).removeprefix(row["rule"]).strip()


def _baseline_line(row: Row) -> str:
    return baseline.line(row["id"])


def breakable(text: str) -> Markup:
    """A name that may be broken after an underscore."""
    return escape(text).replace("_", Markup("_<wbr>"))


class _CompiledTemplates(BytecodeCache):
    """Templates as Python code, in the user's cache folder: to compile one takes ten times as long as a report."""

    def load_bytecode(self, bucket: Bucket) -> None:
        """Read the code of a template; of an older one, or where none can be read, it is compiled anew."""
        with contextlib.suppress(Exception):
            bucket.bytecode_from_string(_compiled(bucket).read_bytes())

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep the code of a template, where the folder can be written to."""
        path = _compiled(bucket)
        with contextlib.suppress(OSError):
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            files.replace(path, bucket.bytecode_to_string())


def _compiled(bucket: Bucket) -> Path:
    return platformdirs.user_cache_path("phone-contract") / f"{bucket.key}.template"


@functools.cache
def _environment() -> Environment:
    environment = Environment(
        bytecode_cache=_CompiledTemplates(),
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    filters: dict[str, Callable[..., str]] = {
        "answer": _answer,
        "baseline_line": _baseline_line,
        "breakable": breakable,
        "breaks": breaks,
        "shortened": _shortened,
        "tags": _tags,
    }
    environment.filters.update(filters)
    environment.globals |= {
        "SYMBOLS": SYMBOLS,
        "COUNTS": COUNTS,
        "TITLES": TITLES,
        "LEVELS": LEVELS,
        "counted": counted,
        "listed": listed,
        "tested": tested,
        "versions": versions,
        "label": source.label,
    }
    return environment
