"""Files of a run: readable by their owner only, and never written through a symbolic link."""

from __future__ import annotations

import os
import secrets
import stat
from pathlib import Path
from typing import BinaryIO

OWNER_ONLY = 0o600
_NO_LINK = getattr(os, "O_NOFOLLOW", 0)
"""Where the system has it: opening fails where the name is a symbolic link."""
_NO_WAIT = getattr(os, "O_NONBLOCK", 0)
"""Opening fails where the name is a pipe without a reader, instead of waiting for a reader."""


def replace(path: Path, content: bytes) -> None:
    """Write a whole file at once: a reader finds the old content or the new one, also after a crash.

    A symbolic link of that name is replaced; what it leads to stays as it is.

    Raises:
        OSError: It cannot be written; the error names the file, which is as it was.
    """
    half = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        descriptor = os.open(half, os.O_WRONLY | os.O_CREAT | os.O_EXCL | _NO_LINK, OWNER_ONLY)
        try:
            with os.fdopen(descriptor, "wb") as stream:
                stream.write(content)
                stream.flush()
                os.fsync(stream.fileno())
            half.replace(path)
        except BaseException:
            half.unlink(missing_ok=True)
            raise
    except OSError as error:
        raise naming(error, path) from None
    _sync(path.parent)


def reopen(path: Path) -> BinaryIO:
    """Open a file that exists for reading and writing, without a buffer; from now on only its owner reads it.

    Raises:
        OSError: It is not there, a link, or no regular file.
    """
    descriptor = os.open(path, os.O_RDWR | _NO_LINK | _NO_WAIT)
    try:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise OSError(None, "is no regular file", str(path))
        if hasattr(os, "fchmod"):  # not on Windows, where the folder of the user says who may read
            os.fchmod(descriptor, OWNER_ONLY)
    except BaseException:
        os.close(descriptor)
        raise
    return os.fdopen(descriptor, "r+b", buffering=0)


def naming(error: OSError, path: Path) -> OSError:
    """The same error with the name of the file that it is about."""
    return OSError(error.errno, error.strerror or type(error).__name__, str(path))


def _sync(folder: Path) -> None:
    """Make the new name survive a crash of the machine, where the system can; Windows opens no folder."""
    if os.name == "nt":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
