"""The causes behind findings: the table of likely reasons, what belongs together, and the requests that show it."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterator
from typing import Any

import pytest

from contract_tests.checks.judgement import finding
from contract_tests.contract import CONTRACT
from contract_tests.contract.json_values import ABSENT, Json, encode
from contract_tests.contract.property import Evidence
from contract_tests.record.exchange import MAX_IN_LINE, Exchange
from contract_tests.record.step import Kind, Step
from contract_tests.report import document
from contract_tests.report.causes import Cause, causes
from contract_tests.report.reasons import REASONS, Change, Place
from contract_tests.report.results import Requirement, ResultId, Results
from contract_tests.session.run import run
from contract_tests.session.run_result import RunResult
from mock_server import faults
from mock_server.embedded import serve
from mock_server.phone import Phone, Properties
from scripts.conformance import against
from tests.suite import without_pauses

URL = "http://127.0.0.1:8054/api/ver1.0/extension/54/phone/"
NAMES = [*CONTRACT.properties]
TEXTS = [name for name, known in CONTRACT.properties.items() if known.types == {"string", "null"}]
LONG = "x" * MAX_IN_LINE


@pytest.mark.parametrize(
    ("place", "before", "sent", "shown", "reason"),
    [
        (Place.stored, 5, None, 5, "null_skipped"),
        (Place.stored, "a", None, "", "null_as_blank"),
        (Place.stored, 0, None, 0, "null_as_blank"),
        (Place.stored, True, False, True, "falsy_dropped"),
        (Place.stored, "a", "", "a", "falsy_dropped"),
        (Place.stored, None, "0042", 42, "text_as_number"),
        (Place.stored, None, "0042", "42", "text_as_number"),
        (Place.stored, None, "+12025550100", "12025550100", "text_as_number"),
        (Place.stored, False, True, 1, "boolean_as_number"),
        (Place.stored, 1, 5, "5", "value_as_text"),
        (Place.stored, 1, 2**40 + 7, 7, "number_cut"),
        (Place.stored, 1, 2**63 - 1, 2**31 - 1, "number_cut"),
        (Place.stored, 1, 2**60 + 1, 2**60, "number_cut"),
        (Place.stored, None, "a<b", "a&lt;b", "escaped"),
        (Place.stored, None, "Zoë", "Zo?", "wrong_encoding"),
        (Place.stored, None, "Zoë", "ZoÃ«", "wrong_encoding"),
        (Place.stored, None, "DE FR", "de fr", "spelt_otherwise"),
        (Place.stored, None, "abcdef", "abc", "text_cut"),
        (Place.stored, {}, {"a": 1}, {"a": 1, "b": 2}, "object_merged"),
        (Place.stored, "a", "b", "a", "not_written"),
        (Place.stored, "a", "b", ABSENT, "left_out"),
        (Place.answered, ABSENT, ABSENT, ABSENT, "left_out"),
        (Place.invalid, 1, "5", "5", "not_validated"),
        (Place.invalid, 1, "5", 5, "not_strict"),
        (Place.invalid, 1, "5", 1, "invalid_ignored"),
        (Place.kept, "a", ABSENT, None, "whole_replaced"),
        (Place.kept, 1, ABSENT, 2, "side_effect"),
        (Place.reread, 1, ABSENT, 2, "answer_before_update"),
        (Place.elsewhere, ABSENT, ABSENT, ABSENT, "other_row"),
        (Place.late, ABSENT, ABSENT, ABSENT, "cached_read"),
        (Place.refused, 1, 2, 2, "half_refused"),
        (Place.fresh, ABSENT, 60, 5, "default_differs"),
        (Place.crashed, ABSENT, ABSENT, ABSENT, "crash"),
        (Place.stored, None, "a", "b", ""),
        (Place.not_taken, ABSENT, "a", ABSENT, ""),
    ],
)
def test_values_tell_the_likely_reason(place: Place, before: Json, sent: Json, shown: Json, reason: str) -> None:
    found = Change(place, "label", before, sent, shown).reason
    assert (found.name if found else "") == reason


def test_each_reason_has_an_id_of_its_own_and_words() -> None:
    names = [reason.name for reason in REASONS]
    assert len({*names}) == len(names)
    assert all(reason.title[0].isalnum() and reason.likely and not reason.likely.endswith(".") for reason in REASONS)


def put(body: bytes) -> Exchange:
    headers = {"Authorization": "Bearer [masked]", "Content-Type": "application/json"}
    return Exchange(Step(Kind.change, "PUT", "/", body), URL, headers, 200, body=b"{}")


def results(*found: tuple[str, Change, Evidence], **expected: str) -> Results:
    ids = {ResultId.parse(id_) for id_, _, _ in found}
    every = Results.declared(Requirement(id_, "changes", Evidence.stated, "A rule.", "A sentence.", []) for id_ in ids)
    for id_, change, evidence in found:
        sent = {} if change.sent is ABSENT else {change.name: change.sent}
        every.add(ResultId.parse(id_), finding(evidence, f"{change.name} is wrong", put(encode(sent)), change))
    for id_, reason in expected.items():
        every[id_].expected = reason
    return every


def stored(name: str, before: Json, sent: Json, shown: Json) -> tuple[str, Change, Evidence]:
    return f"put_is_stored:{name}", Change(Place.stored, name, before, sent, shown), Evidence.stated


def shapes(found: list[Cause]) -> dict[str, int]:
    return {cause.id: len(cause.results) for cause in found}


def test_one_kind_of_deviation_of_several_properties_is_one_cause() -> None:
    found = causes(results(*(stored(name, 1, None, 1) for name in NAMES)))
    assert shapes(found) == {"null_skipped": len(NAMES)}
    assert found[0].properties == NAMES


def test_two_kinds_of_deviation_of_one_property_are_two_causes() -> None:
    found = causes(results(stored("label", "a", None, "a"), stored("label", None, "0042", "42")))
    assert shapes(found) == {"null_skipped": 1, "text_as_number": 1}


def test_who_drops_false_drops_null_by_the_same_test() -> None:
    found = causes(results(stored("label", "a", None, "a"), stored("vm_enabled", True, False, True)))
    assert shapes(found) == {"falsy_dropped": 2}


def test_a_property_that_is_not_stored_stores_no_null_either() -> None:
    found = causes(results(stored("label", "a", None, "a"), stored("label", "a", "b", "a")))
    assert shapes(found) == {"not_written": 1}


def test_only_the_answer_shows_the_old_value_where_get_shows_the_new_one() -> None:
    echo = ("put_answer_echoes_change:label", Change(Place.echoed, "label", "a", "b", "a"), Evidence.stated)
    assert shapes(causes(results(echo))) == {"answer_before_update": 1}
    assert shapes(causes(results(echo, stored("label", "a", "b", "a")))) == {"not_written": 2}


def test_an_answer_of_the_wrong_type_follows_from_what_is_stored_so() -> None:
    typed = ("property_has_its_type:label", Change(Place.answered, "label", shown=42), Evidence.stated)
    assert shapes(causes(results(typed, stored("label", None, "0042", 42)))) == {"text_as_number": 2}


def test_many_properties_that_a_put_resets_are_another_reason_than_one() -> None:
    def kept(names: list[str]) -> Results:
        return results(
            *(
                (f"put_keeps_other_settings:{name}", Change(Place.kept, name, 1, ABSENT, None, {}), Evidence.stated)
                for name in names
            )
        )

    (many,), (one,) = causes(kept(NAMES)), causes(kept(NAMES[:1]))
    assert many.reason and one.reason
    assert (many.reason.name, one.reason.name) == ("whole_replaced", "side_effect")
    assert many.id == one.id


def test_what_matters_more_comes_first_and_what_is_known_last() -> None:
    by_risk = sorted(TEXTS, key=lambda name: CONTRACT.properties[name].risk == "critical")
    low, critical = by_risk[0], by_risk[-1]
    warning = ("check_w", Change(Place.crashed), Evidence.inferred)
    ordinary = stored(low, None, "0042", "42")
    risky = ("put_is_stored:" + critical, Change(Place.stored, critical, None, "a<b", "a&lt;b"), Evidence.stated)
    old = ("check_k", Change(Place.late), Evidence.stated)
    found = causes(results(warning, ordinary, risky, old, check_k="ticket 42"))
    assert [cause.id for cause in found] == ["escaped", "text_as_number", "crash", "cached_read.known"]


def test_the_shortest_requests_are_a_put_of_the_property_alone_and_a_get() -> None:
    (cause,) = causes(results(stored("label", "a", None, "a")))
    first, second, get = cause.reproduction.splitlines()
    assert [json.loads(shlex.split(line)[-1]) for line in (first, second)] == [{"label": "a"}, {"label": None}]
    assert "Content-Type" not in get
    assert get.split()[:3] == ["curl", "-X", "GET"]


def test_a_long_body_is_a_file_beside_the_report() -> None:
    (cause,) = causes(results(stored("label", None, LONG, LONG[:99])))
    ((name, content),) = cause.files.items()
    assert json.loads(content) == {"label": LONG}
    assert f"--data-binary @- < {name}" in cause.reproduction
    assert cause.as_json()["files"] == [name]


def test_a_command_that_judges_many_results_again_names_their_checks() -> None:
    assert document.only(["a:x", "b:y"]) == "a:x,b:y"
    assert document.only([f"s/a:{name}" for name in NAMES] + ["fuzz.a"]) == "'s/a*'"


class ThreeBugs(Phone):
    """Text of digits is a number, null does not clear a number, and one switch turns another one off."""

    def merge(self, before: Properties, update: Properties) -> Properties:
        """Store so."""
        numbers = {name for name, known in CONTRACT.properties.items() if "integer" in known.types}
        update = {name: value for name, value in update.items() if value is not None or name not in numbers}
        after = super().merge(before, update)
        if update.get("record_enabled") is False and "record_transfer" not in update:
            after["record_transfer"] = False
        pin = after.get("conference_pin") or ""  # absent from a nested object
        return {**after, "conference_pin": pin.lstrip("0")} if pin.isdecimal() else after


@pytest.fixture(scope="module")
def of_three_bugs() -> Iterator[RunResult]:
    patch = pytest.MonkeyPatch()
    patch.setitem(faults.CATALOGUE, "three_bugs", ThreeBugs)
    without_pauses(patch)
    with serve("three_bugs") as mock:
        options, environment = against(mock)
        yield run(options.of(options.chosen() | {"fuzz_examples": 0}), environment)
    patch.undo()


def by_id(result: RunResult) -> dict[str, dict[str, Any]]:
    return {cause["id"]: cause for cause in result.as_json()["causes"]}


def test_three_bugs_are_three_causes_of_failures(of_three_bugs: RunResult) -> None:
    found = by_id(of_three_bugs)
    failed = {id_: cause["properties"] for id_, cause in found.items() if cause["outcome"] == "fail"}
    assert failed.keys() == {"null_skipped", "text_as_number", "whole_replaced"}
    assert failed["text_as_number"] == ["conference_pin"]
    assert failed["whole_replaced"] == ["record_transfer"]


def test_a_side_effect_is_shown_by_the_values_that_may_cause_it(of_three_bugs: RunResult) -> None:
    put, _ = by_id(of_three_bugs)["whole_replaced"]["reproduction"].splitlines()
    sent = json.loads(shlex.split(put)[-1])
    assert sent["record_enabled"] is False
    assert len(sent) < len(NAMES) / 2


def test_each_failure_and_warning_belongs_to_a_cause(of_three_bugs: RunResult) -> None:
    results_of_causes = {id_ for cause in by_id(of_three_bugs).values() for id_ in cause["results"]}
    assert results_of_causes == {str(row.id) for row in of_three_bugs.results.by_id.values() if row.is_finding}
