"""Weighs the result of a run against what is owed to a server."""

from collections.abc import Sequence
from dataclasses import dataclass

from .core import Server
from .messages import LoggedRequest
from .owed import EXIT_LEFT, Owed
from .page import Settings

States = dict[str, Settings]


@dataclass(frozen=True)
class Run:
    """What a run of the suite did, as a test sees it from outside."""

    exit_code: int
    output: str
    before: States
    after: States
    log: Sequence[LoggedRequest] = ()
    failures: int | None = None
    seconds: float = 0


def problems(owed: Owed, run: Run) -> list[str]:
    """What is wrong with a run, in plain words; empty if all that is owed was given."""
    found = [*left_behind(owed, run)]
    if run.exit_code not in owed.exits:
        found.append(f"exit code {run.exit_code}, owed is one of {owed.exits}")
    if owed.names and not any(name in run.output for name in owed.names):
        found.append(f"the output names none of {owed.names}")
    if owed.findings is not None and run.failures is not None and run.failures > owed.findings:
        found.append(f"{run.failures} failures, owed are at most {owed.findings}")
    if owed.no_writes and any(entry.method == "PUT" for entry in run.log):
        found.append("a PUT was sent")
    tokens = sum(entry.path == Server.token_path for entry in run.log)
    if owed.token_requests is not None and tokens > owed.token_requests:
        found.append(f"{tokens} requests to the token endpoint, owed are at most {owed.token_requests}")
    if owed.seconds and run.seconds > owed.seconds:
        found.append(f"{run.seconds:.0f} s, owed are at most {owed.seconds:.0f} s")
    return found


def left_behind(owed: Owed, run: Run) -> list[str]:
    """The settings that differ, where that is not owed or not named."""
    found = []
    for extension_id, name in differences(run.before, run.after):
        if name in owed.ignored_keys:
            continue
        place = f"{name} of extension {extension_id} is not as before"
        if owed.may_keep is not None and name not in owed.may_keep:
            found.append(place)
        elif run.exit_code != EXIT_LEFT or name not in run.output:
            found.append(f"{place}, and exit code {run.exit_code} does not name it")
    return found


def differences(before: States, after: States) -> list[tuple[str, str]]:
    """The extension and the key of every setting that differs; true and 1 are not the same."""
    return [
        (extension_id, name)
        for extension_id, settings in before.items()
        for name in sorted({*settings, *after[extension_id]})
        if repr(settings.get(name)) != repr(after[extension_id].get(name))
    ]
