"""The requirements: the checks joined with the contract, and with the page's statements that a run really tested."""

from __future__ import annotations

import functools
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from contract_tests.checks import CATALOGUE, Check
from contract_tests.contract.document import Contract, load_yaml
from contract_tests.contract.statements import Statement, statements
from contract_tests.report.results import Requirement, ResultId

EXCLUDED_FILE = Path(__file__).with_name("excluded.yaml")


@dataclass(frozen=True)
class Row:
    """How a statement is covered: by the results of these ids, or not, for a reason."""

    statement: Statement
    ids: Sequence[ResultId]
    reason: str


@functools.lru_cache(maxsize=2)
def requirements(contract: Contract) -> Mapping[ResultId, Requirement]:
    """All requirements by id: one for each check, or one for each property that a check judges."""
    return {id_: _requirement(id_, check, contract) for check in CATALOGUE.values() for id_ in check.ids(contract)}


@functools.cache
def excluded() -> Mapping[str, str]:
    """The reason by the id of each statement that is out of reach."""
    return {id_: group["reason"] for group in load_yaml(EXCLUDED_FILE) for id_ in group["statements"]}


def coverage(contract: Contract, judged: Collection[ResultId]) -> list[Row]:
    """Each statement with the ids of the results that test it and were judged in a run, or the reason why none does."""
    tested: dict[str, list[ResultId]] = {}
    for requirement in requirements(contract).values():
        if requirement.id in judged:
            for id_ in requirement.statements:
                tested.setdefault(id_, []).append(requirement.id)
    return [Row(row, tested.get(row.id, []), excluded().get(row.id, "")) for row in statements().values()]


def _requirement(id_: ResultId, check: Check, contract: Contract) -> Requirement:
    level, sentence = check.backing.level_of(contract, id_.subject), check.backing.sentence_of(id_.subject)
    return Requirement(id_, check.theme, level, check.rule, sentence, check.backing.statements_of(id_.subject))
