"""Each rule about a PUT finds its deviation, and nothing on a correct PUT."""

from __future__ import annotations

from dataclasses import replace

import pytest

from contract_tests.checks import put_rules as rules
from contract_tests.checks.put_rules import RULES, Rule, Update
from contract_tests.contract import CONTRACT
from contract_tests.contract.json_values import Json
from contract_tests.contract.property import Evidence

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
        (rules.object_is_replaced, replace(GOOD, after=AFTER | {"bundle": MERGED})),
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
    ],
)
def test_a_deviation_that_the_page_leaves_open_is_inferred(
    name: str, sent: Json, received: Json, evidence: Evidence
) -> None:
    assert rules.weigh(CONTRACT, name, sent, received) is evidence


@pytest.mark.parametrize("rule", RULES)
def test_a_rule_quotes_its_source(rule: Rule) -> None:
    assert "\n> " in (rule.__doc__ or "").replace("    >", ">")


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
