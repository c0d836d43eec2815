"""Plain requests to the target, for what is not fuzzing."""

from __future__ import annotations

from http import HTTPStatus
from types import TracebackType
from typing import NoReturn, Self

import requests
from requests.adapters import HTTPAdapter
from urllib3.util import Retry

from contract_tests.contract import Contract, Json, Settings, json_object
from contract_tests.results import Results
from contract_tests.target import TIMEOUT, Target


def is_success(response: requests.Response) -> bool:
    """Whether the status code is a 2xx; `response.ok` is true for redirects as well."""
    return 200 <= response.status_code < 300


class RestoreError(Exception):
    """The settings could not be put back."""


class StoppedError(Exception):
    """Nothing further can be judged."""


class Client:
    """One connection with the target's token; counts what it sends, and ends the run where nothing can be judged."""

    def __init__(self, target: Target, contract: Contract, results: Results) -> None:
        self._results = results
        self._extension_id = target.extension_id
        self._contract = contract
        self._url = target.base_url + contract.resource_path
        self._session = requests.Session()
        # Once more, since a server may have closed a connection that was idle; GET and PUT may be repeated.
        once_more = Retry(connect=0, read=1, redirect=0, status=0, other=0, respect_retry_after_header=False)
        for scheme in ("http://", "https://"):
            self._session.mount(scheme, HTTPAdapter(max_retries=once_more))
        self._session.headers["Authorization"] = f"Bearer {target.token}"

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._session.close()

    def get(self, extension_id: str) -> requests.Response:
        """GET an extension, by its id or `@me`."""
        return self._ask("GET", extension_id, None)

    def put(self, extension_id: str, update: Json) -> requests.Response:
        """PUT an update to an extension."""
        return self._ask("PUT", extension_id, update)

    def restore(self, extension_id: str, settings: Settings) -> None:
        """Put settings back and read them.

        Raises:
            RestoreError: The server refused them, or shows others afterwards.
        """
        known = self._contract.known(settings)
        try:
            status = self._send("PUT", extension_id, known).status_code
            answer = self._send("GET", extension_id, None)
        except requests.RequestException as error:
            raise RestoreError(f"extension {extension_id} may NOT be as it was found: {type(error).__name__}") from None
        shown = json_object(answer.content) if answer.status_code == 200 else None
        different = self._contract.differences(known, shown or {})
        if different:
            raise RestoreError(
                f"extension {extension_id} is NOT as it was found (PUT answered {status}): {', '.join(different)}"
            )

    def stop_if_shut_out(self, status: int) -> None:
        """End the run where the target answers 401 or 429: with this token it will answer nothing else for a while."""
        if status == HTTPStatus.UNAUTHORIZED:
            self.stop(
                "the target answered 401: the token is no longer accepted, and what was not reached is not judged"
            )
        if status == HTTPStatus.TOO_MANY_REQUESTS:
            self.stop("the target answered 429: its request budget is used up, and what was not reached is not judged")

    def stop_unless_reachable(self, after: str = "") -> requests.Response:
        """GET the extension under test; end the run where that gets no answer, since nothing can be judged then."""
        try:
            return self._send("GET", self._extension_id, None)
        except requests.RequestException as error:
            self.stop(f"{self._url} cannot be reached: {type(error).__name__}{after}")

    def stop(self, message: str) -> NoReturn:
        """End the run with an error that is not the provider's fault."""
        self._results.error = message
        raise StoppedError(message)

    def _ask(self, method: str, extension_id: str, body: Json) -> requests.Response:
        response = self._send(method, extension_id, body)
        self.stop_if_shut_out(response.status_code)
        return response

    def _send(self, method: str, extension_id: str, body: Json) -> requests.Response:
        self._results.requests += 1
        url = self._url.replace("{extension_id}", extension_id)
        return self._session.request(method, url, json=body, timeout=TIMEOUT, allow_redirects=False)
