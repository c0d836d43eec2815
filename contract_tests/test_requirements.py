"""One test for each requirement, over one run of the suite."""

from __future__ import annotations

import warnings

import pytest

from contract_tests.report import terminal
from contract_tests.report.results import Outcome
from contract_tests.session.run_result import RunResult


class ConformanceWarning(UserWarning):
    """A finding that the page does not back."""


def test_requirement(requirement: str, result: RunResult, rerun: str) -> None:
    """Fail, warn, skip what could not be tested, else pass."""
    row = result.results[requirement]
    if text := terminal.failure([row], rerun):
        pytest.fail(text, pytrace=False)
    if row.outcome is Outcome.failed:
        pytest.xfail(row.expected)
    if row.outcome is Outcome.not_testable:
        pytest.skip(f"not testable: {row.reason}")
    if text := terminal.warning([row], rerun):
        warnings.warn(text, ConformanceWarning, stacklevel=1)
