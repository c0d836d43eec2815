"""The files of a run: only their owner can read them, no link is followed, and each file is complete at any time."""

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
    """Limit the size of the files that this process writes; a write over the limit is partial."""
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
    """Set the most permissive umask."""
    before = os.umask(0)
    yield
    os.umask(before)


@pytest.mark.parametrize("name", ["record.har", document.NAME, html.NAME])
def test_only_the_owner_can_read_the_files_of_a_run(name: str, tmp_path: Path) -> None:
    (tmp_path / name).touch(0o666)
    with serve() as mock:
        run_against(mock, tmp_path, "--fuzz-examples=0", "--mode=read")
    assert mode(tmp_path / name) == files.OWNER_ONLY
    assert (tmp_path / name).stat().st_size > 100


@pytest.mark.parametrize("exists", [True, False], ids=["to a file", "to nothing"])
def test_a_link_is_not_followed(exists: bool, tmp_path: Path) -> None:
    target, folder = tmp_path / "target", tmp_path / "reports"
    folder.mkdir()
    if exists:
        target.write_text("original")
    for name in (document.NAME, "record.har"):
        (folder / name).symlink_to(target)
    document.write(folder / document.NAME, {})
    with Record(TARGET).write_to(folder / "record.har") as record:
        record.append(exchange(1))
    assert target.exists() is exists
    assert not exists or target.read_text() == "original"
    assert not [file for file in folder.iterdir() if file.is_symlink()]


def test_only_a_regular_file_is_reopened(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    (tmp_path / "link").symlink_to(tmp_path / "file")
    os.mkfifo(tmp_path / "pipe")
    for name in ("link", "pipe", "missing"):
        with pytest.raises(OSError, match=name):
            files.reopen(tmp_path / name)


def test_a_file_that_cannot_be_written_keeps_its_content(tmp_path: Path) -> None:
    file = tmp_path / "report"
    files.replace(file, b"before")
    with disk_full_at(1000), pytest.raises(OSError, match=str(file)):
        files.replace(file, b"x" * 5000)
    assert (file.read_bytes(), [*tmp_path.iterdir()]) == (b"before", [file])


@pytest.mark.parametrize("count", [0, 1, 3])
@pytest.mark.parametrize("free", [0, 1, 500, 10_300])
def test_a_full_disk_leaves_a_complete_record_and_raises_an_error(count: int, free: int, tmp_path: Path) -> None:
    file = tmp_path / "record.har"
    with Record(TARGET).write_to(file) as record:
        for _ in range(count):
            record.append(exchange(10))
        before = file.read_bytes()
        with disk_full_at(len(before) + free), pytest.raises(OSError, match=str(file)):
            record.append(exchange(10_000))
        assert file.read_bytes() == before
        assert len(json.loads(before)["log"]["entries"]) == count
        record.append(exchange(20))
    assert [len(exchange.body) for exchange in Record.read(file)] == [10] * count + [20]


def test_a_record_is_valid_json_after_each_write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "record.har"
    contents = []
    write = os.pwrite

    def observed(descriptor: int, content: bytes, offset: int) -> int:
        written = write(descriptor, content, offset)
        contents.append(file.read_bytes())
        return written

    with Record(TARGET).write_to(file) as record:
        contents.append(file.read_bytes())
        monkeypatch.setattr(os, "pwrite", observed)
        for size in (1, 100_000, 1):
            record.append(exchange(size))
    assert [len(json.loads(content)["log"]["entries"]) for content in contents] == [0, 0, 1, 1, 2, 2, 3]
