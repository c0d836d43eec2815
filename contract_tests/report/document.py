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
from contract_tests.report.results import ResultId, Results

NAME = "conformance.json"
SCHEMA = Path(__file__).with_name("conformance.schema.json")
MAX_IDS = 4
"""That a command names one by one."""
RERUN = {"fail", "warn"}


class ReportError(Exception):
    """A file is no report; the message names it and what is wrong."""


def of(results: Results, causes: Sequence[Cause], target: Mapping[str, str], run: Json = None) -> Json:
    """The report of results, with what is behind the findings."""
    document = results.as_json(target)
    document["summary"]["causes"] = counted(causes)["failed"]
    return document | {"causes": [cause.as_json() for cause in causes]} | ({"run": run} if run else {})


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
