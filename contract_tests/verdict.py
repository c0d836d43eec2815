"""How the result of a check becomes the outcome of a pytest test."""

from __future__ import annotations

import warnings

import pytest

from contract_tests.results import Outcome, Result


class ConformanceWarning(UserWarning):
    """A finding that the page does not back."""


def conclude(result: Result, description: str) -> None:
    """Fail on a finding that the page backs, warn of any other, skip what could not be tested."""
    if result.outcome is Outcome.not_testable:
        pytest.skip(f"not testable: {result.reason}")
    if result.finding is None:
        return
    text = f"{result.finding.message}\n\nRepeat it: {result.finding.reproduction}\n\n{description}"
    if result.outcome is Outcome.failed:
        pytest.fail(text, pytrace=False)
    warnings.warn(text, ConformanceWarning, stacklevel=2)
