"""How a function becomes a check: its decorator and its docstring say all that is known of it."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass

from contract_tests.checks.backing import Backing, Level, PropertyFilter, quotation
from contract_tests.checks.history import History
from contract_tests.checks.judgement import Judgements
from contract_tests.contract.document import Contract
from contract_tests.report.results import ResultId

Function = Callable[[History], Judgements]


@dataclass(frozen=True)
class Check:
    """One check.

    Attributes:
        name: Its id, and the first half of the ids of its results where it judges properties one by one.
        judge: Judges the history of a run.
        rule: What it asks.
        backing: What stands behind it.
        theme: The module in which it is registered.
    """

    name: str
    judge: Function
    rule: str
    backing: Backing
    theme: str

    def ids(self, contract: Contract) -> list[ResultId]:
        """The ids of its results for a contract."""
        if self.backing.each is None:
            return [ResultId(self.name)]
        return [ResultId(self.name, name) for name in self.backing.properties(contract)]


CATALOGUE: dict[str, Check] = {}
"""All checks by name, in the order of the report."""


def check(
    level: Level, *, each: PropertyFilter | None = None, statements: str = "", of_each: str = ""
) -> Callable[[Function], Function]:
    """Register a function as a check; `Backing` explains the arguments.

    The name of the function is the id of the check. The first line of its docstring is the rule. The lines that begin
    with `>` quote an RFC, or say what the rule is inferred from; the page's words come from its statements.
    """

    def add(function: Function) -> Function:
        rule, quoted = quotation(inspect.getdoc(function) or "")
        backing = Backing(level, each, statements, of_each, quoted)
        register(Check(function.__name__, function, rule, backing, function.__module__.rpartition(".")[2]))
        return function

    return add


def register(check: Check) -> None:
    """Add a check to the catalogue.

    Raises:
        ValueError: Another check has its name.
    """
    if check.name in CATALOGUE:
        raise ValueError(f"two checks have the name {check.name}")
    CATALOGUE[check.name] = check
