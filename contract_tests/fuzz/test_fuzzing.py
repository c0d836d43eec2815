"""Property-based requests to both operations, valid and invalid; `test_verdicts.py` tells what they showed."""

from __future__ import annotations

from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis import Case
from schemathesis.core import NOT_SET
from schemathesis.schemas import BaseSchema

from contract_tests.client.client import Client
from contract_tests.contract import CONTRACT
from contract_tests.contract.json_values import Json
from contract_tests.fuzz.engine import judge
from contract_tests.session.session import Session
from contract_tests.target.target import Mode

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
def test_authorization(phone: BaseSchema, session: Session, client: Client) -> None:
    """The operations without a token, and with a wrong one."""
    for method in ("GET", "PUT") if session.target.mode is Mode.full and session.target.is_loopback else ("GET",):
        body: Json = {} if method == "PUT" else NOT_SET
        case = phone[CONTRACT.resource_path][method].Case(
            path_parameters={"extension_id": session.target.extension_id}, body=body, media_type="application/json"
        )
        judge(case, session.results, client, {"Authorization": f"Bearer {session.target.credentials.token}"})
