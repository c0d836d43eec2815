"""What a valid PUT does."""

from __future__ import annotations

import inspect
import itertools
from collections.abc import Sequence
from dataclasses import replace
from http import HTTPStatus

from contract_tests.checks.backing import every, quotation
from contract_tests.checks.catalogue import Check, Function, check, register
from contract_tests.checks.history import VALID, History, Observed, is_refused
from contract_tests.checks.judgement import Judgement, Judgements, expect, finding
from contract_tests.checks.put_rules import RULES, Rule, Update
from contract_tests.contract.json_values import (
    ABSENT,
    Differences,
    Json,
    describe,
    encode,
    identical,
    in_json,
    is_among,
)
from contract_tests.contract.property import Evidence, Property
from contract_tests.contract.weight import weigh
from contract_tests.record.exchange import Exchange
from contract_tests.record.step import Case, Kind
from contract_tests.report.reasons import Change, Place

TOO_LARGE = {HTTPStatus.REQUEST_ENTITY_TOO_LARGE, HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE}


@check(
    Evidence.stated,
    each=every,
    statements="P05-s2 P10-s2 P11-s2 P11-s4 P13-s2 P15-s2 P19-s2 P20-s2 P24-s3 P29-s1 P29-s2 P30-s1 P30-s3 O-07",
)
def valid_value_is_accepted(history: History) -> Judgements:
    """A valid value is accepted; one that the page names must be, ranges, lengths, forms and unknown ids are open."""
    for put in history.record.of(*VALID):
        if put.is_success:
            for name in put.step.update or {}:
                yield name, None
    for put in history.refused_alone:
        for name, value in (put.step.update or {}).items():
            if not history.depends(name, history.state_at(put)):
                text = f"{name}: {in_json(value)} is valid, and was refused with {put.status}"
                change = Change(Place.not_taken, name, sent=value)
                yield expect(False, _weight_of_refusal(history, name, value, put), text, put, name, change)


def _weight_of_refusal(history: History, name: str, value: Json, put: Exchange) -> Evidence:
    """How well the page backs that a valid value is accepted."""
    known = history.contract.properties[name]
    others = [other for other in _accepted(history, name) if other is not None]
    if is_among(value, others):
        return Evidence.inferred  # accepted at another time: it depends on other settings
    if put.status == HTTPStatus.FORBIDDEN and history.accepted_properties:
        return Evidence.inferred  # "some resources may be unavailable because of the application type" (G-02)
    if known.refers_to_extensions and not _are_known(value, others):
        return Evidence.open
    if known.is_named_by_page(value):
        return Evidence.stated
    # Whether an id exists, and what null does, is open. So are ranges, but some value of the type should be accepted.
    return Evidence.open if value is None or "x-refers-to" in known.schema or others else Evidence.inferred


def _accepted(history: History, name: str) -> list[Json]:
    """The values of a property that were accepted."""
    updates = [put.step.update or {} for put in history.record.of(*VALID) if put.is_success]
    return [update[name] for update in updates if name in update]


def _are_known(value: Json, accepted: Sequence[Json]) -> bool:
    """Whether a server accepted each other extension that a value names: a refusal may be for one it does not know."""
    return _ids(value) <= {id_ for other in accepted for id_ in _ids(other)}


def _ids(value: Json) -> set[str]:
    """The keys of the maps in an object."""
    members = value.values() if isinstance(value, dict) else ()
    return {key for member in members if isinstance(member, dict) for key in member}


@check(Evidence.stated, each=every, statements="O-04 O-07 P12-s1 P15-s1")
def setting_can_be_changed(history: History) -> Judgements:
    """A property takes, and keeps, a value that differs from its default and from what it was."""
    for name in history.contract.properties:
        tried = _attempts(history, name)
        kept = [_is_kept(history, name, observed) for observed in tried]
        refused = [put for put in history.refused_alone if _is_attempt(history, name, put)]
        if any(kept):
            yield name, None
        elif tried and None not in kept:  # else another check tells that a value was lost
            text = f"{name}: every value that differs from the one before was changed"
            yield expect(False, Evidence.stated, text, tried[0].put_of(name), name)
        elif refused and not tried:
            text = f"{name}: every value that differs from the default and from the one before was refused"
            yield expect(False, _weight_of_no_setting(history, name, refused), text, refused[0], name)


def _attempts(history: History, name: str) -> list[Observed]:
    """The accepted updates that should have changed a property to a value other than its default."""
    known = history.contract.properties[name]
    return [
        observed
        for observed in history.updates
        if observed.update.is_accepted
        and observed.update.after is not None
        and _is_a_setting(known, observed.update.sent.get(name))
        and not known.same(observed.update.sent[name], (observed.update.before or {}).get(name, ABSENT))
    ]


def _is_attempt(history: History, name: str, put: Exchange) -> bool:
    """Whether a refused PUT should have changed a property to a value other than its default."""
    sent = put.step.update or {}
    is_setting = name in sent and _is_a_setting(history.contract.properties[name], sent[name])
    return is_setting and not history.depends(name, history.state_at(put))


def _weight_of_no_setting(history: History, name: str, refused: Sequence[Exchange]) -> Evidence:
    """How well the page backs that a property takes one of the values that were refused."""
    if "x-refers-to" in history.contract.properties[name].schema:
        return Evidence.open  # an id that is made up may be unknown
    is_forbidden = all(put.status == HTTPStatus.FORBIDDEN for put in refused) and bool(history.accepted_properties)
    return Evidence.inferred if is_forbidden else Evidence.stated


def _is_a_setting(known: Property, value: Json) -> bool:
    """Whether a value is neither null nor the default."""
    return value is not None and not (known.has_default and known.same(value, known.default))


def _is_kept(history: History, name: str, observed: Observed) -> bool | None:
    """Whether an update changed a property, perhaps to another spelling or range; None where the value was lost."""
    known, update = history.contract.properties[name], observed.update
    sent, after = update.sent[name], (update.after or {}).get(name, ABSENT)
    if not known.same(sent, after) and weigh(history.contract, name, sent, after) > Evidence.inferred:
        return None
    return not known.same((update.before or {}).get(name, ABSENT), after)


@check(Evidence.stated, statements="O-07")
def valid_update_is_accepted(history: History) -> Judgements:
    """Values that are accepted one by one are accepted together."""
    puts = history.record.of(*VALID - {Kind.identity, Kind.put_back})
    for index, put in enumerate(puts):
        if put.is_success:
            yield "", None
        elif _is_accepted_in_parts(put, puts[index + 1 :]) and not _holds_coupling(history, put):
            evidence = Evidence.open if put.status in TOO_LARGE else Evidence.inferred
            count = len(put.step.update or {})
            text = f"{count} valid properties were refused with {put.status}, and accepted in parts"
            yield expect(False, evidence, text, put)


def _is_accepted_in_parts(put: Exchange, later: Sequence[Exchange]) -> bool:
    """Whether the changes into which a refused one was split were all accepted."""
    update = put.step.update or {}
    parts = itertools.takewhile(lambda part: (part.step.update or {}).items() < update.items(), later)
    accepted = {name for part in parts if part.is_success for name in part.step.update or {}}
    return len(update) > 1 and accepted == update.keys()


def _holds_coupling(history: History, put: Exchange) -> bool:
    """Whether a PUT carries a value that is taken only together with another one."""
    return any(history.depends(name, history.state_at(put)) for name in put.step.update or {})


@check(Evidence.stated, each=every, of_each="o")
def property_is_optional(history: History) -> Judgements:
    """A PUT need not carry a property."""
    puts = [put for put in history.record.of(*VALID) if put.step.update]
    for name in history.contract.properties:
        without = [put for put in puts if name not in (put.step.update or {})]
        is_accepted_with = any(put.is_success and name in (put.step.update or {}) for put in puts)
        if any(put.is_success for put in without):
            yield name, None
        elif without and is_accepted_with:
            text = f"no PUT without {name} was accepted, PUTs with it were"
            yield expect(False, Evidence.stated, text, without[0], name)


def _as_check(rule: Rule) -> Function:
    """A rule of one PUT as a function of the history of a run."""

    def judge(history: History) -> Judgements:
        for observed in history.updates:
            for name, deviation in rule(history.contract, observed.update):
                if deviation is None or _is_excused(history, observed.update, name):
                    yield name, None
                else:
                    put, change = observed.put_of(name), _narrowed(history, deviation.change)
                    yield name, finding(deviation.evidence, str(deviation), put, change)

    return judge


def _is_excused(history: History, update: Update, name: str) -> bool:
    """Whether a PUT carried a property that depends on another one, which does not have the value that it takes."""
    return name in (update.sent or {}) and history.depends(name, update.after or {})


def _narrowed(history: History, change: Change | None) -> Change | None:
    """A change by a PUT that did not carry the property, with only those values beside it that may be its reason.

    A value is not the reason if another PUT carried it, and the property stayed as it was.
    """
    if change is None or not change.beside:
        return change
    harmless = [
        observed.update.sent
        for observed in history.updates
        if _keeps(observed.update, change.name, change.before) and observed.update.is_accepted
    ]
    suspects = {
        name: value
        for name, value in change.beside.items()
        if not any(name in sent and identical(sent[name], value) for sent in harmless)
    }
    return replace(change, beside=suspects or change.beside)


def _keeps(update: Update, name: str, value: Json) -> bool:
    """Whether an update did not carry a property, and left it at a value."""
    states = (update.before or {}, update.after or {})
    is_sent = isinstance(update.sent, dict) and name in update.sent
    return not is_sent and all(name in state and identical(state[name], value) for state in states)


for _rule, _backing in RULES.items():
    _sentence, _ = quotation(inspect.getdoc(_rule) or "")
    register(Check(_rule.__name__, _as_check(_rule), _sentence, _backing, "changes"))


@check(Evidence.example, each=every, statements="E-01")
def partial_body_is_accepted(history: History) -> Judgements:
    """A PUT with one property is accepted if its value is."""
    for put in history.record.of(Kind.change):
        if put.step.case in {Case.one_property, Case.escapes, Case.first_change}:
            for name, value in (put.step.update or {}).items():
                is_valid = is_among(value, _accepted(history, name)) and not history.depends(
                    name, history.state_at(put)
                )
                is_alone = put in history.refused_alone and put.step.case is not Case.escapes
                if put.is_success or (is_valid and is_alone):
                    text = f"{name}: {in_json(value)} was accepted beside others, and alone refused with {put.status}"
                    yield expect(put.is_success, Evidence.example, text, put, name)


@check(Evidence.example, statements="O-07")
def escapes_are_accepted(history: History) -> Judgements:
    r"""A body with `\u` escapes means the same as one without.

    > RFC 8259, 7: Any character may be escaped
    """
    for put in history.record.of(Kind.change):
        if put.step.case is Case.escapes:
            sent = put.step.update or {}
            _, after = history.settings_around(put)
            raw = [other.step.body for other in history.record.of(*VALID) if other.is_success]
            is_taken_raw = any(
                encode({name: value})[1:-1] in (body or b"") for name, value in sent.items() for body in raw
            )
            if is_refused(put) and is_taken_raw:
                yield expect(False, Evidence.example, f"a body with escapes was refused with {put.status}", put)
            elif put.is_success and after is not None:
                kept = [value for name, value in sent.items() if _is_written_out(value, after.get(name))]
                yield expect(not kept, Evidence.example, "escapes are stored as they are written", put)


def _is_written_out(sent: Json, actual: Json) -> bool:
    """Whether a text holds the escapes of another one, and not its characters."""
    return isinstance(sent, str) and isinstance(actual, str) and "\\u" in actual and "\\u" not in sent


@check(Evidence.inferred)
def settings_can_be_sent_back(history: History) -> Judgements:
    """What GET answered can be sent back, and changes nothing.

    > RFC 9110, 9.3.4: The PUT method requests that the state of the target resource be created or replaced with the
    > state defined by the representation enclosed in the request message content
    """
    for put in history.record.of(Kind.identity):
        if put.is_success:
            differences = _differences_around(history, put)
            text = f"sending back what GET answered changed {', '.join(differences)}"
            yield expect(not differences, Evidence.inferred, text, put)
        elif put.status != HTTPStatus.FORBIDDEN:  # the application may only read
            yield expect(False, Evidence.inferred, f"what GET answered was refused with {put.status}", put)


def _differences_around(history: History, put: Exchange) -> Differences:
    """What changed between the reads before and after a PUT."""
    before, after = history.settings_around(put)
    return history.contract.differences(before or {}, after or {})


@check(Evidence.stated, statements="O-04")
def repeated_put_changes_nothing(history: History) -> Judgements:
    """Sending the same PUT twice has the same effect as sending it once.

    > RFC 9110, 9.2.2: PUT, DELETE, and safe request methods are idempotent
    """
    accepted = {first.step.body for first in history.record.of(Kind.change) if first.is_success}
    for put in history.record.of(Kind.repeat):
        _, after = history.settings_around(put)
        if put.step.body in accepted and not put.is_success:
            text = f"the same PUT was accepted, then refused with {put.status}"
            yield expect(False, Evidence.inferred, text, put)
        elif put.step.body in accepted and after is not None:
            differences = _differences_around(history, put)
            text = f"the same PUT again changed settings: {describe(differences)}"
            yield expect(not differences, Evidence.stated, text, put)


@check(Evidence.stated, statements="O-04 E-02")
def concurrent_changes_survive(history: History) -> Judgements:
    """Accepted changes of different properties that are made at the same time are all there afterwards."""
    for span in history.spans:
        accepted = [put for put in span.puts if put.step.kind is Kind.concurrent and put.is_success]
        for put in accepted:
            text = "a change made at the same time as others is not in its own answer"
            yield _holds_changes(history, [put], put, text)
        if len(accepted) > 1:
            text = f"{len(accepted)} changes were accepted at the same time, and some are lost"
            yield _holds_changes(history, accepted, span.after, text)


def _holds_changes(history: History, puts: Sequence[Exchange], response: Exchange, message: str) -> Judgement:
    """Judge whether a response shows all that some PUTs sent."""
    updates = [put.step.update or {} for put in puts]
    sent = {name: value for update in updates for name, value in update.items() if name not in history.couplings}
    differences = history.contract.differences(sent, response.json_object or {})
    weights = [weigh(history.contract, name, *values) for name, values in differences.items()]
    text = f"{message}: {describe(differences, 'sent', 'is')}"
    return expect(not differences, max(weights, default=Evidence.open), text, puts[0])


@check(Evidence.stated, statements="O-02 O-05")
def other_extension_is_untouched(history: History) -> Judgements:
    """A PUT to one extension changes no other extension."""
    reads = [read for read in history.reads(history.path_of("fresh")) if read.shows_settings]
    if len(reads) > 1 and history.accepted_properties:
        differences = history.contract.differences(reads[0].json_object or {}, reads[-1].json_object or {})
        changed = f"PUTs to extension {history.target['extension_id']} changed another extension"
        text = f"{changed}: {describe(differences)}"
        yield expect(not differences, Evidence.stated, text, reads[-1], change=Change(Place.elsewhere))
