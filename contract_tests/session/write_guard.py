"""The last check of a PUT before it is sent: the extension under test only, and no property that the mode excludes."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol
from urllib.parse import unquote, urlsplit

import requests

from contract_tests.contract.document import Contract
from contract_tests.contract.json_values import Settings, json_object
from contract_tests.errors import StoppedError
from contract_tests.target.target import Target


class Notes(Protocol):
    """Keeps what a PUT may change: a journal."""

    def note(self, names: Iterable[str]) -> None:
        """Write, before a request, which keys it may change.

        Raises:
            StoppedError: It cannot be written, so the request must not be sent.
        """


class WriteGuard:
    """Refuses a PUT that no step of a plan may hold, and writes the keys of any other to the journal.

    Attributes:
        journal: Takes the keys before the request is sent; None: nothing is noted.
    """

    def __init__(self, target: Target, contract: Contract, journal: Notes | None = None) -> None:
        self.journal = journal
        self._target = target
        self._base_path = unquote(urlsplit(target.base_url).path)
        self._known = contract.properties.keys()
        self._writable = {*target.writable(contract)}
        self._own = {contract.path_to(target.extension_id)}
        if target.me_extension_id == target.extension_id:
            self._own.add(contract.path_to("@me"))
        self._foreign = contract.path_to(target.foreign_extension_id) if target.foreign_extension_id else ""

    def __call__(self, request: requests.PreparedRequest) -> None:
        """Check a PUT, and note its keys.

        Raises:
            StoppedError: It must not be sent.
        """
        body = request.body.encode() if isinstance(request.body, str) else request.body or b""
        update = json_object(body) or {}
        if reason := self._why_refused(unquote(urlsplit(request.url or "").path), body, update):
            raise StoppedError(f"an error of the suite: a PUT {reason} was not sent")
        if self.journal:
            self.journal.note(update)

    def _why_refused(self, path: str, body: bytes, update: Settings) -> str:
        if not self._target.may_write:
            return "in a run that may only read"
        place = path.removeprefix(self._base_path)
        if place not in self._own and not self._is_harmless(place, body):
            return f"to {place}, which is not the extension under test,"
        excluded = [name for name in update if name in self._known and name not in self._writable]
        return f"with {', '.join(excluded)}, which may not be written," if excluded else ""

    def _is_harmless(self, place: str, body: bytes) -> bool:
        """Whether it asks for no change of another client's extension, whose owner is on this machine."""
        return self._target.is_loopback and place == self._foreign and body == b"{}"
