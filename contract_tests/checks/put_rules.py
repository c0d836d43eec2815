"""The rules of one PUT: what it must do to the settings of an extension, and what it must not do.

A rule is a function of the contract and one `Update`, a PUT with the settings before and after it. For each property
that the rule judges it yields the name, and the `Deviation` if there is one. It yields nothing for an update that it
does not judge. A rule does not know how the requests were made: the planned core and the fuzz layer use the same rules.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from contract_tests.checks.backing import Backing, ByContract, Level, PropertyFilter, every, quotation
from contract_tests.contract.document import Contract
from contract_tests.contract.json_values import ABSENT, Json, Settings, in_json
from contract_tests.contract.property import Evidence, Property
from contract_tests.contract.weight import described, weigh
from contract_tests.report.reasons import Change, Place


@dataclass(frozen=True)
class Update:
    """One PUT with the settings before and after it.

    Attributes:
        before: The settings that the last GET before it showed; None where no GET came first.
        sent: The body of the PUT, decoded.
        status: The status code of the response.
        answer: The body of the response; None where it is not a JSON object.
        after: The settings that the next GET showed; None where another PUT came before it.
        last: Of several PUTs in a row, the body of the last one, to which `answer` is the response; None: `sent`.
    """

    before: Settings | None
    sent: Json
    status: int
    answer: Settings | None
    after: Settings | None
    last: Json = None

    @property
    def is_accepted(self) -> bool:
        """Whether the server reports that it made the change."""
        return 200 <= self.status < 300 and isinstance(self.sent, dict)


class Deviation(AssertionError):  # noqa: N818 - not an error of the suite: it is what the suite looks for
    """A server breaks a rule.

    Attributes:
        evidence: How well the page backs the rule.
        change: What became of the property.
    """

    def __init__(self, message: str, evidence: Evidence = Evidence.stated, change: Change | None = None) -> None:
        super().__init__(message)
        self.evidence, self.change = evidence, change


Judged = Iterator[tuple[str, Deviation | None]]
Rule = Callable[[Contract, Update], Judged]
RULES: dict[Rule, Backing] = {}
"""All rules with what stands behind them, in the order of the report."""


def rule(level: Level, *, each: PropertyFilter = every, statements: str = "") -> Callable[[Rule], Rule]:
    """Register a rule; `Backing` explains the arguments, and `catalogue.check` the name and the docstring.

    A rule becomes a check of the planned core and a check of the fuzz layer.
    """

    def add(function: Rule) -> Rule:
        RULES[function] = Backing(level, each, statements, quoted=quotation(inspect.getdoc(function) or "")[1])
        return function

    return add


@rule(Evidence.stated, statements="O-04 E-02")
def put_answer_echoes_change(contract: Contract, update: Update) -> Judged:
    """The answer to an accepted PUT shows each property as it was sent."""

    def deviation(name: str, sent: Json, actual: Json) -> Deviation:
        word = described(contract.properties[name], sent, actual)
        text = f"{word}{name}: sent {in_json(sent)}, the answer to the PUT ({update.status}) shows {in_json(actual)}"
        change = Change(Place.echoed, name, _before(update, name), sent, actual)
        return Deviation(text, weigh(contract, name, sent, actual), change)

    if update.is_accepted:
        sent = update.sent if update.last is None else update.last
        yield from _compared(contract, contract.valid_part(sent), update.answer or {}, deviation)


@rule(Evidence.stated, statements="P12-s1 P15-s1 P30-s2 P31-s3 P31-s4 O-01 O-04 O-05")
def put_is_stored(contract: Contract, update: Update) -> Judged:
    """After an accepted PUT, GET shows each property as it was sent."""
    return _stored(contract, update, every)


@rule(Evidence.stated, statements="E-02")
def put_answers_new_state(contract: Contract, update: Update) -> Judged:
    """The answer to an accepted PUT is the whole object, as the next GET shows it."""

    def deviation(name: str, read: Json, answered: Json) -> Deviation:
        text = f"{name}: the answer to the PUT shows {in_json(answered)}, the next GET {in_json(read)}"
        change = Change(Place.reread, name, answered, update.sent.get(name, ABSENT), read)
        return Deviation(text, change=change)

    if update.is_accepted and update.answer is not None and update.after is not None:
        yield from _compared(contract, update.after, update.answer, deviation)


@rule(Evidence.stated, statements="E-01 E-02")
def put_keeps_other_settings(contract: Contract, update: Update) -> Judged:
    """A PUT leaves every property that it does not carry as it was."""

    def deviation(name: str, old: Json, new: Json) -> Deviation:
        text = f"{name}: was {in_json(old)} and was not sent, GET shows {in_json(new)} after the PUT"
        return Deviation(text, change=Change(Place.kept, name, old, ABSENT, new, update.sent))

    if update.is_accepted and update.before is not None and update.after is not None:
        kept = {name: value for name, value in update.before.items() if name not in update.sent}
        yield from _compared(contract, kept, update.after, deviation)


@rule(Evidence.inferred)
def put_rejected_leaves_no_trace(contract: Contract, update: Update) -> Judged:
    """A PUT that the server refuses changes nothing.

    > not said by the page; inferred from the meaning of a refusal: the server did not do what was asked
    """

    def deviation(name: str, old: Json, new: Json) -> Deviation:
        text = f"{name}: {in_json(old)} became {in_json(new)} by a refused PUT ({update.status})"
        sent = update.sent.get(name, ABSENT) if isinstance(update.sent, dict) else ABSENT
        return Deviation(text, Evidence.inferred, Change(Place.refused, name, old, sent, new))

    if update.status >= 400 and update.before is not None and update.after is not None:
        yield from _compared(contract, update.before, update.after, deviation)


def _is_enum(known: Property) -> bool:
    return bool(known.enum)


@rule(ByContract("enum"), each=_is_enum, statements="P05-s2 P19-s2")
def enum_is_kept_as_sent(contract: Contract, update: Update) -> Judged:
    """An enum value that was sent comes back as the same member, in the same spelling."""
    return _stored(contract, update, _is_enum)


def _is_replaced(known: Property) -> bool:
    return known.is_replaced


@rule(ByContract("x-update"), each=_is_replaced, statements="P31-s2")
def object_is_replaced(contract: Contract, update: Update) -> Judged:
    """A nested object that was sent replaces the old one as a whole; what it leaves out is gone."""
    return _stored(contract, update, _is_replaced)


def _stored(contract: Contract, update: Update, is_judged: PropertyFilter) -> Judged:
    """Compare the properties that an accepted PUT carried with what GET shows afterwards."""

    def deviation(name: str, sent: Json, actual: Json) -> Deviation:
        old = in_json((update.before or {}).get(name))
        word = described(contract.properties[name], sent, actual)
        text = f"{word}{name}: was {old}, sent {in_json(sent)}, GET shows {in_json(actual)} afterwards"
        change = Change(Place.stored, name, _before(update, name), sent, actual)
        return Deviation(text, weigh(contract, name, sent, actual), change)

    if update.is_accepted and update.after is not None:
        # Other checks judge whether a server may accept an invalid value; what it then stores is left open.
        valid = contract.valid_part(update.sent)
        sent = {name: value for name, value in valid.items() if is_judged(contract.properties[name])}
        yield from _compared(contract, sent, update.after, deviation)


def _before(update: Update, name: str) -> Json:
    """The value of a property before the PUT, as far as it is known."""
    return ABSENT if update.before is None else update.before.get(name, ABSENT)


def _compared(
    contract: Contract, expected: Settings, actual: Settings, deviation: Callable[[str, Json, Json], Deviation]
) -> Judged:
    """Each known property of `expected`, with a deviation where `actual` does not show the same."""
    differences = contract.differences(expected, actual)
    for name in expected:
        if name in contract.properties:
            yield name, deviation(name, *differences[name]) if name in differences else None
