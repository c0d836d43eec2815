"""The suite judges servers that its checks were not written for: what conforms has no failure, what breaks has one.

Conforming servers that are slow or limit requests on purpose are left out, and so are servers whose first answers
decide. `python -m tests.judged conforming breaking systematic field` judges them too.
"""

from __future__ import annotations

import pytest

from tests.judged import judged
from tests.servers import BREAKING, CONFORMING, FIELD, SYSTEMATIC
from tests.suite import sample

SLOW = (
    "burst_",
    "window_",
    "overload_",
    "busy_",
    "slow_",
    "two_at_once",
    "token_lives_",
    "token_of_4000",
    "token_wants_scope",
)
"""Conforming servers that take their time, limit requests, or need an option of the command line."""
COUPLED = ["needs_recording", "needs_voice_mail", "geo_sorted", "mail_normalised", "big_fraction", "lone_surrogate"]
LENIENT = ["lenient_forms", "vendor_json"]
UNREADABLE = ("get_", "wrong_secret_taken", "access_token_", "issued_token_", "bearer_refused")
"""Broken servers whose first answers decide: the session, not a check, ends their run."""
QUICK = [name for name in CONFORMING if not name.startswith(SLOW)]
READABLE = [name for name in BREAKING if not name.startswith(UNREADABLE)]


@pytest.mark.parametrize("name", [*sample(QUICK, 7), *COUPLED, *LENIENT])
def test_a_conforming_server_has_no_failure(name: str) -> None:
    assert name in {**CONFORMING, **FIELD}
    result = judged(name)
    assert [f"{row.id}: {row.finding}" for row in result.failed] == []
    assert result.requests > 100


@pytest.mark.parametrize("name", sample(READABLE, 20))
def test_a_server_that_breaks_a_sentence_has_a_failure(name: str) -> None:
    assert judged(name).failed


@pytest.mark.parametrize("name", sample([*SYSTEMATIC], 20))
def test_a_server_that_breaks_one_property_has_a_failure_about_it(name: str) -> None:
    failed = judged(name).failed
    assert {row.id.subject for row in failed} & {name.partition("_")[2], name.partition("_of_")[2]}


@pytest.mark.parametrize("name", sample(["umlauts_lost", "plain"], 2))
def test_no_verdict_of_the_plan_depends_on_the_fuzz_layer_or_its_seed(name: str) -> None:
    for seed in range(2):
        outcomes = judged(name, fuzz_examples=3, seed=seed).outcomes
        assert {id_: outcome for id_, outcome in outcomes.items() if not id_.startswith("fuzz.")} == judged(
            name
        ).outcomes
