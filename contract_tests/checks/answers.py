"""Responses to GET and PUT."""

from __future__ import annotations

from http import HTTPStatus

from contract_tests.checks.backing import ByContract, every
from contract_tests.checks.catalogue import check
from contract_tests.checks.history import History
from contract_tests.checks.judgement import Judgements, expect
from contract_tests.contract.document import Contract, Violation
from contract_tests.contract.json_values import ABSENT, Settings, describe, in_json, is_among
from contract_tests.contract.property import Evidence, Property
from contract_tests.contract.weight import answered
from contract_tests.record.exchange import Exchange
from contract_tests.record.step import Case, Kind
from contract_tests.report.reasons import Change, Place


@check(Evidence.stated, statements="O-01 O-02")
def get_answers_settings(history: History) -> Judgements:
    """GET answers 200 with a JSON object."""
    for read in history.record.of(Kind.read):
        is_busy = read.status in {0, HTTPStatus.SERVICE_UNAVAILABLE}
        evidence = Evidence.inferred if is_busy else Evidence.stated
        yield expect(read.shows_settings, evidence, f"GET did not answer 200 with a JSON object{_coding(read)}", read)
        if read.shows_settings and read.status != HTTPStatus.OK:
            yield expect(False, Evidence.inferred, f"GET answered the settings with {read.status}, not with 200", read)


def _coding(read: Exchange) -> str:
    """The encoding of a body that could not be read, if the server names one."""
    coding = read.headers.get("content-encoding", "")
    return f", but something in Content-Encoding: {coding}, which was not asked for" if coding else ""


@check(ByContract("type"), each=every, statements="P31-s1 P31-s2 P31-s4 P31-s5", of_each="t")
def property_has_its_type(history: History) -> Judgements:
    """A property is answered with its type, and within what else the contract says of its values."""
    stored = history.accepted_invalid_values
    for response in history.settings_responses:
        settings = response.json_object or {}
        violations = _worst_violations(history.contract, settings)
        for name in settings:
            if name in history.contract.properties:
                violation = violations.get(name)
                # What the suite sent as an invalid value is judged where the server accepted it.
                if violation is None or is_among(settings[name], stored.get(name, [])):
                    yield name, None
                else:
                    evidence = answered(history.contract, settings, violation)
                    change = Change(Place.answered, name, shown=settings[name])
                    yield expect(False, evidence, f"answered: {violation.message}", response, name, change)


def _worst_violations(contract: Contract, settings: Settings) -> dict[str, Violation]:
    """The violation with the best backing by property."""
    worst: dict[str, Violation] = {}
    for violation in contract.answer_violations(settings):
        name = violation.path.partition(".")[0]
        if name not in worst or violation.evidence > worst[name].evidence:
            worst[name] = violation
    return worst


@check(Evidence.example, each=every, statements="E-02")
def answer_holds_property(history: History) -> Judgements:
    """The responses to GET and PUT hold the whole object."""
    for response in history.settings_responses:
        settings = response.json_object or {}
        for name in history.contract.properties:
            if name in settings:
                yield name, None
            else:
                evidence = Evidence.example if name in history.contract.required else Evidence.open
                change = Change(Place.answered, name)
                yield expect(False, evidence, f"{name} is not in the response", response, name, change)


def _has_default(known: Property) -> bool:
    return known.has_default


def _has_no_default(known: Property) -> bool:
    return not known.has_default


@check(ByContract("default"), each=_has_default, of_each="d")
def fresh_extension_shows_default(history: History) -> Judgements:
    """An extension that was never configured shows the default of a property."""
    for name, known in history.contract.properties.items():
        if known.has_default:
            yield from _on_fresh(history, {name: known.default}, Evidence[known.evidence["default"]])


@check(Evidence.inferred, each=_has_no_default)
def fresh_extension_shows_unset(history: History) -> Judgements:
    """An extension that was never configured shows null for a property without a default.

    > not said by the page; inferred from the example response, which shows null for what seems not to be set
    """
    unset = history.contract.unset_value
    for name, known in history.contract.properties.items():
        if not known.has_default:
            yield from _on_fresh(history, {name: unset.value}, unset.evidence)


def _on_fresh(history: History, expected: Settings, evidence: Evidence) -> Judgements:
    for read in history.reads(history.path_of("fresh"))[:1]:
        if not read.shows_settings:
            return  # that is for `get_answers_settings`, once, and not for each property
        settings = read.json_object or {}
        differences = history.contract.differences(expected, settings)
        for name, value in expected.items():
            actual = settings.get(name, ABSENT)
            may_be_missing = actual is ABSENT and name not in history.contract.required
            text = f"{name}: a fresh extension should show {in_json(value)}, this one shows {in_json(actual)}"
            weight = Evidence.open if may_be_missing else evidence
            change = Change(Place.fresh, name, sent=value, shown=actual)
            yield expect(name not in differences, weight, text, read, name, change)


@check(Evidence.inferred)
def get_changes_nothing(history: History) -> Judgements:
    """Two GETs with nothing written between them show the same, and a GET with a body changes nothing.

    > RFC 9110, 9.2.1: the GET, HEAD, OPTIONS, and TRACE methods are defined to be safe
    """
    for span in history.spans:
        if span.before and not span.puts and not span.elsewhere and not span.stale:
            differences = history.contract.differences(span.before.json_object or {}, span.after.json_object or {})
            text = f"two GETs in a row differ: {describe(differences)}"
            yield expect(not differences, Evidence.inferred, text, span.after)
    for read in history.record.of(Kind.question):
        if read.step.case is Case.get_with_body:
            states = [after.json_object or {} for after in history.reads(history.own_path)]
            is_written = any(
                value == settings.get(name) for name, value in (read.step.update or {}).items() for settings in states
            )
            yield expect(not is_written, Evidence.inferred, "a GET with a body changed what the body holds", read)
