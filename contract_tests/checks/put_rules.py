"""The rules of one PUT: what it must do to the settings of an extension, and what it must not do.

A rule is a function of the contract and one `Update`, a PUT with the settings before and after it. For each property
that the rule judges it yields the name, and the `Deviation` if there is one. It yields nothing for an update that it
does not judge. A rule does not know how the requests were made: the planned core and the fuzz layer use the same rules.
"""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass

from contract_tests.contract.document import Contract
from contract_tests.contract.json_values import ABSENT, Json, Settings, identical, in_json
from contract_tests.contract.property import Evidence

BLANKS: tuple[Json, ...] = (None, 0, "", {})


@dataclass(frozen=True)
class Update:
    """One PUT: the settings that GET showed before it, its body, its status and answer, and what GET showed after.

    `before` is None where no GET came first; `answer` is None where the answer is not a JSON object.
    """

    before: Settings | None
    sent: Json
    status: int
    answer: Settings | None
    after: Settings

    @property
    def is_accepted(self) -> bool:
        """Whether the server says that it made the change."""
        return 200 <= self.status < 300 and isinstance(self.sent, dict)


class Deviation(AssertionError):  # noqa: N818 - no error of ours: it is what the suite looks for
    """A server does not do what a rule asks; `evidence` tells how well the page backs the rule."""

    def __init__(self, message: str, evidence: Evidence = Evidence.stated) -> None:
        super().__init__(message)
        self.evidence = evidence


def weigh(contract: Contract, name: str, sent: Json, shown: Json) -> Evidence:
    """How well the page backs that a property which was sent so may not be shown so.

    What the example answer does not show may be left out. A value that its own text names is tolerated, and so is what
    a server may take for the same: an id without its leading zeros, a text in another form of Unicode or without the
    blanks at its edges. Unless the page states what null means for the property, whether
    null clears it is open, and so is whether null, 0, an empty text and an empty object are told apart.
    """
    known = contract.properties[name]
    if shown is ABSENT and name not in contract.required:
        return Evidence.open
    if known.tolerates(shown) or _normalised(sent) == _normalised(shown):
        return Evidence.inferred
    if known.evidence["null"] != Evidence.stated.name and (sent is None or _only_blanks_differ(sent, shown)):
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


def _only_blanks_differ(sent: Json, shown: Json) -> bool:
    if isinstance(sent, dict) and isinstance(shown, dict) and sent.keys() == shown.keys():
        return all(identical(sent[key], shown[key]) or _only_blanks_differ(sent[key], shown[key]) for key in sent)
    return all(any(identical(value, blank) for blank in BLANKS) for value in (sent, shown))


Judged = Iterator[tuple[str, Deviation | None]]
Rule = Callable[[Contract, Update], Judged]


def put_answer_echoes_change(contract: Contract, update: Update) -> Judged:
    """The answer to an accepted PUT shows each property as it was sent.

    > Change phone terminal properties. System response: the whole object, with the property that was sent (O-04, E-02)
    """
    if not update.is_accepted:
        return
    sent = contract.valid_part(update.sent)
    for name, pair in _pairs(contract, sent, update.answer or {}):
        yield (
            name,
            pair
            and Deviation(
                f"{name}: sent {in_json(pair[0])}, the answer to the PUT ({update.status}) shows {in_json(pair[1])}",
                weigh(contract, name, *pair),
            ),
        )


def put_is_stored(contract: Contract, update: Update) -> Judged:
    """After an accepted PUT, GET shows each property as it was sent.

    > Change phone terminal properties (O-04, O-01)
    """
    return _stored(contract, update, [*contract.properties])


def put_answers_new_state(contract: Contract, update: Update) -> Judged:
    """The answer to an accepted PUT is the whole object, as the next GET shows it.

    > System response: the whole object with 27 keys after a change of one (E-02)
    """
    if not update.is_accepted or update.answer is None:
        return
    for name, pair in _pairs(contract, update.after, update.answer):
        yield (
            name,
            pair
            and Deviation(f"{name}: the answer to the PUT shows {in_json(pair[1])}, the next GET {in_json(pair[0])}"),
        )


def put_keeps_other_settings(contract: Contract, update: Update) -> Judged:
    """A PUT leaves every property that it does not carry as it was.

    > The example sends only external_number and gets the other settings back unchanged (E-01, E-02)
    """
    if not update.is_accepted or update.before is None:
        return
    kept = {name: value for name, value in update.before.items() if name not in update.sent}
    for name, pair in _pairs(contract, kept, update.after):
        yield (
            name,
            pair
            and Deviation(
                f"{name}: was {in_json(pair[0])} and was not sent, GET shows {in_json(pair[1])} after the PUT"
            ),
        )


def put_rejected_leaves_no_trace(contract: Contract, update: Update) -> Judged:
    """A PUT that the server refuses changes nothing.

    > RFC 9110, 15.5: a 4xx tells that the request was not done. The page does not speak of refusals (inferred).
    """
    if update.status < 400 or update.before is None:
        return
    for name, pair in _pairs(contract, update.before, update.after):
        yield (
            name,
            pair
            and Deviation(
                f"{name}: {in_json(pair[0])} became {in_json(pair[1])} by a refused PUT ({update.status})",
                Evidence.inferred,
            ),
        )


def enum_is_kept_as_sent(contract: Contract, update: Update) -> Judged:
    """An enum value that was sent comes back as the same member, in the same spelling.

    > Accepts one of the values: digest, network, both. Possible options: mp3, wav, None (P05-s2, P19-s2)
    """
    return _stored(contract, update, [name for name, known in contract.properties.items() if known.enum])


def object_is_replaced(contract: Contract, update: Update) -> Judged:
    """A nested object that was sent replaces the old one as a whole; what it leaves out is gone.

    > bundle_list: where additional extensions from the bundle are written (P31-s2); the example answers the same list
    """
    return _stored(contract, update, [name for name, known in contract.properties.items() if known.is_replaced])


RULES: tuple[Rule, ...] = (
    put_answer_echoes_change,
    put_is_stored,
    put_answers_new_state,
    put_keeps_other_settings,
    put_rejected_leaves_no_trace,
    enum_is_kept_as_sent,
    object_is_replaced,
)


def _stored(contract: Contract, update: Update, names: Collection[str]) -> Judged:
    if not update.is_accepted:
        return
    # Whether a server may accept an invalid value is another question, and what becomes of it then an open one.
    sent = {name: value for name, value in contract.valid_part(update.sent).items() if name in names}
    for name, pair in _pairs(contract, sent, update.after):
        before = (update.before or {}).get(name)
        yield (
            name,
            pair
            and Deviation(
                f"{name}: was {in_json(before)}, sent {in_json(pair[0])}, GET shows {in_json(pair[1])} afterwards",
                weigh(contract, name, *pair),
            ),
        )


def _pairs(contract: Contract, expected: Settings, shown: Settings) -> Iterator[tuple[str, tuple[Json, Json] | None]]:
    """Each known property of `expected`, with (expected, shown) where they differ."""
    different = contract.differences(expected, shown)
    for name in expected:
        if name in contract.properties:
            yield name, different.get(name)
