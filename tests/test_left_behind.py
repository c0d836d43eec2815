"""Whatever a server does, a run leaves each extension as it found it, or ends with exit code 6 and names the rest."""

from __future__ import annotations

import itertools
import json
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pytest

from contract_tests.checks.requirements import requirements
from contract_tests.client.request_budget import RequestBudget
from contract_tests.contract import CONTRACT
from contract_tests.contract.property import RISKS
from contract_tests.errors import ExitCode, UsageError
from contract_tests.observe.journal import Journal
from contract_tests.plan import plan
from contract_tests.report import terminal
from contract_tests.report.results import Results
from contract_tests.session import extension
from contract_tests.session.run import run
from contract_tests.session.run_result import RunResult
from contract_tests.target.credentials import Credentials
from contract_tests.target.options import Options
from contract_tests.target.target import Mode, Target
from tests.servers.field.state import LOW_RISK_TEXTS
from tests.servers.messages import LoggedRequest
from tests.servers.page import NOT_IN_EXAMPLE, Settings
from tests.servers.serving import Running, serve
from tests.servers.verdict import Run, left_behind, problems
from tests.suite import sample

NOT_SHOWN = {
    "pin_not_shown": ("conference_pin",),
    "label_not_shown": ("label",),
    "address_not_shown": ("static_reg_address",),
    "newcomers_not_shown": NOT_IN_EXAMPLE,
    "bundle_not_shown": ("bundle",),
}
MASKED = {
    "pin_masked": ("conference_pin",),
    "pin_masked_bullets": ("conference_pin",),
    "pin_redacted": ("conference_pin",),
    "number_masked_in_part": ("external_number",),
    "mail_masked": ("vm_mailto",),
    "label_masked_x": ("label",),
}
HIDDEN: Mapping[str, Sequence[str]] = {**NOT_SHOWN, **MASKED}
"""For each server, the properties that it does not show as they are."""
KEEPS_VALUES = [
    "null_ignored",
    "false_ignored",
    "zero_ignored",
    "empty_text_ignored",
    "null_becomes_empty",
    "null_is_500",
    "number_set_once",
    "number_set_once_silently",
    "recording_never_off_again",
    "restore_on_second_try",
    "repeat_toggles",
    "first_write_lost",
]
MOVES_OTHERS = ["unset_left_out", "drops_unknown", "changes_webrtc", "resets_nested_unknown", "modified_stamp"]
STARTS = ["starting_up", "starting_up_empty", "starting_up_one_property", "maintenance_page_once"]
NOT_READ = [
    "first_answer_list",
    "first_answer_null",
    "first_answer_text",
    "first_answer_cut",
    "first_answer_404",
    "first_answer_number",
    "first_answer_empty",
]
NOT_WRITTEN = ["put_405", "put_404", "put_501", "put_403", "if_match_needed", "read_only_402", "high_risk_read_only"]
FAILS_NOW_AND_THEN = [
    "bad_gateway_502",
    "answer_lost",
    "expired_is_403",
    "token_dies_401",
    "token_dies_403",
    "token_dies_for_good",
    "away_for_three_seconds",
    "away_for_good",
    "restart_503",
    "hour_budget",
    "hour_budget_untold",
    "two_at_once_429",
]
WHOLE = [*HIDDEN, *KEEPS_VALUES, *MOVES_OTHERS, *STARTS, *NOT_READ, *NOT_WRITTEN, *FAILS_NOW_AND_THEN]
SLOW = [
    "burst_429",
    "burst_429_date",
    "window_draft",
    "window_iso",
    "window_clock_behind",
    "put_budget",
    "busy_503",
    "locked_423",
    "conflict_409",
    "read_lag",
    "read_lag_50ms",
    "cached_get",
    "two_replicas",
    "cold_start",
]
"""Servers on which a run waits: so it is cut off after some seconds, and has to restore within the same limits."""
CUT_OFF = 2.0
"""Seconds."""
LIVE = [*HIDDEN, *KEEPS_VALUES, *MOVES_OTHERS, "starting_up_one_property", "away_for_three_seconds", "plain"]
LOW, CRITICAL = (
    {name for name, known in CONTRACT.properties.items() if known.risk == risk} for risk in (RISKS[0], RISKS[-1])
)
Play = Callable[[Running, Path], tuple[int, str]]


@dataclass(frozen=True)
class Played:
    """A run that is over, and the server's view of it.

    Attributes:
        run: How it ended.
        running: The server.
        shown: What it showed of the extension at first, as it was stored.
    """

    run: Run
    running: Running
    shown: Settings

    @property
    def bodies(self) -> list[tuple[Settings, int]]:
        """The objects that PUT carried, each with the status of its answer."""
        documents = [(parsed(entry), entry.status) for entry in self.run.log if entry.method == "PUT"]
        return [(document, status) for document, status in documents if isinstance(document, dict)]

    @property
    def sent(self) -> set[str]:
        """The keys that stood in some body."""
        return {name for body, _ in self.bodies for name in body}

    @property
    def changes(self) -> list[str]:
        """The keys for which the server took another value than the original one, each at its first time."""
        taken = [body for body, status in self.bodies if status == 200]
        return [*dict.fromkeys(name for body in taken for name, value in body.items() if value != self.shown.get(name))]


def parsed(entry: LoggedRequest) -> object:
    try:
        return json.loads(entry.body)
    except (ValueError, RecursionError):
        return None


def here(running: Running, folder: Path, **options: float) -> tuple[int, str]:
    """A run on loopback, as a user calls it."""
    user = {"PHONE_API_TOKEN": running.token}
    if running.owed.credentials:
        user = {"PHONE_API_CLIENT_ID": running.client_id, "PHONE_API_CLIENT_SECRET": running.client_secret}
    chosen = Options(
        base_url=running.base_url,
        extension_id=running.extension_id,
        fresh_extension_id=running.fresh_extension_id,
        foreign_extension_id=running.foreign_extension_id,
        me_extension_id=running.extension_id,
        fuzz_examples=0,
        state_dir=str(folder),
        **options,  # type: ignore[arg-type]
    )
    try:
        result = run(chosen, user)
    except UsageError as error:
        return ExitCode.usage, str(error)
    return result.exit_code, output(result.results)


def here_for_some_seconds(running: Running, folder: Path) -> tuple[int, str]:
    """The same, cut off after some seconds."""
    return here(running, folder, max_seconds=CUT_OFF)


def output(results: Results) -> str:
    """What a user reads at the end."""
    findings = [row.finding.message for row in results.by_id.values() if row.finding]
    return "\n".join([results.error, *findings, *terminal.summary(results, Path())])


@dataclass(frozen=True)
class Elsewhere(Target):
    """A target that counts as a server on another machine, although it runs here."""

    @property
    def is_loopback(self) -> bool:
        """No."""
        return False


def elsewhere(running: Running, folder: Path, mode: Mode) -> tuple[int, str]:
    """The whole sequence against an extension in use, without a bundle, since one in a bundle is not written to."""
    credentials = Credentials(running.token)
    ids = (running.fresh_extension_id, running.foreign_extension_id, running.extension_id)
    target = Elsewhere(running.base_url, running.extension_id, mode, *ids, credentials=credentials)
    journal = Journal.reserve(folder, target)
    asked = [*requirements(CONTRACT).values()]
    job = extension.Job(target, CONTRACT, asked, lambda now: plan(CONTRACT, now), RequestBudget(), journal)
    done = extension.test_extension(job)
    journal.release()
    result = RunResult(Options(), {}, done.results, error_code=done.exit_code)
    if done.not_restored:
        result.not_restored.append((target, done.not_restored))
        done.results.stop(done.not_restored)
    return result.exit_code, output(done.results)


def safe(running: Running, folder: Path) -> tuple[int, str]:
    """In the mode `safe`."""
    return elsewhere(running, folder, Mode.safe)


def full(running: Running, folder: Path) -> tuple[int, str]:
    """In the mode `full`."""
    return elsewhere(running, folder, Mode.full)


def played(name: str, play: Play, folder: Path) -> Played:
    with serve(name) as running:
        if play in (safe, full):
            extension_of(running)["bundle"] = {"bundle_list": None, "bundle_id": None}
        before, started = running.states(), time.monotonic()
        code, text = play(running, folder)
        seconds = time.monotonic() - started
        ended = Run(code, text, before, running.states(), running.log, seconds=seconds)
    return Played(ended, running, before[running.extension_id])


def extension_of(running: Running) -> Settings:
    """The stored settings of the extension under test."""
    return running.server.extensions[running.extension_id].settings


Table = Callable[[str, Play], Played]
CUT = sample(SLOW, 2)
HERE = sample(WHOLE, 3)
ELSEWHERE = sample([*itertools.product(LIVE, (safe, full))], 5)
NOT_CLEARED = ("null_ignored", "null_becomes_empty", "null_is_500")
PLAYS: Sequence[tuple[str, Play]] = [
    *dict.fromkeys(
        [
            *((name, here_for_some_seconds) for name in CUT),
            *((name, here) for name in HERE),
            *ELSEWHERE,
            *itertools.product(NOT_CLEARED, (safe, full)),
            ("number_set_once", full),
            ("plain", full),
        ]
    )
]
"""What waits most comes first."""


@pytest.fixture(scope="module")
def table(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Table]:
    """Plays all rows, several at a time, as many of them wait."""
    folder = tmp_path_factory.mktemp("state")
    with ThreadPoolExecutor(8) as pool:
        rows: dict[tuple[str, Play], Future[Played]] = {
            row: pool.submit(played, *row, folder / str(number)) for number, row in enumerate(PLAYS)
        }
        yield lambda name, play: rows[name, play].result()


@pytest.mark.parametrize("name", HERE)
def test_a_run_leaves_nothing_behind(name: str, table: Table) -> None:
    row = table(name, here)
    assert problems(row.running.owed, row.run) == []


@pytest.mark.parametrize("name", CUT)
def test_a_run_that_is_cut_off_leaves_nothing_behind(name: str, table: Table) -> None:
    row = table(name, here_for_some_seconds)
    assert left_behind(row.running.owed, row.run) == []
    assert row.run.exit_code == ExitCode.error
    assert f"the {CUT_OFF:g} s of --max-seconds are over" in row.run.output


@pytest.mark.parametrize(("name", "play"), ELSEWHERE)
def test_elsewhere_a_run_leaves_nothing_behind(name: str, play: Play, table: Table) -> None:
    row = table(name, play)
    assert left_behind(row.running.owed, row.run) == []


@pytest.mark.parametrize("name", [name for name, play in PLAYS if play is safe])
def test_in_safe_no_put_carries_anything_but_low_risk(name: str, table: Table) -> None:
    assert table(name, safe).sent <= LOW


@pytest.mark.parametrize(("name", "play"), [row for row in PLAYS if row[0] in HIDDEN])
def test_a_property_that_is_not_shown_as_it_is_stands_in_no_body(name: str, play: Play, table: Table) -> None:
    row = table(name, play)
    assert row.sent & {*HIDDEN[name]} == set()
    # Elsewhere an extension that does not show its bundle may be in one, so it is not written to.
    assert bool(row.sent & LOW) is (play is here or name != "bundle_not_shown")


@pytest.mark.parametrize("name", NOT_CLEARED)
def test_after_an_original_value_that_is_not_restored_nothing_further_is_changed(name: str, table: Table) -> None:
    for play in (safe, full):
        assert table(name, play).changes == [LOW_RISK_TEXTS[0]]
    last = table("number_set_once", full).changes[-1]
    assert last == "external_number"


def test_elsewhere_the_critical_properties_are_changed_last(table: Table) -> None:
    row = table("plain", full)
    risks = [RISKS.index(CONTRACT.properties[name].risk) for name in row.changes]
    assert [risk for risk in risks if risk >= 2] == sorted(risk for risk in risks if risk >= 2)
    first = min(row.changes.index(name) for name in CRITICAL & {*row.changes})
    assert {name for name in row.changes[first:] if name in CONTRACT.properties} <= CRITICAL


def test_no_put_goes_to_another_extension_than_the_one_under_test(table: Table) -> None:
    for name, play in PLAYS:
        row = table(name, play)
        own = {f"{row.running.server.base_path}/extension/{id_}/phone/" for id_ in (row.running.extension_id, "@me")}
        others = [entry for entry in row.run.log if entry.method == "PUT" and entry.path not in own]
        assert [(entry.path, entry.body) for entry in others] == foreign_question(row, play, len(others))


def foreign_question(row: Played, play: Play, count: int) -> list[tuple[str, bytes]]:
    """On loopback only, an empty object is sent to the extension of another client."""
    path = f"{row.running.server.base_path}/extension/{row.running.foreign_extension_id}/phone/"
    return [(path, b"{}")] * count if play in (here, here_for_some_seconds) else []
