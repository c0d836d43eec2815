"""A request as it was sent, and its response."""

from __future__ import annotations

import dataclasses
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from contract_tests.contract.json_values import Settings, json_object
from contract_tests.record.masking import SECRET, masked, masked_bytes
from contract_tests.record.step import Step

ADDED_BY_CURL = {"User-Agent", "Accept", "Accept-Encoding", "Connection", "Content-Length"}


@dataclass(frozen=True)
class Exchange:
    """A step, the request as it was sent (secrets masked), and the answer; status 0 where there was none.

    Attributes:
        step: Of the plan.
        url: Where it went.
        sent_headers: What the request carried.
        status: The status code of the answer.
        headers: Of the answer, names in lower case.
        body: Of the answer.
        error: Why there was no answer.
        started: ISO 8601.
        milliseconds: From sending to the last byte.
        dropped: How often the connection ended without an answer before this one.
        has_shown_secrets: Whether the body of the answer held a secret, which is masked now.
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
    has_shown_secrets: bool = False

    @property
    def is_success(self) -> bool:
        """Whether the status code is a 2xx."""
        return 200 <= self.status < 300

    @cached_property
    def shown(self) -> Settings | None:
        """The JSON object of the answer, if it is one."""
        return json_object(self.body)

    def sent(self, most: int = 400) -> str:
        """The request in one line."""
        content = (self.step.body or b"").decode("utf-8", "backslashreplace")
        return f"{self.step.method} {self.url} {_shortened(content, most)}".strip()

    def got(self, most: int = 400) -> str:
        """The answer in one line."""
        if not self.status:
            return f"no answer ({self.error})"
        return f"{self.status} {_shortened(self.body.decode('utf-8', 'backslashreplace'), most)}".strip()

    def curl(self) -> str:
        """A command that sends the request again; the token is a shell variable."""
        words = ["curl", "-X", self.step.method] if self.step.method != "HEAD" else ["curl", "--head"]
        for name, value in self.sent_headers.items():
            if name not in ADDED_BY_CURL:
                words += ["-H", f"{name}: {value}"]
        if self.step.body is not None:
            text = self.step.body.decode("utf-8", "backslashreplace")
            words += ["--data-binary", _shortened(text, 2000)]
        line = shlex.join([*words, self.url])
        return line.replace(f"'Authorization: Bearer {SECRET}'", '"Authorization: Bearer $TOKEN"')

    def masked(self, secrets: Sequence[str]) -> Exchange:
        """The same without secrets, in whatever part of it they stand."""

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
            has_shown_secrets=received != self.body,
        )


def _shortened(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[:most]}… ({len(text):,} characters)"
