"""The plan: what it sends for the contract, and that its groups separate every pair of properties."""

from __future__ import annotations

import functools
import itertools
import json
from dataclasses import replace
from typing import Any

import pytest

from contract_tests.contract import CONTRACT
from contract_tests.contract.json_values import Json, Settings, encode, is_among
from contract_tests.contract.property import Property
from contract_tests.plan import changes, part, plan
from contract_tests.plan.invalid import invalid
from contract_tests.plan.separation import separating_groups
from contract_tests.plan.valid import is_beyond, set_value, walk
from contract_tests.record.step import Case, Kind, Step
from contract_tests.target.target import Mode, Target

PROPERTIES = CONTRACT.properties
NAMES = [*PROPERTIES]
TARGET = Target("http://127.0.0.1:9/api/ver1.0", "54", Mode.full, "55", "77", "54")
OWN = CONTRACT.path_to("54")
FRESH: Settings = {name: known.default for name, known in PROPERTIES.items()}


def updates(*kinds: Kind) -> list[Settings]:
    return [step.update or {} for step in plan(CONTRACT, TARGET) if step.kind in kinds]


def values_sent(name: str) -> list[Any]:
    return [update[name] for update in updates(Kind.change) if name in update]


@functools.cache
def states() -> list[tuple[Settings, Settings]]:
    """Each change of the plan with the state of a correct fresh extension before it."""
    state, pairs = FRESH, []
    for update in updates(Kind.change):
        pairs.append((state, update))
        state = state | update
    return pairs


@pytest.mark.parametrize("count", [*range(2, 101), 300])
def test_for_every_ordered_pair_some_group_holds_the_first_and_not_the_second(count: int) -> None:
    names = [f"p{index}" for index in range(count)]
    groups = [set(group) for group in separating_groups(names)]
    assert all(
        any(first in group and second not in group for group in groups)
        for first, second in itertools.permutations(names, 2)
    )
    assert len(groups) <= 2 + 1.5 * count.bit_length()
    assert max(map(len, groups)) <= 0.75 * count + 1


def left_out(first: str, second: str) -> list[tuple[Any, Any]]:
    """What `first` was changed to and what `second` showed, for each change of the first that leaves the second."""
    return [
        (update[first], state[second])
        for state, update in states()
        if first in update and second not in update and not PROPERTIES[first].same(state[first], update[first])
    ]


def test_for_every_ordered_pair_some_change_sets_the_first_and_leaves_the_second_away_from_its_default() -> None:
    for first, second in itertools.permutations(NAMES, 2):
        shown = [value for _, value in left_out(first, second)]
        assert any(not PROPERTIES[second].same(value, FRESH[second]) for value in shown), (first, second)
        assert len({json.dumps(value) for value in shown}) > 1, (first, second)


def test_whatever_a_switch_is_changed_to_every_other_switch_is_left_out_both_on_and_off() -> None:
    switches = [name for name, known in PROPERTIES.items() if known.types == {"boolean"}]
    for first, second in itertools.permutations(switches, 2):
        assert {*left_out(first, second)} == {*itertools.product((True, False), repeat=2)}, (first, second)


@pytest.mark.parametrize("known", PROPERTIES.values(), ids=NAMES)
def test_a_property_goes_through_all_of_its_values(known: Property) -> None:
    sent = values_sent(known.name)
    assert all(any(value == wanted for value in sent) for _, wanted in walk(known))
    assert all(not CONTRACT.update_violations({known.name: value}) for value in sent)


@pytest.mark.parametrize("known", PROPERTIES.values(), ids=NAMES)
def test_a_property_goes_to_null_and_comes_back(known: Property) -> None:
    sent = values_sent(known.name)
    if not known.is_nullable:
        assert None not in sent
        return
    following = list(itertools.pairwise(sent))
    assert any(old is not None and new is None for old, new in following)
    assert any(old is None and new is not None for old, new in following)


def test_switches_and_bundles_take_the_transitions_that_matter() -> None:
    for known in PROPERTIES.values():
        if "boolean" in known.types:
            following = [*itertools.pairwise(value for value in values_sent(known.name) if value is not None)]
            assert (True, False) in following
            assert (False, True) in following
    shapes = [value["bundle_list"] for value in values_sent("bundle")]
    following = [*itertools.pairwise(shapes)]
    flags = [
        (old["124"]["active"], new["124"]["active"])
        for old, new in following
        if "124" in (old or {}) and "124" in (new or {})
    ]
    assert {(True, False), (False, True)} <= set(flags)
    assert any(len(old or ()) == 2 and len(new or ()) == 1 for old, new in following)
    assert any(old and new is None for old, new in following)
    assert any(old and new == {} for old, new in following)


def test_real_servers_trip_over_these_values_and_each_is_sent() -> None:
    texts, numbers = values_sent("label"), values_sent("incoming_limit")
    assert {len(text) for text in texts if text is not None} >= {0, 255, 256, 4096}
    assert any(text and text != text.strip() for text in texts)
    assert {2**31, 2**53 + 1, 2**63 - 1} <= set(numbers)
    invalid_numbers = [v for update in updates(Kind.invalid) for v in update.values() if type(v) is int]
    assert {2**63, -1} <= set(invalid_numbers)


def test_every_invalid_value_is_refused_by_the_contract_and_follows_a_valid_one_of_the_property() -> None:
    accepted: set[str] = set()
    for step in plan(CONTRACT, TARGET):
        if step.kind is Kind.change:
            accepted |= (step.update or {}).keys()
        if step.kind is Kind.invalid:
            assert CONTRACT.update_violations(step.update)
            assert [*(step.update or {})] == [step.subject]
            assert step.subject in accepted


def json_type(value: Any) -> str:  # noqa: ANN401 - a JSON value
    names = {bool: "boolean", int: "integer", float: "number", str: "string", list: "array", dict: "object"}
    return names.get(type(value), "null")


def wrong_types(types: frozenset[str]) -> set[str]:
    every = {"null", "boolean", "integer", "number", "string", "array", "object"}
    # A whole number and one with a fraction are one type of JSON: one of them is enough where both are wrong.
    return every - types - (set() if "integer" in types else {"number"})


@pytest.mark.parametrize("known", PROPERTIES.values(), ids=NAMES)
def test_every_property_gets_every_wrong_type_and_its_look_alikes(known: Property) -> None:
    values = invalid(CONTRACT, known)
    assert {json_type(value) for _, value in values} >= wrong_types(known.types)
    cases = {case for case, _ in values}
    if known.enum:
        assert cases >= {"a member in upper case", "the beginning of a member", "blanks around a member", "empty text"}
    elif "pattern" in known.alternative:
        assert "without its separators" in cases
    if "boolean" in known.types:
        assert "text for a boolean" in cases
    if "integer" in known.types:
        assert "text of digits for a number" in cases


def test_every_member_of_a_bundle_gets_every_wrong_type() -> None:
    values = [value for _, value in invalid(CONTRACT, PROPERTIES["bundle"])]
    bundles = [value for value in values if isinstance(value, dict)]
    lists = [value["bundle_list"] for value in bundles if "bundle_list" in value]
    entries = [entry for entries in lists if isinstance(entries, dict) for entry in entries.values()]
    flags = [entry["active"] for entry in entries if isinstance(entry, dict) and "active" in entry]
    ids = [value["bundle_id"] for value in bundles if "bundle_id" in value]
    for sent, right in ((lists, {"object", "null"}), (entries, {"object"}), (flags, {"boolean"}), (ids, {"integer"})):
        assert set(map(json_type, sent)) >= wrong_types(frozenset(right | {"null"})) | (
            wrong_types(frozenset(right)) - {"null"}
        )
    assert None in flags
    assert None in entries


def test_a_body_of_one_property_is_sent_for_each_and_the_example_of_the_page_while_all_others_differ() -> None:
    alone = [step for step in plan(CONTRACT, TARGET) if step.case in {Case.one_property, Case.escapes}]
    assert {name for step in alone for name in step.update or {}} == set(NAMES)
    assert any(b"\\u" in (step.body or b"") for step in alone)
    assert {"external_number": "+12025550142"} in [step.update for step in alone[:2]]
    for state, update in states():
        if update == {"external_number": "+12025550142"}:
            assert not [name for name in NAMES if PROPERTIES[name].same(state[name], FRESH[name])]
            assert state["external_number"] != update["external_number"]


def test_of_a_critical_property_only_what_the_contract_shows_is_sent() -> None:
    for known in PROPERTIES.values():
        if known.risk == "critical" and "object" not in known.types:
            shown = [*known.examples, *known.enum, None, known.default]
            assert all(value in shown for value in values_sent(known.name)), known.name


def test_no_state_on_the_way_is_one_that_must_never_be() -> None:
    assert CONTRACT.never_together
    for never in CONTRACT.never_together:
        assert not any((state | update).items() >= never.items() for state, update in states())
        for name, value in never.items():
            assert value in values_sent(name)


def test_the_fresh_extension_is_read_first_and_last() -> None:
    steps = plan(CONTRACT, TARGET)
    assert steps[0].path == steps[-1].path == CONTRACT.path_to("55")
    assert steps[0].method == steps[-1].method == "GET"


def test_every_change_of_several_properties_is_followed_by_a_read() -> None:
    by_me = CONTRACT.path_to("@me")  # this change shares the read with the one before it
    steps = [step for step in plan(CONTRACT, TARGET) if (step.kind, step.path) != (Kind.change, by_me)]
    pairs = [*itertools.pairwise(steps)]
    several = [pair for pair in pairs if pair[0].kind is Kind.change and len(pair[0].update or {}) > 1]
    assert several
    assert all(after == Step(Kind.read, "GET", OWN) for _, after in several)


@pytest.mark.parametrize("mode", Mode)
@pytest.mark.parametrize("base_url", [TARGET.base_url, "https://pbx.test/api/ver1.0"])
def test_the_plan_fits_the_budget_and_is_always_the_same(mode: Mode, base_url: str) -> None:
    target = replace(TARGET, mode=mode, base_url=base_url)
    assert len(plan(CONTRACT, target)) <= 388
    assert plan(CONTRACT, target) == plan(CONTRACT, target)


def test_read_mode_plans_no_method_that_could_change_anything() -> None:
    steps = plan(CONTRACT, replace(TARGET, mode=Mode.read))
    assert {step.method for step in steps} == {"GET", "HEAD", "OPTIONS", "TRACE"}
    assert all(step.body is None for step in steps)


def test_no_unknown_key_is_sent_and_off_loopback_no_undeclared_method() -> None:
    steps = plan(CONTRACT, replace(TARGET, base_url="https://pbx.test/api/ver1.0"))
    assert {step.method for step in steps} == {"GET", "PUT", "HEAD", "OPTIONS", "TRACE"}
    for step in [*steps, *plan(CONTRACT, TARGET)]:
        assert not [name for name in step.update or {} if name not in PROPERTIES]


def test_what_nobody_named_is_not_asked_for() -> None:
    steps = plan(CONTRACT, Target(TARGET.base_url, "54", Mode.full))
    assert not [step for step in steps if CONTRACT.path_to("77") == step.path]
    assert not [step for step in steps if step.kind is Kind.change and step.path == CONTRACT.path_to("@me")]


def test_the_samples_of_the_page_are_never_sent() -> None:
    sent = b"\n".join(step.body or b"" for step in plan(CONTRACT, TARGET))
    assert b"79876543210" not in sent
    assert b"8.8.8.8" not in sent


@pytest.mark.parametrize("count", [1, 2, 5])
def test_a_few_properties_are_enough_for_a_plan(count: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Target, "writable", lambda *_: NAMES[:count])
    sent = {name for step in plan(CONTRACT, TARGET) for name in step.update or {} if name in PROPERTIES}
    assert sent == set(NAMES[:count])


def test_changes_at_once_are_of_different_properties() -> None:
    groups = changes.Walk(CONTRACT, NAMES).at_once(is_loopback=True)
    assert [len(group) for group in groups] == [2, 8]
    assert [len(group) for group in changes.Walk(CONTRACT, NAMES).at_once(is_loopback=False)] == [2]
    names = [name for group in groups for update in group for name in update]
    assert len(names) == len(set(names))
    assert all(json.loads(encode(update)) == update for group in groups for update in group)


def test_a_look_alike_of_a_member_stands_for_another_one_than_is_set() -> None:
    for known in CONTRACT.properties.values():
        if known.enum:
            values = {value.about: value.value for value in invalid(CONTRACT, known)}
            assert values["a member in upper case"].lower() in {*known.enum} - {set_value(known)}


def test_the_id_that_is_not_assigned_is_one_that_could_be() -> None:
    paths = [step.path for step in plan(CONTRACT, TARGET) if step.case is Case.unknown_id]
    assert paths == [CONTRACT.path_to(str(2**63 - 1))]


def test_an_invalid_value_stands_after_and_before_a_valid_one() -> None:
    mixed = [[*(step.update or {})] for step in plan(CONTRACT, TARGET) if step.kind is Kind.mixed]
    assert len(mixed) == 2
    assert mixed[0] == mixed[1][::-1]


def test_without_a_free_text_no_request_needs_one() -> None:
    texts = [name for name, known in CONTRACT.properties.items() if "string" in known.types and not known.enum]
    target = replace(TARGET, unrestorable=dict.fromkeys(texts, "hidden"))
    kinds = {step.kind for step in plan(CONTRACT, target)}
    assert {Kind.invalid, Kind.credentials, Kind.method} <= kinds
    assert Kind.body not in kinds


def test_a_part_of_a_run_that_only_reads_has_nothing_to_share() -> None:
    target = replace(TARGET, mode=Mode.read)
    assert part(CONTRACT, target, 1, 2) == [Step(Kind.read, "GET", OWN)] * 2
    assert all(step.method != "PUT" for step in part(CONTRACT, target, 0, 2))


def test_what_is_set_side_by_side_is_not_set_by_itself_as_well() -> None:
    steps = [step for number in range(3) for step in part(CONTRACT, TARGET, number, 3)]
    assert not [step for step in steps if step.kind is Kind.put_back]


def test_elsewhere_each_example_of_a_risky_property_is_sent_and_null_only_where_the_page_explains_it() -> None:
    target = replace(TARGET, base_url="https://pbx.test/api/ver1.0")
    alone = [step.update or {} for step in plan(CONTRACT, target) if step.kind is Kind.change and step.subject]
    for name in ("transfer_caller_id_number", "record_format"):
        sent = [update[name] for update in alone if name in update]
        known = CONTRACT.properties[name]
        assert all(is_among(example, sent) for example in known.examples)
        assert is_among(None, sent) is known.is_named_by_page(None)


@pytest.mark.parametrize(
    ("name", "value", "refused", "is_expected"),
    [
        ("label", "x" * 256, "x" * 255, True),
        ("label", "x" * 255, "x" * 256, False),
        ("label", "0042", "", False),  # an empty text is no limit
        ("hangup_timeout", 2**32 + 1, 2**31, True),
        ("hangup_timeout", 2**31, 5, False),  # the page names 5: another reason than a limit
        ("hold_music", 2**31, 19, True),  # the ids of the contract are made up, too
        ("hold_music", 19, 2**31, False),
        ("hangup_timeout", 2**31, None, False),
    ],
)
def test_a_value_beyond_one_that_was_refused_is_expected_to_be_refused(
    name: str, value: Json, refused: Json, *, is_expected: bool
) -> None:
    assert is_beyond(CONTRACT.properties[name], value, refused) is is_expected
