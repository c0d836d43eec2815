"""HTTP whose headers are bounded, and which offers no other protocol."""

from __future__ import annotations

import re
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

MAX_HEADERS = 64 * 2**10
"""Bytes of the head of a request: its first line and its headers."""
_TOO_LARGE = b"HTTP/1.1 431 Request Header Fields Too Large\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"
_UPGRADE = re.compile(rb"\r\nupgrade:", re.IGNORECASE)


class BoundedHttp(HttpToolsProtocol):
    """The protocol of uvicorn, with a limit on the head of a request, and without `Upgrade`."""

    def __init__(self, *arguments: Any, **options: Any) -> None:  # noqa: ANN401 - passed on
        super().__init__(*arguments, **options)
        self._heads = 0
        self._is_in_body = False
        self._begun = 0  # bytes of a head that has not come to its end

    def data_received(self, data: bytes) -> None:
        """Take what came, as long as it is not too much."""
        if self.transport.is_closing():
            return
        before = self._heads, self._is_in_body
        super().data_received(data if self._is_in_body else _without_upgrade(data))
        # What ends a body may begin a head too: that is counted from the next data on.
        is_same_head = before == (self._heads, False)
        self._begun = self._begun + len(data) if is_same_head and not self._is_in_body else 0
        if self._begun > MAX_HEADERS:
            self._refuse()

    def on_headers_complete(self) -> None:
        """Go on where the head is not too large."""
        self._heads += 1
        self._is_in_body = True
        if len(self.url) + sum(len(name) + len(value) for name, value in self.headers) > MAX_HEADERS:
            self._refuse()
        else:
            super().on_headers_complete()

    def on_message_complete(self) -> None:
        """Expect another head."""
        self._is_in_body = False
        if not self.transport.is_closing():
            super().on_message_complete()

    def on_body(self, body: bytes) -> None:
        """Take a part of a body that is wanted."""
        if not self.transport.is_closing():
            super().on_body(body)

    def _refuse(self) -> None:
        self.transport.write(_TOO_LARGE)
        self.transport.close()


def _without_upgrade(data: bytes) -> bytes:
    """Rename the header `Upgrade`: the parser takes what follows it for another protocol, and loses the body.

    The HTTP client of Java sends `Upgrade: h2c` with the first request of each connection.
    """
    head, end, rest = data.partition(b"\r\n\r\n")
    return _UPGRADE.sub(b"\r\nx-upgrade:", head) + end + rest
