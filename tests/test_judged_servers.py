"""The suite judges servers that its checks were not written for: what conforms has no failure, what breaks has one.

Conforming servers that are slow or limit requests on purpose are left out.
`python -m tests.judged conforming breaking systematic field` judges them too.
"""

from __future__ import annotations

import re

import pytest

from contract_tests.client import transport
from contract_tests.errors import ExitCode
from contract_tests.observe.observation import MAX_LATE
from tests.judged import judged
from tests.servers import BREAKING, CONFORMING, FIELD, SYSTEMATIC
from tests.suite import sample

pytestmark = pytest.mark.usefixtures("no_pauses")
SLOW = (
    "burst_",
    "window_",
    "overload_",
    "busy_",
    "slow_",
    "two_at_once",
    "token_lives_",
    "token_of_4000",
)
"""Conforming servers that take their time or limit requests."""
COUPLED = ["needs_recording", "needs_voice_mail", "geo_sorted", "mail_normalised", "big_fraction", "lone_surrogate"]
LENIENT = ["lenient_forms", "vendor_json"]
ELSEWHERE = {
    "me_is_another": "extension 55 does NOT have its original values",
    "put_writes_all": "extension 55 does NOT have its original values",
    "fresh_shares_object": "extension 55 does NOT have its original values",
    "put_me_writes_another": "another extension may NOT have its original values",
}
"""Servers that change another extension than the one under test, and what a run says of that."""
MISSED = {"put_id_writes_me"}
"""What only a PUT to another extension shows, which a run sends only where that one is under test too."""
QUICK = [name for name in CONFORMING if not name.startswith(SLOW)]


@pytest.mark.parametrize("name", [*sample(QUICK, 7), *COUPLED, *LENIENT])
def test_a_conforming_server_has_no_failure(name: str) -> None:
    assert name in {**CONFORMING, **FIELD}
    result = judged(name)
    assert [f"{row.id}: {row.finding}" for row in result.failed] == []
    assert result.problems == []
    assert result.requests > 100


@pytest.mark.parametrize("name", [*sample([name for name in BREAKING if name not in MISSED], 20), "wrong_secret_taken"])
def test_a_server_that_breaks_a_sentence_does_not_pass(name: str) -> None:
    assert judged(name).problems == []


@pytest.mark.parametrize("name", ELSEWHERE)
def test_a_changed_extension_that_is_not_under_test_is_named_with_exit_6(name: str) -> None:
    result = judged(name)
    assert (result.exit_code, result.problems) == (ExitCode.not_restored, [])
    assert ELSEWHERE[name] in result.error


@pytest.mark.parametrize(("ids", "exit_code"), [("54,56", ExitCode.failed), ("56", ExitCode.not_restored)])
def test_a_put_that_always_reaches_the_extension_of_the_user_is_found_at_another_one(
    ids: str, exit_code: ExitCode
) -> None:
    result = judged("put_id_writes_me", extension_id=ids)
    assert (result.exit_code, result.problems) == (exit_code, [])
    assert "put_is_stored:label" in result.outcomes


def test_an_extension_that_changes_when_another_one_is_restored_is_named_with_exit_6() -> None:
    result = judged("put_writes_all", extension_id="54,56")
    assert (result.exit_code, result.problems) == (ExitCode.not_restored, [])
    # Which of the two is restored last, is left to chance.
    assert re.search(r"extension 5[46] does NOT have its original values, since another one was restored", result.error)


def test_a_server_that_never_ends_a_refusal_is_asked_twice_and_judged(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transport, "MAX_SECONDS", 1.5)
    result = judged("drip_without_token")
    assert result.problems == []
    unanswered = next(row for row in result.warned if row.id.check == "every_request_is_answered")
    assert unanswered.found == MAX_LATE


def test_a_cache_is_not_taken_for_a_change_of_another_extension() -> None:
    assert judged("get_never_refreshed").exit_code == ExitCode.failed


@pytest.mark.parametrize("name", sample([*SYSTEMATIC], 20))
def test_a_server_that_breaks_one_property_has_a_failure_about_it(name: str) -> None:
    failed = judged(name).failed
    assert {row.id.subject for row in failed} & {name.partition("_")[2], name.partition("_of_")[2]}


@pytest.mark.parametrize("name", sample(["umlauts_lost", "plain"], 2))
def test_no_verdict_of_the_plan_depends_on_the_fuzz_layer_or_its_seed(name: str) -> None:
    planned = judged(name).outcomes
    for seed in range(2):
        outcomes = judged(name, fuzz_examples=3, seed=seed).outcomes
        assert {id_: outcome for id_, outcome in outcomes.items() if not id_.startswith("fuzz.")} == planned
