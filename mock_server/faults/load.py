# ruff: noqa: D102 (the class says what its one step does)
"""Load: faults that one client with one request at a time never sees. `make load` finds them."""

import asyncio
import time
from collections import OrderedDict
from typing import ClassVar

from starlette.requests import Request
from starlette.responses import Response

from mock_server.faults.catalogue import fault_under_load
from mock_server.phone import Phone, Properties
from mock_server.seed import Seed
from mock_server.storage import Storage

WORK = 0.005
"""Seconds that a request takes, so that requests overlap."""
AT_ONCE = 8
"""So many requests, or extensions, at once still work."""


@fault_under_load
class AnswersMixedUp(Phone):
    """Under load, GET answers another extension: all requests share one variable."""

    current = ""

    async def handle(self, request: Request, extension_id: str) -> Response:
        if request.method != "GET":
            return await super().handle(request, extension_id)
        self.current = extension_id
        await asyncio.sleep(WORK)
        return await super().handle(request, self.current)


@fault_under_load
class ChangesDroppedAtOnce(Phone):
    """Under load, a change is answered but not stored while more than 8 others are under way."""

    under_way = 0

    async def change(self, extension: str, update: Properties) -> tuple[Properties, Properties]:
        self.under_way += 1
        try:
            await asyncio.sleep(WORK)
            if self.under_way > AT_ONCE:
                before = self.read(extension)
                return before, self.merge(before, update)
            return await super().change(extension, update)
        finally:
            self.under_way -= 1


@fault_under_load
class ReplicaLags(Phone):
    """Under load, GET shows a change late: it reads a copy that lags while more than 8 extensions change at once."""

    LAG: ClassVar[int] = 100
    MAX_LAG: ClassVar[float] = 1.0

    def __init__(self, seed: Seed, storage: Storage) -> None:
        super().__init__(seed, storage)
        self.requests = 0
        self.changed: dict[str, tuple[int, float, Properties]] = {}

    async def handle(self, request: Request, extension_id: str) -> Response:
        self.requests += 1
        response = await super().handle(request, extension_id)
        if request.method != "GET" or response.status_code != 200 or extension_id not in self.changed:
            return response
        at, when, before = self.changed[extension_id]
        is_late = self.requests < at + self.LAG and time.monotonic() < when + self.MAX_LAG and self.is_busy()
        return self.respond(request, self.present(before)) if is_late else response

    async def change(self, extension: str, update: Properties) -> tuple[Properties, Properties]:
        before, after = await super().change(extension, update)
        self.changed[extension] = self.requests, time.monotonic(), before
        return before, after

    def is_busy(self) -> bool:
        """Whether more extensions changed in the last requests than the copy keeps up with."""
        return sum(self.requests < at + self.LAG for at, _, _ in self.changed.values()) > AT_ONCE


@fault_under_load
class CacheForgetsChanges(Phone):
    """Under load, a change is lost: the cache holds 64 extensions, and drops the oldest without storing it."""

    SIZE: ClassVar[int] = 64

    def __init__(self, seed: Seed, storage: Storage) -> None:
        super().__init__(seed, storage)
        self.cache: OrderedDict[str, Properties] = OrderedDict()

    def read(self, extension: str) -> Properties:
        if extension not in self.cache:
            self.store(extension, super().read(extension))
        self.cache.move_to_end(extension)
        return self.cache[extension]

    def store(self, extension: str, properties: Properties) -> None:
        self.cache[extension] = properties
        if len(self.cache) > self.SIZE:
            self.cache.popitem(last=False)
