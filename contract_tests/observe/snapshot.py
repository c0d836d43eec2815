"""What an extension showed before the first write, on disk until it is proven to be back."""

from __future__ import annotations

import dataclasses
import datetime
import hashlib
import json
import os
import time
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path

from contract_tests.client.client import Client
from contract_tests.client.request_budget import again_at
from contract_tests.contract.document import Contract
from contract_tests.contract.json_values import Settings, encode
from contract_tests.record.step import Kind, Step
from contract_tests.target.target import Target

PREFIX = "snapshot-"
PAUSE = 1
"""Seconds before the settings are put back once more."""


class RestoreError(Exception):
    """The settings could not be put back; the message says what is left to do."""


@dataclass(frozen=True)
class Snapshot:
    """The settings of one extension, without any secret.

    Attributes:
        target: The redacted target, as the report shows it.
        settings: What GET showed.
        taken: ISO 8601.
    """

    target: Mapping[str, str]
    settings: Settings
    taken: str

    @classmethod
    def of(cls, target: Target, settings: Settings) -> Snapshot:
        """The snapshot of the extension under test."""
        return cls(target.redacted(), settings, datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"))

    @property
    def name(self) -> str:
        """The name of its file: one for each extension of each server."""
        server = hashlib.sha256(self.target["base_url"].encode()).hexdigest()[:8]
        return f"{PREFIX}{self.target['extension_id']}-{server}.json"

    def write(self, folder: Path) -> Path:
        """Write it so that it survives whatever happens next; readable by its owner only.

        Raises:
            OSError: The folder cannot be written to.
        """
        file, half = folder / self.name, folder / f".{self.name}"
        descriptor = os.open(half, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(json.dumps(dataclasses.asdict(self), indent=1).encode())
            stream.flush()
            os.fsync(stream.fileno())
        half.replace(file)
        directory = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(directory)
        finally:
            os.close(directory)
        return file

    def put_back(self, client: Client, contract: Contract) -> None:
        """Put the settings back in one PUT, and prove it by one GET; once more where the server stumbles over it.

        Raises:
            RestoreError: The server refused them, shows others afterwards, or does not answer.
        """
        client.connection.restores = True
        told, may_pass = self._attempt(client, contract)
        if told and may_pass:
            time.sleep(PAUSE)
            told, _ = self._attempt(client, contract)
        if told:
            raise RestoreError(told)

    def _attempt(self, client: Client, contract: Contract) -> tuple[str, bool]:
        """Why the settings are not known to be back, empty where they are; and whether that may be over in a moment.

        What GET shows decides, also where the PUT got no answer.
        """
        extension_id, path = self.target["extension_id"], contract.path_to(self.target["extension_id"])
        known = contract.known(self.settings)
        put = client.send(Step(Kind.put_back, "PUT", path, encode(known)))
        read = client.send(Step(Kind.read, "GET", path))
        is_there = bool(put.status or read.status)
        may_pass = is_there and any(not seen.status or seen.status >= 500 for seen in (put, read))
        shown = read.json_object if read.status == HTTPStatus.OK else None
        different = contract.differences(known, shown or {})
        if shown is not None and not different:
            return "", False
        if not (put.status and read.status):
            return f"extension {extension_id} may NOT be as it was found: {put.error or read.error}", may_pass
        names = f"GET answered {read.status}" if shown is None else ", ".join(different)
        told = f"extension {extension_id} is NOT as it was found (PUT answered {put.status}): {names}"
        return told + again_at(put.headers), may_pass


def read(file: Path) -> Snapshot:
    """Read a snapshot.

    Raises:
        RestoreError: The file is none.
    """
    try:
        snapshot = Snapshot(**json.loads(file.read_text(encoding="utf-8")))
        Target.of(snapshot.target)
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise RestoreError(f"{file} is no snapshot of this suite ({type(error).__name__})") from None
    return snapshot


def unfinished(folder: Path) -> list[Path]:
    """The files of the snapshots whose settings are not known to be back."""
    return sorted(folder.glob(f"{PREFIX}*.json"))
