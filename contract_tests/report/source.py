"""What a report calls the sentence behind a result: a source, or an inference."""

from __future__ import annotations

from contract_tests.contract.property import Evidence
from contract_tests.contract.statements import NOT_SAID

RFC = "RFC "


def label(sentence: str, level: str) -> str:
    """The label of a sentence.

    Args:
        sentence: The words of the page or of an RFC, or what the rule is inferred from.
        level: The evidence of the finding. A rule of the page may have an inferred finding: a value that is stored in
            another spelling, for example.
    """
    if sentence.startswith(NOT_SAID):
        return "inferred"
    is_of_page = not sentence.startswith(RFC)
    return "inferred from" if is_of_page and level == Evidence.inferred.name else "the source"
