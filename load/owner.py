"""The user of one extension: what it sends next, and what becomes of the responses. It sends nothing itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from http import HTTPStatus

from contract_tests.contract.document import Contract
from contract_tests.contract.json_values import Settings
from contract_tests.record.exchange import Exchange
from contract_tests.record.step import Kind
from contract_tests.target.target import Target

from .tally import Answered, Tally
from .turns import Turn, TurnKind, Turns

SHED = {HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE}
"""How a server refuses a request because it has too many."""


class Owner:
    """One extension, of which this run is the only writer.

    The owner knows what the last read showed. A turn is judged by the rules of the suite. After it the owner takes over
    what the server shows, so that one fault is not counted again and again.
    """

    def __init__(self, contract: Contract, target: Target, settings: Settings, seed: int = 0) -> None:
        self._contract = contract
        self._target: Mapping[str, str] = target.redacted()
        self._read: Exchange | None = None
        self._shown = self._known(settings)
        self._may_be_invalid = target.may_write
        self._excused: set[str] = set()
        self._turns = Turns(contract, target, self._shown, f"{seed}/{target.extension_id}")

    @property
    def names(self) -> Sequence[str]:
        """The properties that this owner may change."""
        return self._turns.names

    def next(self) -> Turn:
        """What is sent next."""
        if self._read is None:
            return self._turns.again()
        return self._turns.next(self._shown, may_be_invalid=self._may_be_invalid)

    def last(self) -> Turn:
        """What is sent at the end: is all that was written still there?"""
        return self._turns.last() if self._read else self._turns.again()

    def forget(self) -> None:
        """Note that a turn broke off, so that it is not known what the extension shows."""
        self._read = None

    def take(self, turn: Turn, puts: Sequence[Exchange], read: Exchange, tally: Tally) -> None:
        """Judge the responses of a turn, and go on from what the server shows now.

        Args:
            turn: What was sent.
            puts: The responses to its changes.
            read: The response to its read.
            tally: Where the judgement is counted.
        """
        exchanges = [*puts, read]
        if self._is_without_verdict(puts, read):
            tally.left_out(sum(map(_is_shed, exchanges)), sum(not exchange.status for exchange in exchanges))
            self._read = None
            return
        self._notice_accepted(turn, puts)
        before = None if turn.kind is TurnKind.again else self._read
        judgement = Answered(self._contract, self._target, turn, before, puts, read, self._shown, self._excused)
        is_expected = tally.judge(judgement)
        self._read = read if read.shows_settings and is_expected else None
        self._shown = self._known(read.json_object or {})

    def _is_without_verdict(self, puts: Sequence[Exchange], read: Exchange) -> bool:
        """Whether a response is missing, or says that the server is busy: then the settings are not known."""
        return any(not exchange.status or _is_shed(exchange) for exchange in [*puts, read])

    def _notice_accepted(self, turn: Turn, puts: Sequence[Exchange]) -> None:
        """A server may accept invalid values; what it makes of them is left to the planned requests."""
        if turn.kind is TurnKind.invalid and puts[0].is_success:
            self._may_be_invalid = False
            self._excused.add(turn.puts[0].subject)
            self._turns.leave_out(turn.puts[0].subject)

    def _known(self, settings: Settings) -> Settings:
        return {name: settings[name] for name in self._contract.properties if name in settings}


def _is_shed(exchange: Exchange) -> bool:
    """Whether a server sheds load: by 429 or 503, or by 409 for one of several changes at once."""
    return exchange.status in SHED or (exchange.status == HTTPStatus.CONFLICT and exchange.step.kind is Kind.concurrent)
