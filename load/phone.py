"""One extension in a load run: its connection, its user, and its restore."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace

from contract_tests.client.client import Client
from contract_tests.contract import CONTRACT
from contract_tests.contract.json_values import Settings
from contract_tests.errors import StoppedError, UsageError, error_of_ours
from contract_tests.observe.observation import Observation
from contract_tests.observe.restorable import restorable_keys, unrestorable
from contract_tests.observe.restore import Restore
from contract_tests.plan import part
from contract_tests.record.exchange import Exchange
from contract_tests.record.har import Record
from contract_tests.record.step import Kind, Step
from contract_tests.session.first_look import first_look
from contract_tests.session.write_guard import WriteGuard
from contract_tests.target.target import Mode, Target

from .budget import LoadBudget
from .journals import Keeper
from .owner import Owner
from .tally import Tally
from .turns import Turn

Listener = Callable[[Exchange], None]
"""Is told of each response, for the statistics."""


class _OnDisk:
    """What the journal on disk says may change; nothing else may be sent."""

    def __init__(self, names: Collection[str]) -> None:
        self._names = {*names}

    def note(self, names: Iterable[str]) -> None:
        if unknown := {*names} - self._names:
            raise StoppedError(f"an error of the suite: {', '.join(sorted(unknown))} is not in the journal")


class Phone:
    """One extension, from its first look to its restore.

    Args:
        target: The extension, with access.
        budget: Shared by all extensions of a process.
        keeper: Keeps the original values.
        tally: Counts the judgements.
        timeout: Seconds to wait for a response.
        seed: Another one gives another order of requests.

    Attributes:
        error: Why it broke off; empty where it did not.
    """

    def __init__(
        self, target: Target, budget: LoadBudget, keeper: Keeper, tally: Tally, timeout: float, seed: int = 0
    ) -> None:
        self.target = target
        self.error = ""
        self._budget, self._keeper, self._tally, self._seed = budget, keeper, tally, seed
        self._client = Client(target, CONTRACT, timeout, budget)
        self._client.connection.before_put = WriteGuard(replace(target, mode=Mode.read), CONTRACT)
        self._original: Settings = {}
        self._allowed: Collection[str] = ()
        self._changes: Collection[str] = ()
        self._owner: Owner | None = None

    def begin(self) -> None:
        """Read the original values, and have them kept; nothing is written before."""
        with self._noting_errors():
            settings = first_look(self._client, self.target, CONTRACT)
            if settings is None:
                raise StoppedError(f"GET of extension {self.target.extension_id} shows no settings")
            target = replace(self.target, unrestorable=unrestorable(CONTRACT, settings))
            owner = Owner(CONTRACT, target, settings, self._seed)
            if target.may_write:
                self._prepare_to_write(target, settings, owner)
            self._owner = owner

    def _prepare_to_write(self, target: Target, settings: Settings, owner: Owner) -> None:
        opening = [] if target.is_loopback else _opening(target)
        written = {name for step in opening if step.method == "PUT" for name in step.update or {step.subject: None}}
        changes = {*owner.names, *(target.writable(CONTRACT) if written else ())}
        self._allowed = restorable_keys(target, CONTRACT, settings)
        self._keeper.keep(target.extension_id, settings, self._allowed, changes)
        self._original, self._changes = settings, changes
        self._client.connection.before_put = WriteGuard(target, CONTRACT, _OnDisk(changes))
        if opening:  # a phone in use: is what is sent back taken, and does nothing else change?
            Observation(CONTRACT, target, self._client, Record(target.redacted())).run(opening)

    def turn(self, listen: Listener) -> bool:
        """Send and judge one turn; false where there is none any more."""
        with self._noting_errors():
            if self._owner is None or self.error or self._budget.is_over:
                return False
            turn = self._owner.next()
            if not self._budget.may_begin(len(turn.puts) + 1):
                return False
            self._send(self._owner, turn, listen)
        return not self.error

    def _send(self, owner: Owner, turn: Turn, listen: Listener) -> None:
        try:
            puts = self._client.send_together(turn.puts) if len(turn.puts) > 1 else [*map(self._client.send, turn.puts)]
            read = self._client.send(turn.read)
        except BaseException:
            owner.forget()
            raise
        for exchange in (*puts, read):
            listen(exchange)
            if exchange.status == 401:
                self._client.stop_if_shut_out(exchange.status, exchange.headers)
        owner.take(turn, puts, read, self._tally)

    def end(self, listen: Listener) -> str:
        """Look whether all that was written is still there, then restore; returns what may not be restored, and why."""
        self._client.connection.restores = True  # from now on no limit keeps a request from being sent
        with self._noting_errors():
            if self._owner and not self.error:
                self._send(self._owner, self._owner.last(), listen)
        reason = self._restore()
        self._client.connection.close()
        return reason

    def _restore(self) -> str:
        if not self._changes:
            return ""
        id_ = self.target.extension_id
        try:
            reason = Restore(self._client, CONTRACT, id_, self._original, self._changes, self._allowed)()
        except Exception as error:
            reason = f"extension {id_} may NOT have its original values: {error_of_ours(error)}"
        if not reason:
            self._keeper.restored(id_)
        return reason

    @contextmanager
    def _noting_errors(self) -> Iterator[None]:
        """Note why the extension breaks off; that the run ends is no error."""
        try:
            yield
        except (StoppedError, UsageError) as error:
            self.error = "" if self._budget.is_over else str(error)
        except Exception as error:
            self.error = error_of_ours(error)


def _opening(target: Target) -> list[Step]:
    """The part of the plan that shows whether the original values can be restored."""
    steps = part(CONTRACT, target, 1, 2)
    identity = next(place for place, step in enumerate(steps) if step.kind is Kind.identity)
    return steps[: identity + 2]
