"""The journal of one extension: its original values and what may have changed, on disk before each write.

It lives in the user's state folder, so that it outlives the folder of the reports, and is locked, so that no other run
writes to the same extension meanwhile.
"""

from __future__ import annotations

import datetime
import errno
import hashlib
import json
import os
import threading
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO
from urllib.parse import urlsplit

import platformdirs
from filelock import FileLock, Timeout

from contract_tests import files
from contract_tests.contract.json_values import Json, Settings
from contract_tests.errors import StoppedError, UnfinishedError, UsageError
from contract_tests.target.target import Target, is_loopback

SUFFIX = ".journal"
DEFAULT_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True)
class Entry:
    """What a journal holds.

    Attributes:
        base_url: The server.
        extension_id: The extension.
        started: When the run began (ISO 8601).
        settings: What GET answered before the first write, keys that the contract does not know included.
        allowed: The keys that a restore may send.
        changes: The keys that a run was about to change.
    """

    base_url: str
    extension_id: str
    started: str
    settings: Settings
    allowed: frozenset[str]
    changes: frozenset[str]


class Journal:
    """Holds the lock on one extension, and writes what a run is about to change."""

    def __init__(self, folder: Path, base_url: str, extension_id: str) -> None:
        self._base_url, self._extension_id = base_url, extension_id
        self.path = folder / f"{extension_id}-{_server(base_url)}{SUFFIX}"
        self._lock = FileLock(f"{self.path}.lock", mode=files.OWNER_ONLY)
        self._noting = threading.Lock()
        self._file: BinaryIO | None = None
        self._noted: set[str] = set()

    @classmethod
    def reserve(cls, folder: Path, target: Target) -> Journal:
        """Lock an extension for a run.

        Raises:
            UsageError: Another run tests it, an earlier run left it changed, or the folder cannot be written to.
        """
        journal = cls(folder, target.base_url, target.extension_id)
        journal.lock()
        if journal.path.exists() and not journal._is_without_changes():
            journal.release()
            raise UnfinishedError(target.base_url, target.extension_id, str(journal.path))
        return journal

    def _is_without_changes(self) -> bool:
        """Whether the run that wrote it was killed before its first change."""
        try:
            return not self.read().changes
        except UsageError:
            return False

    def lock(self) -> None:
        """Lock the extension; this lasts until `release`, or the end of the process.

        Raises:
            UsageError: Another run holds the lock, or the folder cannot be written to.
        """
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._lock.acquire(timeout=0)
        except Timeout:
            raise UsageError(
                f"extension {self._extension_id} of {self._base_url} is being tested by another run: wait for its end"
            ) from None
        except OSError as error:
            raise UsageError(
                f"--state-dir: {error.filename} cannot be written ({error.strerror}); name a folder that can"
            ) from None

    def begin(self, settings: Settings, allowed: Iterable[str]) -> None:
        """Write the original values, and the keys that a restore may send.

        Raises:
            StoppedError: They cannot be written.
        """
        started = datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")
        head = {"base_url": self._base_url, "extension_id": self._extension_id, "started": started}
        try:
            files.replace(self.path, _line(head | {"settings": settings, "allowed": sorted(allowed)}))
            self._file = files.reopen(self.path)
            self._file.seek(0, os.SEEK_END)
        except OSError as error:
            self.end()  # nothing was changed, so nothing is to be restored
            raise _unwritable(error) from None

    def note(self, names: Iterable[str]) -> None:
        """Write, before a request, which keys it may change; what is noted already costs nothing.

        Raises:
            StoppedError: It cannot be written, so the request must not be sent.
        """
        with self._noting:
            new = {*names} - self._noted
            if not new or self._file is None:
                return
            try:
                _append(self._file, _line({"changes": sorted(new)}))
            except OSError as error:
                raise _unwritable(error) from None
            self._noted |= new

    @property
    def noted(self) -> frozenset[str]:
        """The keys that were noted."""
        return frozenset(self._noted)

    def read(self) -> Entry:
        """What the journal of this extension holds, as far as it was written.

        Raises:
            UsageError: There is none, or it is none of this extension.
        """
        try:
            head, *rest = _lines(self.path)
            changes, allowed = {name for line in rest for name in line["changes"]}, frozenset(head["allowed"])
            entry = Entry(
                head["base_url"], head["extension_id"], head["started"], head["settings"], allowed, frozenset(changes)
            )
            is_right = isinstance(entry.settings, dict) and all(isinstance(name, str) for name in changes | allowed)
        except FileNotFoundError:
            raise UsageError(f"extension {self._extension_id} of {self._base_url}: nothing to restore") from None
        except (OSError, ValueError, TypeError, KeyError) as error:
            raise UsageError(f"{self.path} is not a journal of this suite ({type(error).__name__})") from None
        is_same_server = is_right and _server(str(entry.base_url)) == _server(self._base_url)
        if not is_same_server or entry.extension_id != self._extension_id:
            raise UsageError(f"{self.path} is not the journal of extension {self._extension_id} of {self._base_url}")
        return entry

    def end(self) -> None:
        """Remove the journal, since the original values are restored."""
        self._close()
        self.path.unlink(missing_ok=True)

    def release(self) -> None:
        """Let other runs test the extension; the journal stays where it was not ended."""
        self._close()
        self._lock.release()

    def _close(self) -> None:
        if self._file:
            self._file.close()
            self._file = None


def state_folder(named: str) -> Path:
    """The folder of the journals: the one that is named, else the user's."""
    return Path(named) if named else platformdirs.user_state_path("phone-contract")


def unfinished(folder: Path) -> Iterator[Entry]:
    """What the journals of a folder hold; a file that is none is left out."""
    for path in sorted(folder.glob(f"*{SUFFIX}")):
        try:
            head, *_ = _lines(path)
            yield Journal(folder, str(head["base_url"]), str(head["extension_id"])).read()
        except (OSError, ValueError, TypeError, KeyError, UsageError):
            continue


def _server(base_url: str) -> str:
    """A short name of a server, the same for all spellings of its address."""
    url = urlsplit(base_url)
    port = url.port or DEFAULT_PORTS.get(url.scheme)
    host = "localhost" if is_loopback(url.hostname or "") else url.hostname
    address = f"{url.scheme}://{host}:{port}{url.path.rstrip('/')}"
    return hashlib.sha256(address.encode()).hexdigest()[:12]


def _line(value: Json) -> bytes:
    return json.dumps(value).encode() + b"\n"


def _append(file: BinaryIO, line: bytes) -> None:
    """Add a whole line, or none: on a full disk a write may do a part, and half a line would spoil the next one."""
    end = file.tell()
    try:
        if file.write(line) < len(line):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), file.name)
        os.fsync(file.fileno())
    except OSError:
        file.truncate(end)
        file.seek(end)
        raise


def _lines(path: Path) -> list[Json]:
    """The lines of a journal; the last one may be cut off, and then the request that it is about was not sent."""
    return [json.loads(line) for line in path.read_bytes().split(b"\n")[:-1]]


def _unwritable(error: OSError) -> StoppedError:
    return StoppedError(
        f"the journal {error.filename or ''} cannot be written ({error.strerror}): "
        "so nothing further is written to the extension"
    )
