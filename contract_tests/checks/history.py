"""The history of a run as checks read it: reads of the settings, updates between them, and responses."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
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
"""PUTs that a server should take."""
JUDGED = VALID | {Kind.invalid, Kind.mixed}
"""PUTs of which it is clear what they must do to the settings."""


@dataclass(frozen=True)
class Span:
    """Two reads of the extension under test, and the PUTs to it between them; `before` is None for the first."""

    before: Exchange | None
    puts: tuple[Exchange, ...]
    after: Exchange


class History:
    """A record with its contract.

    Attributes:
        record: What was sent and what came back, up to the first 429.
        contract: What is asked of the target.
        target: Its ids and mode, as the report shows them.
    """

    def __init__(self, record: Record, contract: Contract) -> None:
        # A target that is out of patience (429) refuses everything: that tells of no request in particular.
        patient = itertools.takewhile(lambda seen: seen.status != HTTPStatus.TOO_MANY_REQUESTS, record)
        self.record = Record(record.target, [*patient])
        self.contract = contract
        self.target: Mapping[str, str] = record.target

    @property
    def own_path(self) -> str:
        """The path of the extension under test."""
        return self.contract.path_to(self.target["extension_id"])

    def path_of(self, role: str) -> str | None:
        """The path of another extension by its role, such as fresh; None where none was named."""
        extension_id = self.target.get(f"{role}_extension_id")
        return self.contract.path_to(extension_id) if extension_id else None

    def reads(self, path: str | None) -> list[Exchange]:
        """The GETs of a path with a valid token."""
        return [seen for seen in self.record.of(Kind.read, Kind.address) if _is_get(seen) and seen.step.path == path]

    @cached_property
    def settings_answers(self) -> list[Exchange]:
        """Every 200 with a JSON object that shows the settings of an extension that is ours."""
        kinds = JUDGED | {Kind.read, Kind.address, Kind.question}
        foreign = self.path_of("foreign")
        return [
            seen
            for seen in self.record.of(*kinds)
            if seen.status == HTTPStatus.OK and seen.step.path != foreign and seen.shown is not None
        ]

    @cached_property
    def spans(self) -> list[Span]:
        """The reads of the extension under test that answered 200 with a JSON object, and what lies between."""
        paths = {self.own_path}
        if self.target.get("me_extension_id") == self.target["extension_id"]:
            paths.add(self.contract.path_to("@me"))
        found: list[Span] = []
        before: Exchange | None = None
        puts: list[Exchange] = []
        for seen in self.record:
            if seen.step.method == "PUT" and seen.step.path in paths:
                puts.append(seen)
            elif seen.step.kind is Kind.read and seen.step.path == self.own_path:
                if seen.status == HTTPStatus.OK and seen.shown is not None:
                    found.append(Span(before, tuple(puts), seen))
                    before = seen
                else:
                    before = None
                puts = []
            elif seen.step.kind is Kind.method and seen.is_success:
                before = None  # whatever an offered DELETE or PATCH did
        return found

    @cached_property
    def updates(self) -> list[tuple[Exchange, Update]]:
        """Each PUT to the extension under test that can be judged by the reads around it."""
        return [*self._updates()]

    def _updates(self) -> Iterator[tuple[Exchange, Update]]:
        for span in self.spans:
            accepted = [put for put in span.puts if put.is_success and put.step.update is not None]
            # Changes at the same time have a check of their own, and of other requests the page says nothing.
            if not {put.step.kind for put in accepted} <= JUDGED - {Kind.concurrent}:
                continue
            if any(put.step.body != accepted[0].step.body for put in accepted):
                continue
            # A PUT that got no answer, or failed on the server's side, may have changed something or not.
            if accepted and any(not put.status or put.status >= 500 for put in span.puts):
                continue
            before = span.before.shown if span.before else None
            after = span.after.shown or {}
            if not accepted:
                for put in span.puts:
                    yield put, Update(before, put.step.update, put.status, put.shown, after)
            else:
                last = accepted[-1]
                yield last, Update(before, last.step.update, last.status, last.shown, after)

    @cached_property
    def accepted_properties(self) -> set[str]:
        """The properties of which the target took a valid value in this run."""
        return {name for put in self.record.of(*VALID) if put.is_success for name in put.step.update or {}}

    @cached_property
    def refused_alone(self) -> list[Exchange]:
        """Valid changes of one property that the target refused."""
        valid = self.record.of(*VALID - {Kind.concurrent})  # at the same time, a server may be busy
        return [put for put in valid if put.status >= 300 and put.step.update and len(put.step.update) == 1]

    def shown_around(self, exchange: Exchange) -> tuple[Settings | None, Settings | None]:
        """What the extension under test showed at the reads before and after an exchange."""
        for span in self.spans:
            if any(put is exchange for put in span.puts):
                return (span.before.shown if span.before else None), span.after.shown
        return None, None


def _is_get(seen: Exchange) -> bool:
    return seen.step.method == "GET"
