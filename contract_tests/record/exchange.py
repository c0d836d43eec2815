"""A request as it was sent, and its response."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import cast

from contract_tests.contract.json_values import Settings, json_object
from contract_tests.record import shell
from contract_tests.record.bodies import PackedBytes
from contract_tests.record.masking import SECRET, SHORT, masked, masked_bytes, masked_headers
from contract_tests.record.step import Case, Step
from contract_tests.record.text import excerpt, visible

ADDED_BY_CURL = {"user-agent", "accept-encoding", "connection", "content-length"}
MAX_IN_LINE = 2000
"""Bytes of a body that stands in a command; a longer one is read from a file."""
MAX_CHARACTERS = 400
"""Of a body in one line."""
_BEARER = f"Bearer {SECRET}"
_HEADER_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
"""RFC 9110, 5.6.2; anything else may mean something to curl, such as a file to read headers from."""


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
    body: bytes = cast(bytes, PackedBytes())
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
        """Whether it is a success with a JSON object."""
        return self.is_success and self.json_object is not None

    @cached_property
    def json_object(self) -> Settings | None:
        """The JSON object that the response holds, if it does."""
        return json_object(self.body)

    def sent(self, around: str = "") -> str:
        """The request in one line; of a long body the part in which `around` stands."""
        return f"{self.step.method} {visible(self.url)} {_in_line(self.step.body or b'', around)}".strip()

    def got(self, around: str = "") -> str:
        """The answer in one line; of a long body the part in which `around` stands."""
        if not self.status:
            return f"no answer ({visible(self.error)})"
        return f"{self.status} {_in_line(self.body, around)}".strip()

    @property
    def has_long_body(self) -> bool:
        """Whether the body is too long for a command, or no argument can hold it."""
        body = self.step.body
        return body is not None and (len(body) > MAX_IN_LINE or b"\0" in body)

    def curl(self, file: str = "") -> str:
        """A command that sends the request again, in one line; the token is a shell variable.

        It does nothing else, whatever a server, or a record from elsewhere, put into the request. A long body comes
        from a file: without that file the shell refuses to run the line.

        Args:
            file: Where a long body stands; empty where it is in no file.
        """
        return " ".join([self._curl_without_body, *self._curl_body(file)])

    @cached_property
    def _curl_without_body(self) -> str:
        """The command up to the body; findings of one exchange share it."""
        method = ["-X", shell.word(self.step.method)] if self.step.method != "HEAD" else ["--head"]
        return " ".join(["curl", *method, *self._curl_headers(), *self._curl_url()])

    def _curl_url(self) -> Iterator[str]:
        if set("[]{}") & set(self.url):
            yield "--globoff"  # else curl sends several requests for `[1-9]` and `{a,b}`
        yield f"--url {_word(self.url)}" if self.url.startswith("-") else _word(self.url)

    def _curl_headers(self) -> Iterator[str]:
        names = {name.lower() for name in self.sent_headers}
        for name, value in self.sent_headers.items():
            is_default = name.lower() in ADDED_BY_CURL or (name.lower(), value) == ("accept", "*/*")
            if is_default or not _HEADER_NAME.fullmatch(name):
                continue
            if (name.lower(), value) == ("authorization", _BEARER):
                yield '-H "Authorization: Bearer $TOKEN"'
            else:  # `name;` is how curl sends an empty value
                yield f"-H {_word(f'{name}: {value}' if value else f'{name};')}"
        if self.step.body is not None and "content-type" not in names:
            yield "-H Content-Type:"  # else curl names a form

    def _curl_body(self, file: str) -> Iterator[str]:
        body = self.step.body
        if body is None:
            return
        if self.has_long_body:
            yield f"--data-binary @- < {file or f'FILE_WITH_THE_{len(body)}_BYTES_OF_THE_BODY'}"
        else:  # not --data-binary, which reads the file that an `@` names
            yield f"--data-raw {shell.word(body)}"

    def masked(self, secrets: Sequence[str]) -> Exchange:
        """The same without secrets, in every part of it."""
        received, step = masked_bytes(self.body, secrets), self.step
        if step.body is not None:
            # The megabyte repeats what it begins with, and to look through it would take longer than to send it.
            looked_at = step.body[:SHORT] if step.case is Case.large_body else step.body
            if masked_bytes(looked_at, secrets) != looked_at:
                step = dataclasses.replace(step, body=masked_bytes(step.body, secrets))
        cookie = {"set-cookie": SECRET} if "set-cookie" in self.headers else {}
        return dataclasses.replace(
            self,
            step=step,
            sent_headers=masked_headers(self.sent_headers, secrets),
            headers={**masked_headers(self.headers, secrets), **cookie},
            body=received,
            error=masked(self.error, secrets),
            held_secrets=received != self.body,
        )


def _word(text: str) -> str:
    """A word of a command; a NUL, which none holds, is left to be seen."""
    return shell.word(text.replace("\0", "\\x00"))


def _in_line(content: bytes, around: str) -> str:
    text = content.decode("utf-8", "backslashreplace")
    return visible(excerpt(text, max(0, text.find(around)), MAX_CHARACTERS))


def shortened(text: str, limit: int) -> str:
    """A text; of one with more characters than the limit, the beginning and the length."""
    return text if len(text) <= limit else f"{text[:limit]}… ({len(text):,} characters)"
