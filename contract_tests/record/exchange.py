"""A request as it was sent, and its response."""

from __future__ import annotations

import dataclasses
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from http import HTTPStatus

from contract_tests.contract.json_values import Settings, json_object
from contract_tests.record.masking import SECRET, masked, masked_bytes
from contract_tests.record.step import Step

ADDED_BY_CURL = {"User-Agent", "Accept", "Accept-Encoding", "Connection", "Content-Length"}


@dataclass(frozen=True)
class Exchange:
    """A step, the request as it was sent (secrets masked), and the response; status 0 where there was none.

    Attributes:
        step: The step of the plan.
        url: The URL of the request.
        sent_headers: The headers of the request.
        status: The status code of the response.
        headers: The headers of the response, with names in lower case.
        body: The body of the response.
        error: Why there was no response.
        started: When the request was sent, in ISO 8601.
        milliseconds: From sending to the last byte.
        dropped: How often the connection ended without a response before this one.
        held_secrets: Whether the body of the response held a secret, which is masked now.
    """

    step: Step
    url: str
    sent_headers: Mapping[str, str]
    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    error: str = ""
    started: str = ""
    milliseconds: float = 0.0
    dropped: int = 0
    held_secrets: bool = False

    @property
    def is_success(self) -> bool:
        """Whether the status code is a 2xx."""
        return 200 <= self.status < 300

    @property
    def shows_settings(self) -> bool:
        """Whether it is a 200 with a JSON object."""
        return self.status == HTTPStatus.OK and self.json_object is not None

    @cached_property
    def json_object(self) -> Settings | None:
        """The JSON object that the response holds, if it does."""
        return json_object(self.body)

    def sent(self, limit: int = 400) -> str:
        """The request in one line."""
        content = (self.step.body or b"").decode("utf-8", "backslashreplace")
        return f"{self.step.method} {self.url} {shortened(content, limit)}".strip()

    def got(self, limit: int = 400) -> str:
        """The response in one line."""
        if not self.status:
            return f"no answer ({self.error})"
        return f"{self.status} {shortened(self.body.decode('utf-8', 'backslashreplace'), limit)}".strip()

    def curl(self) -> str:
        """A command that sends the request again; the token is a shell variable."""
        words = ["curl", "-X", self.step.method] if self.step.method != "HEAD" else ["curl", "--head"]
        for name, value in self.sent_headers.items():
            if name not in ADDED_BY_CURL:
                words += ["-H", f"{name}: {value}"]
        if self.step.body is not None:
            text = self.step.body.decode("utf-8", "backslashreplace")
            words += ["--data-binary", shortened(text, 2000)]
        line = shlex.join([*words, self.url])
        return line.replace(f"'Authorization: Bearer {SECRET}'", '"Authorization: Bearer $TOKEN"')

    def masked(self, secrets: Sequence[str]) -> Exchange:
        """The same without secrets, in every part of it."""

        def masks(headers: Mapping[str, str]) -> dict[str, str]:
            return {masked(name, secrets): masked(value, secrets) for name, value in headers.items()}

        sent, received = self.step.body, masked_bytes(self.body, secrets)
        step = dataclasses.replace(self.step, body=None if sent is None else masked_bytes(sent, secrets))
        cookie = {"set-cookie": SECRET} if "set-cookie" in self.headers else {}
        return dataclasses.replace(
            self,
            step=step,
            sent_headers=masks(self.sent_headers),
            headers={**masks(self.headers), **cookie},
            body=received,
            error=masked(self.error, secrets),
            held_secrets=received != self.body,
        )


def shortened(text: str, limit: int) -> str:
    """A text; of one with more characters than the limit, the beginning and the length."""
    return text if len(text) <= limit else f"{text[:limit]}… ({len(text):,} characters)"
