# ruff: noqa: D102 - the class says what its one step does
"""What each mode may send, and what keeps a run from writing to an extension in use."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import requests

from contract_tests.checks.judge import judge
from contract_tests.checks.requirements import requirements
from contract_tests.client.client import Client
from contract_tests.contract import CONTRACT
from contract_tests.errors import StoppedError
from contract_tests.observe.observation import Observation
from contract_tests.plan import listing, plan
from contract_tests.record.har import Record
from contract_tests.record.step import Kind
from contract_tests.report.results import Outcome, Results
from contract_tests.target.credentials import Credentials
from contract_tests.target.target import Mode, Target
from mock_server import embedded
from mock_server.embedded import Mock
from mock_server.faults import CATALOGUE
from mock_server.phone import Phone, Properties
from mock_server.problems import Problem
from tests.suite import phone_contract, run_against

LOW = {name for name, known in CONTRACT.properties.items() if known.risk == "low"}


def test_safe_mode_writes_low_risk_properties_only_and_puts_them_back(tmp_path: Path) -> None:
    with embedded.serve() as mock:
        run = run_against(mock, tmp_path, "--mode=safe", "--fuzz-examples=1")
    assert run.code == 0, run.printed
    assert "put_is_stored:label" in run.outcomes("pass")
    assert {"invalid_value_is_refused:bundle", "invalid_value_is_refused:auth_type"} <= run.outcomes("not_testable")
    record = Record.read(tmp_path / "record.har")
    sent = [seen.step.update for seen in record if seen.step.method == "PUT" and seen.step.kind is not Kind.identity]
    assert {name for update in sent for name in update or {} if name in CONTRACT.properties} == LOW


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (
            ["--mode=safe", "--confirm=54"],
            0,
            "Written to: label, append_to_cid_name_on_transfer",
        ),
        (["--mode=read"], 0, "Written to: nothing"),
        ([], 0, "Written to: nothing"),
        (["--mode=safe"], 4, "repeat its id with --confirm 54"),
        (["--mode=full"], 4, "repeat its id with --confirm 54"),
        (["--mode=full", "--confirm=54"], 0, "auth_type, call_screening_enabled"),
    ],
)
def test_the_plan_is_printed_without_a_token_and_nothing_is_sent(arguments: list[str], code: int, message: str) -> None:
    where = ["--base-url=https://pbx.test/api/ver1.0", "--extension-id=54"]
    done = phone_contract(["plan", *where, *arguments], {})
    assert done.returncode == code, done.stderr
    assert message in done.stdout + done.stderr
    assert "Traceback" not in done.stderr


def test_the_plan_shows_what_a_run_sends() -> None:
    done = phone_contract(["plan", "--base-url=http://127.0.0.1:9/api/ver1.0", "--extension-id=54"], {})
    steps = plan(CONTRACT, Target("http://127.0.0.1:9/api/ver1.0", "54", Mode.full))
    assert done.stdout.splitlines()[:-1] == [*listing.lines(steps), "", *listing.totals(steps, CONTRACT)]


@dataclass(frozen=True)
class Elsewhere(Target):
    """A target that counts as a server on another host, although it runs here."""

    @property
    def is_loopback(self) -> bool:
        """No."""
        return False


def observe(mock: Mock, mode: Mode = Mode.safe) -> tuple[Record, Results]:
    target = Elsewhere(mock.base_url, mock.extension_id, mode, credentials=Credentials(mock.token))
    results, record = Results.declared(requirements(CONTRACT).values()), Record(target.redacted())
    with Client(target, CONTRACT) as client:
        Observation(CONTRACT, target, client, record).run(plan(CONTRACT, target))
    return record, results


class RefusesSettings(Phone):
    """What GET answered cannot be sent back."""

    def validate(self, document: Properties) -> Properties:
        if len(document) > 2:
            raise Problem(400, "bad_request", "too much")
        return super().validate(document)


class ChangesOnIdentity(Phone):
    """Sending back what GET answered changes something else."""

    def merge(self, before: Properties, update: Properties) -> Properties:
        return {**super().merge(before, update), **({"label": "changed"} if len(update) > 2 else {})}


@pytest.mark.parametrize(
    ("behaviour", "message"), [(RefusesSettings, "the answer was 400"), (ChangesOnIdentity, "it changed label")]
)
def test_elsewhere_nothing_further_is_written_where_sending_back_the_settings_fails(
    behaviour: type[Phone], message: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(CATALOGUE, behaviour.__name__, behaviour)
    with embedded.serve(behaviour.__name__) as mock, pytest.raises(StoppedError, match=message):
        observe(mock)


def test_elsewhere_a_correct_server_is_tested_within_the_low_risk() -> None:
    with embedded.serve() as mock:
        record, results = observe(mock)
    assert results.error == ""
    methods = {seen.step.method for seen in record}
    assert methods == {"GET", "PUT", "HEAD", "OPTIONS", "TRACE"}


PROTECTING = {name for name, known in CONTRACT.properties.items() if known.risk in {"high", "critical"}}


def test_elsewhere_what_protects_a_phone_is_changed_alone_with_the_rest_as_it_was_found() -> None:
    with embedded.serve() as mock:
        record, results = observe(mock, Mode.full)
    judge(record, CONTRACT, results)
    assert results.error == ""
    assert {
        result.id for result in results.by_id.values() if result.outcome in {Outcome.warned, Outcome.failed}
    } == set()
    found = next(seen.json_object for seen in record if seen.step.kind is Kind.read) or {}
    now, changed = found, set()
    for seen in record:
        names = PROTECTING & (seen.step.update or {}).keys()
        if names and seen.step.kind is not Kind.identity:
            assert len(seen.step.update or {}) == 1
            assert {name for name in PROTECTING - names if now[name] != found[name]} == set()
            changed |= names
        now = seen.json_object or now if seen.step.kind in {Kind.read, Kind.change, Kind.put_back} else now
    assert changed == PROTECTING - {"bundle"}
    assert {name for name in PROTECTING if now[name] != found[name]} == set()


@pytest.mark.parametrize(
    ("found", "untouched"), [({"geo_list": "*"}, "auth_type"), ({"auth_type": "network"}, "geo_list")]
)
def test_elsewhere_a_phone_never_gets_what_would_open_it_together_with_what_was_found(
    found: dict[str, str], untouched: str
) -> None:
    with embedded.serve() as mock:
        url = mock.base_url + CONTRACT.path_to(mock.extension_id)
        headers = {"Authorization": f"Bearer {mock.token}"}
        assert requests.put(url, json=found, headers=headers, timeout=60).status_code == 200
        record, _ = observe(mock, Mode.full)
    sent = {name for seen in record if seen.step.kind is not Kind.identity for name in seen.step.update or {}}
    assert untouched not in sent
    assert found.keys() <= sent


@pytest.mark.parametrize(
    ("bundle", "is_refused"),
    [
        ({"bundle_list": None, "bundle_id": None}, False),
        ({"bundle_list": {"124": {"active": True}}, "bundle_id": 3}, True),
        ({"bundle_list": None, "bundle_id": 3}, True),
    ],
)
def test_elsewhere_an_extension_of_a_bundle_is_not_written_to(bundle: dict[str, Any], is_refused: bool) -> None:
    target = Elsewhere("http://127.0.0.1:9/api/ver1.0", "54", Mode.safe)
    assert bool(target.why_not_written(CONTRACT, {"bundle": bundle})) is is_refused
    here = Target("http://127.0.0.1:9/api/ver1.0", "54", Mode.full)
    assert here.why_not_written(CONTRACT, {"bundle": bundle}) == ""
