"""What a check yields."""

from __future__ import annotations

from collections.abc import Iterator

from contract_tests.contract.property import Evidence
from contract_tests.record.exchange import Exchange
from contract_tests.report.results import Finding

Judgement = tuple[str, Finding | None]
"""The property that was judged ("" where it is about none), and the finding, if there is one."""
Judgements = Iterator[Judgement]


def expect(is_right: bool, evidence: Evidence, message: str, exchange: Exchange, name: str = "") -> Judgement:
    """Judge one exchange.

    Args:
        is_right: Whether it is as it should be; otherwise there is a finding.
        evidence: How well the page backs that.
        message: What is wrong otherwise.
        exchange: The exchange that shows it.
        name: The property that is judged, if it is one.
    """
    return name, None if is_right else finding(evidence, message, exchange)


def note(message: str, exchange: Exchange) -> Judgement:
    """Tell what the target does where the page leaves it open."""
    return "", finding(Evidence.open, message, exchange)


def finding(evidence: Evidence, message: str, exchange: Exchange) -> Finding:
    """A finding with the exchange that shows it."""
    return Finding(evidence, message, exchange.curl(), exchange.sent(), exchange.got())
