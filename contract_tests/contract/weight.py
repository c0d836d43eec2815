"""How much a deviation weighs. The planned core, the fuzz layer and the state machine all ask here.

So the same server gets the same outcome, with and without fuzzing.
"""

from __future__ import annotations

import json
import re
import unicodedata

from contract_tests.contract.document import Contract, Violation
from contract_tests.contract.json_values import ABSENT, Json, Settings, identical, is_among
from contract_tests.contract.property import Evidence, Property

BLANKS: tuple[Json, ...] = (None, 0, "", {})
"""Values that a server may take for one another, where the page does not say what null means."""
WIDTHS = (8, 16, 31, 32)
"""Bits of the integers in which servers lose the upper part of a larger number."""
EXACT_DOUBLE = 2**53
SERVICE_UNAVAILABLE = 503


def weigh(contract: Contract, name: str, sent: Json, actual: Json) -> Evidence:
    """How well the page backs that a property which was sent with one value may not be shown with another.

    - open: the property is missing, and the page's example answer does not show it.
    - inferred: the page's text names the other value; or the value is only normalised, or a number is clamped to the
      range of the server. That a spelling is kept, and that no range ends, the page does not say.
    - inferred: the page does not state what null means for the property. Then it is open whether null clears it, and
      whether a server tells null, 0, an empty text and an empty object apart.
    - inferred: an object holds more entries than were sent, and that PUT replaces it is inferred.
    - stated: everything else.
    """
    known = contract.properties[name]
    if actual is ABSENT and name not in contract.required:
        return Evidence.open
    if known.tolerates(actual) or is_normalised(known, sent, actual) or is_clamped(known, sent, actual):
        return Evidence.inferred
    # Whether an empty text is a value is as open as what null does.
    is_empty = sent is None or (sent == "" and known.is_nullable)
    if known.evidence["null"] != Evidence.stated.name and (is_empty or _only_blanks_differ(sent, actual)):
        return Evidence.inferred
    if known.evidence.get("x-update") == Evidence.inferred.name and _is_merged(sent, actual):
        return Evidence.inferred
    return Evidence.stated


def described(known: Property, sent: Json, actual: Json) -> str:
    """A word in front of a message where a value is not lost, but kept in another form; else empty."""
    if is_normalised(known, sent, actual):
        return "normalised: "
    return "clamped: " if is_clamped(known, sent, actual) else ""


def is_normalised(known: Property, sent: Json, actual: Json) -> bool:
    """Whether a value is the same in another spelling: Unicode, blanks, and in a list the order and the case."""
    if isinstance(sent, str) and isinstance(actual, str):
        if known.is_contact_data and sent.startswith("+") and not actual.startswith("+"):
            return False  # the page shows the + of a number
        return not identical(sent, actual) and not known.enum and _spelling(known, sent) == _spelling(known, actual)
    if isinstance(sent, dict) and isinstance(actual, dict):
        return not identical(sent, actual) and _keys_as_numbers(sent) == _keys_as_numbers(actual)
    return False


def _spelling(known: Property, text: str) -> Json:
    """What two spellings of a text have in common."""
    text = " ".join(unicodedata.normalize("NFC", text).split())
    if "pattern" in known.alternative:  # the form is described: a list, or one item of it
        separator = "," if "," in text else " "
        return separator if len(text.split(separator)) > 1 else "", {
            item.strip().casefold() for item in text.split(separator)
        }
    if known.is_contact_data:  # a telephone number: 00 and + are the same prefix
        return re.sub(r"[ ()/.-]|^00", lambda part: "+" if part[0] == "00" else "", text)
    return text


def _keys_as_numbers(value: Json) -> str:
    """An object as text, in which the keys of a map have no leading zeros."""
    if not isinstance(value, dict):
        return json.dumps(value, default=str)
    keys = {key.lstrip("0") if key.isdecimal() else key: _keys_as_numbers(member) for key, member in value.items()}
    return json.dumps(keys, sort_keys=True)


def is_clamped(known: Property, sent: Json, actual: Json) -> bool:
    """Whether a number became the nearest one of some range, and did not lose bits.

    A number that the page names must be kept, and an id is no number of a range.
    """
    is_range = _is_number(sent) and _is_number(actual) and "x-refers-to" not in known.schema
    if not is_range or known.is_named_by_page(sent) or sent == actual:
        return False
    if sent <= 0:
        return bool(actual > sent)
    if actual > sent:  # a range begins at or below all numbers that the page names
        named = [number for number in known.named if _is_number(number) and number > 0]
        return bool(actual <= min(named, default=actual))
    is_cut = any(actual in {sent % 2**bits, sent % 2**bits - 2**bits} for bits in WIDTHS)
    is_rounded = sent > EXACT_DOUBLE and abs(sent - actual) < sent / EXACT_DOUBLE * 2
    return 0 <= actual < sent and not is_cut and not is_rounded


def _is_number(value: Json) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _only_blanks_differ(sent: Json, actual: Json) -> bool:
    if isinstance(sent, dict) and isinstance(actual, dict) and sent.keys() == actual.keys():
        return all(identical(sent[key], actual[key]) or _only_blanks_differ(sent[key], actual[key]) for key in sent)
    return is_among(sent, BLANKS) and is_among(actual, BLANKS)


def _is_merged(sent: Json, actual: Json) -> bool:
    """Whether all that was sent is there, beside members that stood there before."""
    if isinstance(sent, dict) and isinstance(actual, dict) and sent and sent.keys() <= actual.keys():
        return all(identical(sent[key], actual[key]) or _is_merged(sent[key], actual[key]) for key in sent)
    return sent == {} and isinstance(actual, dict)


def accepted_invalid(contract: Contract, update: Settings, name: str, after: Settings) -> Evidence:
    """How well the page backs that a server may not accept an invalid value of a property.

    That a server refuses what is invalid, the page does not say: one that ignores the value, or makes a valid one of
    it, is warned of. What it then stores and shows must keep the contract.
    """
    sent = update[name]
    may_be_null = sent == "" and contract.properties[name].is_nullable  # no value
    if may_be_null or not identical(sent, after.get(name, ABSENT)):
        return Evidence.inferred
    return max(map(_of_update, contract.update_violations({name: sent})), default=Evidence.inferred)


def _of_update(violation: Violation) -> Evidence:
    """The page says which members an object has in an answer; whether a PUT may leave one out is open."""
    return min(violation.evidence, Evidence.inferred) if violation.keyword == "required" else violation.evidence


def answered(contract: Contract, settings: Settings, violation: Violation) -> Evidence:
    """How well the page backs a constraint that an answer breaks; an empty text may stand for null."""
    known = contract.properties.get(violation.path.partition(".")[0])
    if known and known.is_nullable and settings.get(known.name) == "":
        return Evidence.inferred
    return violation.evidence


def server_error(contract: Contract, status: int, body: Json, *, is_own: bool) -> Evidence:
    """How well the page backs that a request is not answered with a 5xx.

    Stated for what the page describes: reading the extension under test, and changing it to values of the stated types.
    An empty object, another body and a made-up id are no such requests. A 503 says that the server is busy (RFC 9110,
    15.6.4), which is no error of its own.
    """
    is_update = body is None or (isinstance(body, dict) and bool(body) and not contract.update_violations(body))
    return Evidence.stated if is_own and is_update and status != SERVICE_UNAVAILABLE else Evidence.inferred
