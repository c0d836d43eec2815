"""Property-based requests to both operations, valid and invalid; `test_verdicts.py` tells what they showed."""

from __future__ import annotations

import contextlib
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis import Case
from schemathesis.core.failures import FailureGroup
from schemathesis.schemas import BaseSchema
from schemathesis.specs.openapi.checks import ignored_auth

from contract_tests.checks import CONTRACT
from contract_tests.client import Client
from contract_tests.fuzzing import judge
from contract_tests.results import Results

pinned = schemathesis.pytest.from_fixture("phone")
unpinned = schemathesis.pytest.from_fixture("any_phone")
patiently = settings(deadline=None, suppress_health_check=list(HealthCheck))


@pinned.include(method="GET").parametrize()
@patiently
def test_get(case: Case[Any], results: Results, client: Client) -> None:
    """Valid requests, and the ways to ask wrongly."""
    judge(case, results, client)


@pytest.mark.writes
@pinned.include(method="PUT").parametrize()
@patiently
def test_put(case: Case[Any], results: Results, client: Client) -> None:
    """Valid and invalid bodies."""
    judge(case, results, client)


@unpinned.include(method="GET").parametrize()
@patiently
def test_get_with_any_id(case: Case[Any], results: Results, client: Client) -> None:
    """Bad and unknown ids. GET only: a made-up id may be somebody's phone."""
    judge(case, results, client)


def test_authorization(phone: BaseSchema) -> None:
    """The operations without a token, and with a wrong one."""
    methods = ["GET", "PUT"]
    for method in methods:
        operation = phone[CONTRACT.resource_path][method]
        case = operation.Case(
            path_parameters=dict(phone.config.parameters), body={} if method == "PUT" else schemathesis.core.NOT_SET
        )
        with contextlib.suppress(FailureGroup):  # taken down by the results
            case.call_and_validate(checks=[ignored_auth])
