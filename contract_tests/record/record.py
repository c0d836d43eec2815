"""What was sent and what came back, in memory and as a HAR 1.2 file that is complete after every exchange."""

from __future__ import annotations

import base64
import dataclasses
import json
import shlex
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO, Self

from contract_tests.contract.document import Json, Settings, json_object
from contract_tests.record.masking import SECRET, masked, masked_bytes

ADDED_BY_CURL = {"User-Agent", "Accept", "Accept-Encoding", "Connection", "Content-Length"}
_TAIL = b"\n]}}\n"


class Kind(StrEnum):
    """Why a request is sent."""

    token = "token"  # noqa: S105
    read = "read"
    identity = "identity"
    change = "change"
    repeat = "repeat"
    concurrent = "concurrent"
    invalid = "invalid"
    mixed = "mixed"
    put_back = "put_back"
    body = "body"
    credentials = "credentials"
    address = "address"
    method = "method"
    question = "question"


@dataclass(frozen=True)
class Step:
    """A request of the plan.

    Attributes:
        kind: Why it is sent.
        method: The HTTP method.
        path: Below the base URL; a full URL for the token endpoint.
        body: As it goes over the wire.
        headers: On top of the bearer token and, with a body, `Content-Type: application/json`; None leaves one out.
        subject: The property under test, if it is one.
        case: What is special about it, in words.
        together: Steps with the same number above 0 are sent at once.
    """

    kind: Kind
    method: str
    path: str
    body: bytes | None = None
    headers: Mapping[str, str | None] = field(default_factory=dict)
    subject: str = ""
    case: str = ""
    together: int = 0

    @cached_property
    def update(self) -> Settings | None:
        """The JSON object that the body holds, if it does."""
        return json_object(self.body)


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


class Record:
    """The exchanges of a run with one target, in the order in which they were sent."""

    def __init__(self, target: Mapping[str, str], exchanges: Sequence[Exchange] = ()) -> None:
        self.target = target
        self.exchanges: list[Exchange] = list(exchanges)
        self._file: BinaryIO | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._file:
            self._file.close()

    def __iter__(self) -> Iterator[Exchange]:
        return iter(self.exchanges)

    def of(self, *kinds: Kind) -> list[Exchange]:
        """The exchanges of these kinds."""
        return [exchange for exchange in self.exchanges if exchange.step.kind in kinds]

    def write_to(self, path: Path) -> Self:
        """Keep the record in a file from now on."""
        log = {"version": "1.2", "creator": {"name": "contract_tests", "version": "1"}, "_target": dict(self.target)}
        head = json.dumps({"log": log}, indent=1).removesuffix("\n }\n}")
        self._file = path.open("wb")
        self._file.write(f'{head},\n  "entries": ['.encode() + _TAIL)
        self._file.flush()
        return self

    def append(self, exchange: Exchange) -> None:
        """Add an exchange; the file is a complete HAR document afterwards."""
        self.exchanges.append(exchange)
        if self._file:
            self._file.seek(-len(_TAIL), 2)
            separator = b"" if len(self.exchanges) == 1 else b","
            self._file.write(separator + b"\n" + json.dumps(as_entry(exchange)).encode() + _TAIL)
            self._file.flush()

    @classmethod
    def read(cls, path: Path) -> Record:
        """Read a HAR file that a run wrote.

        Raises:
            ValueError: It is not one.
            OSError: It cannot be read.
        """
        try:
            log = json.loads(path.read_text(encoding="utf-8"))["log"]
            return cls(dict(log["_target"]), [from_entry(entry) for entry in log["entries"]])
        except (KeyError, TypeError, AttributeError, ValueError, RecursionError) as error:
            raise ValueError(f"{type(error).__name__}: {error}") from None


def _shortened(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[:most]}… ({len(text):,} characters)"


def as_entry(exchange: Exchange) -> Json:
    """An exchange as an entry of a HAR file."""
    step = exchange.step
    request: dict[str, Json] = {
        "method": step.method,
        "url": exchange.url,
        "httpVersion": "HTTP/1.1",
        "cookies": [],
        "headers": _pairs(exchange.sent_headers),
        "queryString": [],
        "headersSize": -1,
        "bodySize": len(step.body or b""),
    }
    if step.body is not None:
        media_type = exchange.sent_headers.get("Content-Type", "")
        request["postData"] = {"mimeType": media_type, **_text(step.body, "_encoding")}
    return {
        "startedDateTime": exchange.started,
        "time": exchange.milliseconds,
        "request": request,
        "response": {
            "status": exchange.status,
            "statusText": "",
            "httpVersion": "HTTP/1.1",
            "cookies": [],
            "headers": _pairs(exchange.headers),
            "content": {
                "size": len(exchange.body),
                "mimeType": exchange.headers.get("content-type", ""),
                **_text(exchange.body, "encoding"),
            },
            "redirectURL": exchange.headers.get("location", ""),
            "headersSize": -1,
            "bodySize": len(exchange.body),
            "_error": exchange.error,
            "_dropped": exchange.dropped,
        },
        "cache": {},
        "timings": {"send": 0, "wait": exchange.milliseconds, "receive": 0},
        "_step": {
            "kind": step.kind,
            "path": step.path,
            "headers": dict(step.headers),
            "subject": step.subject,
            "case": step.case,
            "together": step.together,
        },
    }


def from_entry(entry: Mapping[str, Any]) -> Exchange:
    """The exchange that `as_entry` wrote.

    Raises:
        ValueError, KeyError, TypeError: It is none.
    """
    request, response, step = entry["request"], entry["response"], entry["_step"]
    post = request.get("postData")
    return Exchange(
        step=Step(
            kind=Kind(step["kind"]),
            method=_method(request["method"]),
            path=str(step["path"]),
            body=None if post is None else _bytes(post, "_encoding"),
            headers=step["headers"],
            subject=step["subject"],
            case=step["case"],
            together=step["together"],
        ),
        url=request["url"],
        sent_headers={pair["name"]: pair["value"] for pair in request["headers"]},
        status=int(response["status"]),
        headers={pair["name"]: pair["value"] for pair in response["headers"]},
        body=_bytes(response["content"], "encoding"),
        error=response["_error"],
        started=entry["startedDateTime"],
        milliseconds=entry["time"],
        dropped=int(response["_dropped"]),
    )


def _method(text: str) -> str:
    if not text.isupper():
        raise ValueError(f"{text} is no method")
    return text


def _pairs(headers: Mapping[str, str]) -> list[Json]:
    return [{"name": name, "value": value} for name, value in headers.items()]


def _text(content: bytes, encoding: str) -> dict[str, str]:
    try:
        return {"text": content.decode("utf-8")}
    except UnicodeDecodeError:
        return {"text": base64.b64encode(content).decode(), encoding: "base64"}


def _bytes(part: Mapping[str, str], encoding: str) -> bytes:
    return base64.b64decode(part["text"]) if part.get(encoding) == "base64" else part["text"].encode()
