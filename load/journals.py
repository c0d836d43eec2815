"""The journals of all extensions, on the disk of the process that leads the run."""

from __future__ import annotations

import threading
from collections.abc import Collection, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Protocol

from contract_tests.client.client import Client
from contract_tests.client.request_budget import RequestBudget
from contract_tests.contract import CONTRACT
from contract_tests.contract.json_values import Settings
from contract_tests.errors import StoppedError, error_of_ours
from contract_tests.observe.journal import Journal
from contract_tests.observe.restore import Restore
from contract_tests.target.target import Target

RESTORED_AT_ONCE = 16
"""So many extensions are restored at the same time."""


class Keeper(Protocol):
    """Keeps original values, here or in another process."""

    def keep(self, extension_id: str, settings: Settings, allowed: Collection[str], names: Collection[str]) -> None:
        """Return once the original values, and what may be changed, are on disk.

        Raises:
            StoppedError: They are not, so nothing may be written.
        """

    def restored(self, extension_id: str) -> None:
        """Note that an extension has its original values again."""


class Journals:
    """Keeps the journals, and restores the extensions whose process is gone.

    Args:
        journals: By extension, each with the lock on it.
        targets: The extensions, with access.
        timeout: Seconds to wait for a response.
    """

    def __init__(self, journals: Mapping[str, Journal], targets: Iterable[Target], timeout: float) -> None:
        self._journals = journals
        self._targets = {target.extension_id: target for target in targets}
        self._timeout = timeout
        self._lock = threading.Lock()
        self._kept: dict[str, tuple[Settings, Collection[str], Collection[str]]] = {}

    @property
    def left(self) -> list[str]:
        """The extensions that may be changed."""
        return [*self._kept]

    def keep(self, extension_id: str, settings: Settings, allowed: Collection[str], names: Collection[str]) -> None:
        """See `Keeper`."""
        if extension_id not in self._journals or extension_id in self._kept:
            raise StoppedError(f"extension {extension_id} is not one that may be written to")
        journal = self._journals[extension_id]
        journal.begin(settings, allowed)
        journal.note(names)
        with self._lock:
            self._kept[extension_id] = settings, allowed, names

    def restored(self, extension_id: str) -> None:
        """See `Keeper`."""
        with self._lock:
            if self._kept.pop(extension_id, None):
                self._journals[extension_id].end()

    def restore(self, extension_ids: Iterable[str]) -> dict[str, str]:
        """Restore extensions; returns why they may not have their original values, by extension."""
        left = [id_ for id_ in extension_ids if id_ in self._kept]
        with ThreadPoolExecutor(RESTORED_AT_ONCE) as pool:
            reasons = dict(zip(left, pool.map(self._restore, left), strict=True))
        return {id_: reason for id_, reason in reasons.items() if reason}

    def _restore(self, extension_id: str) -> str:
        settings, allowed, names = self._kept[extension_id]
        target = replace(self._targets[extension_id])
        try:
            with Client(target, CONTRACT, self._timeout, RequestBudget()) as client:
                client.connection.restores = True
                client.connection.authorise()
                reason = Restore(client, CONTRACT, extension_id, settings, names, allowed)()
        except Exception as error:
            reason = f"extension {extension_id} may NOT have its original values: {_why(error)}"
        if not reason:
            self.restored(extension_id)
        return reason


def _why(error: Exception) -> str:
    return str(error) if isinstance(error, StoppedError) else error_of_ours(error)
