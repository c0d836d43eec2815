"""Loopback servers in front of a correct server; each breaks HTTP in one way."""

from __future__ import annotations

import gzip
import http.client
import itertools
import re
import socket
import socketserver
import ssl
import struct
import threading
import time
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import cache

Behaviour = Callable[[socket.socket, bytes], None]
"""Writes a response to the connection; the argument is the correct response to the request."""
BEHAVIOURS: dict[str, Behaviour] = {}
UNFORWARDED: set[Behaviour] = set()
"""Behaviours of a gateway that does not forward the request to the correct server."""
ALWAYS = range(1, 10**9)
MIB = 2**20
OK = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"


@dataclass
class Hostile:
    """A server that forwards requests to a correct server, and misbehaves on some of them.

    Attributes:
        behave: The misbehaviour.
        upstream: The port of the correct server.
        at: The numbers of the requests on which it misbehaves; the first request has number 1.
        tls: Its TLS context, or None for plain HTTP.
        methods: The methods of the requests so far.
        lines: The request lines so far.
        port: The port on which it listens.
    """

    behave: Behaviour
    upstream: int
    at: range = ALWAYS
    tls: ssl.SSLContext | None = None
    methods: list[str] = field(default_factory=list)
    lines: list[bytes] = field(default_factory=list)
    port: int = 0

    def talk(self, connection: socket.socket) -> None:
        """Answer the requests of one connection."""
        with suppress(OSError, http.client.HTTPException):
            if self.tls:
                connection = self.tls.wrap_socket(connection, server_side=True)
            while request := _read_request(connection):
                self.lines.append(request.partition(b"\r\n")[0])
                self.methods.append(request.partition(b" ")[0].decode())
                is_due = len(self.methods) in self.at
                response = b"" if is_due and self.behave in UNFORWARDED else self._forward(request, self.methods[-1])
                self.behave(connection, response) if is_due else connection.sendall(response)

    def _forward(self, request: bytes, method: str) -> bytes:
        with socket.create_connection(("127.0.0.1", self.upstream), timeout=10) as upstream:
            upstream.sendall(request)
            response = http.client.HTTPResponse(upstream, method=method)
            response.begin()
            body = response.read()
        lines = [f"HTTP/1.1 {response.status} {response.reason}", *(f"{k}: {v}" for k, v in response.getheaders())]
        return "\r\n".join([*lines, "", ""]).encode("latin-1") + body


@contextmanager
def serving(hostile: Hostile, host: str = "127.0.0.1") -> Iterator[Hostile]:
    """Serve on a free port, from threads of this process."""

    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            hostile.talk(self.request)

    class Server(socketserver.ThreadingTCPServer):
        address_family = socket.AF_INET6 if ":" in host else socket.AF_INET
        daemon_threads = True
        block_on_close = False

    with Server((host, 0), Handler) as server:
        hostile.port = server.server_address[1]
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        try:
            yield hostile
        finally:  # without this, the thread would poll the closed socket until the end of all tests
            server.shutdown()


def _read_request(connection: socket.socket) -> bytes:
    """Read the bytes of a request; returns no bytes if the client closed the connection."""
    request = b""
    while b"\r\n\r\n" not in request:
        if not (piece := connection.recv(MIB)):
            return b""
        request += piece
        if request.startswith(b"\x16"):  # a TLS hello on a plain port
            connection.sendall(b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n")
            return b""
    head, _, body = request.partition(b"\r\n\r\n")
    length = re.search(rb"(?im)^content-length: *(\d+)", head)
    while length and len(body) < int(length[1]):
        if not (piece := connection.recv(MIB)):
            return b""
        body += piece
    return head + b"\r\n\r\n" + body


def behaviour(function: Behaviour) -> Behaviour:
    """Register a behaviour by its name."""
    BEHAVIOURS[function.__name__] = function
    return function


def unforwarded(function: Behaviour) -> Behaviour:
    """Mark a behaviour that does not forward the request."""
    UNFORWARDED.add(function)
    return function


def answering(head: bytes, body: bytes) -> Behaviour:
    """Return a behaviour that sends this response, with a correct Content-Length."""

    def behave(connection: socket.socket, _: bytes) -> None:
        connection.sendall(head + b"Content-Length: %d\r\n\r\n" % len(body) + body)

    return behave


def redirecting(url: str, body: bytes = b"") -> Behaviour:
    """Return a behaviour that redirects to another URL."""
    return answering(b"HTTP/1.1 302 Found\r\nLocation: " + url.encode() + b"\r\n", body)


def _body(response: bytes) -> bytes:
    return response.partition(b"\r\n\r\n")[2]


def _without_length(response: bytes) -> bytes:
    """Return the status line and the headers without Content-Length and without the final empty line."""
    return re.sub(rb"(?i)content-length: *\d+\r\n", b"", response.partition(b"\r\n\r\n")[0] + b"\r\n")


def _reset(connection: socket.socket) -> None:
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


def _slowly(connection: socket.socket, content: bytes) -> None:
    for byte in content:
        connection.sendall(bytes([byte]))
        time.sleep(1)


@behaviour
def never_answers(connection: socket.socket, _: bytes) -> None:
    """Reads the request, and sends nothing until the client closes the connection."""
    connection.recv(1)


@behaviour
def resets_at_once(connection: socket.socket, _: bytes) -> None:
    """Resets the connection instead of answering."""
    _reset(connection)


@behaviour
@unforwarded
def closes_at_once(connection: socket.socket, _: bytes) -> None:
    """Closes the connection instead of answering."""
    connection.close()


@behaviour
def resets_mid_body(connection: socket.socket, response: bytes) -> None:
    """Resets the connection before the last bytes."""
    connection.sendall(response[:-9])
    time.sleep(0.1)
    _reset(connection)


@behaviour
def closes_mid_body(connection: socket.socket, response: bytes) -> None:
    """Closes the connection before the last bytes."""
    connection.sendall(response[:-9])
    connection.close()


@behaviour
def stops_mid_body(connection: socket.socket, response: bytes) -> None:
    """Sends everything but the last bytes, then nothing more."""
    connection.sendall(response[:-9])
    connection.recv(1)


@behaviour
def answers_a_byte_a_second(connection: socket.socket, response: bytes) -> None:
    """Sends a correct response, one byte a second."""
    _slowly(connection, response)


@behaviour
def sends_the_body_a_byte_a_second(connection: socket.socket, response: bytes) -> None:
    """Sends the headers at once, and the body one byte a second."""
    connection.sendall(response[: -len(_body(response))])
    _slowly(connection, _body(response))


@behaviour
def sends_100_mb(connection: socket.socket, _: bytes) -> None:
    """Answers with 100 MB of spaces."""
    connection.sendall(OK + b"Content-Length: %d\r\n\r\n" % (100 * MIB))
    for _megabyte in range(100):
        connection.sendall(b" " * MIB)


@behaviour
def never_ends(connection: socket.socket, _: bytes) -> None:
    """Answers with chunks without end."""
    connection.sendall(OK + b"Transfer-Encoding: chunked\r\n\r\n")
    while True:
        connection.sendall(b"10000\r\n" + b" " * 0x10000 + b"\r\n")


@cache
def _bomb() -> bytes:
    # After a full flush, nothing refers to what was before, so one piece stands for all. The end is missing.
    packer = zlib.compressobj(1, wbits=31)
    first, piece = (packer.compress(bytes(MIB)) + packer.flush(zlib.Z_FULL_FLUSH) for _ in range(2))
    return first + 699 * piece


@behaviour
def sends_a_gzip_bomb(connection: socket.socket, response: bytes) -> None:
    """Answers with 3 MB that decompress to 700 MB."""
    answering(OK + b"Content-Encoding: gzip\r\n", _bomb())(connection, response)


@behaviour
def sends_many_bombs_in_one(connection: socket.socket, response: bytes) -> None:
    """Answers with 700 gzip members in one body."""
    answering(OK + b"Content-Encoding: gzip\r\n", gzip.compress(bytes(MIB)) * 700)(connection, response)


@behaviour
def redirects_with_a_gzip_bomb(connection: socket.socket, response: bytes) -> None:
    """Redirects, with a body that decompresses to 700 MB."""
    head = b"HTTP/1.1 302 Found\r\nLocation: /\r\nContent-Encoding: gzip\r\n"
    answering(head, _bomb())(connection, response)


@behaviour
def declares_gzip_that_is_none(connection: socket.socket, response: bytes) -> None:
    """Declares uncompressed JSON as gzip."""
    connection.sendall(response.replace(b"\r\n", b"\r\nContent-Encoding: gzip\r\n", 1))


@behaviour
def declares_ten_encodings(connection: socket.socket, response: bytes) -> None:
    """Declares a body that is compressed ten times."""
    connection.sendall(response.replace(b"\r\n", b"\r\nContent-Encoding: gzip" + b", gzip" * 9 + b"\r\n", 1))


@behaviour
def sends_endless_headers(connection: socket.socket, _: bytes) -> None:
    """Sends headers without end."""
    connection.sendall(OK)
    for number in itertools.count():
        connection.sendall(b"X-%d: more\r\n" % number)


@behaviour
def sends_an_endless_header_line(connection: socket.socket, _: bytes) -> None:
    """Sends one header line without end."""
    connection.sendall(OK + b"X-Long: ")
    while True:
        connection.sendall(b"x" * MIB)


@behaviour
def sends_an_endless_status_line(connection: socket.socket, _: bytes) -> None:
    """Sends a reason phrase without end."""
    connection.sendall(b"HTTP/1.1 200 ")
    while True:
        connection.sendall(b"x" * MIB)


@behaviour
def sends_endless_interim_answers(connection: socket.socket, _: bytes) -> None:
    """Sends interim responses without end, and no final response."""
    while True:
        connection.sendall(b"HTTP/1.1 102 Processing\r\n\r\n")
        time.sleep(0.01)


@behaviour
def sends_broken_headers(connection: socket.socket, response: bytes) -> None:
    """Sends invalid header lines before the valid ones."""
    connection.sendall(response.replace(b"\r\n", b"\r\nno colon here\r\n: no name\r\n\xff\x00: x\r\n", 1))


@behaviour
def sends_garbage(connection: socket.socket, _: bytes) -> None:
    """Answers with bytes that are not HTTP."""
    connection.sendall(bytes(range(255, -1, -1)) * 9 + b"\r\n\r\n")
    connection.close()


@behaviour
def answers_without_headers(connection: socket.socket, response: bytes) -> None:
    """Answers with the body only, as in HTTP/0.9."""
    connection.sendall(_body(response))
    connection.close()


@behaviour
def sends_invalid_utf_8(connection: socket.socket, response: bytes) -> None:
    """Answers with JSON in Latin-1."""
    answering(OK, '{"label": "Müller"}'.encode("latin-1"))(connection, response)


@behaviour
def sends_truncated_json(connection: socket.socket, response: bytes) -> None:
    """Answers with truncated JSON, and with the length of that."""
    answering(OK, _body(response)[:-9])(connection, response)


@behaviour
def sends_deep_json(connection: socket.socket, response: bytes) -> None:
    """Answers with JSON of depth 100,000."""
    answering(OK, b'{"label": ' + b"[" * 100_000 + b"]" * 100_000 + b"}")(connection, response)


@behaviour
def sends_duplicate_keys(connection: socket.socket, response: bytes) -> None:
    """Sends a property twice."""
    body = _body(response)
    is_json = body.startswith(b"{") and b'"label"' in body
    changed = b'{"label": "first", ' + body[1:]
    with_duplicate = _without_length(response) + b"Content-Length: %d\r\n\r\n" % len(changed) + changed
    connection.sendall(with_duplicate if is_json else response)


@behaviour
def tells_too_large_a_length(connection: socket.socket, response: bytes) -> None:
    """Declares a larger Content-Length than it sends."""
    body = _body(response)
    connection.sendall(_without_length(response) + b"Content-Length: %d\r\n\r\n" % (len(body) + 9) + body)
    connection.recv(1)


@behaviour
def tells_too_small_a_length(connection: socket.socket, response: bytes) -> None:
    """Declares a smaller Content-Length than it sends, and keeps the connection open."""
    body = _body(response)
    connection.sendall(_without_length(response) + b"Content-Length: %d\r\n\r\n" % (len(body) - 9) + body)


@behaviour
def tells_two_lengths(connection: socket.socket, response: bytes) -> None:
    """Declares two Content-Lengths, of which one is correct."""
    connection.sendall(response.replace(b"\r\n", b"\r\nContent-Length: 5\r\n", 1))
    connection.close()


@behaviour
def tells_a_negative_length(connection: socket.socket, response: bytes) -> None:
    """Declares a negative Content-Length, and closes the connection after the body."""
    connection.sendall(_without_length(response) + b"Content-Length: -5\r\n\r\n" + _body(response))
    connection.close()


@behaviour
def sends_chunked_garbage(connection: socket.socket, response: bytes) -> None:
    """Declares chunks, and sends a body without chunks."""
    connection.sendall(
        _without_length(response) + b"Transfer-Encoding: chunked\r\n\r\n" + _body(response) + b"\r\n\r\n"
    )


@behaviour
def sends_a_negative_chunk(connection: socket.socket, response: bytes) -> None:
    """Sends a chunk with a negative size."""
    connection.sendall(
        _without_length(response) + b"Transfer-Encoding: chunked\r\n\r\n-5\r\n" + _body(response) + b"\r\n"
    )


@behaviour
def redirects_to_itself(connection: socket.socket, response: bytes) -> None:
    """Redirects to the same URL again and again."""
    redirecting("/api/ver1.0/extension/54/phone/")(connection, response)


@behaviour
@unforwarded
def shows_a_login_page(connection: socket.socket, response: bytes) -> None:
    """Answers everything with 200 and HTML."""
    page = b"<!doctype html><title>Log in</title><form><input name=user></form>"
    answering(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n", page)(connection, response)


@behaviour
@unforwarded
def answers_502(connection: socket.socket, response: bytes) -> None:
    """Answers with 502, as a gateway without a server."""
    answering(b"HTTP/1.1 502 Bad Gateway\r\nContent-Type: text/html\r\n", b"<h1>502</h1>")(connection, response)


@behaviour
@unforwarded
def answers_503(connection: socket.socket, response: bytes) -> None:
    """Answers with 503 and a Retry-After of an hour."""
    answering(b"HTTP/1.1 503 Service Unavailable\r\nRetry-After: 3600\r\n", b"")(connection, response)


@behaviour
@unforwarded
def answers_429(connection: socket.socket, response: bytes) -> None:
    """Answers with 429 and a Retry-After of an hour."""
    answering(b"HTTP/1.1 429 Too Many Requests\r\nRetry-After: 3600\r\n", b"{}")(connection, response)


@behaviour
def answers_204(connection: socket.socket, _: bytes) -> None:
    """Answers with 204."""
    connection.sendall(b"HTTP/1.1 204 No Content\r\n\r\n")


@behaviour
def closes_after_each_answer(connection: socket.socket, response: bytes) -> None:
    """Sends a correct response, and closes the connection without `Connection: close`."""
    connection.sendall(response)
    connection.close()


@behaviour
def speaks_http_1_0(connection: socket.socket, response: bytes) -> None:
    """Answers with HTTP/1.0 and without a length: the body ends with the connection."""
    connection.sendall(_without_length(response).replace(b"HTTP/1.1", b"HTTP/1.0", 1) + b"\r\n" + _body(response))
    connection.close()


@behaviour
def gives_no_reason(connection: socket.socket, response: bytes) -> None:
    """Sends no reason phrase, which HTTP allows."""
    connection.sendall(re.sub(rb"^(HTTP/1.1 \d+)[^\r]*", rb"\1", response))


@behaviour
def hints_early(connection: socket.socket, response: bytes) -> None:
    """Sends interim responses first, which HTTP allows."""
    connection.sendall(b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n" + response)


@behaviour
def answers_honestly(connection: socket.socket, response: bytes) -> None:
    """Sends the correct response."""
    connection.sendall(response)
