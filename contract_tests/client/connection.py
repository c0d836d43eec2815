"""The way to one target, for whatever sends requests to it."""

from __future__ import annotations

import datetime
import threading
from collections.abc import Callable, Iterable
from dataclasses import replace
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

import requests

from contract_tests.client.request_budget import RequestBudget
from contract_tests.client.transport import BoundedSession, why
from contract_tests.errors import UsageError
from contract_tests.record.exchange import Exchange
from contract_tests.record.masking import SECRET
from contract_tests.record.step import Case
from contract_tests.target.credentials import Credentials
from contract_tests.target.target import TIMEOUT, Target, is_loopback

REPEATABLE = {"GET", "PUT", "HEAD"}
"""Methods of the suite whose requests may be repeated, whatever became of the first (RFC 9110, 9.2.2)."""
COLD_START = 15
"""Seconds to wait for the first response of a target, at the second try."""
CLIENT_REFUSED = {HTTPStatus.BAD_REQUEST, HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}
"""How a token endpoint tells that client id and secret are wrong (RFC 6749, 5.2, and a little more)."""


class Connection(BoundedSession):
    """A session within the limits, with the user's TLS files, and with a token that is renewed when it has to be.

    A request that carries a token of ours goes out with the one that is in use. If the answer is 401, or 403 to what
    worked before, and another token can be had, it is sent once more. Requests that carry none, or a wrong one, go out
    as they are.

    Attributes:
        limits: What is counted and limited, together with the other connections to the server.
        restores: Whether the requests restore original values, which are never refused.
        before_put: Is called with each PUT before it is sent; what it raises keeps the request from being sent.
    """

    def __init__(self, target: Target, limits: RequestBudget) -> None:
        super().__init__(connections=16)
        self.headers.update({**target.headers, **({"User-Agent": target.user_agent} if target.user_agent else {})})
        self._target = target
        self._credentials = target.credentials
        self._lock = threading.Lock()
        self._of_thread = threading.local()
        self._worked: set[tuple[str, str]] = set()
        self._is_403_final = False
        self._has_responded = False
        self._environments: dict[tuple[str, str], dict[str, Any]] = {}
        self.limits = limits
        self.restores = False
        self.before_put: Callable[[requests.PreparedRequest], None] = lambda _: None

    @property
    def sent_at(self) -> datetime.datetime:
        """When the last request of this thread went out, after all that it had to wait for."""
        sent_at: datetime.datetime = getattr(
            self._of_thread, "sent_at", datetime.datetime.min.replace(tzinfo=datetime.UTC)
        )
        return sent_at

    def send(self, request: requests.PreparedRequest, **options: Any) -> requests.Response:  # noqa: ANN401 - passed on
        """Send a request, by a new token where the old one is over.

        Raises:
            StoppedError: The limits are reached.
            requests.RequestException: No whole answer came.
        """
        if not self._credentials.carried_by(request.headers):
            return self._send(request, **options)
        self.refresh()
        token = self._authorize(request)
        response = self._send(request, **options)
        if self._may_be_over(response) and self._renew(token):
            self._authorize(request)
            refused, response = response, self._send(request, **options)
            # A new token is no remedy then, neither now nor later.
            self._is_403_final |= refused.status_code == response.status_code == HTTPStatus.FORBIDDEN
            if response.status_code == HTTPStatus.UNAUTHORIZED:
                self._credentials.was_useless()
        self._learn(response)
        return response

    def _may_be_over(self, response: requests.Response) -> bool:
        """Whether the token may be refused for its age: by 401, or by 403 where the same request worked before."""
        if response.status_code == HTTPStatus.FORBIDDEN:
            return not self._is_403_final and _kind(response) in self._worked
        return response.status_code == HTTPStatus.UNAUTHORIZED

    def _learn(self, response: requests.Response) -> None:
        if response.ok:
            self._worked.add(_kind(response))
        if response.status_code != HTTPStatus.UNAUTHORIZED:
            self._credentials.was_accepted()

    def _environment(self, origin: tuple[str, str]) -> dict[str, Any]:
        """The options of `requests` for TLS and proxies, read once for an origin.

        A file that the user named wins over REQUESTS_CA_BUNDLE, and that over the certificates of the system.
        """
        if origin not in self._environments:
            found = super().merge_environment_settings("://".join(origin), {}, None, None, None)
            tls = {"verify": self._target.ca_bundle or found["verify"], "cert": self._target.client_certificate}
            self._environments[origin] = {"proxies": found["proxies"], **tls}
        return self._environments[origin]

    def merge_environment_settings(self, url: Any, *_: Any) -> Any:  # noqa: ANN401 - as in `requests`
        """The options that `_attempt` uses anyway: to read them for each request would take longer than to send it."""
        return {"stream": True, **self._environment(_origin(url))}

    def authorise(self) -> None:
        """Ask the token endpoint where client id and secret are known; a token that was given stays in use.

        Raises:
            UsageError: There is no token: they get none, and none was given; or they are wrong.
            StoppedError: The limits are reached.
        """
        credentials = self._credentials
        if credentials.can_renew:
            given = credentials.token
            credentials.take(self._ask_for_token())
            # Used until the target refuses it: it may be a user's, with other rights.
            credentials.token = given or credentials.token
        is_client_refused = (
            credentials.refused and credentials.exchange and credentials.exchange.status in CLIENT_REFUSED
        )
        if not credentials.token or is_client_refused:
            raise UsageError(
                f"no token from {credentials.token_url}: {credentials.refused}; "
                "are the client id and secret right, and is --token-url?"
            )

    def refresh(self) -> None:
        """Get another token where the one in use is about to expire, or where there is none yet."""
        if self._credentials.is_expiring:
            self._renew(self._credentials.token)

    def _authorize(self, request: requests.PreparedRequest) -> str:
        token = self._credentials.token
        request.headers["Authorization"] = f"Bearer {token}"
        return token

    def _renew(self, over: str) -> bool:
        """Whether there is another token than the one that is over; of several threads, the first one asks for it."""
        with self._lock:
            if self._credentials.can_renew and self._credentials.token == over:
                self._credentials.take(self._ask_for_token())
            return self._credentials.token != over

    def _ask_for_token(self) -> Exchange:
        """The answer of the token endpoint; by HTTP Basic where that is what works."""
        credentials = self._credentials
        answer = self._send_for_token(credentials)
        if credentials.uses_basic or not credentials.may_want_basic(answer):
            return answer
        credentials.uses_basic = True
        other = self._send_for_token(credentials)
        credentials.uses_basic = credentials.issues_token(other)
        return other if credentials.uses_basic else answer

    def try_wrong_secret(self) -> Exchange | None:
        """The answer of the token endpoint to a wrong client secret; None where there is none to ask, or it was asked.

        Raises:
            StoppedError: The limits are reached.
        """
        credentials = self._credentials
        with self._lock:
            is_first, credentials.has_tried_wrong_secret = not credentials.has_tried_wrong_secret, True
        if not is_first or not credentials.can_renew:
            return None
        answer = self._send_for_token(credentials.with_wrong_secret())
        step = replace(answer.step, case=Case.wrong_secret, about="a wrong client secret")
        return credentials.for_record(replace(answer, step=step))

    def _send_for_token(self, credentials: Credentials) -> Exchange:
        step, own = credentials.request(), credentials.authorization()
        added = self._target.headers if _origin(step.path) == _origin(self._target.base_url) else {}
        recorded = {**step.headers, **dict.fromkeys(added, SECRET), **dict.fromkeys(own, f"Basic {SECRET}")}
        sent = {name: value for name, value in recorded.items() if value is not None}
        asked = Exchange(step, step.path, sent, 0, started=datetime.datetime.now(datetime.UTC).isoformat())
        # Not prepared by the session, which may have headers of its own.
        request = requests.Request(step.method, step.path, {**step.headers, **added, **own}, data=step.body).prepare()
        try:
            response = self._send(request, timeout=TIMEOUT)
        except requests.RequestException as error:
            return replace(asked, error=why(error))
        headers = {name.lower(): value for name, value in response.headers.items()}
        return replace(asked, status=response.status_code, headers=headers, body=response.content)

    def _send(self, request: requests.PreparedRequest, **options: Any) -> requests.Response:  # noqa: ANN401 - passed on
        """Send a request, and send it again where the target asks to come back in a moment."""
        if request.method == "PUT":
            self.before_put(request)
        response = self._first_attempt(request, **options)
        repeats = 0
        while self._may_repeat(request, response, repeats):
            with self.limits.repeating:
                response = self._attempt(request, **options)
            repeats += 1
        return response

    def _first_attempt(self, request: requests.PreparedRequest, **options: Any) -> requests.Response:  # noqa: ANN401
        """Send a request, once more with a longer timeout where the target may have to start first."""
        try:
            response = self._attempt(request, **options)
        except requests.ReadTimeout:
            if self._has_responded:
                raise
            response = self._attempt(request, **{**options, "timeout": max(COLD_START, options.get("timeout") or 0)})
        self._has_responded = True
        return response

    def _may_repeat(self, request: requests.PreparedRequest, response: requests.Response, repeats: int) -> bool:
        """Whether the same request goes out again: after a 429, by which nothing was done, whatever it is."""
        status = response.status_code
        is_harmless = request.method in REPEATABLE or request.url == self._credentials.token_url
        if status != HTTPStatus.TOO_MANY_REQUESTS and not is_harmless:
            return False
        return self.limits.may_repeat(status, response.headers, repeats, restores=self.restores)

    def _attempt(self, request: requests.PreparedRequest, **options: Any) -> requests.Response:  # noqa: ANN401 - passed on
        self.limits.before(restores=self.restores)
        if self._target.user_agent:  # other layers name one of their own
            request.headers["User-Agent"] = self._target.user_agent
        self._of_thread.sent_at = datetime.datetime.now(datetime.UTC)
        try:
            response = super().send(request, **{**options, **self._environment(_origin(request.url or ""))})
        except BaseException:
            self.limits.after()
            raise
        self.limits.after(response.status_code, response.headers)
        return response


def _kind(response: requests.Response) -> tuple[str, str]:
    """What a request is about: its method and its place."""
    url = urlsplit(response.request.url or "")
    return response.request.method or "", url.netloc + url.path


def _origin(url: str) -> tuple[str, str]:
    parts = urlsplit(url)
    return parts.scheme, parts.netloc


def unprotected(url: str) -> str:
    """A warning where a token would go through a network in the clear; empty where it does not."""
    parts = urlsplit(url)
    if parts.scheme != "http" or is_loopback(parts.hostname or ""):
        return ""
    return f"the token goes to {parts.netloc} by plain http: everybody on the way can read it; use https"


SHORT = "the token is too short to be hidden: where the server sends it back, records and reports show it"


def warnings(targets: Iterable[Target]) -> list[str]:
    """What a user should know before anything is sent to these targets, each once."""
    known = [*targets]
    urls = [url for target in known for url in (target.base_url, *target.credentials.renewed_at)]
    short = [SHORT for target in known if target.credentials.is_short]
    return [*dict.fromkeys([*filter(None, map(unprotected, urls)), *short])]
