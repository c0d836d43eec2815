"""How a check gets into the catalogue: a function of the run, under a decorator."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from contract_tests.checks.history import History
from contract_tests.contract.document import Contract
from contract_tests.contract.property import Evidence, Property
from contract_tests.record.exchange import Exchange
from contract_tests.report.results import Finding

Judgements = Iterator["tuple[str, Finding | None]"]
"""For each judgement the property it is about ("" where it is about none), and the finding, if there is one."""
Function = Callable[[History], Judgements]


@dataclass(frozen=True)
class Check:
    """One check.

    Attributes:
        name: Its id, and the first half of the ids of its results where it judges properties one by one.
        judge: Judges a run.
        of: Whether it judges a property; None where it does not judge properties one by one.
        theme: The module that it stands in.
        description: What it asks, and the sentence behind that.
    """

    name: str
    judge: Function
    of: Callable[[Property], bool] | None
    theme: str
    description: str

    def ids(self, contract: Contract) -> list[str]:
        """The ids of its results for a contract."""
        if self.of is None:
            return [self.name]
        return [f"{self.name}:{name}" for name, known in contract.properties.items() if self.of(known)]


CATALOGUE: dict[str, Check] = {}


def check(function: Function) -> Function:
    """Register a check by its name."""
    return _register(function, None)


def check_each(of: Callable[[Property], bool]) -> Callable[[Function], Function]:
    """Register a check that judges each property of a kind by itself."""
    return lambda function: _register(function, of)


def every(_: Property) -> bool:
    """Every property."""
    return True


def finding(evidence: Evidence, message: str, seen: Exchange) -> Finding:
    """A finding with the exchange that shows it."""
    return Finding(evidence, message, seen.curl(), seen.sent(), seen.got())


def _register(function: Function, of: Callable[[Property], bool] | None) -> Function:
    name = function.__name__
    theme = function.__module__.rpartition(".")[2]
    CATALOGUE[name] = Check(name, function, of, theme, inspect.getdoc(function) or "")
    return function
