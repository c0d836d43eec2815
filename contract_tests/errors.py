"""Why a run cannot begin, or ends before its end, and the exit codes."""

import traceback
from enum import IntEnum
from pathlib import Path


class ExitCode(IntEnum):
    """How a command ends; of several, the largest counts."""

    ok = 0
    failed = 1
    error = 3
    usage = 4
    not_restored = 6


class UsageError(Exception):
    """An option is wrong; the message names it and the remedy."""


class UnfinishedError(UsageError):
    """An earlier run left an extension changed, so that its settings are not the original ones."""

    def __init__(self, base_url: str, extension_id: str, path: str) -> None:
        super().__init__(
            f"extension {extension_id} of {base_url} was left changed by a run that broke off: restore it first, or "
            f"remove {path} if you restored it yourself"
        )
        self.base_url, self.extension_id = base_url, extension_id


class StoppedError(Exception):
    """Nothing further can be judged; the message says why."""


class NotRestoredError(StoppedError):
    """A server does not restore an original value: nothing further is written; the requests until then count."""


def error_of_ours(error: Exception) -> str:
    """An error that is not the server's: what it is, and where; without values, which may be secret."""
    frame = traceback.extract_tb(error.__traceback__)[-1]
    texts = [error.filename, error.strerror] if isinstance(error, OSError) else []
    text = ": ".join(str(text) for text in texts if text) or type(error).__name__
    return f"an error of the suite: {text} (in {Path(frame.filename).name}, line {frame.lineno})"
