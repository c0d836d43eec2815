"""`conformance.json` as a file: what is added when it is written, and what must hold when one is read."""

from __future__ import annotations

import datetime
import functools
import json
import shlex
from collections.abc import Mapping, Sequence
from pathlib import Path

import jsonschema_rs

from contract_tests import files
from contract_tests.contract.json_values import Json
from contract_tests.report.causes import Cause, counted
from contract_tests.report.results import HARNESS, ResultId, Results

NAME = "conformance.json"
MAX_IN_FULL = 10
"""Of more servers, the joint report holds the findings; the report of each server holds all."""
MAX_JOINT = 800
"""Findings in the joint report of many servers; the rows of the servers count the others."""
SCHEMA = Path(__file__).with_name("conformance.schema.json")
MAX_IDS = 4
"""That a command names one by one."""
NOT_TESTABLE = "not_testable"
WORST_LAST = (NOT_TESTABLE, "note", "pass", "warn", "fail")
COUNTED = {"pass": "passed", "fail": "failed", "warn": "warned", "note": "noted", NOT_TESTABLE: NOT_TESTABLE}
"""For each outcome how a summary counts it."""
RERUN = {"fail", "warn"}


class ReportError(Exception):
    """A file is no report; the message names it and what is wrong."""


def of(results: Results, causes: Sequence[Cause], target: Mapping[str, str], run: Json = None) -> Json:
    """The report of results, with what is behind the findings."""
    document = results.as_json(target)
    document["summary"]["causes"] = counted(causes)["failed"]
    return document | {"causes": [cause.as_json() for cause in causes]} | ({"run": run} if run else {})


def by_server(document: Json, servers: Sequence[Json]) -> Json:
    """The report with a row for each server, where the file of targets names them."""
    if not servers:
        return document
    rows: dict[str, list[Json]] = {}
    for row in document["results"]:
        rows.setdefault(_server_of(row["id"]), []).append(row)
    return document | {"servers": [_server_row(rows.get(server["name"], []), server) for server in servers]}


def is_findings_only(document: Json) -> bool:
    """Whether the report of each server holds what this one leaves out."""
    return bool(document.get("findings_only"))


def findings_only(document: Json) -> Json:
    """The report of many servers without what is met, which stands in the report of each server."""
    rows = [row for row in document["results"] if row["outcome"] in {*RERUN, "error"} or "expected" in row]
    kept, cut = rows[:MAX_JOINT], rows[MAX_JOINT:]
    kept += [row for row in cut if row["outcome"] == "error"]
    cut_servers = {_server_of(row["id"]) for row in cut}
    servers = [
        server | ({"is_cut": True} if server["name"] in cut_servers else {}) for server in document.get("servers", ())
    ]
    ids = {row["id"] for row in kept}
    causes = [cause for cause in document["causes"] if cause["example"] in ids]
    return document | {"results": kept, "causes": causes, "servers": servers, "findings_only": True}


def name_of(server: str) -> str:
    """The name of the report of one of several servers."""
    return f"conformance-{server}.json"


def _server_row(rows: Sequence[Json], server: Json) -> Json:
    if "themes" in server:  # its own report is written already
        return server
    rows = [row for row in rows if row["outcome"] != "error"]
    themes: dict[str, str] = {}
    for row in rows:
        outcome = "pass" if "expected" in row and row["outcome"] == "fail" else row["outcome"]
        themes[row["theme"]] = max(themes.get(row["theme"], NOT_TESTABLE), outcome, key=WORST_LAST.index)
    worst = max(themes.values(), default=NOT_TESTABLE, key=WORST_LAST.index)
    is_untested = worst == NOT_TESTABLE
    outcome = "error" if "error" in server or is_untested else "pass" if worst == "note" else worst
    return server | {"outcome": outcome, "themes": themes}


def of_server(document: Json, server: Json) -> Json:
    """The part of a report that is about one server, as a report of that server alone."""
    name = server["name"]
    rows = [row | {"id": _alone(row["id"])} for row in document["results"] if _server_of(row["id"]) == name]
    causes = [_cause_alone(cause) for cause in document["causes"] if _server_of(cause["example"]) == name]
    counts = {key: sum(row["outcome"] == outcome for row in rows) for outcome, key in COUNTED.items()}
    summary = (
        document["summary"]
        | counts
        | {
            "errors": int("error" in server),
            "requests": server["requests"],
            "known": sum("expected" in row and row["outcome"] == "fail" for row in rows),
            "causes": sum(cause["outcome"] == "fail" and "expected" not in cause for cause in causes),
        }
    )
    if "error" in server:
        rows.append(HARNESS | {"message": server["error"]})
    parts = {"summary": summary, "results": rows, "causes": causes, "target": server["target"]}
    return {name: value for name, value in document.items() if name != "servers"} | parts


def _cause_alone(cause: Json) -> Json:
    findings = [found | {"id": _alone(found["id"])} for found in cause["findings"]]
    results = [*map(_alone, cause["results"])]
    return cause | {
        "id": cause["id"].removeprefix(f"{_server_of(cause['example'])}/"),
        "example": _alone(cause["example"]),
        "results": results,
        "findings": findings,
    }


def _server_of(id_: str) -> str:
    return ResultId.parse(id_).server


def _alone(id_: str) -> str:
    return str(ResultId.parse(id_)._replace(server=""))


def completed(document: Json, rerun: str) -> Json:
    """A report with its time, and with the command that repeats the check in each row that failed or was warned of.

    Args:
        document: What the results say.
        rerun: The command; `{}` stands for the id.
    """
    rows = [
        row | ({"rerun": rerun.replace("{}", row["id"])} if row["outcome"] in RERUN else {})
        for row in document["results"]
    ]
    found = [cause | {"rerun": rerun.replace("{}", only(cause["results"]))} for cause in document["causes"]]
    written = datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")
    return document | {"results": rows, "causes": found, "written": written}


def only(ids: Sequence[str]) -> str:
    """The value of `only` that means these results; of many, all of their checks."""
    chosen = [id_ for id_ in ids if not ResultId.parse(id_).is_fuzz] or ids
    if len(chosen) <= MAX_IDS:
        return ",".join(chosen)
    checks = dict.fromkeys(str(ResultId.parse(id_)._replace(subject="")) for id_ in chosen)
    return shlex.quote(",".join(f"{check}*" for check in checks))


def write(path: Path, document: Json) -> None:
    """Write a report.

    Raises:
        OSError: It cannot be written.
    """
    files.replace(path, (json.dumps(document, indent=2) + "\n").encode())


def read(path: Path) -> Json:
    """Read a report, from its file or from the directory that holds it.

    Raises:
        ReportError: There is none, or it is not one by the schema.
    """
    file = path / NAME if path.is_dir() else path
    try:
        document = json.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise ReportError(f"{file}: cannot be read ({error.strerror})") from None
    except (ValueError, RecursionError):
        raise ReportError(f"{file}: is not JSON") from None
    try:
        broken = next(_validator().iter_errors(document), None)
    except ValueError:  # a text that is no Unicode
        raise ReportError(f"{file}: is not JSON") from None
    if broken:
        where = "/".join(map(str, broken.instance_path)) or "the document"
        raise ReportError(f"{file}: is not a report of this suite ({where}: {_line(broken.message)})")
    return document


@functools.cache
def _validator() -> jsonschema_rs.Validator:
    return jsonschema_rs.validator_for(json.loads(SCHEMA.read_text(encoding="utf-8")))


def _line(text: str, most: int = 200) -> str:
    line = " ".join(text.split())
    return line if len(line) <= most else f"{line[:most]}…"
