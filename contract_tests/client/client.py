"""The connection to the target."""

from __future__ import annotations

import dataclasses
import datetime
import resource
import sys
import threading
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from http import HTTPStatus
from types import TracebackType
from typing import Any, NoReturn, Self

import requests
from requests.structures import CaseInsensitiveDict

from contract_tests.client.connection import REPEATABLE, Connection
from contract_tests.client.request_budget import RequestBudget, again_at
from contract_tests.client.transport import why
from contract_tests.contract.document import Contract
from contract_tests.contract.json_values import Json, encode
from contract_tests.errors import StoppedError
from contract_tests.record.exchange import Exchange
from contract_tests.record.masking import SECRET
from contract_tests.record.step import Kind, Step
from contract_tests.target.credentials import wrong_tokens
from contract_tests.target.target import TIMEOUT, Target

MAX_LOST = 60
"""So many seconds may be lost, in all, on requests that get no answer."""
MAX_MEMORY = 250 * 2**20
"""Bytes by which the answers of a target may make this process grow."""


class Client:
    """Sends the steps of a plan over one connection, and ends the run where nothing can be judged."""

    def __init__(
        self,
        target: Target,
        contract: Contract,
        timeout: float = TIMEOUT,
        limits: RequestBudget | None = None,
    ) -> None:
        self._contract = contract
        self._target = target
        self._timeout = timeout
        self._lost = 0.0
        self._masking = threading.Lock()
        self._taken = 0
        self.connection = Connection(target, limits or RequestBudget())
        self._headers = dict(self.connection.headers)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.connection.close()

    def send(self, step: Step) -> Exchange:
        """Send a step of the plan, whatever comes back; secrets are masked in what is returned.

        Twice where the connection ended without an answer: a server may close one that it kept open, and GET and PUT
        may be repeated (RFC 9112, 9.3.1). The exchange tells of that.
        """
        exchange = self._send(step)
        is_dropped = exchange.error.partition(" ")[0] == requests.ConnectionError.__name__
        if is_dropped and step.method in REPEATABLE:
            exchange = dataclasses.replace(self._send(step), dropped=1)
        return exchange

    def _send(self, step: Step) -> Exchange:
        url = self._target.base_url + step.path
        started = datetime.datetime.now(datetime.UTC)
        memory = peak_memory()
        request: requests.PreparedRequest | None = None
        answer: dict[str, Json]
        try:
            request = self._prepared(step, url)
            response = self.connection.send(request, timeout=self._timeout)
        except StoppedError:
            raise
        except Exception as error:
            answer = {"status": 0, "error": why(error)}
        else:
            received = {name.lower(): value for name, value in response.headers.items()}
            answer = {"status": response.status_code, "headers": received, "body": response.content}
        started = max(started, self.connection.sent_at)  # what it had to wait for is not the target's time
        spent = (datetime.datetime.now(datetime.UTC) - started).total_seconds()
        self._lost += 0 if answer["status"] else spent
        with self._masking:  # it takes several times the memory of an answer: one at a time
            exchange = Exchange(
                step=step,
                url=url,
                sent_headers={} if request is None else self._shown(request.headers),
                started=started.isoformat(timespec="milliseconds"),
                milliseconds=round(spent * 1000, 3),
                **answer,
            ).masked(self._target.credentials.secrets)
            _ = exchange.json_object  # what it takes is taken now
        self._stop_if_too_large(peak_memory() - memory)
        return exchange

    def _stop_if_too_large(self, taken: int) -> None:
        self._taken += taken  # by answers alone: the fuzz layer and its libraries take memory of their own
        if self._taken > MAX_MEMORY and not self.connection.restores:
            self.stop(f"the target's answers are too large: they take more than {MAX_MEMORY // 2**20} MiB of memory")

    def _shown(self, headers: Mapping[str, str]) -> dict[str, str]:
        """The headers of a request, without the token and the values that the user added: they may be short."""
        added = {name.lower() for name in self._target.headers}
        shown = {name: SECRET if name.lower() in added else value for name, value in headers.items()}
        if "Authorization" in shown:
            shown["Authorization"] = self._target.credentials.shown(shown["Authorization"])
        return shown

    def _prepared(self, step: Step, url: str) -> requests.PreparedRequest:
        token = self._target.credentials.token
        wrong = dict(zip(("token_changed", "token_cut"), wrong_tokens(token), strict=True))
        headers: dict[str, Any] = {**self._headers, "Authorization": f"Bearer {token}"}
        headers |= {} if step.body is None else {"Content-Type": "application/json"}
        headers |= {name: value and value.format(token=token, **wrong) for name, value in step.headers.items()}
        # Not by the session: it would check the same URL and the same headers each time.
        request = requests.PreparedRequest()
        request.method, request.url = step.method, _as_sent(url)
        request.headers = CaseInsensitiveDict({name: value for name, value in headers.items() if value is not None})
        request.prepare_body(step.body, None)
        return request

    def send_together(self, steps: Sequence[Step]) -> list[Exchange]:
        """Send several steps at the same time, over as many connections."""
        with ThreadPoolExecutor(len(steps)) as pool:
            return [*pool.map(self.send, steps)]

    def get(self, extension_id: str) -> Exchange:
        """GET an extension, by its id or `@me`.

        Raises:
            StoppedError: The target lets this token do nothing further.
        """
        return self._ask(Step(Kind.read, "GET", self._contract.path_to(extension_id)))

    def put(self, extension_id: str, update: Json) -> Exchange:
        """PUT an update to an extension.

        Raises:
            StoppedError: The target lets this token do nothing further.
        """
        return self._ask(Step(Kind.change, "PUT", self._contract.path_to(extension_id), encode(update)))

    def stop_if_shut_out(self, status: int, headers: Mapping[str, str]) -> None:
        """End the run where the target answers 401 or 429: with this token it will answer nothing else for a while."""
        credentials = self._target.credentials
        if status == HTTPStatus.UNAUTHORIZED:
            refused = credentials.refused and f", and {credentials.token_url} gave no other ({credentials.refused})"
            self.stop(f"the target answered 401: the token is no longer accepted{refused}")
        if status == HTTPStatus.TOO_MANY_REQUESTS:
            self.stop(self.connection.limits.spent or f"the target answered 429{again_at(headers)}")

    def stop_unless_reachable(self, after: str = "") -> Exchange:
        """GET the extension under test; end the run where that gets no answer, since nothing can be judged then."""
        exchange = self.send(Step(Kind.read, "GET", self._contract.path_to(self._target.extension_id)))
        if not exchange.status:
            self.stop(f"{exchange.url} cannot be reached: {exchange.error}{after}")
        if self._lost > MAX_LOST:
            self.stop(f"more than {MAX_LOST} s were lost on requests that got no answer{after}")
        return exchange

    def stop(self, message: str) -> NoReturn:
        """End the run with an error that is not the provider's fault."""
        raise StoppedError(message)

    def _ask(self, step: Step) -> Exchange:
        exchange = self.send(step)
        if not exchange.status:
            self.stop(f"no answer in a sequence of requests: {exchange.error}")
        self.stop_if_shut_out(exchange.status, exchange.headers)
        return exchange


@lru_cache(maxsize=64)
def _as_sent(url: str) -> str | None:
    return requests.Request("GET", url).prepare().url


def peak_memory() -> int:
    """The most memory that this process has taken so far, in bytes."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 2**10
