"""The history of a run as checks read it: reads of the settings, updates between them, and responses."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from http import HTTPStatus

from contract_tests.checks.put_rules import Update
from contract_tests.contract.document import Contract
from contract_tests.contract.json_values import Settings
from contract_tests.record.exchange import Exchange
from contract_tests.record.har import Record
from contract_tests.record.step import Kind

VALID = {Kind.identity, Kind.change, Kind.repeat, Kind.concurrent, Kind.put_back}
"""PUTs that a server should accept."""
JUDGED = VALID | {Kind.invalid, Kind.mixed}
"""PUTs of which it is clear what they must do to the settings."""


@dataclass(frozen=True)
class Span:
    """Two reads of the extension under test, and the PUTs to it between them; `before` is None for the first."""

    before: Exchange | None
    puts: tuple[Exchange, ...]
    after: Exchange

    @property
    def settings_before(self) -> Settings | None:
        """The settings that the first read showed."""
        return self.before.json_object if self.before else None

    @property
    def decisive(self) -> Sequence[Exchange]:
        """The PUTs that can be judged by the two reads: all of them where all were refused, else the last accepted one.

        Empty where the reads do not show which PUT did what.
        """
        accepted = [put for put in self.puts if put.is_success and put.step.update is not None]
        if not accepted:
            return self.puts
        return accepted[-1:] if self._are_alike(accepted) else ()

    def _are_alike(self, accepted: Sequence[Exchange]) -> bool:
        """Whether accepted PUTs did one and the same thing, so that the reads show it."""
        # Changes at the same time have a check of their own, and of other requests the page says nothing.
        are_judged = {put.step.kind for put in accepted} <= JUDGED - {Kind.concurrent}
        are_the_same = len({put.step.body for put in accepted}) == 1
        # A PUT without a response, or one that failed in the server, may have changed something or not.
        are_all_clear = all(put.status and put.status < 500 for put in self.puts)
        return are_judged and are_the_same and are_all_clear


class History:
    """A record with its contract.

    Attributes:
        record: The exchanges up to the first 429.
        contract: What is asked of the target.
        target: The ids and the mode of the target, as the report shows them.
    """

    def __init__(self, record: Record, contract: Contract) -> None:
        # After a 429 a target refuses everything, whatever the request is.
        exchanges = itertools.takewhile(lambda exchange: exchange.status != HTTPStatus.TOO_MANY_REQUESTS, record)
        self.record = Record(record.target, [*exchanges])
        self.contract = contract
        self.target: Mapping[str, str] = record.target

    @property
    def own_path(self) -> str:
        """The path of the extension under test."""
        return self.contract.path_to(self.target["extension_id"])

    def path_of(self, role: str) -> str | None:
        """The path of another extension by its role, such as fresh; None where the user named none."""
        extension_id = self.target.get(f"{role}_extension_id")
        return self.contract.path_to(extension_id) if extension_id else None

    def reads(self, path: str | None) -> list[Exchange]:
        """The GETs of a path with a valid token."""
        exchanges = self.record.of(Kind.read, Kind.address)
        return [exchange for exchange in exchanges if (exchange.step.method, exchange.step.path) == ("GET", path)]

    @cached_property
    def settings_responses(self) -> list[Exchange]:
        """Every response that shows the settings of an extension of the user's client."""
        exchanges = self.record.of(*JUDGED, Kind.read, Kind.address, Kind.question)
        foreign = self.path_of("foreign")
        return [exchange for exchange in exchanges if exchange.shows_settings and exchange.step.path != foreign]

    @cached_property
    def spans(self) -> list[Span]:
        """The reads of the extension under test that showed its settings, and the PUTs between them."""
        spans: list[Span] = []
        before: Exchange | None = None
        puts: list[Exchange] = []
        for exchange in self.record:
            if exchange.step.method == "PUT" and exchange.step.path in self._own_paths:
                puts.append(exchange)
            elif exchange.step.kind is Kind.read and exchange.step.path == self.own_path:
                if exchange.shows_settings:
                    spans.append(Span(before, tuple(puts), exchange))
                before, puts = exchange if exchange.shows_settings else None, []
            elif exchange.step.kind is Kind.method and exchange.is_success:
                before = None  # a DELETE or PATCH that the target offers may have changed anything
        return spans

    @cached_property
    def _own_paths(self) -> set[str]:
        """The paths under which a PUT reaches the extension under test."""
        is_me = self.target.get("me_extension_id") == self.target["extension_id"]
        return {self.own_path, *([self.contract.path_to("@me")] if is_me else [])}

    @cached_property
    def updates(self) -> list[tuple[Exchange, Update]]:
        """Each PUT to the extension under test that can be judged by the reads around it."""
        return [
            (
                put,
                Update(
                    span.settings_before, put.step.update, put.status, put.json_object, span.after.json_object or {}
                ),
            )
            for span in self.spans
            for put in span.decisive
        ]

    @cached_property
    def accepted_properties(self) -> set[str]:
        """The properties of which the target accepted a valid value in this run."""
        return {name for put in self.record.of(*VALID) if put.is_success for name in put.step.update or {}}

    @cached_property
    def refused_alone(self) -> list[Exchange]:
        """Valid changes of one property that the target refused."""
        valid = self.record.of(*VALID - {Kind.concurrent})  # at the same time, a server may be busy
        return [put for put in valid if put.status >= 300 and put.step.update and len(put.step.update) == 1]

    def settings_around(self, exchange: Exchange) -> tuple[Settings | None, Settings | None]:
        """The settings of the extension under test at the reads before and after an exchange."""
        for span in self.spans:
            if any(put is exchange for put in span.puts):
                return span.settings_before, span.after.json_object
        return None, None
