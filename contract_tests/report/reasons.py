"""The likely reason of a finding, from the values of one property: sent, before and shown.

`REASONS` is the table. The first row that applies gives the name and the words of a cause.
"""

from __future__ import annotations

import html
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property

from contract_tests.contract.json_values import ABSENT, Json, identical, is_among


class Place(StrEnum):
    """Where a finding showed a value."""

    stored = "GET after a PUT of the property"
    echoed = "the answer to a PUT of the property"
    reread = "GET after a PUT whose answer showed another value"
    kept = "GET after a PUT without the property"
    refused = "GET after a PUT that was refused"
    not_taken = "the refusal of a valid value"
    invalid = "GET after a PUT of an invalid value"
    answered = "any answer"
    fresh = "an extension that was never configured"
    elsewhere = "another extension"
    late = "a GET too early after a PUT"
    crashed = "an answer with a status of 500 or more"


@dataclass(frozen=True)
class Change:
    """What became of one property.

    Attributes:
        place: Where the value was shown.
        name: Of the property; empty where the finding is about none.
        before: The value before; `ABSENT` where it is not known.
        sent: The value that was sent, or is expected; `ABSENT` where none was.
        shown: The value that the server showed; `ABSENT` where it showed none.
        beside: What the PUT carried, where the property was not sent.
    """

    place: Place
    name: str = ""
    before: Json = ABSENT
    sent: Json = ABSENT
    shown: Json = ABSENT
    beside: Mapping[str, Json] = field(default_factory=dict)

    @cached_property
    def reason(self) -> Reason | None:
        """The first row of the table that applies."""
        return next((reason for reason in REASONS if self.place in reason.places and reason.applies(self)), None)

    @property
    def is_as_before(self) -> bool:
        """Whether the server still shows the old value."""
        return self.before is not ABSENT and identical(self.before, self.shown)


@dataclass(frozen=True)
class Reason:
    """One row of the table.

    Attributes:
        name: A stable id.
        title: What the server does.
        likely: Why it probably does so, and where to look.
        places: Where the value was shown.
        applies: Whether the values fit.
    """

    name: str
    title: str
    likely: str
    places: frozenset[Place]
    applies: Callable[[Change], bool] = lambda _: True


FALSY: tuple[Json, ...] = (False, 0, "", {})
EXACT_DOUBLE = 2**53
WIDTHS = (8, 16, 31, 32, 63)
SENT = frozenset({Place.stored, Place.echoed})
"""The property was sent, and should be shown so."""


def _only(place: Place) -> frozenset[Place]:
    return frozenset({place})


def _is_number(value: Json) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _are_texts(change: Change) -> bool:
    return isinstance(change.sent, str) and isinstance(change.shown, str)


def _is_text_as_number(change: Change) -> bool:
    if not isinstance(change.sent, str):
        return False
    if _is_number(change.shown):
        return True
    digits = change.sent.removeprefix("+")
    is_number = digits.isdecimal() and isinstance(change.shown, str) and change.shown.isdecimal()
    return is_number and change.shown != change.sent and int(change.shown) == int(digits)


def _is_number_cut(change: Change) -> bool:
    sent, shown = change.sent, change.shown
    if not (_is_number(sent) and _is_number(shown)) or sent == shown or change.is_as_before:
        return False
    is_wrapped = isinstance(sent, int) and any(shown in {sent % 2**bits, sent % 2**bits - 2**bits} for bits in WIDTHS)
    is_limit = isinstance(shown, int) and shown in {2**bits - 1 for bits in WIDTHS}
    is_rounded = abs(sent) > EXACT_DOUBLE and abs(sent - shown) <= abs(sent) / EXACT_DOUBLE * 2
    return is_wrapped or is_limit or is_rounded


def _is_spelt_otherwise(change: Change) -> bool:
    return _are_texts(change) and "".join(change.sent.split()).casefold() == "".join(change.shown.split()).casefold()


def _is_wrongly_decoded(change: Change) -> bool:
    if not _are_texts(change) or change.sent.isascii():
        return False
    is_lost = len(change.sent) == len(change.shown) and ("?" in change.shown or "\ufffd" in change.shown)
    as_latin = change.sent.encode("utf-8", "surrogatepass").decode("latin-1")
    return is_lost or change.shown == as_latin or ("\\u" in change.shown and "\\u" not in change.sent)


def _is_merged(change: Change) -> bool:
    sent, shown = change.sent, change.shown
    if not (isinstance(sent, dict) and isinstance(shown, dict)) or identical(sent, shown):
        return False
    return all(
        key in shown
        and (identical(sent[key], shown[key]) or _is_merged(Change(change.place, "", ABSENT, sent[key], shown[key])))
        for key in sent
    )


REASONS: tuple[Reason, ...] = (
    # An invalid value that was accepted.
    Reason(
        "not_validated",
        "Invalid values are accepted and stored",
        "nothing checks these values before they are stored: look at the model or serializer of the request body",
        _only(Place.invalid),
        lambda change: identical(change.sent, change.shown),
    ),
    Reason(
        "invalid_ignored",
        "Invalid values are accepted, and change nothing",
        "the server drops values that it cannot use, instead of refusing the request with 400",
        _only(Place.invalid),
        lambda change: change.is_as_before,
    ),
    Reason(
        "not_strict",
        "Invalid values are converted to valid ones",
        'the validation is not strict: pydantic without `strict`, serializers and ORMs make 5 of "5", and true of 1',
        _only(Place.invalid),
    ),
    # A property that was sent, and is shown with another value.
    Reason(
        "left_out",
        "Properties are missing from the answer",
        "the serializer leaves out null values (`exclude_none`, `omitempty`, `NON_NULL`), or does not know the key",
        SENT | _only(Place.answered),
        lambda change: change.shown is ABSENT,
    ),
    Reason(
        "null_as_blank",
        "null becomes 0, false or an empty text",
        "the column or field is not nullable, so the database or language puts its zero value there",
        SENT,
        lambda change: change.sent is None and is_among(change.shown, FALSY),
    ),
    Reason(
        "null_skipped",
        "null does not clear a property",
        "the update skips null, as in `if value is not None`: a key with null is not the same as a missing key",
        SENT,
        lambda change: change.sent is None and change.shown is not None,
    ),
    Reason(
        "falsy_dropped",
        "0, false and empty texts are not stored",
        "the update tests `if value`, which drops every value that counts as false: test whether the key is there",
        SENT,
        lambda change: is_among(change.sent, FALSY) and change.is_as_before,
    ),
    Reason(
        "text_as_number",
        "Text is stored as a number",
        "the column or field is a number, so leading zeros and a + are lost: make it a text",
        SENT,
        _is_text_as_number,
    ),
    Reason(
        "boolean_as_number",
        "true and false are answered as numbers",
        "the database has no boolean type, and the answer is not converted back",
        SENT,
        lambda change: isinstance(change.sent, bool) and _is_number(change.shown),
    ),
    Reason(
        "value_as_text",
        "Numbers or booleans are answered as text",
        "the column or field is a text, and the answer is not converted back",
        SENT,
        lambda change: (_is_number(change.sent) or isinstance(change.sent, bool)) and isinstance(change.shown, str),
    ),
    Reason(
        "number_cut",
        "Large numbers are changed",
        "the column or variable is too small (32 bits), or a number passes through a double: the contract says int64",
        SENT,
        _is_number_cut,
    ),
    Reason(
        "escaped",
        "Text is stored with HTML escapes",
        "the server escapes text when it stores it: escape where a page shows it",
        SENT,
        lambda change: (
            _are_texts(change) and change.sent != change.shown and html.unescape(change.shown) == change.sent
        ),
    ),
    Reason(
        "wrong_encoding",
        "Characters outside ASCII are changed",
        "the database connection or column is not UTF-8, or escapes are not decoded",
        SENT,
        _is_wrongly_decoded,
    ),
    Reason(
        "spelt_otherwise",
        "Text is shown in another spelling",
        "the server changes case or blanks before it stores a text",
        SENT,
        _is_spelt_otherwise,
    ),
    Reason(
        "text_cut",
        "Long text is cut",
        "the column is shorter than the text, and the database cuts without an error",
        SENT,
        lambda change: _are_texts(change) and bool(change.shown) and change.sent.startswith(change.shown),
    ),
    Reason(
        "object_merged",
        "An object is merged with the old one instead of replaced",
        "the update merges nested objects: assign the object as a whole",
        SENT,
        _is_merged,
    ),
    Reason(
        "not_written",
        "An accepted change is not stored",
        "the property is not in the list of columns or fields that the update writes, or the write is not committed",
        SENT,
        lambda change: change.is_as_before,
    ),
    # A property that was not sent.
    Reason(
        "whole_replaced",
        "PUT resets the properties that it does not carry",
        "PUT replaces the whole object with the defaults of the request's model: write only the keys that were sent",
        _only(Place.kept),
        lambda change: change.shown is None or change.shown is ABSENT or is_among(change.shown, FALSY),
    ),
    Reason(
        "side_effect",
        "A PUT changes a property that it does not carry",
        "the update of one property writes another one too: a trigger, a shared column or a rule between both",
        _only(Place.kept),
    ),
    # What an answer shows.
    Reason(
        "answer_before_update",
        "The answer to a PUT is not the new state",
        "the answer is made before the update is stored, or from the request: read the stored object for it",
        _only(Place.reread),
    ),
    Reason(
        "cached_read",
        "GET shows a change too late",
        "a cache or a read replica answers GET: clear or bypass it after a write",
        _only(Place.late),
    ),
    Reason(
        "other_row",
        "A PUT changes another extension",
        "the update has no condition on the extension id, or extensions share one object in memory",
        _only(Place.elsewhere),
    ),
    Reason(
        "half_refused",
        "A refused PUT changes something",
        "the update writes the valid part before it finds the invalid one: validate first, or use one transaction",
        _only(Place.refused),
    ),
    Reason(
        "default_differs",
        "A fresh extension does not show the default",
        "the default of the column or model is another one",
        _only(Place.fresh),
    ),
    Reason(
        "crash",
        "The server fails with an error of its own",
        "an exception is not caught: the log of the server has a traceback for this request",
        _only(Place.crashed),
    ),
)
NEVER_SINGLE = {"whole_replaced": "side_effect"}
"""A reason that fits many properties only, and the one that fits a few."""
BY_NAME = {reason.name: reason for reason in REASONS}
