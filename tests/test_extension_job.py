"""The sequence for one extension: whatever a layer does or raises, everything is restored."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from contract_tests.checks.requirements import requirements
from contract_tests.client.client import Client
from contract_tests.client.request_budget import RequestBudget
from contract_tests.contract import CONTRACT
from contract_tests.contract.json_values import encode
from contract_tests.errors import ExitCode, NotRestoredError, StoppedError, UsageError
from contract_tests.observe import restore
from contract_tests.observe.journal import Journal
from contract_tests.observe.restore import Restore
from contract_tests.plan import plan
from contract_tests.record.step import Kind, Step
from contract_tests.session import extension
from contract_tests.session.extension import Done, Job, test_extension
from contract_tests.session.last_look import end_journals
from contract_tests.target.credentials import Credentials
from contract_tests.target.target import Mode, Target
from tests.one_extension import FOREIGN, KNOWN, OWN, failing, puts
from tests.servers.core import Server
from tests.servers.messages import Extension, Refused, Request
from tests.servers.page import Settings, configured
from tests.servers.wire import Listener


def done_with(
    server: Server, folder: Path, fuzz: Callable[..., None], mode: Mode = Mode.full, steps: int = 5
) -> tuple[Done, Journal | None]:
    """The whole sequence with a short plan and a layer of its own."""
    listener = Listener(server)
    listener.start()
    try:
        base_url = f"http://127.0.0.1:{listener.port}{server.base_path}"
        target = Target(base_url, "54", mode, "55", "77", "54", credentials=Credentials(server.token))
        journal = Journal.reserve(folder, target) if target.may_write else None
        asked = [*requirements(CONTRACT).values()]
        job = Job(target, CONTRACT, asked, lambda now: plan(CONTRACT, now)[:steps], RequestBudget(), journal, fuzz=fuzz)
        done = test_extension(job)
        end_journals([job], [done])
        if journal:
            journal.release()
        return done, journal
    finally:
        server.stopping.set()
        listener.stop()


def put(path: str, update: Settings) -> Callable[..., None]:
    def layer(client: Client, *_: object) -> None:
        client.send(Step(Kind.change, "PUT", path, encode(update)))

    return layer


def test_whatever_a_layer_changes_is_restored(tmp_path: Path) -> None:
    server = Server()
    before = server.state("54")
    done, journal = done_with(server, tmp_path, put(OWN, {"label": "x", "auth_type": "digest"}))
    assert (done.results.error, done.not_restored, done.exit_code) == ("", "", ExitCode.ok)
    assert server.state("54") == before
    assert journal and not journal.path.exists()
    assert {"label": "x", "auth_type": "digest"} in puts(server)


@pytest.mark.parametrize(
    ("error", "code", "message"),
    [
        (MemoryError(), ExitCode.error, "an error of the suite: MemoryError"),
        (KeyError("x"), ExitCode.error, "an error of the suite: KeyError"),
        (StoppedError("stopped"), ExitCode.error, "stopped"),
        (NotRestoredError("kept"), ExitCode.failed, "kept"),
        (UsageError("usage"), ExitCode.usage, "usage"),
    ],
)
def test_whatever_a_layer_raises_everything_is_restored(
    error: Exception, code: ExitCode, message: str, tmp_path: Path
) -> None:
    def layer(client: Client, *_: object) -> None:
        put(OWN, {"label": "x"})(client)
        raise error

    server = Server()
    done, journal = done_with(server, tmp_path, layer)
    assert (done.exit_code, done.not_restored) == (code, "")
    assert message in done.results.error
    assert server.state("54") == configured()
    assert journal and not journal.path.exists()
    assert done.results.has_judged


def test_what_is_not_restored_keeps_its_journal(tmp_path: Path) -> None:
    class Once(Server):
        def authenticate(self, request: Request) -> str:
            if any(b"final" in entry.body for entry in self.log[:-1]):
                raise Refused(401, "expired")
            return super().authenticate(request)

    server = Once()
    done, journal = done_with(server, tmp_path, put(OWN, {"label": "final"}))
    assert "may NOT have its original values (GET answered 401" in done.not_restored
    assert journal and journal.read().changes == {"label"}
    assert journal.read().settings == configured()
    assert journal.read().allowed == {*KNOWN, "allow_webrtc"}


@pytest.mark.parametrize(
    ("mode", "path", "update", "message"),
    [
        (Mode.full, FOREIGN, {"label": "x"}, "which is not the extension under test"),
        (Mode.safe, OWN, {"auth_type": "digest"}, "with auth_type, which may not be written"),
        (Mode.read, OWN, {"label": "x"}, "a PUT in a run that may only read"),
    ],
)
def test_no_layer_sends_what_the_mode_excludes(
    mode: Mode, path: str, update: Settings, message: str, tmp_path: Path
) -> None:
    server = Server()
    before = {name: server.state(name) for name in server.extensions}
    done, _ = done_with(server, tmp_path, put(path, update), mode)
    assert message in done.results.error
    assert done.exit_code is ExitCode.error
    assert {name: server.state(name) for name in server.extensions} == before


def test_a_restore_needs_no_room_on_the_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class MovesWebrtc(Server):
        def apply(self, changes: Settings, extension: Extension) -> None:
            super().apply({"allow_webrtc": False} | changes if "auth_type" in changes else changes, extension)

    def layer(client: Client, *_: object) -> None:
        put(OWN, {"auth_type": "digest"})(client)
        monkeypatch.setattr(os, "fsync", failing(OSError(errno.ENOSPC, "No space left on device")))

    server = MovesWebrtc()
    done, _ = done_with(server, tmp_path, layer)
    assert done.not_restored == ""
    assert server.state("54") == configured()


def test_a_mask_that_changes_is_not_sent_by_the_restore(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("PAUSES", "SHORT_PAUSES"):
        monkeypatch.setattr(restore, name, (0.0,))

    class MasksByCount(Server):
        def show(self, name: str, value: Any) -> Any:  # noqa: ANN401 - any JSON value
            return "*" * (4 + len(puts(self))) if name == "conference_pin" else value

    server = MasksByCount()
    done, _ = done_with(server, tmp_path, put(OWN, {"label": "x"}))
    assert 'conference_pin: was "****", is "***' in done.not_restored
    assert not any("conference_pin" in body for body in puts(server))
    assert server.state("54") == configured()


def test_an_error_of_a_check_is_an_error_of_the_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(extension, "judge", failing(MemoryError()))
    server = Server()
    done, journal = done_with(server, tmp_path, put(OWN, {"label": "x"}))
    assert (done.exit_code, done.not_restored) == (ExitCode.error, "")
    assert "an error of the suite: MemoryError" in done.results.error
    assert journal and not journal.path.exists()


def test_an_error_in_the_restore_is_told_and_keeps_the_journal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Restore, "_put", failing(MemoryError()))
    done, journal = done_with(Server(), tmp_path, put(OWN, {"label": "x"}))
    assert "may NOT have its original values: an error of the suite: MemoryError" in done.not_restored
    assert journal and journal.read().changes == {"label"}
    assert done.results.has_judged


def test_what_cannot_be_restored_is_named_with_its_reason(tmp_path: Path) -> None:
    class Masks(Server):
        def show(self, name: str, value: Any) -> Any:  # noqa: ANN401 - any JSON value
            return "****" if name == "conference_pin" else value

    plans: list[Target] = []
    server = Masks()
    done, _ = done_with(server, tmp_path, lambda _, target, __: plans.append(target))
    assert plans[0].unrestorable.keys() == {"conference_pin"}
    assert "a mask" in done.results["put_is_stored:conference_pin"].reason
    assert "a mask" not in done.results["put_is_stored:label"].reason
    assert not any("conference_pin" in body for body in puts(server))
    done, _ = done_with(server, tmp_path, put(OWN, {"conference_pin": "****"}))
    assert "with conference_pin, which may not be written" in done.results.error
