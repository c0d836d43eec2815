"""The journal of one extension: the original values are on disk before the first change."""

from __future__ import annotations

import errno
import json
import os
import resource
import stat
from collections.abc import Mapping
from pathlib import Path

import pytest

from contract_tests import files
from contract_tests.errors import StoppedError, UnfinishedError, UsageError
from contract_tests.observe.journal import Journal, state_folder, unfinished
from contract_tests.target.target import Mode, Target
from tests.one_extension import URL, VALUES, begun, failing


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
