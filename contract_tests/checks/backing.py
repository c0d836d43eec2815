"""What stands behind a check: how well the page backs it, by which statements, and for which properties."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from contract_tests.contract.document import Contract
from contract_tests.contract.property import Evidence, Property
from contract_tests.contract.statements import NOT_SAID, Statement, statements, words

FROM_RESPONSES = "the responses of this server"
"""From what the answer to an open question is inferred."""
FROM_CONTRACT = "the contract"
"""From what a rule about a property is inferred that is in the contract, but not on the page."""
PropertyFilter = Callable[[Property], bool]


@dataclass(frozen=True)
class ByContract:
    """The level of a check of properties: the `x-evidence` of each property for this keyword of its schema."""

    keyword: str


Level = Evidence | ByContract


@dataclass(frozen=True)
class Backing:
    """What stands behind a check.

    Attributes:
        level: How well the page backs it.
        each: Which properties it judges one by one; None where it does not judge properties one by one.
        statements: Ids of the page's statements, with blanks between; a statement about a property stands behind the
            result for that property only.
        of_each: The ending of further ids, one for each property: t (type), o (optional), d (default).
        quoted: The sentence of an RFC that stands behind it, or what it is inferred from, if the page says neither.
    """

    level: Level
    each: PropertyFilter | None = None
    statements: str = ""
    of_each: str = ""
    quoted: str = ""

    def properties(self, contract: Contract) -> list[str]:
        """The properties that it judges one by one."""
        return [name for name, known in contract.properties.items() if self.each and self.each(known)]

    def level_of(self, contract: Contract, name: str) -> Evidence:
        """The level of the result for a property; `name` is empty where it does not judge properties one by one."""
        if isinstance(self.level, Evidence):
            return self.level
        return Evidence[contract.properties[name].evidence.get(self.level.keyword, Evidence.stated.name)]

    def statements_of(self, name: str) -> list[str]:
        """The ids of the statements behind the result for a property, in the page's order."""
        return [row.id for row in self.rows if row.subject in {"", name}]

    def sentence_of(self, name: str) -> str:
        """The sentence behind the result for a property, its own statements first."""
        own, general = ([row for row in self.rows if row.subject == subject] for subject in (name, ""))
        return self.sentence([*own, *general] if name else general)

    def sentence(self, rows: Sequence[Statement]) -> str:
        """The sentence behind a result: the page's words, those of an RFC, or what it is inferred from."""
        if self.level is Evidence.inferred:
            return self.quoted or NOT_SAID + words(rows)
        unsaid = FROM_RESPONSES if self.level is Evidence.open else FROM_CONTRACT
        return "; ".join(filter(None, [words(rows), self.quoted])) or NOT_SAID + unsaid

    @functools.cached_property
    def rows(self) -> Sequence[Statement]:
        """The statements that the check names, for all properties."""
        ids = self.statements.split()
        ending = f"-{self.of_each}" if self.of_each else ""
        return [row for row in statements().values() if row.id in ids or (ending and row.id.endswith(ending))]


def every(_: Property) -> bool:
    """Every property."""
    return True


def quotation(description: str) -> tuple[str, str]:
    """The rule in a docstring (its first line), and what it quotes beside the page (the lines that begin with `>`)."""
    rule, _, rest = description.partition("\n")
    quoted = [line.removeprefix(">").strip() for line in rest.splitlines() if line.startswith(">")]
    return rule, " ".join(quoted)
