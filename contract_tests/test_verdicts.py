"""One verdict a check, over everything that was sent."""

from __future__ import annotations

import warnings

import pytest

from contract_tests import fuzzing
from contract_tests.results import Outcome, Results


@pytest.mark.parametrize("check", fuzzing.checks())
def test_check(check: str, results: Results) -> None:
    """Fail on a finding that the page backs, warn of any other."""
    result = results.by_id[check]
    if result.finding:
        text = f"{result.finding.message}\n\nRepeat it: {result.finding.reproduction}\n\n{results.descriptions[check]}"
        if result.outcome is Outcome.failed:
            pytest.fail(text, pytrace=False)
        warnings.warn(text, stacklevel=1)
    elif result.outcome is Outcome.not_testable:
        pytest.skip(f"not testable: {result.reason}")
