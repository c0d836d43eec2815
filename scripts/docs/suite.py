"""The requirements for the conformance page, by theme and check."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from contract_tests.checks.requirements import requirements
from contract_tests.contract.document import Contract
from contract_tests.contract.property import Evidence
from contract_tests.fuzz import layer
from contract_tests.report import source
from contract_tests.report.results import Requirement

VERDICTS = {
    Evidence.stated: "fail",
    Evidence.example: "fail",
    Evidence.inferred: "warn",
    Evidence.open: "note",
}
"""The verdict on a server that breaks a requirement, by the requirement's level."""


@dataclass(frozen=True)
class Group:
    """The requirements of one check: one, or one for each property."""

    name: str
    requirements: Sequence[Requirement]

    @property
    def rule(self) -> str:
        """The rule in one sentence."""
        return self.requirements[0].rule

    @property
    def sentences(self) -> list[str]:
        """The sentences behind the rule, with what they are; a rule about properties may have one for each property."""
        return [f"{source.label(each.sentence, each.level.name)}: {each.sentence}" for each in self.requirements]

    @property
    def levels(self) -> list[Evidence]:
        """The levels of its requirements, the strongest evidence first."""
        return sorted({requirement.level for requirement in self.requirements}, reverse=True)

    @property
    def is_of_properties(self) -> bool:
        """Whether it has one requirement for each property."""
        return bool(self.requirements[0].id.subject)


def all_requirements(contract: Contract) -> list[Requirement]:
    """Return the requirements of the planned core, then those of the fuzz layer."""
    return [*requirements(contract).values(), *layer.requirements()]


def by_theme(requirements: Iterable[Requirement]) -> Mapping[str, Sequence[Group]]:
    """Group the requirements by theme, then by check, in their order."""
    themes: dict[str, dict[str, list[Requirement]]] = {}
    for requirement in requirements:
        checks = themes.setdefault(requirement.theme, {})
        checks.setdefault(requirement.id.check, []).append(requirement)
    return {theme: [Group(name, rows) for name, rows in checks.items()] for theme, checks in themes.items()}
