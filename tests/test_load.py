"""Load runs: what they find, what they do not call a fault, and what they leave behind. In threads, without Locust."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest
import requests
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from contract_tests.contract import CONTRACT
from contract_tests.errors import StoppedError, UsageError
from contract_tests.report import document, files, html
from contract_tests.report.results import Outcome, Results
from contract_tests.session.prepared import Prepared
from contract_tests.target.options import Options
from contract_tests.target.servers import choose_server
from contract_tests.target.target import Mode, Target
from load.assignment import accepted, assignment
from load.budget import LoadBudget
from load.crew import Crew
from load.journals import Journals
from load.options import LoadOptions, address, checked
from load.phone import Phone
from load.report import LoadResult, add_rows, as_rows
from load.tally import LAST_WRITE, Counts, asked
from load.turns import TurnKind, Turns
from mock_server.contract import FRESH
from mock_server.embedded import Mock, serve
from mock_server.faults import UNDER_LOAD
from scripts.fault_matrix import verdicts
from tests.suite import sample

FIRST = 1000
TIMEOUT = 30
"""Seconds that no response of this machine takes."""
SIZES = {"cache_forgets_changes": (96, 1600)}
"""For a fault, the users and the requests; for others, 24 users and 400 requests."""


@dataclass
class Ran:
    """How a run ended, and what every extension showed before and after it."""

    crew: Crew
    journals: Journals
    reasons: dict[str, str]
    before: dict[str, Any]
    after: dict[str, Any]
    left: list[Path]

    @property
    def failed(self) -> set[str]:
        """The checks that failed."""
        rows = self.crew.tally.results.by_id.values()
        return {row.id.check for row in rows if row.outcome is Outcome.failed}


def shown(mock: Mock, ids: list[str]) -> dict[str, Any]:
    with requests.Session() as session:
        session.headers["Authorization"] = f"Bearer {mock.token}"
        return {id_: session.get(mock.base_url + CONTRACT.path_to(id_), timeout=TIMEOUT).json() for id_ in ids}


def use(phone: Phone, start: Barrier) -> None:
    """Send turns until there is none, from the time on when all users are there."""
    start.wait()
    while phone.turn(lambda _: None):
        pass


def ran(
    folder: Path,
    fault: str | None = None,
    users: int = 6,
    max_requests: int = 200,
    wrap: Callable[[ASGIApp], ASGIApp] = lambda app: app,
    meanwhile: Callable[[Crew], None] = lambda _: None,
    mode: str = "",
) -> Ran:
    """Put a mock under load, with a thread for each user."""
    ids = [str(FIRST + number) for number in range(users)]
    with serve(fault, wrap, extensions=range(FIRST, FIRST + users)) as mock:
        before = shown(mock, ids)
        options = Options(base_url=mock.base_url, extension_id=f"{FIRST}-{ids[-1]}", state_dir=str(folder), mode=mode)
        prepared = Prepared.of(options, {"PHONE_API_TOKEN": mock.token})
        test = prepared.tests[0]
        journals = Journals(test.journals, test.server.targets, TIMEOUT)
        crew = Crew(test.server.targets, LoadBudget(0, max_requests, ends_at_429=False), journals, TIMEOUT)
        crew.begin()
        meanwhile(crew)
        with ThreadPoolExecutor(users) as pool:
            start = Barrier(users)
            for phone in crew.phones:
                pool.submit(use, phone, start)
        reasons = crew.end(lambda _: None)
        prepared.release()
        return Ran(crew, journals, reasons, before, shown(mock, ids), [*folder.glob("*.journal")])


def test_the_correct_mock_gets_no_finding_and_is_left_as_it_was(tmp_path: Path) -> None:
    found = ran(tmp_path)
    counts = found.crew.tally.counts
    assert (counts.violations, counts.warnings, counts.shed, counts.unanswered, counts.refused) == (0, 0, 0, 0, 0)
    assert counts.accepted > 50
    assert found.crew.budget.requests <= 200
    assert found.after == found.before
    assert (found.reasons, found.crew.errors, found.journals.left, found.left) == ({}, [], [], [])
    judged = {id_.check for id_, row in found.crew.tally.results.by_id.items() if row.judged}
    assert {"put_is_stored", "put_keeps_other_settings", "concurrent_changes_survive", LAST_WRITE.check} <= judged


@pytest.mark.parametrize("fault", UNDER_LOAD)
def test_load_finds_what_shows_only_under_load(fault: str, tmp_path: Path) -> None:
    users, most = SIZES.get(fault, (24, 400))
    found = ran(tmp_path, fault, users, most)
    assert found.failed & {"put_is_stored", "concurrent_changes_survive", LAST_WRITE.check}
    assert found.crew.errors == []


@pytest.mark.parametrize("fault", sample([*UNDER_LOAD], 4))
def test_the_planned_core_does_not_find_it(fault: str) -> None:
    with serve(fault) as mock:
        assert verdicts(mock).exit_code == 0


@pytest.mark.parametrize("fault", ["put_not_stored", "invalid_enum_accepted", "put_resets_omitted"])
def test_a_fault_of_each_request_is_found_and_all_that_can_be_is_restored(fault: str, tmp_path: Path) -> None:
    found = ran(tmp_path, fault, users=2, max_requests=100)
    assert bool(found.failed) == (fault != "invalid_enum_accepted")  # the planned requests judge that one
    assert found.after == found.before
    assert found.left == []


class Busy:
    """Answers every third PUT with a status code, and does nothing then."""

    def __init__(self, app: ASGIApp, status: int) -> None:
        self._app, self._status, self._count = app, status, 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request (ASGI)."""
        self._count += scope.get("method") == "PUT"
        is_shed = scope.get("method") == "PUT" and self._count % 3 == 0
        answer = JSONResponse({"status": "busy"}, self._status) if is_shed else self._app
        await answer(scope, receive, send)


@pytest.mark.parametrize("status", [429, 503])
def test_what_a_busy_server_sheds_is_no_violation(status: int, tmp_path: Path) -> None:
    found = ran(tmp_path, users=2, max_requests=100, wrap=lambda app: Busy(app, status))
    counts = found.crew.tally.counts
    assert (counts.violations, counts.warnings) == (0, 0)
    assert counts.shed > 5
    assert found.after == found.before


@pytest.mark.usefixtures("no_pauses")
def test_a_restore_that_the_server_refuses_leaves_a_journal_and_a_reason(tmp_path: Path) -> None:
    class Stuck(Busy):
        """Refuses all PUTs after the first 20."""

        async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
            """Answer a request (ASGI)."""
            self._count += scope.get("method") == "PUT"
            answer = JSONResponse({"status": "no"}, 400) if self._count > 20 else self._app
            await (self._app if scope.get("method") != "PUT" else answer)(scope, receive, send)

    found = ran(tmp_path, users=2, max_requests=100, wrap=lambda app: Stuck(app, 400))
    changed = {id_ for id_ in found.before if found.after[id_] != found.before[id_]}
    assert changed == found.reasons.keys() == {*found.journals.left} != set()
    assert len(found.left) == len(changed)
    assert all("does NOT have its original values" in reason for reason in found.reasons.values())


def test_a_turn_that_breaks_off_accuses_nobody(tmp_path: Path) -> None:
    def interrupt(crew: Crew) -> None:
        before = crew.budget.before
        calls = iter(range(10**6))

        def interrupted(*, restores: bool = False) -> None:
            if next(calls) == 31:
                crew.budget.interrupt("SIGTERM")
            before(restores=restores)

        crew.budget.before = interrupted  # type: ignore[method-assign]

    found = ran(tmp_path, users=4, max_requests=0, meanwhile=interrupt)
    assert found.crew.tally.counts.violations == 0
    assert found.after == found.before
    assert found.crew.budget.interrupted_by == "the run was interrupted (SIGTERM)"


def test_a_process_without_a_sign_of_its_leader_sends_nothing_but_the_restore(tmp_path: Path) -> None:
    found = ran(tmp_path, users=2, max_requests=0, meanwhile=lambda crew: crew.budget.renew(0.3))
    assert found.crew.budget.is_abandoned
    assert found.after == found.before


def test_the_leading_process_restores_what_another_left(tmp_path: Path) -> None:
    with serve(extensions=range(FIRST, FIRST + 2)) as mock:
        options = Options(base_url=mock.base_url, extension_id="1000,1001", state_dir=str(tmp_path))
        prepared = Prepared.of(options, {"PHONE_API_TOKEN": mock.token})
        journals = Journals(prepared.tests[0].journals, prepared.tests[0].server.targets, 5)
        before = shown(mock, ["1000", "1001"])
        journals.keep("1000", before["1000"], {"label"}, {"label"})
        with pytest.raises(StoppedError, match="is not one that may be written to"):
            journals.keep("1000", before["1000"], {"label"}, {"label"})
        url = mock.base_url + CONTRACT.path_to("1000")
        requests.put(url, json={"label": "left"}, headers={"Authorization": f"Bearer {mock.token}"}, timeout=TIMEOUT)
        assert [*tmp_path.glob("*.journal")]
        assert journals.restore(journals.left) == {}
        assert shown(mock, ["1000", "1001"]) == before
        assert journals.left == []
        assert [*tmp_path.glob("*.journal")] == []
        prepared.release()


@pytest.mark.usefixtures("no_pauses")
def test_what_cannot_be_restored_is_named(tmp_path: Path) -> None:
    options = Options(base_url="http://127.0.0.1:9/api/ver1.0", extension_id="1000", state_dir=str(tmp_path))
    prepared = Prepared.of(options, {"PHONE_API_TOKEN": "not-a-secret-at-all"})
    journals = Journals(prepared.tests[0].journals, prepared.tests[0].server.targets, 0.2)
    journals.keep("1000", dict(FRESH), {"label"}, {"label"})
    reasons = journals.restore(["1000"])
    prepared.release()
    assert "extension 1000 may NOT have its original values" in reasons["1000"]
    assert journals.left == ["1000"]


def turns(mode: Mode = Mode.full, base_url: str = "http://127.0.0.1:9", seed: str = "0") -> Turns:
    return Turns(CONTRACT, Target(base_url, "54", mode), dict(FRESH), seed)


def test_turns_are_the_same_for_a_seed_and_send_valid_values_but_for_invalid_turns() -> None:
    one, same, other = turns(), turns(), turns(seed="1")
    sent = [one.next(dict(FRESH), may_be_invalid=True) for _ in range(300)]
    assert sent == [same.next(dict(FRESH), may_be_invalid=True) for _ in range(300)]
    assert sent != [other.next(dict(FRESH), may_be_invalid=True) for _ in range(300)]
    assert {turn.kind for turn in sent} == {*TurnKind} - {TurnKind.again}
    for turn in sent:
        bodies = [put.update or {} for put in turn.puts]
        is_valid = not any(CONTRACT.update_violations(body) for body in bodies)
        assert is_valid == (turn.kind is not TurnKind.invalid)
        names = [name for body in bodies for name in body]
        assert len(names) == len(set(names))
        assert not any(CONTRACT.properties[name].refers_to_extensions for name in names)
        assert not any((dict(FRESH) | turn.sent).items() >= never.items() for never in CONTRACT.never_together)


def test_each_property_is_changed_without_each_other_one() -> None:
    plan = turns()
    groups = [frozenset(plan.next(dict(FRESH), may_be_invalid=False).sent) for _ in range(2000)]
    fixed = {name for group in groups for name in group}
    assert fixed == {*plan.names}
    for one in fixed:
        for other in fixed - {one}:
            assert any(one in group and other not in group for group in groups), (one, other)


def test_elsewhere_only_properties_of_low_risk_are_sent() -> None:
    plan = turns(Mode.safe, "https://pbx.test/api")
    sent = {name for _ in range(200) for name in plan.next(dict(FRESH), may_be_invalid=True).sent}
    assert {CONTRACT.properties[name].risk for name in sent} == {"low"}


def test_elsewhere_it_is_proved_first_that_values_can_be_restored(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: list[Any] = []

    class Log:
        """Keeps the bodies of all PUTs."""

        def __init__(self, app: ASGIApp) -> None:
            self._app = app

        async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
            """Answer a request (ASGI)."""

            async def noting() -> Any:  # noqa: ANN401 - as in ASGI
                message = await receive()
                if scope.get("method") == "PUT" and message.get("body"):
                    sent.append(json.loads(message["body"]))
                return message

            await self._app(scope, noting, send)

    monkeypatch.setattr(Target, "is_loopback", property(lambda _: False))
    found = ran(tmp_path, users=1, max_requests=60, wrap=Log, mode="safe")
    low = {name for name, known in CONTRACT.properties.items() if known.risk == "low"}
    first, identity = sent[:2]
    assert len(first) == 1
    assert identity.keys() == low
    assert all(body.keys() <= low for body in sent)
    assert found.crew.tally.counts.accepted > 5
    assert (found.after, found.left, found.crew.errors) == (found.before, [], [])


def test_a_budget_ends_at_its_limits() -> None:
    budget = LoadBudget(0, 10, ends_at_429=True)
    budget.keep(5)
    assert budget.may_begin(3)
    assert not budget.may_begin(3)
    assert "10 requests of --max-requests" in budget.ended_by
    budget = LoadBudget(0, 0, ends_at_429=True)
    assert not budget.may_repeat(503, {"Retry-After": "1"}, 0)
    assert not budget.is_over
    assert not budget.may_repeat(429, {}, 0)
    assert "429" in budget.spent
    assert budget.is_over


def test_a_rate_spaces_the_turns_by_their_requests() -> None:
    budget = LoadBudget(100, 0, ends_at_429=False)
    begin = time.monotonic()
    begun = [budget.may_begin(5) for _ in range(5)]
    assert all(begun)
    assert time.monotonic() - begin >= 0.2  # never less, however slow the machine is
    budget.end("enough")
    assert not budget.may_begin(1)


ELSEWHERE = Options(base_url="https://pbx.test/api", extension_id="1000-1009", mode="safe", confirm="1000-1009")
LOCAL = Options(base_url="http://127.0.0.1:9", extension_id="1000-1009")


@pytest.mark.parametrize(
    ("options", "load", "message"),
    [
        (LOCAL, LoadOptions(users=11), "--users 11: each user owns an extension"),
        (LOCAL, LoadOptions(workers=11), "--workers 11: there are 10 users only"),
        (ELSEWHERE, LoadOptions(rate=5), "give --rate and --seconds"),
        (ELSEWHERE, LoadOptions(seconds=5), "give --rate and --seconds"),
        (ELSEWHERE, LoadOptions(rate=21, seconds=5), "--rate 20 and --seconds 600 at most"),
        (ELSEWHERE, LoadOptions(rate=5, seconds=601), "--rate 20 and --seconds 600 at most"),
        (replace(ELSEWHERE, mode="full"), LoadOptions(rate=5, seconds=5), "--mode safe at most"),
        (replace(ELSEWHERE, confirm="1000-1008"), LoadOptions(rate=5, seconds=5), "changes extension 1009"),
        (replace(LOCAL, extension_id="9-1"), LoadOptions(), "expected a range such as 1000-1079"),
    ],
)
def test_what_may_not_be_put_under_load_gives_one_line(options: Options, load: LoadOptions, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        checked(load, options, choose_server(options))


def test_defaults_are_for_this_machine_only() -> None:
    assert checked(LoadOptions(), LOCAL, choose_server(LOCAL)) == LoadOptions(users=10, seconds=60)
    slow = LoadOptions(rate=5, seconds=5)
    assert checked(slow, ELSEWHERE, choose_server(ELSEWHERE)) == replace(slow, users=10)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ("127.0.0.1", 5557)),
        ("host", ("host", 5557)),
        ("host:6000", ("host", 6000)),
        ("[::1]", ("::1", 5557)),
        ("[::1]:6000", ("::1", 6000)),
    ],
)
def test_an_address_may_have_a_port(text: str, expected: tuple[str, int]) -> None:
    assert address(text) == expected


def test_a_worker_sends_its_credentials_only_where_its_own_user_allows_it() -> None:
    environment = {"PHONE_API_TOKEN": "not-a-secret-at-all"}
    assigned = assignment(ELSEWHERE, LoadOptions(rate=10, seconds=5), ["1000"], 0.5, is_confirmed=True)
    assert "not-a-secret" not in json.dumps(assigned)
    with pytest.raises(UsageError, match=r"allow it by --base-url https://pbx\.test/api"):
        accepted(assigned, Options(), environment)
    targets, load = accepted(assigned, Options(base_url="https://pbx.test/api/"), environment)
    assert ([target.extension_id for target in targets], load.rate) == (["1000"], 5)
    with pytest.raises(UsageError, match="--rate 20"):
        accepted(assigned | {"rate": 50}, Options(base_url="https://pbx.test/api"), environment)


@contextmanager
def result() -> Iterator[LoadResult]:
    times = {"requests": 9, "p50": 1.0, "p95": 2.0, "p99": 3.0, "max": 4.0}
    load: dict[str, Any] = {
        "users": 2,
        "workers": 0,
        "seconds": 1.0,
        "requests_per_second": 9.0,
        "processor_seconds": 0.5,
    }
    load |= {"judging_percent": 2.5, "response_times": {"all": times}}
    target = choose_server(LOCAL).redacted()
    yield LoadResult(LOCAL, target, Results.declared(asked()), counts=Counts(turns=4, shed=3), load=load)


def test_the_reports_hold_the_figures_of_the_load(tmp_path: Path) -> None:
    with result() as made:
        made.results.by_id[LAST_WRITE].add(None)
        files.write(tmp_path, made, "phone-contract load")
    written = document.read(tmp_path)
    assert (written["load"]["turns"], written["load"]["shed"]) == (4, 3)
    page = (tmp_path / html.NAME).read_text()
    assert "p95 2.0 ms" in page
    assert "3 requests shed" in page


def test_the_results_of_a_worker_arrive_as_they_were(tmp_path: Path) -> None:
    found = ran(tmp_path, "put_not_stored", users=1, max_requests=30)
    received = Results.declared(asked())
    add_rows(received, json.loads(json.dumps(as_rows(found.crew.tally.results))))
    rows = zip(received.by_id.values(), found.crew.tally.results.by_id.values(), strict=True)
    assert all((one.judged, one.found, one.finding) == (two.judged, two.found, two.finding) for one, two in rows)
