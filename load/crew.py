"""All extensions of one process."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from contract_tests.client.connection import Connection
from contract_tests.client.request_budget import RESERVE
from contract_tests.errors import StoppedError
from contract_tests.target.target import Target

from .budget import LoadBudget
from .journals import RESTORED_AT_ONCE, Keeper
from .phone import Listener, Phone
from .tally import Tally

T = TypeVar("T")
RESERVED = RESERVE + 1
"""Requests for each extension that are kept for the last read and the restore."""


class Crew:
    """The extensions of one process, which begin and end together.

    Args:
        targets: The extensions, with access, of one server.
        budget: The limits of this process.
        keeper: Keeps the original values.
        timeout: Seconds to wait for a response.
        seed: Another one gives another order of requests.
    """

    def __init__(
        self, targets: Sequence[Target], budget: LoadBudget, keeper: Keeper, timeout: float, seed: int = 0
    ) -> None:
        self.budget, self.tally = budget, Tally()
        self.phones = [Phone(target, budget, keeper, self.tally, timeout, seed) for target in targets]
        self._targets = targets
        budget.keep(RESERVED * len(targets))

    @property
    def errors(self) -> list[str]:
        """Why extensions broke off."""
        return [phone.error for phone in self.phones if phone.error]

    def begin(self) -> None:
        """Get a token and all original values, and have them kept; nothing is written to an extension before.

        Raises:
            UsageError: There is no token.
            StoppedError: The server cannot be reached, or the limits are reached.
        """
        with Connection(self._targets[0], self.budget) as connection:
            connection.authorise()
        self._each(Phone.begin)
        if self.errors and len(self.errors) == len(self.phones):
            raise StoppedError(self.errors[0])

    def end(self, listen: Listener) -> dict[str, str]:
        """Restore all extensions, after all users have left; returns what may not be restored, and why."""
        reasons = self._each(lambda phone: phone.end(listen))
        self.tally.finish()
        return {phone.target.extension_id: reason for phone, reason in zip(self.phones, reasons, strict=True) if reason}

    def _each(self, do: Callable[[Phone], T]) -> list[T]:
        with ThreadPoolExecutor(RESTORED_AT_ONCE) as pool:
            return [*pool.map(do, self.phones)]
