"""The messages between the process that leads a run and its workers: texts of JSON, which hold any integer."""

from __future__ import annotations

import json
from collections.abc import Callable
from enum import StrEnum
from typing import Any, Protocol

from contract_tests.contract.json_values import Json


class Kind(StrEnum):
    """What a message says; each carries the id of the run."""

    # to a worker
    assign = "phone_assign"
    """These extensions are yours."""
    kept = "phone_kept"
    """The original values of this extension are on disk, or why they are not."""
    go = "phone_go"
    """All have begun: send requests."""
    end = "phone_end"
    """Finish your turns, restore, and report."""
    bye = "phone_bye"
    """Your report is here: quit."""
    # from a worker
    hello = "phone_hello"
    """I am here, for the run of this name."""
    keep = "phone_keep"
    """These are the original values of an extension."""
    began = "phone_began"
    """All original values are kept."""
    restored = "phone_restored"
    """This extension has its original values again."""
    counted = "phone_counted"
    """How it is going."""
    done = "phone_done"
    """This is my report."""


class Runner(Protocol):
    """What a runner of Locust offers for messages."""

    def send_message(self, msg_type: str, data: Any = None, client_id: str | None = None) -> None:  # noqa: ANN401
        """Send a message."""

    def register_message(self, msg_type: str, listener: Callable[..., None], concurrent: bool = False) -> None:
        """Call a function for each message of a type."""


def send(runner: Runner, kind: Kind, run: str, content: Json = None, to: str | None = None) -> None:
    """Send a message to a worker, or from a worker."""
    runner.send_message(kind, {"run": run, "content": json.dumps(content)}, to)


def receive(runner: Runner, kind: Kind, take: Callable[[str, str, Json], None]) -> None:
    """Call a function with each message of a kind: who sent it, in which run, and its content."""

    def listen(environment: object, msg: Any, **_: object) -> None:  # noqa: ANN401, ARG001 - as Locust calls it
        take(msg.node_id, str(msg.data["run"]), json.loads(msg.data["content"]))

    runner.register_message(kind, listen)
