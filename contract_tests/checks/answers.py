"""What GET and PUT answer."""

from __future__ import annotations

from http import HTTPStatus

from contract_tests.checks.catalogue import Judgements, check, check_each, every, finding
from contract_tests.checks.history import History
from contract_tests.contract.document import Violation
from contract_tests.contract.json_values import ABSENT, Settings, in_json
from contract_tests.contract.property import Evidence, Property
from contract_tests.record.exchange import Exchange
from contract_tests.record.step import Kind
from contract_tests.report.results import Finding


@check
def get_answers_settings(history: History) -> Judgements:
    """GET answers 200 with a JSON object.

    > GET /extension/{extension_id}/phone/ Get phone terminal properties
    """
    for seen in history.record.of(Kind.read):
        is_whole = seen.status == HTTPStatus.OK and seen.shown is not None
        is_busy = seen.status in {0, HTTPStatus.SERVICE_UNAVAILABLE}
        evidence = Evidence.inferred if is_busy else Evidence.stated
        yield "", None if is_whole else finding(evidence, "GET did not answer 200 with a JSON object", seen)


@check_each(every)
def property_has_its_type(history: History) -> Judgements:
    """A property is answered with its type, and within what else the contract says of its values.

    > The column "Type" of the table
    """
    for seen in history.settings_answers:
        shown = seen.shown or {}
        broken: dict[str, Violation] = {}
        for violation in history.contract.answer_violations(shown):
            name = violation.path.partition(".")[0]
            if name not in broken or violation.evidence > broken[name].evidence:
                broken[name] = violation
        for name in shown:
            if name in history.contract.properties:
                is_blank = shown[name] == "" and history.contract.properties[name].is_nullable  # may stand for null
                yield name, _broken(broken[name], seen, is_blank=is_blank) if name in broken else None


def _broken(violation: Violation, seen: Exchange, *, is_blank: bool) -> Finding:
    evidence = Evidence.inferred if is_blank else violation.evidence
    return finding(evidence, f"answered: {violation.message}", seen)


@check_each(every)
def answer_holds_property(history: History) -> Judgements:
    """The answers of GET and PUT are the whole object.

    > System response: the whole object, with 27 keys, after a change of one
    """
    for seen in history.settings_answers:
        for name in history.contract.properties:
            evidence = Evidence.example if name in history.contract.required else Evidence.open
            is_there = name in (seen.shown or {})
            yield name, None if is_there else finding(evidence, f"{name} is not in the answer", seen)


@check_each(lambda known: known.has_default)
def fresh_extension_shows_default(history: History) -> Judgements:
    """An extension that was never configured shows the default of a property.

    > The column "Default value" of the table
    """
    for name, known in history.contract.properties.items():
        if known.has_default:
            yield from _on_fresh(history, {name: known.default}, Evidence[known.evidence["default"]])


def _has_no_default(known: Property) -> bool:
    return not known.has_default


@check_each(_has_no_default)
def fresh_extension_shows_unset(history: History) -> Judgements:
    """An extension that was never configured shows null for a property without a default.

    > Inferred: the example answer shows null for what seems not to be set
    """
    unset = history.contract.unset_value
    for name, known in history.contract.properties.items():
        if not known.has_default:
            yield from _on_fresh(history, {name: unset.value}, unset.evidence)


def _on_fresh(history: History, expected: Settings, evidence: Evidence) -> Judgements:
    for seen in history.reads(history.path_of("fresh"))[:1]:
        different = history.contract.differences(expected, seen.shown or {})
        for name, value in expected.items():
            shown = (seen.shown or {}).get(name, ABSENT)
            text = f"{name}: a fresh extension should show {in_json(value)}, this one shows {in_json(shown)}"
            is_left_out = shown is ABSENT and name not in history.contract.required
            weight = Evidence.open if is_left_out else evidence
            yield name, finding(weight, text, seen) if name in different else None


@check
def get_changes_nothing(history: History) -> Judgements:
    """Two GETs with nothing written between them show the same.

    > RFC 9110, 9.2.1: GET is safe
    """
    for span in history.spans:
        if span.before and not span.puts:
            different = history.contract.differences(span.before.shown or {}, span.after.shown or {})
            text = "; ".join(f"{name}: {in_json(old)}, then {in_json(new)}" for name, (old, new) in different.items())
            yield "", finding(Evidence.inferred, f"two GETs in a row differ: {text}", span.after) if different else None
