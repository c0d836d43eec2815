"""The history of a run as checks read it: reads of the settings, updates between them, and responses."""

from __future__ import annotations

import functools
import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from http import HTTPStatus
from typing import NamedTuple

from contract_tests.checks.put_rules import Update
from contract_tests.contract.document import Contract
from contract_tests.contract.json_values import Json, Settings
from contract_tests.contract.property import Evidence
from contract_tests.contract.weight import weigh
from contract_tests.record.exchange import Exchange
from contract_tests.record.har import Record
from contract_tests.record.step import Case, Kind

VALID = {Kind.identity, Kind.change, Kind.repeat, Kind.concurrent, Kind.put_back}
"""PUTs that a server should accept."""
JUDGED = VALID | {Kind.invalid, Kind.mixed}
"""PUTs of which it is clear what they must do to the settings."""
NOT_FOR_ITS_CONTENT = {401, 402, 403, 404, 405, 407, 428, 451, 501}
"""Status codes that, as the answer to every PUT, do not refuse what it holds."""


@dataclass(frozen=True)
class Span:
    """Two reads of the extension under test, and the PUTs between them; `before` is None for the first.

    Attributes:
        before: The read before.
        puts: The PUTs to the extension under test.
        after: The read after them.
        elsewhere: The PUTs to other extensions.
        stale: The reads after the PUTs that did not show them yet.
    """

    before: Exchange | None
    puts: tuple[Exchange, ...]
    after: Exchange
    elsewhere: tuple[Exchange, ...] = ()
    stale: tuple[Exchange, ...] = ()

    @property
    def settings_before(self) -> Settings | None:
        """The settings that the first read showed."""
        return self.before.json_object if self.before else None

    @property
    def updates(self) -> Iterator[Observed]:
        """The PUTs that can be judged by the two reads: all of them where all were refused, else the accepted ones.

        Accepted PUTs in a row count as one that sends all that they send. There is none where the reads do not show
        which PUT did what.
        """
        accepted = [put for put in self.puts if put.is_success and put.step.update is not None]
        if not accepted:
            for put in self.puts:
                yield self._observed([put], put.step.update)
        elif self._are_in_a_row(accepted):
            for put in accepted[:-1]:
                yield Observed([put], Update(None, put.step.update, put.status, put.json_object, None))
            sent = {name: value for put in accepted for name, value in (put.step.update or {}).items()}
            yield self._observed(accepted, sent)

    def _observed(self, puts: Sequence[Exchange], sent: Json) -> Observed:
        last = puts[-1]
        after = self.after.json_object or {}
        update = Update(self.settings_before, sent, last.status, last.json_object, after, last.step.update)
        return Observed(puts, update)

    def _are_in_a_row(self, accepted: Sequence[Exchange]) -> bool:
        """Whether accepted PUTs came one after the other, so that the reads show what they did."""
        kinds = {put.step.kind for put in accepted}
        # Changes at the same time have a check of their own, and of other requests the page says nothing.
        are_judged = kinds <= VALID - {Kind.concurrent} or (len(accepted) == 1 and kinds <= JUDGED - {Kind.concurrent})
        # A PUT without a response, or one that failed in the server, may have changed something or not.
        return are_judged and all(put.status and put.status < 500 for put in self.puts)


class Observed(NamedTuple):
    """An update with the PUTs that made it, in order."""

    puts: Sequence[Exchange]
    update: Update

    def put_of(self, name: str) -> Exchange:
        """The last PUT that carried a property; the last of all where none did."""
        carriers = [put for put in self.puts if name in (put.step.update or {})]
        return (carriers or self.puts)[-1]


class Coupling(NamedTuple):
    """A value that is taken only together with a value of another property."""

    value: Json
    partner: str
    partner_value: Json
    put: Exchange


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
        elsewhere: list[Exchange] = []
        for exchange in self.record:
            if exchange.step.method == "PUT":
                (puts if exchange.step.path in self._own_paths else elsewhere).append(exchange)
            elif exchange.step.case is Case.settled and spans and exchange.shows_settings:
                spans[-1] = _settled(spans[-1], exchange)
                before = exchange
            elif exchange.step.kind is Kind.read and exchange.step.path == self.own_path:
                if exchange.shows_settings:
                    spans.append(Span(before, tuple(puts), exchange, tuple(elsewhere)))
                before, puts, elsewhere = exchange if exchange.shows_settings else None, [], []
            elif exchange.step.kind is Kind.method and exchange.is_success:
                before = None  # a DELETE or PATCH that the target offers may have changed anything
        return spans

    @cached_property
    def _own_paths(self) -> set[str]:
        """The paths under which a PUT reaches the extension under test."""
        is_me = self.target.get("me_extension_id") == self.target["extension_id"]
        return {self.own_path, *([self.contract.path_to("@me")] if is_me else [])}

    @cached_property
    def updates(self) -> list[Observed]:
        """The updates of the extension under test that can be judged by the reads around them."""
        return [observed for span in self.spans for observed in span.updates]

    @cached_property
    def couplings(self) -> Mapping[str, Coupling]:
        """The properties of which a value was taken only together with a value of another property."""
        pairs = [
            put
            for put in self.record.of(Kind.change)
            if put.step.case is Case.other_state and len(put.step.update or {}) == 2
        ]
        found: dict[str, Coupling] = {}
        for refused, taken in itertools.pairwise(pairs):
            name, sent = taken.step.subject, taken.step.update or {}
            partner = next(other for other in sent if other != name)
            is_about_partner = {**(refused.step.update or {}), partner: sent[partner]} == sent
            if is_about_partner and self._is_taken(taken) and not self._is_taken(refused):
                found[name] = Coupling(sent[name], partner, sent[partner], taken)
        return found

    def _is_taken(self, put: Exchange) -> bool:
        """Whether a PUT was accepted, and what it sent is shown afterwards."""
        _, after = self.settings_around(put)
        return put.is_success and after is not None and self._is_shown(put.step.update or {}, after)

    def _is_shown(self, sent: Settings, settings: Settings) -> bool:
        differences = self.contract.differences(sent, settings)
        return all(weigh(self.contract, name, *values) <= Evidence.inferred for name, values in differences.items())

    def depends(self, name: str, settings: Settings) -> bool:
        """Whether a property depends on another one, which does not have the value that it takes."""
        coupling = self.couplings.get(name)
        return coupling is not None and not self.contract.properties[coupling.partner].same(
            settings.get(coupling.partner), coupling.partner_value
        )

    @cached_property
    def accepted_properties(self) -> set[str]:
        """The properties of which the target accepted a valid value in this run."""
        return {name for put in self.record.of(*VALID) if put.is_success for name in put.step.update or {}}

    @cached_property
    def accepted_invalid_values(self) -> Mapping[str, Sequence[Json]]:
        """The invalid values that the target accepted, by property."""
        values: dict[str, list[Json]] = {}
        for put in self.record.of(Kind.invalid, Kind.mixed):
            if put.is_success and put.step.subject in (put.step.update or {}):
                values.setdefault(put.step.subject, []).append((put.step.update or {})[put.step.subject])
        return values

    @cached_property
    def refused_alone(self) -> list[Exchange]:
        """Valid changes of one property that the target refused."""
        valid = self.record.of(*VALID - {Kind.concurrent})  # at the same time, a server may be busy
        if valid and all(put.status in NOT_FOR_ITS_CONTENT for put in valid):
            return []
        return [put for put in valid if is_refused(put) and len(put.step.update or {}) == 1]

    def state_before(self, put: Exchange) -> Settings:
        """The settings before a PUT, as far as they are known: what the last read showed, and what was sent since."""
        for before, puts in [*((span.settings_before, span.puts) for span in self.spans), self._unread]:
            if any(each is put for each in puts):
                earlier = itertools.takewhile(lambda each: each is not put, puts)
                sent = [each.step.update or {} for each in earlier if each.is_success]
                return functools.reduce(dict.__or__, sent, before or {})
        return {}

    @cached_property
    def _unread(self) -> tuple[Settings | None, Sequence[Exchange]]:
        """What the last read of the extension under test showed, and the PUTs to it after that."""
        last = self.spans[-1].after if self.spans else None
        later = [*itertools.takewhile(lambda each: each is not last, reversed(self.record.exchanges))][::-1]
        puts = [each for each in later if each.step.method == "PUT" and each.step.path in self._own_paths]
        return last.json_object if last else None, puts

    def state_after(self, put: Exchange) -> Settings:
        """The settings after a PUT: what the next read shows; where others were accepted before it, its answer."""
        for span in self.spans:
            accepted = [each for each in span.puts if each.is_success]
            if accepted and accepted[-1] is put:
                return span.after.json_object or {}
        return put.json_object or {}

    def state_at(self, put: Exchange) -> Settings:
        """The settings before a PUT, with what it sends."""
        return {**self.state_before(put), **(put.step.update or {})}

    def settings_around(self, exchange: Exchange) -> tuple[Settings | None, Settings | None]:
        """The settings of the extension under test at the reads before and after an exchange."""
        for span in self.spans:
            if any(put is exchange for put in span.puts):
                return span.settings_before, span.after.json_object
        return None, None


def _settled(span: Span, read: Exchange) -> Span:
    """A span with a later read; the ones before it did not show the change yet."""
    return replace(span, after=read, stale=(*span.stale, span.after))


def is_refused(put: Exchange) -> bool:
    """Whether a server refused a PUT for what it holds; one that is busy, or has failed, tells nothing of that."""
    return 300 <= put.status < 500 and "retry-after" not in put.headers
