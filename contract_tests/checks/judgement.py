"""What a check yields."""

from __future__ import annotations

from collections.abc import Iterator
from http import HTTPStatus

from contract_tests.contract.property import Evidence
from contract_tests.record.exchange import Exchange
from contract_tests.report.reasons import Change, Place
from contract_tests.report.results import Finding

Judgement = tuple[str, Finding | None]
"""The property that was judged ("" where it is about none), and the finding, if there is one."""
Judgements = Iterator[Judgement]


def expect(
    is_right: bool,
    evidence: Evidence,
    message: str,
    exchange: Exchange,
    name: str = "",
    change: Change | None = None,
) -> Judgement:
    """Judge one exchange.

    Args:
        is_right: Whether it is as it should be; otherwise there is a finding.
        evidence: How well the page backs that.
        message: What is wrong otherwise.
        exchange: The exchange that shows it.
        name: The property that is judged, if it is one.
        change: What became of a property.
    """
    return name, None if is_right else finding(evidence, message, exchange, change)


def note(message: str, exchange: Exchange) -> Judgement:
    """Tell what the target does where the page leaves it open."""
    return "", finding(Evidence.open, message, exchange)


def finding(evidence: Evidence, message: str, exchange: Exchange, change: Change | None = None) -> Finding:
    """A finding with the exchange that shows it; of a long body, the part around the property."""
    if change is None and exchange.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        change = Change(Place.crashed)
    around = f'"{change.name}"' if change and change.name else ""
    return Finding(
        evidence,
        message,
        exchange.curl(),
        exchange.sent(around),
        exchange.got(around),
        change=change,
        exchange=exchange,
    )
