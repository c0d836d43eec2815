"""Checks on records of a few exchanges, written by hand: what is weighed how, and in which words."""

from __future__ import annotations

import pytest

from contract_tests.checks import CATALOGUE
from contract_tests.checks.history import History
from contract_tests.contract import CONTRACT
from contract_tests.contract.json_values import Json, Settings, encode
from contract_tests.contract.property import Evidence
from contract_tests.plan.valid import other_value
from contract_tests.record.exchange import Exchange
from contract_tests.record.har import Record
from contract_tests.record.step import Case, Kind, Step
from contract_tests.report.results import Finding

OWN = CONTRACT.path_to("54")
BASE = {name: other_value(known) for name, known in CONTRACT.properties.items()}
JSON = {"content-type": "application/json"}
TARGET = {"base_url": "http://h/api/ver1.0", "extension_id": "54"}


def read(**settings: Json) -> Exchange:
    """A GET that shows these settings, and the others at their defaults."""
    return Exchange(Step(Kind.read, "GET", OWN), "http://h", {}, 200, JSON, encode(BASE | settings))


def put(
    update: Settings, status: int = 200, *, kind: Kind = Kind.change, case: Case = Case.plain, **shown: Json
) -> Exchange:
    """A PUT; the answer to an accepted one shows what was sent, and what else is named."""
    answer = BASE | update | shown if status < 300 else {"message": "no"}
    step = Step(kind, "PUT", OWN, encode(update), subject=next(iter(update), ""), case=case, about="a case")
    return Exchange(step, "http://h", {}, status, JSON, encode(answer))


def found(check: str, *exchanges: Exchange, name: str = "") -> list[Finding]:
    """The findings of a check on a record; of one property, where it is named."""
    history = History(Record(TARGET, exchanges), CONTRACT)
    judged = [*CATALOGUE[check].judge(history)]
    assert judged
    return [finding for of, finding in judged if finding and name in {"", of}]


def bundle(*ids: str) -> Settings:
    return {"bundle": {"bundle_list": {id_: {"active": True} for id_ in ids}, "bundle_id": 3}}


def test_the_refusal_of_an_extension_that_a_server_may_not_know_is_open() -> None:
    example = {"bundle": CONTRACT.properties["bundle"].named[0]}
    taken = [put({"bundle": {"bundle_list": None, "bundle_id": 3}})]
    (unknown,) = found("valid_value_is_accepted", read(), *taken, put(example, 404), name="bundle")
    assert unknown.evidence is Evidence.open
    taken = [put(bundle("124")), put(bundle("124", "29196"))]
    (known,) = found("valid_value_is_accepted", read(), *taken, put(example, 404), name="bundle")
    assert known.evidence is Evidence.stated


def test_a_value_that_was_taken_at_another_time_is_inferred_to_be_taken() -> None:
    later = [put({"auth_type": "both"}), put({"auth_type": "both"}, 400)]
    (refusal,) = found("valid_value_is_accepted", read(), *later, name="auth_type")
    assert refusal.evidence is Evidence.inferred


@pytest.mark.parametrize(
    ("name", "value", "status", "evidence"),
    [
        ("hangup_timeout", 5, 400, Evidence.stated),
        ("hangup_timeout", 5, 403, Evidence.inferred),  # the application may not write this property
        ("hold_music", 17, 400, Evidence.open),  # an id that is made up
    ],
)
def test_a_property_of_which_nothing_but_its_default_is_taken(
    name: str, value: int, status: int, evidence: Evidence
) -> None:
    exchanges = [read(), put({"label": "a"}), put({name: value}, status)]
    (finding,) = found("setting_can_be_changed", *exchanges, name=name)
    assert finding.evidence is evidence
    (refusal,) = found("valid_value_is_accepted", *exchanges, name=name)
    assert refusal.evidence <= evidence


def test_escapes_that_are_refused_are_no_refusal_of_one_property_alone() -> None:
    label = {"label": "Zoë"}
    escaped = put(label, 400, case=Case.escapes)
    assert found("escapes_are_accepted", read(), escaped, put(label))
    assert not found(
        "partial_body_is_accepted",
        read(),
        escaped,
        put(label | {"auth_type": "both"}),
        put({"label": "a"}, case=Case.one_property),
    )
    alone = put(label, 400, case=Case.one_property)
    assert found("partial_body_is_accepted", read(), alone, put(label | {"auth_type": "both"}))


def test_only_what_was_sent_beside_a_lost_setting_each_time_can_be_the_reason() -> None:
    lost = [read(vm_enabled=False), put({"label": "a", "hangup_timeout": 5}), read(label="a", hangup_timeout=5)]
    kept = [read(vm_enabled=False), put({"label": "a"}, vm_enabled=False), read(label="a", vm_enabled=False)]
    (finding,) = found("put_keeps_other_settings", *lost, *kept, name="vm_enabled")
    assert finding.change
    assert finding.change.beside == {"hangup_timeout": 5}
    (unexplained,) = found("put_keeps_other_settings", *lost, name="vm_enabled")
    assert unexplained.change
    assert unexplained.change.beside == {"label": "a", "hangup_timeout": 5}


def test_each_of_several_puts_in_a_row_is_judged_by_its_own_answer() -> None:
    lost = [read(), put({"label": "a"}), put({"hangup_timeout": 5}, label=None), read(hangup_timeout=5)]
    assert not found("put_answer_echoes_change", *lost)
    assert found("put_is_stored", *lost, name="label")
    not_echoed = [read(), put({"label": "a"}), put({"hangup_timeout": 5}), read(label="a", hangup_timeout=5)]
    not_echoed[2] = Exchange(not_echoed[2].step, "http://h", {}, 200, JSON, encode(BASE))
    assert found("put_answer_echoes_change", *not_echoed, name="hangup_timeout")
    assert not found("put_answer_echoes_change", *not_echoed, name="label")


def test_a_side_effect_of_an_invalid_value_is_found() -> None:
    taken = put({"hangup_timeout": "5"}, kind=Kind.invalid, vm_enabled=False)
    exchanges = [read(), put({"hangup_timeout": 5}), read(hangup_timeout=5), taken, read(vm_enabled=False)]
    assert found("put_keeps_other_settings", *exchanges, name="vm_enabled")


@pytest.mark.parametrize(
    ("shown", "words"),
    [
        ({"hangup_timeout": "7"}, 'it was accepted and stored as "7"'),
        ({"hangup_timeout": 7}, "it was accepted and coerced as 7"),
        ({"hangup_timeout": 5}, "it was accepted and ignored"),
    ],
)
def test_the_answer_tells_what_became_of_an_invalid_value_where_another_follows(shown: Settings, words: str) -> None:
    first = put({"hangup_timeout": "7"}, kind=Kind.invalid, **shown)
    second = put({"hangup_timeout": 1.5}, kind=Kind.invalid)
    exchanges = [read(), put({"hangup_timeout": 5}), read(hangup_timeout=5), first, second, read(hangup_timeout=5)]
    finding, _ = found("invalid_value_is_refused", *exchanges, name="hangup_timeout")
    assert finding.message.endswith(words)


def test_an_invalid_value_is_not_judged_where_no_valid_one_was_taken_or_the_server_failed() -> None:
    other, taken = put({"label": "a"}), put({"hangup_timeout": "7"}, kind=Kind.invalid)
    failed = put({"label": 5}, 500, kind=Kind.invalid)
    assert not [
        *CATALOGUE["invalid_value_is_refused"].judge(History(Record(TARGET, [read(), other, taken, failed]), CONTRACT))
    ]


def test_a_byte_order_mark_is_a_mark_and_not_broken_json() -> None:
    marked = read()
    marked = Exchange(marked.step, marked.url, {}, 200, JSON, b"\xef\xbb\xbf" + marked.body)
    assert marked.json_object is not None
    messages = {(finding.message, finding.evidence) for finding in found("answer_is_json", marked)}
    assert messages == {("the response begins with a byte order mark", Evidence.inferred)}


@pytest.mark.parametrize(
    ("status", "case", "is_found"),
    [
        (400, Case.no_token, True),
        (499, Case.changed_token, True),
        (400, Case.plain, False),  # other credentials may count as malformed
        (399, Case.no_token, False),
        (500, Case.no_token, False),
    ],
)
def test_a_refused_token_is_answered_with_401(status: int, case: Case, *, is_found: bool) -> None:
    step = Step(Kind.credentials, "GET", OWN, case=case, about="without a token")
    history = History(Record(TARGET, [Exchange(step, "http://h", {}, status)]), CONTRACT)
    messages = [finding.message for _, finding in CATALOGUE["missing_token_is_401"].judge(history) if finding]
    assert messages == ([f"without a token: {status} instead of 401"] if is_found else [])


def noted(check: str, *exchanges: Exchange) -> str:
    (finding,) = found(check, *exchanges)
    assert finding.evidence is Evidence.open
    return finding.message


def test_what_null_does_is_noted_by_what_it_did() -> None:
    exchanges = [
        read(label="a", vm_mailto="a@example.com", static_reg_address="192.0.2.1:5060", conference_pin="0042"),
        put({"label": None, "vm_mailto": None, "static_reg_address": None, "hangup_timeout": 5}),
        read(label=None, vm_mailto="a@example.com", static_reg_address="", hangup_timeout=5, conference_pin="0042"),
        put({"conference_pin": None}, 400),
        put({"hangup_timeout": 6}, 400),
    ]
    assert noted("open_null", *exchanges) == (
        'null clears: label; null is left out: vm_mailto; null gives "": static_reg_address; '
        "null is refused with 400: conference_pin."
    )


def test_zero_and_null_are_noted_by_whether_they_are_kept() -> None:
    sent = {"hold_music": 0, "vm_greeting": None}
    both = [read(), put(sent), read(**sent)]
    assert noted("open_zero_and_null", *both) == "Kept as sent: hold_music, vm_greeting; not: none."
    changed = [put({"vm_greeting": 0}), read(hold_music=0, vm_greeting=None)]
    assert noted("open_zero_and_null", *both, *changed) == "Kept as sent: hold_music; not: vm_greeting."


def test_ranges_are_noted_by_what_is_refused() -> None:
    assert noted("open_ranges", read(), put({"label": "a"})) == "Refused: none."
    refused = put({"intercom": 2**40}, 400)
    assert noted("open_ranges", read(), put({"label": "a"}), refused) == f"Refused: intercom: {2**40}."


def test_how_refusals_look_is_noted() -> None:
    plain = put({"label": 5}, 400, kind=Kind.invalid)
    no_json = Exchange(plain.step, plain.url, {}, 422, {}, b"no")
    assert noted("open_refusal", plain, plain, no_json) == "2 times 400 with message; 1 times 422 with no JSON object."
