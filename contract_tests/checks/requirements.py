"""Which sentence each result is backed by, and the join of the page's statements with what a run really judged."""

from __future__ import annotations

import csv
import functools
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from contract_tests.checks import CATALOGUE, Check
from contract_tests.contract.document import Contract, load_yaml
from contract_tests.contract.json_values import Json
from contract_tests.contract.property import Evidence
from contract_tests.report.results import Requirement, ResultId

REQUIREMENTS = Path(__file__).with_name("requirements.yaml")
STATEMENTS = Path(__file__).resolve().parents[1] / "contract" / "statements.csv"
OBSERVABLE = {"W", "F"}
"""Tags of statements that can be seen on this resource over HTTP: of the wire, and of a fresh extension."""


@dataclass(frozen=True)
class Statement:
    """A numbered statement of the page: its tag (W, F, X, B, I; see the README) and its text."""

    id: str
    tag: str
    text: str


@dataclass(frozen=True)
class Row:
    """How a statement is covered: by the results of these ids, or not, for a reason."""

    statement: Statement
    ids: Sequence[ResultId]
    reason: str


def statements() -> dict[str, Statement]:
    """The page's statements by id."""
    with STATEMENTS.open(encoding="utf-8", newline="") as file:
        rows = [Statement(row["id"], row["tag"], row["statement"]) for row in csv.DictReader(file)]
    return {row.id: row for row in rows}


def requirements(contract: Contract) -> dict[ResultId, Requirement]:
    """All requirements by id: those of the behaviour as they are written down, those of properties by the contract."""
    known = statements()
    return {
        id_: _requirement(id_, check, contract, known) for check in CATALOGUE.values() for id_ in check.ids(contract)
    }


def excluded() -> dict[str, str]:
    """The reason by the id of each statement that is out of reach."""
    return {id_: group["reason"] for group in _document()["excluded"] for id_ in group["statements"]}


def coverage(contract: Contract, judged: Collection[ResultId]) -> list[Row]:
    """Each statement with the results that were judged in a run and test it, or the reason why none does."""
    tested: dict[str, list[ResultId]] = {}
    for requirement in requirements(contract).values():
        if requirement.id in judged:
            for id_ in requirement.statements:
                tested.setdefault(id_, []).append(requirement.id)
    reasons = excluded()
    return [Row(row, tested.get(row.id, []), reasons.get(row.id, "")) for row in statements().values()]


def _requirement(id_: ResultId, check: Check, contract: Contract, known: Mapping[str, Statement]) -> Requirement:
    document = _document()
    entry = document["requirements"][check.name]
    rule, _, _ = check.description.partition("\n")
    of_this = document["of_properties"].get(str(id_), ())
    backing = [*entry.get("statements", ()), *_of_each(entry, id_, known), *of_this]
    return Requirement(id_, check.theme, _level(entry["level"], id_, contract), rule, entry["sentence"], backing)


def _level(level: Json, id_: ResultId, contract: Contract) -> Evidence:
    if isinstance(level, str):
        return Evidence[level]
    evidence = contract.properties[id_.subject].evidence
    return Evidence[evidence.get(level["contract"], Evidence.stated.name)]


def _of_each(entry: Mapping[str, Json], id_: ResultId, known: Mapping[str, Statement]) -> Iterator[str]:
    ending, subject = entry.get("of_each"), f"{id_.subject}: "
    for row in known.values():
        if ending and row.id.endswith(f"-{ending}") and row.text.startswith(subject):
            yield row.id


@functools.cache
def _document() -> Mapping[str, Json]:
    document: Mapping[str, Json] = load_yaml(REQUIREMENTS)
    return document
