"""Files of a run: for their owner only, through no link, and whole at every moment."""

from __future__ import annotations

import json
import os
import resource
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from contract_tests import files
from contract_tests.record.exchange import Exchange
from contract_tests.record.har import Record
from contract_tests.record.step import Kind, Step
from contract_tests.report import document, html
from mock_server.embedded import serve
from tests.suite import run_against

TARGET = {"base_url": "http://127.0.0.1:9/api/ver1.0", "extension_id": "54"}


def exchange(size: int) -> Exchange:
    return Exchange(Step(Kind.read, "GET", "/x/"), "http://127.0.0.1:9/x/", {}, 200, body=b"x" * size)


@contextmanager
def disk_full_at(size: int) -> Iterator[None]:
    """No file of this process may grow beyond this size; a write that begins below it writes a part."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.fixture(autouse=True)
def open_umask() -> Iterator[None]:
    """Whatever the user's umask lets others read."""
    before = os.umask(0)
    yield
    os.umask(before)


@pytest.mark.parametrize("name", ["record.har", document.NAME, html.NAME])
def test_what_a_run_writes_is_for_its_owner_only(name: str, tmp_path: Path) -> None:
    (tmp_path / name).touch(0o666)
    with serve() as mock:
        run_against(mock, tmp_path, "--fuzz-examples=0", "--mode=read")
    assert mode(tmp_path / name) == files.OWNER_ONLY
    assert (tmp_path / name).stat().st_size > 100


@pytest.mark.parametrize("is_there", [True, False], ids=["to a file", "to nothing"])
def test_a_link_is_not_followed(is_there: bool, tmp_path: Path) -> None:
    precious, folder = tmp_path / "precious", tmp_path / "reports"
    folder.mkdir()
    if is_there:
        precious.write_text("precious")
    for name in (document.NAME, "record.har"):
        (folder / name).symlink_to(precious)
    document.write(folder / document.NAME, {})
    with Record(TARGET).write_to(folder / "record.har") as record:
        record.append(exchange(1))
    assert precious.exists() is is_there
    assert not is_there or precious.read_text() == "precious"
    assert not [file for file in folder.iterdir() if file.is_symlink()]


def test_only_a_regular_file_is_opened_again(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    (tmp_path / "link").symlink_to(tmp_path / "file")
    os.mkfifo(tmp_path / "pipe")
    for name in ("link", "pipe", "missing"):
        with pytest.raises(OSError, match=name):
            files.reopen(tmp_path / name)


def test_a_file_that_cannot_be_written_is_as_it_was(tmp_path: Path) -> None:
    file = tmp_path / "report"
    files.replace(file, b"before")
    with disk_full_at(1000), pytest.raises(OSError, match=str(file)):
        files.replace(file, b"x" * 5000)
    assert (file.read_bytes(), [*tmp_path.iterdir()]) == (b"before", [file])


@pytest.mark.parametrize("count", [0, 1, 3])
@pytest.mark.parametrize("room", [0, 1, 500, 10_300])
def test_a_full_disk_leaves_a_whole_record_and_is_an_error_that_names_it(count: int, room: int, tmp_path: Path) -> None:
    file = tmp_path / "record.har"
    with Record(TARGET).write_to(file) as record:
        for _ in range(count):
            record.append(exchange(10))
        before = file.read_bytes()
        with disk_full_at(len(before) + room), pytest.raises(OSError, match=str(file)):
            record.append(exchange(10_000))
        assert file.read_bytes() == before
        assert len(json.loads(before)["log"]["entries"]) == count
        record.append(exchange(20))
    assert [len(seen.body) for seen in Record.read(file)] == [10] * count + [20]


def test_a_record_is_json_at_each_write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "record.har"
    contents = []
    write = os.pwrite

    def observed(descriptor: int, content: bytes, place: int) -> int:
        written = write(descriptor, content, place)
        contents.append(file.read_bytes())
        return written

    with Record(TARGET).write_to(file) as record:
        contents.append(file.read_bytes())
        monkeypatch.setattr(os, "pwrite", observed)
        for size in (1, 100_000, 1):
            record.append(exchange(size))
    assert [len(json.loads(content)["log"]["entries"]) for content in contents] == [0, 0, 1, 1, 2, 2, 3]
