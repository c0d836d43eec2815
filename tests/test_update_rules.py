"""Each rule about a PUT finds its deviation, and nothing on a correct PUT."""

from __future__ import annotations

from dataclasses import replace

import pytest

from contract_tests.checks import put_rules as rules
from contract_tests.checks.put_rules import RULES, Rule, Update
from contract_tests.contract import CONTRACT
from contract_tests.contract.json_values import Json
from contract_tests.contract.property import Evidence
from contract_tests.contract.weight import weigh

OLD = {"bundle_list": {"124": {"active": True}}, "bundle_id": 3}
NEW = {"bundle_list": {"29196": {"active": False}}, "bundle_id": 3}
MERGED = {"bundle_list": OLD["bundle_list"] | NEW["bundle_list"], "bundle_id": 3}  # type: ignore[operator]
BEFORE = {"label": "a", "auth_type": "digest", "hangup_timeout": 60, "bundle": OLD}
SENT = {"auth_type": "both", "bundle": NEW}
AFTER = BEFORE | SENT
GOOD = Update(BEFORE, SENT, 200, AFTER, AFTER)
REFUSED = Update(BEFORE, {"auth_type": "unknown"}, 400, None, BEFORE)


@pytest.mark.parametrize("rule", RULES)
def test_a_correct_update_breaks_no_rule(rule: Rule) -> None:
    judgements = [*rule(CONTRACT, GOOD), *rule(CONTRACT, REFUSED)]
    assert judgements
    assert not any(deviation for _, deviation in judgements)


@pytest.mark.parametrize(
    ("rule", "update"),
    [
        (rules.put_answer_echoes_change, replace(GOOD, answer=AFTER | {"auth_type": "digest"})),
        (rules.put_answer_echoes_change, replace(GOOD, answer=None)),
        (rules.put_is_stored, replace(GOOD, after=AFTER | {"auth_type": "digest"})),
        (rules.put_answers_new_state, replace(GOOD, answer=AFTER | {"label": "b"})),
        (rules.put_keeps_other_settings, replace(GOOD, after=AFTER | {"hangup_timeout": 5})),
        (rules.put_rejected_leaves_no_trace, replace(REFUSED, after=BEFORE | {"label": "b"})),
        (rules.enum_is_kept_as_sent, replace(GOOD, after=AFTER | {"auth_type": "Both"})),
        (rules.object_is_replaced, replace(GOOD, after=AFTER | {"bundle": OLD})),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_a_rule_finds_its_deviation(rule: Rule, update: Update) -> None:
    deviations = [deviation for _, deviation in rule(CONTRACT, update) if deviation]
    assert deviations
    expected = Evidence.inferred if rule is rules.put_rejected_leaves_no_trace else Evidence.stated
    assert {deviation.evidence for deviation in deviations} == {expected}


@pytest.mark.parametrize(
    ("name", "sent", "received", "evidence"),
    [
        ("label", "a", "b", Evidence.stated),
        ("label", None, "old", Evidence.inferred),
        ("label", "", None, Evidence.inferred),
        ("intercom", None, 0, Evidence.stated),
        ("intercom", 0, None, Evidence.stated),
        ("announce_sound_upon_outgoing_call", 0, None, Evidence.inferred),
        ("announce_sound_upon_outgoing_call", 17, None, Evidence.stated),
        ("record_stereo", True, "yes", Evidence.inferred),
        ("bundle", {"bundle_list": {}, "bundle_id": 3}, {"bundle_list": None, "bundle_id": 3}, Evidence.inferred),
        ("bundle", {"bundle_list": {}, "bundle_id": 3}, {"bundle_list": None, "bundle_id": 4}, Evidence.stated),
        ("vm_enabled", False, None, Evidence.stated),
        ("bundle", NEW, MERGED, Evidence.inferred),
        ("bundle", {"bundle_list": None, "bundle_id": None}, OLD, Evidence.stated),
        ("geo_list", "DE FR AT", "AT DE FR", Evidence.inferred),
        ("geo_list", "DE FR AT", "DE,FR,AT", Evidence.stated),
        ("geo_list", "DE FR AT", "DE", Evidence.stated),
        ("vm_mailto", "a@example.com,b@Example.com", "b@example.com, a@example.com", Evidence.inferred),
        ("vm_mailto", "a@example.com,b@example.com", "a@example.com;b@example.com", Evidence.stated),
        ("external_number", "00442079460123", "+442079460123", Evidence.inferred),
        ("external_number", "+12025550142", "0012025550142", Evidence.stated),
        ("external_number", "+12025550142", "12025550142", Evidence.stated),
        ("label", " two  blanks ", "two blanks", Evidence.inferred),
        ("label", "Reception", "RECEPTION", Evidence.stated),
        ("record_format", "mp3", "MP3", Evidence.stated),
        ("conference_pin", "0042", "42", Evidence.stated),
        ("hangup_timeout", 2**31, 600, Evidence.inferred),
        ("hangup_timeout", 0, 5, Evidence.inferred),
        ("hangup_timeout", 5, 10, Evidence.stated),
        ("hangup_timeout", 30, 60, Evidence.stated),
        ("hangup_timeout", 2**32 + 1, 1, Evidence.stated),
        ("hangup_timeout", 2**53 + 1, 2**53, Evidence.stated),
        ("incoming_limit", 2, 1, Evidence.stated),
        ("intercom", 5, 1, Evidence.stated),
    ],
)
def test_a_deviation_that_the_page_leaves_open_is_inferred(
    name: str, sent: Json, received: Json, evidence: Evidence
) -> None:
    assert weigh(CONTRACT, name, sent, received) is evidence


@pytest.mark.parametrize(
    ("rule", "update"),
    [
        (rules.put_is_stored, REFUSED),
        (rules.put_rejected_leaves_no_trace, GOOD),
        (rules.put_keeps_other_settings, replace(GOOD, before=None)),
        (rules.object_is_replaced, replace(GOOD, sent={"label": "b"})),
        (rules.put_is_stored, replace(GOOD, sent={"unknown": 1})),
    ],
)
def test_a_rule_does_not_judge_an_update_that_it_does_not_concern(rule: Rule, update: Update) -> None:
    assert not [*rule(CONTRACT, update)]
