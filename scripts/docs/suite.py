"""The suite as the conformance page shows it: every requirement, by theme and check."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from contract_tests.checks.requirements import requirements
from contract_tests.contract.document import Contract
from contract_tests.contract.property import Evidence
from contract_tests.fuzz import layer
from contract_tests.report.results import Requirement

VERDICTS = {
    Evidence.stated: "fail",
    Evidence.example: "fail",
    Evidence.inferred: "warn",
    Evidence.open: "note",
}
"""What a server gets that breaks a requirement of a level."""


@dataclass(frozen=True)
class Group:
    """The requirements that one check judges: one, or one for each property."""

    name: str
    requirements: Sequence[Requirement]

    @property
    def rule(self) -> str:
        """What is asked; of a check that only schemathesis describes, its name in words."""
        return self.requirements[0].rule or self.name.partition(".")[2].replace("_", " ").capitalize() + "."

    @property
    def sentence(self) -> str:
        """The sentence behind it."""
        return self.requirements[0].sentence or "A check of schemathesis, weighed by the contract's evidence"

    @property
    def levels(self) -> list[Evidence]:
        """The levels of its requirements, the best backed first."""
        return sorted({requirement.level for requirement in self.requirements}, reverse=True)

    @property
    def is_of_properties(self) -> bool:
        """Whether it judges properties one by one."""
        return bool(self.requirements[0].id.subject)


def all_requirements(contract: Contract) -> list[Requirement]:
    """Those of the planned core, then those of the fuzz layer."""
    return [*requirements(contract).values(), *layer.requirements()]


def by_theme(known: Iterable[Requirement]) -> Mapping[str, Sequence[Group]]:
    """The requirements in their order, by theme, then by check."""
    themes: dict[str, dict[str, list[Requirement]]] = {}
    for requirement in known:
        checks = themes.setdefault(requirement.theme, {})
        checks.setdefault(requirement.id.check, []).append(requirement)
    return {theme: [Group(name, rows) for name, rows in checks.items()] for theme, checks in themes.items()}
