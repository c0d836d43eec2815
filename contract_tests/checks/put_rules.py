"""The rules of one PUT: what it must do to the settings of an extension, and what it must not do.

A rule is a function of the contract and one `Update`, a PUT with the settings before and after it. For each property
that the rule judges it yields the name, and the `Deviation` if there is one. It yields nothing for an update that it
does not judge. A rule does not know how the requests were made: the planned core and the fuzz layer use the same rules.
"""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from contract_tests.checks.backing import Backing, ByContract, Level, PropertyFilter, every
from contract_tests.contract.document import Contract
from contract_tests.contract.json_values import ABSENT, Json, Settings, identical, in_json, is_among
from contract_tests.contract.property import Evidence, Property

BLANKS: tuple[Json, ...] = (None, 0, "", {})
"""Values that a server may take for one another, where the page does not say what null means."""


@dataclass(frozen=True)
class Update:
    """One PUT with the settings before and after it.

    Attributes:
        before: The settings that the last GET before it showed; None where no GET came first.
        sent: The body of the PUT, decoded.
        status: The status code of the response.
        answer: The body of the response; None where it is not a JSON object.
        after: The settings that the next GET showed.
    """

    before: Settings | None
    sent: Json
    status: int
    answer: Settings | None
    after: Settings

    @property
    def is_accepted(self) -> bool:
        """Whether the server reports that it made the change."""
        return 200 <= self.status < 300 and isinstance(self.sent, dict)


class Deviation(AssertionError):  # noqa: N818 - not an error of the suite: it is what the suite looks for
    """A server breaks a rule; `evidence` is how well the page backs the rule."""

    def __init__(self, message: str, evidence: Evidence = Evidence.stated) -> None:
        super().__init__(message)
        self.evidence = evidence


def weigh(contract: Contract, name: str, sent: Json, actual: Json) -> Evidence:
    """How well the page backs that a property which was sent with one value may not be shown with another.

    - open: the property is missing, and the page's example answer does not show it.
    - inferred: the page's text names the other value, or a server may take it for the same: an id without its leading
      zeros, a text in another form of Unicode or without blanks at its edges.
    - inferred: the page does not state what null means for the property. Then it is open whether null clears it, and
      whether a server tells null, 0, an empty text and an empty object apart.
    - stated: everything else.
    """
    known = contract.properties[name]
    if actual is ABSENT and name not in contract.required:
        return Evidence.open
    if known.tolerates(actual) or _normalised(sent) == _normalised(actual):
        return Evidence.inferred
    if known.evidence["null"] != Evidence.stated.name and (sent is None or _only_blanks_differ(sent, actual)):
        return Evidence.inferred
    return Evidence.stated


def _normalised(value: Json) -> str:
    """A value with texts composed and without blanks at their edges, and with the keys of maps as numbers."""
    if isinstance(value, str):
        return json.dumps(unicodedata.normalize("NFC", value).strip())
    if not isinstance(value, dict):
        return json.dumps(value, default=str)
    keys = {key.lstrip("0") if key.isdecimal() else key: _normalised(member) for key, member in value.items()}
    return json.dumps(keys, sort_keys=True)


def _only_blanks_differ(sent: Json, actual: Json) -> bool:
    if isinstance(sent, dict) and isinstance(actual, dict) and sent.keys() == actual.keys():
        return all(identical(sent[key], actual[key]) or _only_blanks_differ(sent[key], actual[key]) for key in sent)
    return is_among(sent, BLANKS) and is_among(actual, BLANKS)


Judged = Iterator[tuple[str, Deviation | None]]
Rule = Callable[[Contract, Update], Judged]
RULES: dict[Rule, Backing] = {}
"""All rules with what stands behind them, in the order of the report."""


def rule(level: Level, *, each: PropertyFilter = every, statements: str = "") -> Callable[[Rule], Rule]:
    """Register a rule; `Backing` explains the arguments, and `catalogue.check` the name and the docstring.

    A rule becomes a check of the planned core and a check of the fuzz layer.
    """

    def add(function: Rule) -> Rule:
        RULES[function] = Backing(level, each, statements)
        return function

    return add


@rule(Evidence.stated, statements="O-04 E-02")
def put_answer_echoes_change(contract: Contract, update: Update) -> Judged:
    """The answer to an accepted PUT shows each property as it was sent.

    > Change phone terminal properties. System response: the whole object, with the property that was sent (O-04, E-02)
    """

    def deviation(name: str, sent: Json, actual: Json) -> Deviation:
        text = f"{name}: sent {in_json(sent)}, the answer to the PUT ({update.status}) shows {in_json(actual)}"
        return Deviation(text, weigh(contract, name, sent, actual))

    if update.is_accepted:
        yield from _compared(contract, contract.valid_part(update.sent), update.answer or {}, deviation)


@rule(Evidence.stated, statements="O-01 O-04 O-05 P12-s1 P15-s1")
def put_is_stored(contract: Contract, update: Update) -> Judged:
    """After an accepted PUT, GET shows each property as it was sent.

    > Change phone terminal properties (O-04, O-01)
    """
    return _stored(contract, update, every)


@rule(Evidence.stated, statements="E-02")
def put_answers_new_state(contract: Contract, update: Update) -> Judged:
    """The answer to an accepted PUT is the whole object, as the next GET shows it.

    > System response: the whole object with 27 keys after a change of one (E-02)
    """

    def deviation(name: str, read: Json, answered: Json) -> Deviation:
        return Deviation(f"{name}: the answer to the PUT shows {in_json(answered)}, the next GET {in_json(read)}")

    if update.is_accepted and update.answer is not None:
        yield from _compared(contract, update.after, update.answer, deviation)


@rule(Evidence.stated, statements="E-01 E-02")
def put_keeps_other_settings(contract: Contract, update: Update) -> Judged:
    """A PUT leaves every property that it does not carry as it was.

    > The example sends only external_number and gets the other settings back unchanged (E-01, E-02)
    """

    def deviation(name: str, old: Json, new: Json) -> Deviation:
        return Deviation(f"{name}: was {in_json(old)} and was not sent, GET shows {in_json(new)} after the PUT")

    if update.is_accepted and update.before is not None:
        kept = {name: value for name, value in update.before.items() if name not in update.sent}
        yield from _compared(contract, kept, update.after, deviation)


@rule(Evidence.inferred)
def put_rejected_leaves_no_trace(contract: Contract, update: Update) -> Judged:
    """A PUT that the server refuses changes nothing.

    > RFC 9110, 15.5: a 4xx tells that the request was not done. The page does not speak of refusals (inferred).
    """

    def deviation(name: str, old: Json, new: Json) -> Deviation:
        text = f"{name}: {in_json(old)} became {in_json(new)} by a refused PUT ({update.status})"
        return Deviation(text, Evidence.inferred)

    if update.status >= 400 and update.before is not None:
        yield from _compared(contract, update.before, update.after, deviation)


def _is_enum(known: Property) -> bool:
    return bool(known.enum)


@rule(ByContract("enum"), each=_is_enum, statements="P05-s2 P19-s2")
def enum_is_kept_as_sent(contract: Contract, update: Update) -> Judged:
    """An enum value that was sent comes back as the same member, in the same spelling.

    > Accepts one of the values: digest, network, both. Possible options: mp3, wav, None (P05-s2, P19-s2)
    """
    return _stored(contract, update, _is_enum)


def _is_replaced(known: Property) -> bool:
    return known.is_replaced


@rule(Evidence.stated, each=_is_replaced, statements="P31-s2")
def object_is_replaced(contract: Contract, update: Update) -> Judged:
    """A nested object that was sent replaces the old one as a whole; what it leaves out is gone.

    > bundle_list: where additional extensions from the bundle are written (P31-s2); the example answers the same list
    """
    return _stored(contract, update, _is_replaced)


def _stored(contract: Contract, update: Update, is_judged: PropertyFilter) -> Judged:
    """Compare the properties that an accepted PUT carried with what GET shows afterwards."""

    def deviation(name: str, sent: Json, actual: Json) -> Deviation:
        old = in_json((update.before or {}).get(name))
        text = f"{name}: was {old}, sent {in_json(sent)}, GET shows {in_json(actual)} afterwards"
        return Deviation(text, weigh(contract, name, sent, actual))

    if update.is_accepted:
        # Other checks judge whether a server may accept an invalid value; what it then stores is left open.
        valid = contract.valid_part(update.sent)
        sent = {name: value for name, value in valid.items() if is_judged(contract.properties[name])}
        yield from _compared(contract, sent, update.after, deviation)


def _compared(
    contract: Contract, expected: Settings, actual: Settings, deviation: Callable[[str, Json, Json], Deviation]
) -> Judged:
    """Each known property of `expected`, with a deviation where `actual` does not show the same."""
    differences = contract.differences(expected, actual)
    for name in expected:
        if name in contract.properties:
            yield name, deviation(name, *differences[name]) if name in differences else None
