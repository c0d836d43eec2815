"""What a valid PUT does."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence
from http import HTTPStatus

from contract_tests.checks.catalogue import Judgements, check, check_each, every, finding
from contract_tests.checks.history import VALID, History
from contract_tests.checks.put_rules import RULES, Rule, weigh
from contract_tests.contract.document import Contract
from contract_tests.contract.json_values import Json, Settings, identical, in_json
from contract_tests.contract.property import Evidence, Property
from contract_tests.record.exchange import Exchange
from contract_tests.record.step import Kind


@check_each(every)
def valid_value_is_accepted(history: History) -> Judgements:
    """A valid value is accepted; one that the page names must be, ranges, lengths, forms and unknown ids are open.

    > JSON parameters: PhoneProperties
    """
    for put in history.record.of(*VALID):
        if put.is_success:
            for name in put.step.update or {}:
                yield name, None
    for put in history.refused_alone:
        for name, value in (put.step.update or {}).items():
            text = f"{name}: {in_json(value)} is valid, and was refused with {put.status}"
            yield name, finding(_weight_of_refusal(history, name, value), text, put)


def _weight_of_refusal(history: History, name: str, value: Json) -> Evidence:
    """Stated for what the page names, inferred where no value of the type was taken, or one that was taken before."""
    known = history.contract.properties[name]
    accepted = [put.step.update or {} for put in history.record.of(*VALID) if put.is_success]
    taken = [update[name] for update in accepted if name in update and update[name] is not None]
    if any(identical(value, other) for other in taken):
        return Evidence.inferred  # it depends on other settings
    if known.is_named_by_page(value):
        return Evidence.stated
    is_about_others = value is None or "x-refers-to" in known.schema
    return Evidence.open if is_about_others or taken else Evidence.inferred


@check
def valid_update_is_accepted(history: History) -> Judgements:
    """Values that are accepted one by one are accepted together.

    > JSON parameters: PhoneProperties
    """
    exchanges = history.record.of(*VALID - {Kind.identity, Kind.put_back})
    for index, put in enumerate(exchanges):
        update = put.step.update or {}
        if put.is_success:
            yield "", None
        elif len(update) > 1:
            parts = [*_parts(update, exchanges[index + 1 :])]
            accepted = {name for part in parts if part.is_success for name in part.step.update or {}}
            if accepted == update.keys():
                too_large = {HTTPStatus.REQUEST_ENTITY_TOO_LARGE, HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE}
                evidence = Evidence.open if put.status in too_large else Evidence.inferred
                text = f"{len(update)} valid properties were refused with {put.status}, and accepted in parts"
                yield "", finding(evidence, text, put)


def _parts(update: Settings, later: Sequence[Exchange]) -> Iterator[Exchange]:
    """The changes into which a refused one was split."""
    return itertools.takewhile(lambda put: (put.step.update or {}).items() < update.items(), later)


@check_each(every)
def property_is_optional(history: History) -> Judgements:
    """A PUT need not carry a property.

    > The column "Mandatory" of the table: none
    """
    for name in history.contract.properties:
        puts = [put for put in history.record.of(*VALID) if name not in (put.step.update or {name})]
        with_it = [put for put in history.record.of(*VALID) if put.is_success and name in (put.step.update or {})]
        if any(put.is_success for put in puts):
            yield name, None
        elif puts and with_it:
            yield name, finding(Evidence.stated, f"no PUT without {name} was accepted, PUTs with it were", puts[0])


def _rule(rule: Rule, of: Callable[[Property], bool]) -> None:
    def judge(history: History) -> Judgements:
        for put, update in history.updates:
            for name, deviation in rule(history.contract, update):
                yield name, finding(deviation.evidence, str(deviation), put) if deviation else None

    judge.__name__, judge.__doc__, judge.__module__ = rule.__name__, rule.__doc__, __name__
    check_each(of)(judge)


_KINDS: dict[str, Callable[[Property], bool]] = {
    "enum_is_kept_as_sent": lambda known: bool(known.enum),
    "object_is_replaced": lambda known: known.is_replaced,
}
for _each in RULES:
    _rule(_each, _KINDS.get(_each.__name__, every))


@check
def partial_body_is_accepted(history: History) -> Judgements:
    """A PUT with one property is accepted.

    > PUT /extension/54/phone/ with external_number alone
    """
    for put in history.record.of(Kind.change):
        if put.step.case == "one property alone":
            text = f"a PUT of one property was refused with {put.status}"
            yield "", None if put.is_success else finding(_weight(history.contract, put), text, put)


@check
def settings_can_be_sent_back(history: History) -> Judgements:
    """What GET answered can be sent back, and changes nothing.

    > RFC 9110, 9.3.4: PUT sets the state that its content describes
    """
    for put in history.record.of(Kind.identity):
        if put.status == HTTPStatus.FORBIDDEN:
            continue  # the application may only read
        before, after = history.shown_around(put)
        different = history.contract.differences(before or {}, after or {})
        if not put.is_success:
            yield "", finding(Evidence.inferred, f"what GET answered was refused with {put.status}", put)
        else:
            text = f"sending back what GET answered changed {', '.join(different)}"
            yield "", finding(Evidence.inferred, text, put) if different else None


@check
def repeated_put_changes_nothing(history: History) -> Judgements:
    """The same PUT twice is as good as once.

    > RFC 9110, 9.2.2: PUT is idempotent
    """
    for put in history.record.of(Kind.repeat):
        before, after = history.shown_around(put)
        was_accepted = any(
            first.is_success for first in history.record.of(Kind.change) if first.step.body == put.step.body
        )
        different = history.contract.differences(before or {}, after or {})
        if was_accepted and not put.is_success:
            yield "", finding(Evidence.inferred, f"the same PUT was accepted, then refused with {put.status}", put)
        elif was_accepted and after is not None:
            text = "; ".join(f"{name} was {in_json(old)}, is {in_json(new)}" for name, (old, new) in different.items())
            yield "", finding(Evidence.inferred, f"after the same PUT again {text}", put) if different else None


@check
def concurrent_changes_survive(history: History) -> Judgements:
    """Accepted changes of different properties that are made at the same time are all there afterwards.

    > Change phone terminal properties; the example leaves the other settings as they were
    """
    for span in history.spans:
        accepted = [put for put in span.puts if put.step.kind is Kind.concurrent and put.is_success]
        for put in accepted:
            echoed = history.contract.differences(put.step.update or {}, put.shown or {})
            text = ", ".join(
                f"{name} is {in_json(got)}, not {in_json(wanted)}" for name, (wanted, got) in echoed.items()
            )
            message = f"a change made beside others is not in its own answer: {text}"
            yield "", finding(_weight_of(history, echoed), message, put) if echoed else None
        if len(accepted) > 1:
            sent = {name: value for put in accepted for name, value in (put.step.update or {}).items()}
            different = history.contract.differences(sent, span.after.shown or {})
            text = ", ".join(
                f"{name} is {in_json(got)}, not {in_json(wanted)}" for name, (wanted, got) in different.items()
            )
            lost = f"{len(accepted)} changes were accepted at the same time, and then {text}"
            yield "", finding(_weight_of(history, different), lost, accepted[0]) if different else None


def _weight_of(history: History, different: Mapping[str, tuple[Json, Json]]) -> Evidence:
    weights = [weigh(history.contract, name, sent, shown) for name, (sent, shown) in different.items()]
    return max(weights, default=Evidence.open)


@check
def other_extension_is_untouched(history: History) -> Judgements:
    """A PUT to one extension changes no other extension.

    > extension_id: unique identifier of the internal number
    """
    reads = [seen for seen in history.reads(history.path_of("fresh")) if seen.shown]
    if len(reads) > 1 and history.accepted_properties:
        different = history.contract.differences(reads[0].shown or {}, reads[-1].shown or {})
        text = "; ".join(f"{name} was {in_json(old)}, is {in_json(new)}" for name, (old, new) in different.items())
        message = f"PUTs to extension {history.target['extension_id']} changed another extension: {text}"
        yield "", finding(Evidence.stated, message, reads[-1]) if different else None


def _weight(contract: Contract, put: Exchange) -> Evidence:
    return Evidence.stated if contract.is_named_by_page(put.step.update or {}) else Evidence.inferred
