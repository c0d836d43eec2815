"""The exchanges of a run, in memory and as a HAR 1.2 file that is complete after every exchange."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO, Self

from contract_tests import files
from contract_tests.contract.json_values import Json
from contract_tests.record import bodies
from contract_tests.record.exchange import Exchange
from contract_tests.record.step import Case, Kind, Step

_TAIL = b"\n]}}\n"


class Record:
    """The exchanges of a run with one target, in the order in which they were sent."""

    def __init__(self, target: Mapping[str, str], exchanges: Sequence[Exchange] = ()) -> None:
        self.target = target
        self.exchanges: list[Exchange] = list(exchanges)
        self._file: _Entries | None = None

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
        """Keep the record in a file from now on.

        Raises:
            OSError: It cannot be written.
        """
        log = {"version": "1.2", "creator": {"name": "contract_tests", "version": "1"}, "_target": dict(self.target)}
        head = json.dumps({"log": log}, indent=1).removesuffix("\n }\n}")
        files.replace(path, f'{head},\n  "entries": ['.encode() + _TAIL)
        self._file = _Entries(path)
        return self

    def append(self, exchange: Exchange) -> None:
        """Add an exchange; the file is a complete HAR document afterwards, also where this fails.

        Raises:
            OSError: The file cannot grow, as on a full disk; the error names it.
        """
        self.exchanges.append(exchange)
        if self._file:
            self._file.append(json.dumps(as_entry(exchange)).encode())

    @classmethod
    def read(cls, path: Path) -> Record:
        """Read a HAR file that a run wrote.

        Raises:
            ValueError: It is not one, or bodies were cut when it was written.
            OSError: It cannot be read.
        """
        try:
            log = json.loads(path.read_text(encoding="utf-8"))["log"]
            return cls(dict(log["_target"]), [from_entry(entry) for entry in log["entries"]])
        except bodies.CutError:
            raise
        except (KeyError, TypeError, AttributeError, ValueError, RecursionError) as error:
            raise ValueError(f"{type(error).__name__}: {error}") from None


class _Entries:
    """The list of entries at the end of a HAR file."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file = files.reopen(path)
        self._end = self._file.seek(0, os.SEEK_END) - len(_TAIL)
        self._separator = b"\n"

    def close(self) -> None:
        self._file.close()

    def append(self, entry: bytes) -> None:
        """Add an entry; where that fails, the file is as it was before.

        The room is taken first, as blanks after the document, which JSON allows. So what can fail, fails there.
        """
        content = self._separator + entry + _TAIL
        try:
            self._write(b" " * (len(content) - len(_TAIL)), self._end + len(_TAIL))
            self._write(content, self._end)
        except BaseException as error:
            self._write(_TAIL, self._end)
            self._file.truncate(self._end + len(_TAIL))
            if isinstance(error, OSError):
                raise files.naming(error, self._path) from None
            raise
        self._end += len(content) - len(_TAIL)
        self._separator = b",\n"

    def _write(self, content: bytes, place: int) -> None:
        left = memoryview(content)
        while left:
            written = _write_at(self._file, left, place)
            left, place = left[written:], place + written


def _write_at(file: BinaryIO, content: memoryview, place: int) -> int:
    """Write at a place of a file; returns how many bytes were written."""
    if hasattr(os, "pwrite"):
        return os.pwrite(file.fileno(), content, place)
    file.seek(place)  # Windows
    return file.write(content)


def as_entry(exchange: Exchange) -> Json:
    """An exchange as an entry of a HAR file."""
    return {
        "startedDateTime": exchange.started,
        "time": exchange.milliseconds,
        "request": _request(exchange),
        "response": _response(exchange),
        "cache": {},
        "timings": {"send": 0, "wait": exchange.milliseconds, "receive": 0},
        "_step": _step(exchange.step),
    }


def _request(exchange: Exchange) -> Json:
    body = exchange.step.body
    media_type = exchange.sent_headers.get("Content-Type", "")
    return {
        "method": exchange.step.method,
        "url": exchange.url,
        "httpVersion": "HTTP/1.1",
        "cookies": [],
        "headers": _pairs(exchange.sent_headers),
        "queryString": [],
        "headersSize": -1,
        "bodySize": len(body or b""),
        **({} if body is None else {"postData": {"mimeType": media_type, **bodies.as_text(body, "_encoding")}}),
    }


def _response(exchange: Exchange) -> Json:
    media_type = exchange.headers.get("content-type", "")
    return {
        "status": exchange.status,
        "statusText": "",
        "httpVersion": "HTTP/1.1",
        "cookies": [],
        "headers": _pairs(exchange.headers),
        "content": {"size": len(exchange.body), "mimeType": media_type, **bodies.as_text(exchange.body, "encoding")},
        "redirectURL": exchange.headers.get("location", ""),
        "headersSize": -1,
        "bodySize": len(exchange.body),
        "_error": exchange.error,
        "_dropped": exchange.dropped,
    }


def _step(step: Step) -> Json:
    """What stands nowhere else in an entry."""
    return {
        "kind": step.kind,
        "path": step.path,
        "headers": dict(step.headers),
        "subject": step.subject,
        "case": step.case,
        "about": step.about,
        "together": step.together,
    }


def from_entry(entry: Mapping[str, Any]) -> Exchange:
    """The exchange that `as_entry` wrote.

    Raises:
        ValueError, KeyError, TypeError: `as_entry` did not write it.
    """
    request, response = entry["request"], entry["response"]
    return Exchange(
        step=_step_from(entry["_step"], request),
        url=request["url"],
        sent_headers=_headers_from(request),
        status=int(response["status"]),
        headers=_headers_from(response),
        body=bodies.as_bytes(response["content"], "encoding"),
        error=response["_error"],
        started=entry["startedDateTime"],
        milliseconds=entry["time"],
        dropped=int(response["_dropped"]),
    )


def _step_from(step: Mapping[str, Any], request: Mapping[str, Any]) -> Step:
    post = request.get("postData")
    return Step(
        kind=Kind(step["kind"]),
        method=_method(request["method"]),
        path=str(step["path"]),
        body=None if post is None else bodies.as_bytes(post, "_encoding"),
        headers=step["headers"],
        subject=step["subject"],
        case=Case(step["case"]),
        about=step["about"],
        together=step["together"],
    )


def _headers_from(message: Mapping[str, Any]) -> dict[str, str]:
    return {pair["name"]: pair["value"] for pair in message["headers"]}


def _method(text: str) -> str:
    if not text.isupper():
        raise ValueError(f"{text} is not a method")
    return text


def _pairs(headers: Mapping[str, str]) -> list[Json]:
    return [{"name": name, "value": value} for name, value in headers.items()]
