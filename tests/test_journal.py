# ruff: noqa: ARG002 - the steps of a server have more arguments than a test needs
"""The parts that keep an extension as it was found, one by one: journal, what may be written, guard, restore."""

from __future__ import annotations

import dataclasses
import errno
import itertools
import json
import os
import re
import resource
import signal
import stat
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import requests

from contract_tests import files
from contract_tests.checks.requirements import requirements
from contract_tests.client.client import Client
from contract_tests.client.request_budget import RequestBudget
from contract_tests.contract import CONTRACT
from contract_tests.contract.json_values import ABSENT, encode
from contract_tests.contract.property import RISKS
from contract_tests.errors import ExitCode, NotRestoredError, StoppedError, UnfinishedError, UsageError
from contract_tests.observe import proof, restore
from contract_tests.observe.journal import Journal, state_folder, unfinished
from contract_tests.observe.restorable import MASK, probes, restorable_keys, unrestorable
from contract_tests.observe.restore import PAUSES, SHORT_PAUSES, Restore
from contract_tests.plan import part, plan
from contract_tests.record.exchange import Exchange
from contract_tests.record.step import Kind, Step
from contract_tests.session import extension
from contract_tests.session.extension import Done, Job, test_extension
from contract_tests.session.first_look import first_look
from contract_tests.session.signals import interrupting
from contract_tests.session.write_guard import WriteGuard
from contract_tests.target.credentials import Credentials
from contract_tests.target.target import Mode, Target
from tests.servers.core import Server
from tests.servers.messages import Dropped, Extension, Refused, Request, Response
from tests.servers.page import Settings, configured
from tests.servers.wire import Listener

URL = "http://127.0.0.1:8054/api/ver1.0"
VALUES: Settings = {"label": "mine", "geo_list": None}
KNOWN = CONTRACT.properties
OWN, ME, FOREIGN = (CONTRACT.path_to(id_) for id_ in ("54", "@me", "77"))


class Elsewhere(Target):
    """A target that counts as a server on another machine, although it runs here."""

    @property
    def is_loopback(self) -> bool:
        """No."""
        return False


# The journal


def begun(folder: Path, url: str = URL, *changes: str) -> Journal:
    journal = Journal(folder, url, "54")
    journal.lock()
    journal.begin(VALUES, ["label", "geo_list"])
    journal.note(changes)
    return journal


def test_the_original_values_are_on_disk_before_a_change(tmp_path: Path) -> None:
    journal = begun(tmp_path / "state")
    head, rest = journal.path.read_bytes().split(b"\n")
    assert json.loads(head).items() >= {"base_url": URL, "extension_id": "54", "settings": VALUES}.items()
    assert rest == b""
    assert stat.S_IMODE(journal.path.stat().st_mode) == 0o600
    assert stat.S_IMODE(journal.path.parent.stat().st_mode) == 0o700
    journal.note(["label"])
    assert journal.path.read_bytes().split(b"\n")[1:] == [b'{"changes": ["label"]}', b""]
    journal.note(["geo_list", "label"])
    assert journal.path.read_bytes().split(b"\n")[2:] == [b'{"changes": ["geo_list"]}', b""]
    assert journal.noted == {"label", "geo_list"}
    entry = journal.read()
    assert (entry.settings, entry.changes) == (VALUES, journal.noted)
    assert entry.allowed == {"label", "geo_list"}
    journal.release()


def test_each_change_is_synchronised_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    journal = begun(tmp_path)
    synchronised: list[int] = []
    monkeypatch.setattr(os, "fsync", synchronised.append)
    for names in (["label"], ["label"], ["geo_list"], ["label", "geo_list"], []):
        journal.note(names)
    assert len(synchronised) == 2
    journal.release()


def test_what_cannot_be_noted_may_not_be_sent(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    journal, full = begun(tmp_path), OSError(errno.ENOSPC, "No space left on device")
    monkeypatch.setattr(os, "fsync", failing(full))
    for _ in range(2):
        with pytest.raises(StoppedError, match=r"cannot be written \(No space left on device\): so nothing further"):
            journal.note(["label"])
    assert journal.noted == set()
    journal.release()


def test_a_line_that_has_room_in_part_is_taken_back(tmp_path: Path) -> None:
    journal = begun(tmp_path, URL, "label")
    size = journal.path.stat().st_size
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size + 5, before[1]))
    try:
        with pytest.raises(StoppedError, match="so nothing further is written"):
            journal.note(["geo_list"])
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert journal.path.stat().st_size == size
    journal.note(["vm_enabled"])
    assert journal.read().changes == {"label", "vm_enabled"}
    journal.release()


def test_a_journal_that_cannot_begin_leaves_no_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    journal = Journal(tmp_path, URL, "54")
    journal.lock()
    monkeypatch.setattr(files, "reopen", failing(OSError(errno.EIO, "Input/output error")))
    with pytest.raises(StoppedError, match="Input/output error"):
        journal.begin(VALUES, [])
    assert not journal.path.exists()
    journal.release()


def failing(error: Exception) -> Callable[..., None]:
    def fail(*_: object) -> None:
        raise error

    return fail


def test_a_last_line_that_is_cut_off_is_of_a_request_that_was_not_sent(tmp_path: Path) -> None:
    journal = begun(tmp_path, URL, "label")
    journal.path.write_bytes(journal.path.read_bytes() + b'{"changes": ["geo_l')
    assert journal.read().changes == {"label"}
    journal.release()


def test_the_end_removes_the_journal_and_a_release_does_not(tmp_path: Path) -> None:
    journal = begun(tmp_path, URL, "label")
    journal.release()
    assert [entry.changes for entry in unfinished(tmp_path)] == [{"label"}]
    journal.lock()
    journal.end()
    assert not journal.path.exists()
    assert [*unfinished(tmp_path)] == []
    with pytest.raises(UsageError, match=f"extension 54 of {URL}: nothing to restore"):
        journal.read()
    journal.release()


def test_one_run_at_a_time(tmp_path: Path) -> None:
    target = Target(URL, "54", Mode.full)
    first = Journal.reserve(tmp_path, target)
    with pytest.raises(UsageError, match=r"extension 54 .* is being tested by another run"):
        Journal.reserve(tmp_path, target)
    others = [Target(URL, "55", Mode.full), Target("http://127.0.0.1:8055/api/ver1.0", "54", Mode.full)]
    for other in others:
        Journal.reserve(tmp_path, other).release()
    first.release()
    Journal.reserve(tmp_path, target).release()


def test_an_extension_that_was_left_changed_is_not_tested(tmp_path: Path) -> None:
    begun(tmp_path, URL, "label").release()
    kept = []
    for _ in range(2):  # the lock is free again after the refusal
        with pytest.raises(UnfinishedError, match="was left changed by a run that broke off") as raised:
            Journal.reserve(tmp_path, Target(URL, "54", Mode.full))
        kept.append(raised)
        assert (raised.value.base_url, raised.value.extension_id) == (URL, "54")


def test_a_run_that_was_killed_before_its_first_change_left_nothing(tmp_path: Path) -> None:
    begun(tmp_path).release()
    Journal.reserve(tmp_path, Target(URL, "54", Mode.full)).release()


def test_a_file_that_is_no_journal_is_in_the_way(tmp_path: Path) -> None:
    for content in ("{}\n", "", "[]\n"):
        Journal(tmp_path, URL, "54").path.write_text(content)
        with pytest.raises(UnfinishedError):
            Journal.reserve(tmp_path, Target(URL, "54", Mode.full))
        assert [*unfinished(tmp_path)] == []


@pytest.mark.parametrize(
    ("url", "is_same"),
    [
        ("http://127.0.0.1:8054/api/ver1.0/", True),
        ("HTTP://127.0.0.1:8054/api/ver1.0", True),
        ("http://localhost:8054/api/ver1.0", True),
        ("http://[::1]:8054/api/ver1.0", True),
        ("https://127.0.0.1:8054/api/ver1.0", False),
        ("http://127.0.0.1:8055/api/ver1.0", False),
        ("http://127.0.0.1:8054/api/ver1.1", False),
        ("http://pbx.test:8054/api/ver1.0", False),
    ],
)
def test_all_spellings_of_a_server_have_one_journal(url: str, is_same: bool, tmp_path: Path) -> None:
    begun(tmp_path, URL, "label").release()
    other = Journal(tmp_path, url, "54")
    assert other.path.exists() is is_same
    if is_same:
        assert other.read().base_url == URL


@pytest.mark.parametrize(
    ("one", "other", "is_same"),
    [
        ("https://pbx.test/api", "https://PBX.test:443/api", True),
        ("http://pbx.test/api", "http://pbx.test:80/api", True),
        ("https://pbx.test/api", "https://pbx.test:80/api", False),
    ],
)
def test_the_port_of_a_scheme_need_not_be_named(one: str, other: str, is_same: bool, tmp_path: Path) -> None:
    assert (Journal(tmp_path, one, "54").path == Journal(tmp_path, other, "54").path) is is_same


@pytest.mark.parametrize(
    "head",
    [
        {"base_url": "http://127.0.0.1:1/api/ver1.0"},
        {"extension_id": "55"},
        {"settings": []},
        {"allowed": [7]},
        {"base_url": 7},
    ],
)
def test_a_journal_of_something_else_is_refused(head: Mapping[str, object], tmp_path: Path) -> None:
    journal = begun(tmp_path, URL, "label")
    journal.release()
    first, second, _ = journal.path.read_text().split("\n")
    journal.path.write_text(f"{json.dumps(json.loads(first) | head)}\n{second}\n")
    with pytest.raises(UsageError, match="is not"):
        journal.read()


def test_the_folder_of_the_journals(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    assert state_folder("here") == Path("here")
    assert state_folder("").name == "phone-contract"
    (tmp_path / "file").touch()
    with pytest.raises(UsageError, match=r"--state-dir: .*file.* cannot be written"):
        Journal(tmp_path / "file" / "state", URL, "54").lock()


# What may be written


@pytest.mark.parametrize(
    "text",
    [
        "****",
        "**",
        "••••",
        "●●●",
        "***0143",
        "d***@example.com",
        "xxxx",
        "XXX",
        "----",
        "[REDACTED]",
        "<hidden>",
        "###",
    ],
)
def test_a_mask_is_no_value(text: str) -> None:
    assert MASK.search(text)
    settings = {**configured(), "label": text, "bundle": {"bundle_list": {"55": {"x": [text]}}}}
    assert unrestorable(CONTRACT, settings).keys() == {"label", "bundle"}


@pytest.mark.parametrize("text", ["*", "", "xx", "Empfang", "+12025550143", "0042", "AT DE", "a-b", "x@y.example", "…"])
def test_a_value_is_no_mask(text: str) -> None:
    assert not MASK.search(text)
    assert unrestorable(CONTRACT, {**configured(), "label": text}) == {}


def test_what_get_does_not_show_cannot_be_restored() -> None:
    settings = configured()
    del settings["conference_pin"]
    assert unrestorable(CONTRACT, settings).keys() == {"conference_pin"}
    assert "GET does not show" in unrestorable(CONTRACT, settings)["conference_pin"]
    assert "a mask" in unrestorable(CONTRACT, {**configured(), "label": "****"})["label"]


@pytest.mark.parametrize("mode", Mode)
def test_what_a_restore_may_send(mode: Mode) -> None:
    reasons = {"label": "GET shows a mask"}
    target = Target(URL, "54", mode, unrestorable=reasons)
    settings = {"label": "****", "allow_webrtc": True, "sip": {"secrets": [{"of": "****"}]}}
    keys = restorable_keys(target, CONTRACT, settings)
    assert keys & KNOWN.keys() == {*target.writable(CONTRACT)}
    assert "label" not in keys
    assert keys - KNOWN.keys() == ({"allow_webrtc"} if mode is Mode.full else set())


def test_the_least_risky_property_of_each_kind_is_tried_first() -> None:
    settings = configured() | {
        "auth_type": None,  # critical
        "append_to_cid_name_on_transfer": None,  # low
        "record_enabled": False,  # high
        "incoming_limit": 0,  # medium
        "intercom": 0,  # high
        "label": "",  # low
    }
    chosen = probes(KNOWN, settings)
    assert {probe.name for probe in chosen} >= {"append_to_cid_name_on_transfer", "incoming_limit", "label"}
    assert len(chosen) == 4  # null, false, 0, empty text
    risks = [RISKS.index(KNOWN[probe.name].risk) for probe in chosen]
    assert risks == sorted(risks)
    assert not any(KNOWN[probe.name].same(probe.value, settings[probe.name]) for probe in chosen)
    assert probes(KNOWN, dict.fromkeys(KNOWN, "text")) == []


# The guard


def request(path: str, body: bytes | str | None = b'{"label": "x"}') -> requests.PreparedRequest:
    return requests.Request("PUT", URL + path, data=body).prepare()


def target_of(kind: type[Target], mode: Mode, me: str = "54", **more: Any) -> Target:  # noqa: ANN401 - passed on
    return kind(URL, "54", mode, "55", "77", me, **more)


@pytest.mark.parametrize("kind", [Target, Elsewhere])
@pytest.mark.parametrize("mode", Mode)
@pytest.mark.parametrize("me", ["54", "55", ""])
def test_no_step_of_a_plan_writes_to_another_extension(kind: type[Target], mode: Mode, me: str) -> None:
    target = target_of(kind, mode, me)
    guard, passed = WriteGuard(target, CONTRACT), set()
    parts = [plan(CONTRACT, target), *(part(CONTRACT, target, number, 3) for number in range(3))]
    for step in (step for steps in parts for step in steps if step.method == "PUT"):
        body = b"{}" if step.body is None else step.body  # a run fills in what it has read of its own properties
        guard(request(step.path, body))
        passed.add((step.path, step.body if step.path == FOREIGN else b""))
    expected = {(OWN, b"")} if target.may_write else set()
    expected |= {(ME, b"")} if target.may_write and me == "54" else set()
    expected |= {(FOREIGN, b"{}")} if target.may_write and kind is Target else set()
    assert passed == expected


@pytest.mark.parametrize(
    ("kind", "mode", "me", "path", "body", "message"),
    [
        (Target, Mode.read, "54", OWN, b"{}", "may only read"),
        (Elsewhere, Mode.full, "54", FOREIGN, b"{}", "is not the extension under test"),
        (Target, Mode.full, "54", FOREIGN, b'{"label": "x"}', "is not the extension under test"),
        (Target, Mode.full, "54", CONTRACT.path_to("55"), b"{}", "is not the extension under test"),
        (Target, Mode.full, "55", ME, b"{}", "is not the extension under test"),
        (Target, Mode.full, "", ME, b"{}", "is not the extension under test"),
        (Target, Mode.full, "54", "/extension/%377/phone/", b"{}x", "is not the extension under test"),
        (Target, Mode.safe, "54", OWN, b'{"label": "x", "auth_type": "both"}', "with auth_type, which may not"),
        (Elsewhere, Mode.safe, "54", OWN, '{"conference_pin": "1"}', "with conference_pin, which may not"),
        (Elsewhere, Mode.full, "54", OWN, b'{"bundle": {}}', "with bundle, which may not"),
    ],
)
def test_the_guard_refuses_what_no_plan_holds(
    kind: type[Target], mode: Mode, me: str, path: str, body: bytes | str, message: str
) -> None:
    with pytest.raises(StoppedError, match=message):
        WriteGuard(target_of(kind, mode, me), CONTRACT)(request(path, body))


def test_the_guard_refuses_what_cannot_be_restored() -> None:
    target = target_of(Target, Mode.full, unrestorable={"conference_pin": "GET shows a mask"})
    with pytest.raises(StoppedError, match="with conference_pin, which may not be written"):
        WriteGuard(target, CONTRACT)(request(OWN, b'{"conference_pin": "1"}'))


def test_the_guard_notes_keys_of_any_body_before_it_is_sent(tmp_path: Path) -> None:
    journal = begun(tmp_path)
    guard = WriteGuard(target_of(Target, Mode.full), CONTRACT, journal)
    for body in (b'{"label": "x"}', '{"geo_list": "DE", "x_unknown_key": 1}', b"[]", b"", None, b'{"cut'):
        guard(request(OWN, body))
    assert journal.read().changes == {"label", "geo_list", "x_unknown_key"}
    with pytest.raises(StoppedError):
        guard(request(FOREIGN, b'{"intercom": 1}'))
    assert "intercom" not in journal.noted
    guard.journal = None
    guard(request(OWN, b'{"vm_enabled": true}'))
    assert "vm_enabled" not in journal.noted
    journal.release()


@pytest.mark.parametrize("path", ["ä pi", "%C3%A4%20pi", "a%2Fb"])
def test_the_guard_knows_a_base_path_with_other_letters(path: str) -> None:
    target = dataclasses.replace(target_of(Target, Mode.full), base_url=f"http://127.0.0.1:8054/{path}")
    sent = requests.Request("PUT", target.base_url + OWN, data=b"{}").prepare()
    assert "%" in (sent.url or "")
    WriteGuard(target, CONTRACT)(sent)


# The restore


@contextmanager
def serving(server: Server) -> Iterator[Client]:
    """A server, and a client of its extension 54."""
    listener = Listener(server)
    listener.start()
    try:
        base_url = f"http://127.0.0.1:{listener.port}{server.base_path}"
        with Client(Target(base_url, "54", Mode.full, credentials=Credentials(server.token)), CONTRACT) as client:
            yield client
    finally:
        server.stopping.set()
        listener.stop()


def settings_of(server: Server) -> Settings:
    return server.extensions["54"].settings


def puts(server: Server) -> list[Settings]:
    return [json.loads(entry.body) for entry in server.log if entry.method == "PUT"]


def restored(
    server: Server, changed: Settings, *noted: str, allowed: set[str] | None = None, slept: list[float] | None = None
) -> str:
    """Change settings behind the back of a restore, and let it bring them back."""
    original = {name: server.show(name, value) for name, value in server.state("54").items()}
    with serving(server) as client:
        for name, value in changed.items():
            if value is ABSENT:
                del settings_of(server)[name]
            else:
                settings_of(server)[name] = value
        names = {*KNOWN, "allow_webrtc"} if allowed is None else allowed
        clock = (slept if slept is not None else []).append
        message = Restore(client, CONTRACT, "54", original, noted or [*changed], names, clock)()
        assert client.connection.restores
    return message


def test_each_value_is_restored_by_one_put() -> None:
    server = Server()
    slept: list[float] = []
    before = server.state("54")
    assert restored(server, {"label": "x", "intercom": None, "allow_webrtc": False}, slept=slept) == ""
    assert server.state("54") == before
    assert puts(server) == [{name: before[name] for name in ("label", "intercom", "allow_webrtc")}]
    assert slept == []


def test_side_effects_are_restored_too() -> None:
    server = Server()
    before = server.state("54")
    assert restored(server, {"vm_mailto": "other@example.com", "allow_webrtc": ABSENT}, "label") == ""
    assert server.state("54") == before
    assert puts(server)[0].keys() == {"label", "vm_mailto", "allow_webrtc"}


def test_without_a_change_nothing_is_sent() -> None:
    server = Server()
    with serving(server) as client:
        assert Restore(client, CONTRACT, "54", server.state("54"), [], KNOWN.keys())() == ""
    assert puts(server) == []


def test_what_may_not_be_written_is_named_and_not_sent() -> None:
    server = Server()
    message = restored(server, {"label": "x", "auth_type": "digest", "sip": 1}, "label", allowed={"label"})
    assert message == (
        'extension 54 does NOT have its original values (PUT answered 200): auth_type: was "both", is "digest"; '
        "sip: was nothing, is 1"
    )
    assert {name for put in puts(server) for name in put} == {"label"}


class KeepsUnknown(Server):
    """Stores every key."""

    def unknown_key(self, name: str, value: Any) -> Settings:  # noqa: ANN401 - any JSON value
        """Store it."""
        return {name: value}


def test_an_unknown_key_of_the_run_is_set_to_null_and_a_known_one_never() -> None:
    server = KeepsUnknown()
    original = server.state("54")
    del original["label"]
    with serving(server) as client:
        settings_of(server)["x_unknown_key"] = "x"
        settings_of(server)["geo_list"] = "DE"
        message = Restore(
            client, CONTRACT, "54", original, ["x_unknown_key"], KNOWN.keys() - {"label"}, lambda _: None
        )()
    assert 'label: was nothing, is "Empfang Süd"' in message
    assert puts(server)[0] == {"x_unknown_key": None, "geo_list": "AT DE"}
    assert server.state("54")["x_unknown_key"] is None
    assert "x_unknown_key" not in message


class Refusing(Server):
    """Refuses some names."""

    refused: tuple[str, ...] = ("external_number",)

    def validate(self, changes: Settings, extension: Extension) -> Settings:
        """Refuse the whole PUT."""
        if {*self.refused} & changes.keys():
            raise Refused(409, "no")
        return super().validate(changes, extension)


def test_a_value_that_is_refused_hides_no_other_and_the_riskiest_comes_first() -> None:
    server = Refusing()
    slept: list[float] = []
    changed = {"label": "x", "vm_enabled": True, "auth_type": "digest", "external_number": "+12025550199"}
    message = restored(server, changed, slept=slept)
    assert message.startswith(
        "extension 54 does NOT have its original values (PUT answered 409): external_number: was "
    )
    alone = [name for body in puts(server)[1:] for name in body]
    assert {*alone[:2]} == {"auth_type", "external_number"}
    assert alone[2:4] == ["vm_enabled", "label"]
    assert slept == [*PAUSES, *SHORT_PAUSES]
    assert sum(PAUSES) >= 10


class Late(Server):
    """Shows a change at the third read after it only."""

    def get(self, request: Request, extension: Extension) -> Response:
        """Show the old label twice."""
        after = [entry.method for entry in self.log]
        reads = after[::-1].index("PUT") if "PUT" in after else 0
        with self.lock:
            document = self.render(extension) | ({"label": "x"} if 0 < reads < 3 else {})
        return self.respond(document)


def test_a_value_that_shows_late_is_waited_for() -> None:
    slept: list[float] = []
    server = Late()
    assert restored(server, {"label": "x"}, slept=slept) == ""
    assert slept == [*PAUSES[:2]]
    assert len(puts(server)) == 1


class Counting(Server):
    """Counts its PUTs in a key of its own."""

    def apply(self, changes: Settings, extension: Extension) -> None:
        """Count."""
        extension.settings["revision"] = extension.settings.get("revision", 0) + 1
        super().apply(changes, extension)


@pytest.mark.parametrize("allowed", [{"label"}, {"label", "revision"}])
def test_a_key_that_the_server_counts_up_is_not_named(allowed: set[str]) -> None:
    server = Counting()
    settings_of(server)["revision"] = 7
    assert restored(server, {"label": "x", "revision": 9}, "label", allowed=allowed) == ""
    assert settings_of(server)["label"] == configured()["label"]


class CountingTimeout(Server):
    """Counts its PUTs in a property of the contract."""

    def apply(self, changes: Settings, extension: Extension) -> None:
        """Count."""
        super().apply(changes, extension)
        extension.settings["hangup_timeout"] += 1


def test_a_property_that_changes_with_each_put_is_named() -> None:
    assert "hangup_timeout: was 25, is 2" in restored(CountingTimeout(), {"label": "x"})


def test_where_nothing_may_be_sent_nothing_is() -> None:
    server = Server()
    assert restored(server, {"auth_type": "digest"}, allowed=set()).endswith('auth_type: was "both", is "digest"')
    assert puts(server) == []


class Stuck(Server):
    """Sets a key of its own once, and keeps it."""

    def apply(self, changes: Settings, extension: Extension) -> None:
        """Not this one."""
        super().apply({name: value for name, value in changes.items() if name != "allow_webrtc"}, extension)


class NewKeys(Server):
    """Shows a thousand other keys each time."""

    def render(self, extension: Extension) -> Any:  # noqa: ANN401 - any JSON value
        """Make them up."""
        return {f"x{len(self.log)}_{number}": number for number in range(1000)} | super().render(extension)


def test_thousands_of_unknown_keys_cost_two_requests_and_a_short_message() -> None:
    server = NewKeys()
    message = restored(server, {"label": "x", "auth_type": "digest"}, allowed={"label"})
    assert len(puts(server)) == 2
    assert 'PUT answered 200): auth_type: was "both", is "digest"; x' in message
    assert re.search(r"; and \d+ more$", message)
    assert len(message) < 10_000


def test_an_unknown_key_that_stays_different_is_named() -> None:
    message = restored(Stuck(), {"label": "x", "allow_webrtc": False})
    assert message.endswith("allow_webrtc: was true, is false")


class BrokenGet(Server):
    """GET fails as long as the label is not the original one."""

    statuses: tuple[int, ...] = (500,)

    def get(self, request: Request, extension: Extension) -> Response:
        """Fail."""
        if extension.settings["label"] == "x":
            raise Refused(self.statuses[0], "broken", {"Retry-After": "0"} if self.statuses[0] == 503 else {})
        return super().get(request, extension)


def test_where_get_fails_the_original_values_are_sent_nevertheless() -> None:
    server = BrokenGet()
    assert restored(server, {"label": "x"}) == ""
    assert puts(server) == [{"label": "Empfang Süd"}]


def test_a_server_that_is_away_is_asked_for_some_seconds_once() -> None:
    class Away(Server):
        def handle(self, request: Request) -> Response:
            raise Dropped

    slept: list[float] = []
    message = restored(Away(), {"label": "x"}, slept=slept)
    assert "may NOT have its original values (ConnectionError" in message
    assert slept == [*PAUSES, 0]


@pytest.mark.parametrize("status", [401, 403, 404])
def test_a_refused_read_is_not_repeated(status: int) -> None:
    class Shut(BrokenGet):
        statuses = (status,)

        def put(self, request: Request, extension: Extension) -> Response:
            raise Refused(status, "no")

    server = Shut()
    slept: list[float] = []
    message = restored(server, {"label": "x"}, slept=slept)
    assert f"extension 54 may NOT have its original values (GET answered {status}" in message
    assert message.endswith("the run was about to change: label")
    assert slept == []
    assert sum(entry.method == "GET" for entry in server.log) == 2


@pytest.mark.parametrize("kind", [BrokenGet, Server])
def test_where_no_change_was_sent_nothing_is_restored(kind: type[Server]) -> None:
    server = kind()
    with serving(server) as client:
        settings_of(server)["label"] = "x"  # by somebody else
        assert Restore(client, CONTRACT, "54", configured(), [], KNOWN.keys(), lambda _: None)() == ""
    assert puts(server) == []


def test_a_slow_server_without_settings_is_not_asked_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    server = BrokenGet()
    server.put = lambda *_: server.refuse(Refused(500, "broken"))  # type: ignore[method-assign]
    moments = itertools.count(step=10)
    with serving(server) as client:
        settings_of(server)["label"] = "x"
        undo = Restore(client, CONTRACT, "54", configured(), ["label"], KNOWN.keys(), lambda _: None)
        monkeypatch.setattr(time, "monotonic", lambda: float(next(moments)))
        assert "may NOT have" in undo()
    assert gets(server) == 2


def test_values_that_mean_the_same_are_no_difference() -> None:
    server = Server()
    settings_of(server)["hold_music"] = None
    assert restored(server, {"hold_music": 0, "label": "x"}, "label") == ""
    assert puts(server) == [{"label": "Empfang Süd"}]


def test_null_and_nothing_are_the_same() -> None:
    server = Server()
    original = server.state("54") | {"label": None}
    del original["allow_webrtc"]
    with serving(server) as client:
        settings_of(server).update({"allow_webrtc": None})
        del settings_of(server)["label"]
        server.render = lambda extension: dict(extension.settings)  # type: ignore[method-assign]
        assert Restore(client, CONTRACT, "54", original, [], KNOWN.keys(), lambda _: None)() == ""


# The proof


class Sender:
    """Sends by a client, and keeps what it did."""

    def __init__(self, client: Client) -> None:
        self.client = client

    def send(self, step: Step) -> Exchange:
        """Send a step."""
        return self.client.send(step)

    def read(self, about: str) -> Settings:
        """Read the extension."""
        return self.send(Step(Kind.read, "GET", OWN, about=about)).json_object or {}


class NullIgnored(Server):
    """Keeps the old value instead of null."""

    def apply(self, changes: Settings, extension: Extension) -> None:
        """Skip null."""
        super().apply({name: value for name, value in changes.items() if value is not None}, extension)


@pytest.fixture(autouse=True)
def _no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(proof, "PAUSES", (0.0, 0.01))


def prove(server: Server, max_probes: int | None = None) -> None:
    settings_of(server).update({"label": None, "conference_pin": None, "incoming_limit": 0})
    original = server.state("54")
    del original["vm_enabled"]  # GET does not show it
    with serving(server) as client:
        proof.prove_restorable(Sender(client), OWN, KNOWN, original, CONTRACT, max_probes)


def test_a_server_that_restores_is_proven_by_one_change_a_kind() -> None:
    server = Server()
    prove(server)
    names = [name for body in puts(server) for name in body]
    assert names[0] == "label"
    assert names[::2] == names[1::2]
    assert puts(server)[1] == {"label": None}
    assert len(puts(server)) == 6  # null, false, 0
    assert settings_of(server)["label"] is None


def test_at_most_so_many_properties_are_tried() -> None:
    server = Server()
    prove(server, max_probes=1)
    assert [[*put] for put in puts(server)] == [["label"], ["label"]]


def test_the_first_value_that_is_not_restored_ends_all_writing() -> None:
    server = NullIgnored()
    with pytest.raises(NotRestoredError, match=r"an original value was not restored .*label"):
        prove(server)
    assert [[*put] for put in puts(server)] == [["label"], ["label"]]


def test_a_refused_change_proves_nothing_and_is_not_restored() -> None:
    server = Refusing()
    server.refused = ("label",)
    prove(server, max_probes=1)
    assert len(puts(server)) == 1


def test_unknown_keys_are_compared_as_well() -> None:
    server = Server()
    expected = server.state("54")
    with serving(server) as client:
        assert proof.differences_after_waiting(Sender(client), expected, CONTRACT) == {}
        assert gets(server) == 1
        settings_of(server)["allow_webrtc"] = False
        slept: list[float] = []
        left = proof.differences_after_waiting(Sender(client), expected, CONTRACT, slept.append)
        assert left == {"allow_webrtc": (True, False)}
        assert slept == [*proof.PAUSES]
        del settings_of(server)["allow_webrtc"]
        assert proof.differences_after_waiting(Sender(client), expected, CONTRACT)["allow_webrtc"] == (True, ABSENT)


# The first look


class Answers(Server):
    """Answers the first reads with something else."""

    def __init__(self, *documents: Settings) -> None:
        super().__init__()
        self.documents = [*documents]

    def get(self, request: Request, extension: Extension) -> Response:
        """One after the other."""
        return self.respond(self.documents.pop(0)) if self.documents else super().get(request, extension)


def looked(server: Server, kind: type[Target] = Target, mode: Mode = Mode.full) -> tuple[Any, list[float]]:
    slept: list[float] = []
    with serving(server) as client:
        target = kind(f"{client._target.base_url}", "54", mode)
        return first_look(client, target, CONTRACT, slept.append), slept


def gets(server: Server) -> int:
    return sum(entry.method == "GET" for entry in server.log)


def test_two_reads_in_a_row_must_show_the_same() -> None:
    server = Answers()
    assert looked(server) == (server.state("54"), [0.0])
    assert gets(server) == 2
    for first in ({"auth_type": "digest"}, {"auth_type": "both"}, {**configured(), "label": "starting"}):
        server = Answers(first)
        assert looked(server) == (server.state("54"), [0.0, 0.5])
        assert gets(server) == 3


def test_an_object_without_a_property_is_no_state() -> None:
    server = Answers({"status": "starting"}, {})
    assert looked(server) == (server.state("54"), [0.5, 1.0, 0.0])
    server = Answers(*({"status": "starting"} for _ in range(9)))
    with pytest.raises(StoppedError, match="without one property of the contract"):
        looked(server)


def changing() -> Server:
    return Answers(*({**configured(), "label": f"{number}"} for number in range(20)))


def test_elsewhere_a_state_that_never_settles_is_not_written_to() -> None:
    with pytest.raises(StoppedError, match="shows other settings each time"):
        looked(without_bundle(changing()), Elsewhere)
    found, _ = looked(changing())
    assert found["label"] == "4"


def without_bundle(server: Server) -> Server:
    for document in getattr(server, "documents", []):
        document["bundle"] = {"bundle_list": None, "bundle_id": None}
    settings_of(server)["bundle"] = {"bundle_list": None, "bundle_id": None}
    return server


def test_elsewhere_the_bundle_of_the_second_read_counts_too() -> None:
    server = Answers({"label": "starting", "bundle": {"bundle_list": None, "bundle_id": None}})
    with pytest.raises(UsageError, match="is not written to: its bundle is"):
        looked(server, Elsewhere)
    assert looked(without_bundle(Server()), Elsewhere)[0]["bundle"] == {"bundle_list": None, "bundle_id": None}


def test_a_run_that_only_reads_looks_once() -> None:
    server = Server()
    assert looked(server, Elsewhere, Mode.read) == (server.state("54"), [])
    assert gets(server) == 1


@pytest.mark.parametrize(
    ("status", "error"), [(301, StoppedError), (401, UsageError), (403, UsageError), (404, UsageError)]
)
def test_a_refused_first_look_ends_the_run(status: int, error: type[Exception]) -> None:
    class Shut(Server):
        def get(self, request: Request, extension: Extension) -> Response:
            raise Refused(status, "no")

    with pytest.raises(error, match=f"answered {status}"):
        looked(Shut())


def test_what_is_no_object_is_judged_and_nothing_is_written() -> None:
    class Lists(Server):
        def render(self, extension: Extension) -> Any:  # noqa: ANN401 - any JSON value
            return []

    server = Lists()
    found, slept = looked(server)
    assert found is None
    assert slept == [0.5, 1.0, 2.0]


def test_settings_with_another_status_are_judged_and_nothing_is_written() -> None:
    class Created(Server):
        def get(self, request: Request, extension: Extension) -> Response:
            return dataclasses.replace(super().get(request, extension), status=201)

    assert looked(Created())[0] is None


def test_settings_that_show_the_token_are_not_written() -> None:
    server = Server()
    settings_of(server)["label"] = server.token
    with pytest.raises(StoppedError, match="shows the token or the secret"):
        looked(server)
    assert looked(server, mode=Mode.read)[0]


# Signals


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_the_requests_and_raises_nothing(number: signal.Signals) -> None:
    before, budget, other = signal.getsignal(number), RequestBudget(), RequestBudget()
    with interrupting([budget, other]):
        for _ in range(3):
            signal.raise_signal(number)
        for each in (budget, other):
            with pytest.raises(StoppedError, match=number.name):
                each.before()
            each.before(restores=True)
    assert signal.getsignal(number) is before


def test_a_run_within_a_command_shares_its_handler() -> None:
    budget, late = RequestBudget(), RequestBudget()
    with interrupting():
        handler = signal.getsignal(signal.SIGTERM)
        with interrupting([budget]):
            assert signal.getsignal(signal.SIGTERM) is handler
            signal.raise_signal(signal.SIGTERM)
        assert signal.getsignal(signal.SIGTERM) is handler
        with interrupting([late]):
            pass
        for each in (budget, late):
            with pytest.raises(StoppedError, match="SIGTERM"):
                each.before()


def test_nohup_keeps_its_meaning() -> None:
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with interrupting([budget := RequestBudget()]):
            signal.raise_signal(signal.SIGHUP)
            budget.before()
            assert signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGHUP, before)


def test_outside_the_main_thread_nothing_is_set() -> None:
    before, kept = signal.getsignal(signal.SIGTERM), []

    def enter() -> None:
        with interrupting([RequestBudget()]):
            kept.append(signal.getsignal(signal.SIGTERM))

    thread = threading.Thread(target=enter)
    thread.start()
    thread.join()
    assert kept == [before]


# The sequence


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
