"""Property-based requests to both operations, valid and invalid; `test_verdicts.py` tells what they showed."""

from __future__ import annotations

import contextlib
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis import Case
from schemathesis.core import NOT_SET
from schemathesis.core.failures import FailureGroup
from schemathesis.engine.recorder import ScenarioRecorder
from schemathesis.schemas import BaseSchema
from schemathesis.specs.openapi.checks import ignored_auth

from contract_tests.client import Client
from contract_tests.contract import Json
from contract_tests.fuzz.checks import CONTRACT
from contract_tests.fuzz.engine import judge
from contract_tests.session import Session
from contract_tests.target import Mode, Target

pinned = schemathesis.pytest.from_fixture("phone")
unpinned = schemathesis.pytest.from_fixture("any_phone")
patiently = settings(deadline=None, suppress_health_check=list(HealthCheck))


@pinned.include(method="GET").parametrize()
@patiently
def test_get(case: Case[Any], session: Session, client: Client) -> None:
    """Valid requests, and the ways to ask wrongly."""
    if session.is_next_mine():
        judge(case, session.results, client)


@pytest.mark.writes
@pinned.include(method="PUT").parametrize()
@patiently
def test_put(case: Case[Any], session: Session, client: Client) -> None:
    """Valid and invalid bodies."""
    if session.is_next_mine():
        judge(case, session.results, client)


@unpinned.include(method="GET").parametrize()
@patiently
def test_get_with_any_id(case: Case[Any], session: Session, client: Client) -> None:
    """Bad and unknown ids. GET only: a made-up id may be somebody's phone."""
    if session.is_next_mine():
        judge(case, session.results, client)


@pytest.mark.undivided
def test_authorization(phone: BaseSchema, target: Target, client: Client) -> None:
    """The operations without a token, and with a wrong one."""
    # Given with the call, so that schemathesis knows it for ours and tries it without.
    headers = {"Authorization": f"Bearer {target.credentials.token}"}
    for method in ("GET", "PUT") if target.mode is Mode.full and target.is_loopback else ("GET",):
        body: Json = {} if method == "PUT" else NOT_SET
        case = phone[CONTRACT.resource_path][method].Case(
            path_parameters={"extension_id": target.extension_id}, body=body, media_type="application/json"
        )
        response = case.call(session=client.connection, headers=headers)
        recorder = ScenarioRecorder(label=method)
        # Without the token, schemathesis sends with a session of its own.
        transport = {"headers": headers, **client.connection.tls(response.request.url)}
        with contextlib.suppress(FailureGroup):  # taken down by the results
            case.validate_response(response, [ignored_auth], transport_kwargs=transport, recorder=recorder)
        client.connection.limits.requests += len(recorder.cases)
