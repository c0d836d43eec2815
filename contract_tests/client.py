"""The connection to the target."""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from http import HTTPStatus
from http.cookiejar import DefaultCookiePolicy
from types import TracebackType
from typing import NoReturn, Self

import requests

from contract_tests.contract import Contract, Json
from contract_tests.plan.changes import encode
from contract_tests.record import Exchange, Kind, Step
from contract_tests.results import Results
from contract_tests.target import TIMEOUT, Target
from contract_tests.transport import BoundedSession, why

REPEATABLE = {"GET", "PUT", "HEAD"}
MOST_LOST = 60
"""So many seconds may be lost, in all, on requests that get no answer."""


class StoppedError(Exception):
    """Nothing further can be judged."""


class Client:
    """One connection with the target's token; counts what it sends, and ends the run where nothing can be judged."""

    def __init__(self, target: Target, contract: Contract, results: Results, timeout: float = TIMEOUT) -> None:
        self._results = results
        self._contract = contract
        self._target = target
        self._timeout = timeout
        token = target.token
        self._tokens = {"token": token, "token_changed": f"{token[:-1]}{'a' if token[-1:] != 'a' else 'b'}"}
        self._tokens["token_cut"] = token[:-1]  # last, since it stands in the others
        self._lost = 0.0
        self._session = BoundedSession(connections=16)
        # A session of the server would let requests in that carry no token.
        self._session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        self._session.headers["Authorization"] = f"Bearer {target.token}"

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._session.close()

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
        headers: dict[str, str | None] = {} if step.body is None else {"Content-Type": "application/json"}
        headers |= {name: value and value.format_map(self._tokens) for name, value in step.headers.items()}
        url = self._target.base_url + step.path
        self._results.requests += 1
        started = datetime.datetime.now(datetime.UTC)
        request: requests.PreparedRequest | None = None
        answer: dict[str, Json]
        try:
            # A header of the session that is None here is left out.
            request = self._session.prepare_request(requests.Request(step.method, url, headers, data=step.body))
            response, body = self._session.exchange(request, self._timeout)
        except Exception as error:
            answer = {"status": 0, "error": why(error)}
        else:
            received = {name.lower(): value for name, value in response.headers.items()}
            answer = {"status": response.status_code, "headers": received, "body": body}
        spent = (datetime.datetime.now(datetime.UTC) - started).total_seconds()
        self._lost += 0 if answer["status"] else spent
        return Exchange(
            step=step,
            url=url,
            sent_headers={} if request is None else dict(request.headers),
            started=started.isoformat(timespec="milliseconds"),
            milliseconds=round(spent * 1000, 3),
            **answer,
        ).masked([token for token in self._tokens.values() if token])

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

    def stop_if_shut_out(self, status: int) -> None:
        """End the run where the target answers 401 or 429: with this token it will answer nothing else for a while."""
        if status == HTTPStatus.UNAUTHORIZED:
            self.stop(
                "the target answered 401: the token is no longer accepted, and what was not reached is not judged"
            )
        if status == HTTPStatus.TOO_MANY_REQUESTS:
            self.stop("the target answered 429: its request budget is used up, and what was not reached is not judged")

    def stop_unless_reachable(self, after: str = "") -> Exchange:
        """GET the extension under test; end the run where that gets no answer, since nothing can be judged then."""
        exchange = self.send(Step(Kind.read, "GET", self._contract.path_to(self._target.extension_id)))
        if not exchange.status:
            self.stop(f"{exchange.url} cannot be reached: {exchange.error}{after}")
        if self._lost > MOST_LOST:
            self.stop(f"more than {MOST_LOST} s were lost on requests that got no answer{after}")
        return exchange

    def stop(self, message: str) -> NoReturn:
        """End the run with an error that is not the provider's fault."""
        self._results.error = message
        raise StoppedError(message)

    def _ask(self, step: Step) -> Exchange:
        exchange = self.send(step)
        if not exchange.status:
            self.stop(f"no answer in a sequence of requests: {exchange.error}")
        self.stop_if_shut_out(exchange.status)
        return exchange
