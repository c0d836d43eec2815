"""Why a run cannot begin, or ends before its end, and the exit codes."""

from enum import IntEnum


class ExitCode(IntEnum):
    """How a command ends; of several, the largest counts."""

    ok = 0
    failed = 1
    error = 3
    usage = 4
    not_restored = 6


class UsageError(Exception):
    """An option is wrong; the message names it and the remedy."""


class StoppedError(Exception):
    """Nothing further can be judged; the message says why."""
