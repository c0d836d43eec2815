"""The requests of the fuzz layer: they avoid the known problems of the tools, and reach each important value."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import pytest
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from contract_tests.contract import CONTRACT
from contract_tests.contract.json_values import Json
from contract_tests.fuzz import engine
from contract_tests.report.results import Results
from contract_tests.target.credentials import Credentials
from contract_tests.target.target import Mode, Target
from mock_server import embedded
from tests.suite import Run, run_against

ENUMS = [(known.name, member) for known in CONTRACT.properties.values() for member in known.enum]
NULLS = [known.name for known in CONTRACT.properties.values() if "null" in known.types]


@dataclass
class Request:
    """A request as the server received it."""

    method: str
    path: str
    body: bytes = b""

    def json(self) -> Json:
        """Return the body as JSON, or None if it is not JSON."""
        try:
            return json.loads(self.body)
        except ValueError:
            return None


class Recorder:
    """ASGI middleware that records every request."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self.requests: list[Request] = []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Record a request, and forward it."""
        request = Request(scope["method"], scope["path"])
        self.requests.append(request)

        async def receive_and_record() -> Message:
            message = await receive()
            request.body += message.get("body", b"")
            return message

        await self.app(scope, receive_and_record, send)


def record(report_dir: Path, *options: str) -> tuple[Run, list[Request], str]:
    recorders: list[Recorder] = []

    def wrap(app: ASGIApp) -> ASGIApp:
        recorders.append(Recorder(app))
        return recorders[-1]

    with embedded.serve(wrap=wrap) as mock:
        return run_against(mock, report_dir, "--only=fuzz.*", *options), recorders[0].requests, mock.extension_id


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> tuple[Run, list[Request], str]:
    return record(tmp_path_factory.mktemp("reports"), "--fuzz-examples=30")


@pytest.fixture(scope="module")
def bodies(recorded: tuple[Run, list[Request], str]) -> list[dict[str, Json]]:
    documents = [request.json() for request in recorded[1] if request.method == "PUT"]
    return [document for document in documents if isinstance(document, dict)]


@pytest.fixture(scope="module")
def valid(bodies: list[dict[str, Json]]) -> list[dict[str, Json]]:
    return [body for body in bodies if not CONTRACT.update_violations(body)]


def methods(requests: list[Request]) -> set[str]:
    """Return the methods of the requests to the resource."""
    return {request.method for request in requests if request.path != CONTRACT.token_path}


def test_the_report_counts_the_requests(recorded: tuple[Run, list[Request], str]) -> None:
    run, requests, _ = recorded
    assert run.report["summary"]["requests"] == len(requests)


def test_only_the_extension_under_test_is_changed(recorded: tuple[Run, list[Request], str]) -> None:
    _, requests, extension_id = recorded
    path = CONTRACT.resource_path.replace("{extension_id}", extension_id)
    assert {request.path for request in requests if request.method == "PUT"} == {"/api/ver1.0" + path}


def test_read_mode_sends_only_get_and_methods_that_change_nothing(tmp_path: Path) -> None:
    run, requests, _ = record(tmp_path, "--fuzz-examples=5", "--mode=read")
    assert run.code == 0, run.printed
    assert methods(requests) == {"GET", "OPTIONS", "TRACE"}


def test_requests_with_bad_ids_are_sent(recorded: tuple[Run, list[Request], str]) -> None:
    assert len({request.path for request in recorded[1] if request.method == "GET"}) > 5


def test_put_is_the_only_method_that_can_change_settings(recorded: tuple[Run, list[Request], str]) -> None:
    assert methods(recorded[1]) == {"GET", "PUT", "OPTIONS", "TRACE"}


@pytest.mark.parametrize(("name", "member"), ENUMS)
def test_each_enum_value_is_sent(name: str, member: Json, valid: list[dict[str, Json]]) -> None:
    assert any(body.get(name) == member for body in valid)


@pytest.mark.parametrize("name", NULLS)
def test_null_is_sent_where_it_is_allowed(name: str, valid: list[dict[str, Json]]) -> None:
    assert any(name in body and body[name] is None for body in valid)


@pytest.mark.parametrize("size", [0, 1, 2])
def test_bundle_lists_of_each_size_are_sent(size: int, valid: list[dict[str, Json]]) -> None:
    lists = [body["bundle"]["bundle_list"] for body in valid if "bundle" in body]
    assert any(entries is not None and len(entries) == size for entries in lists)
    assert any(entries is None for entries in lists)


def test_invalid_values_reach_inside_a_bundle_entry(bodies: list[dict[str, Json]]) -> None:
    paths = [violation.path.split(".") for body in bodies for violation in CONTRACT.update_violations(body)]
    assert sum(path[:2] == ["bundle", "bundle_list"] and len(path) > 2 for path in paths) > 5


def test_integers_are_sent_without_a_fraction(valid: list[dict[str, Json]]) -> None:
    assert any(isinstance(value, int) for body in valid for value in body.values())
    assert not any(isinstance(value, float) for body in valid for value in body.values())


def test_only_declared_keys_are_sent(bodies: list[dict[str, Json]]) -> None:
    assert {name for body in bodies for name in body} <= CONTRACT.properties.keys()


def test_the_example_values_of_the_page_are_never_sent(recorded: tuple[Run, list[Request], str]) -> None:
    sent = b"\n".join(request.body for request in recorded[1])
    assert b"79876543210" not in sent
    assert b"8.8.8.8" not in sent


def test_a_curl_line_has_the_property_auth_type_but_not_the_token() -> None:
    target = Target("http://127.0.0.1:9", "54", Mode.full, credentials=Credentials("canary"))
    schema = engine.load(target, Results(), 1, extension_id="54")
    case = schema[CONTRACT.resource_path]["PUT"].Case(
        path_parameters={"extension_id": "54"}, body={"auth_type": "both"}, media_type="application/json"
    )
    command = engine.curl(case)
    assert '"auth_type": "both"' in command
    assert "canary" not in command
