"""Loopback servers, each of which breaks HTTP in one way, in front of one that keeps the contract."""

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
"""What a server does with the connection, given the honest answer to the request that came."""
BEHAVIOURS: dict[str, Behaviour] = {}
INSTEAD: set[Behaviour] = set()
"""Behaviours of what stands before the server, which never learns of the request."""
ALWAYS = range(1, 10**9)
MIB = 2**20
OK = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"


@dataclass
class Hostile:
    """A server that misbehaves at some of its requests, and passes on what it is asked.

    Attributes:
        behave: What it does.
        upstream: The port of the server that answers honestly.
        at: The numbers of the requests at which it misbehaves; the first is 1.
        tls: With which it speaks TLS, if it does.
        methods: Of the requests so far.
        lines: The first line of each.
        port: On which it listens.
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
                answer = b"" if is_due and self.behave in INSTEAD else self._honest(request, self.methods[-1])
                self.behave(connection, answer) if is_due else connection.sendall(answer)

    def _honest(self, request: bytes, method: str) -> bytes:
        with socket.create_connection(("127.0.0.1", self.upstream), timeout=10) as upstream:
            upstream.sendall(request)
            answer = http.client.HTTPResponse(upstream, method=method)
            answer.begin()
            body = answer.read()
        lines = [f"HTTP/1.1 {answer.status} {answer.reason}", *(f"{k}: {v}" for k, v in answer.getheaders())]
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
        finally:  # or its thread would be busy with the closed socket, to the end of all tests
            server.shutdown()


def _read_request(connection: socket.socket) -> bytes:
    """A request as it came; empty where the client has gone."""
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
    """Offer a behaviour by its name."""
    BEHAVIOURS[function.__name__] = function
    return function


def instead(function: Behaviour) -> Behaviour:
    """Keep the request from the server behind."""
    INSTEAD.add(function)
    return function


def answering(head: bytes, body: bytes) -> Behaviour:
    """Answer this, with the right length and all."""

    def behave(connection: socket.socket, _: bytes) -> None:
        connection.sendall(head + b"Content-Length: %d\r\n\r\n" % len(body) + body)

    return behave


def redirecting(url: str, body: bytes = b"") -> Behaviour:
    """Redirect to another address."""
    return answering(b"HTTP/1.1 302 Found\r\nLocation: " + url.encode() + b"\r\n", body)


def _body(answer: bytes) -> bytes:
    return answer.partition(b"\r\n\r\n")[2]


def _without_length(answer: bytes) -> bytes:
    """Status line and headers, without the last line end and without a length."""
    return re.sub(rb"(?i)content-length: *\d+\r\n", b"", answer.partition(b"\r\n\r\n")[0] + b"\r\n")


def _reset(connection: socket.socket) -> None:
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


def _slowly(connection: socket.socket, content: bytes) -> None:
    for byte in content:
        connection.sendall(bytes([byte]))
        time.sleep(1)


@behaviour
def never_answers(connection: socket.socket, _: bytes) -> None:
    """Takes the request, and is silent until the client goes."""
    connection.recv(1)


@behaviour
def resets_at_once(connection: socket.socket, _: bytes) -> None:
    """Resets the connection instead of answering."""
    _reset(connection)


@behaviour
@instead
def closes_at_once(connection: socket.socket, _: bytes) -> None:
    """Closes the connection instead of answering."""
    connection.close()


@behaviour
def resets_mid_body(connection: socket.socket, answer: bytes) -> None:
    """Resets the connection before the last bytes."""
    connection.sendall(answer[:-9])
    time.sleep(0.1)
    _reset(connection)


@behaviour
def closes_mid_body(connection: socket.socket, answer: bytes) -> None:
    """Closes the connection before the last bytes."""
    connection.sendall(answer[:-9])
    connection.close()


@behaviour
def stops_mid_body(connection: socket.socket, answer: bytes) -> None:
    """Is silent before the last bytes."""
    connection.sendall(answer[:-9])
    connection.recv(1)


@behaviour
def answers_a_byte_a_second(connection: socket.socket, answer: bytes) -> None:
    """Answers honestly, for minutes."""
    _slowly(connection, answer)


@behaviour
def sends_the_body_a_byte_a_second(connection: socket.socket, answer: bytes) -> None:
    """Begins at once and takes minutes for the rest."""
    connection.sendall(answer[: -len(_body(answer))])
    _slowly(connection, _body(answer))


@behaviour
def sends_100_mb(connection: socket.socket, _: bytes) -> None:
    """Answers with 100 MB of blanks."""
    connection.sendall(OK + b"Content-Length: %d\r\n\r\n" % (100 * MIB))
    for _megabyte in range(100):
        connection.sendall(b" " * MIB)


@behaviour
def never_ends(connection: socket.socket, _: bytes) -> None:
    """Answers in chunks, without a last one."""
    connection.sendall(OK + b"Transfer-Encoding: chunked\r\n\r\n")
    while True:
        connection.sendall(b"10000\r\n" + b" " * 0x10000 + b"\r\n")


@cache
def _bomb() -> bytes:
    packer = zlib.compressobj(1, wbits=31)
    return b"".join(packer.compress(bytes(MIB)) for _ in range(700)) + packer.flush()


@behaviour
def sends_a_gzip_bomb(connection: socket.socket, answer: bytes) -> None:
    """Answers with 3 MB that unfold to 700 MB."""
    answering(OK + b"Content-Encoding: gzip\r\n", _bomb())(connection, answer)


@behaviour
def sends_many_bombs_in_one(connection: socket.socket, answer: bytes) -> None:
    """Answers with gzip, member after member."""
    answering(OK + b"Content-Encoding: gzip\r\n", gzip.compress(bytes(MIB)) * 700)(connection, answer)


@behaviour
def redirects_with_a_gzip_bomb(connection: socket.socket, answer: bytes) -> None:
    """Redirects, with a content that unfolds to 700 MB."""
    head = b"HTTP/1.1 302 Found\r\nLocation: /\r\nContent-Encoding: gzip\r\n"
    answering(head, _bomb())(connection, answer)


@behaviour
def declares_gzip_that_is_none(connection: socket.socket, answer: bytes) -> None:
    """Declares plain JSON as gzip."""
    connection.sendall(answer.replace(b"\r\n", b"\r\nContent-Encoding: gzip\r\n", 1))


@behaviour
def declares_ten_encodings(connection: socket.socket, answer: bytes) -> None:
    """Declares a content that is packed ten times."""
    connection.sendall(answer.replace(b"\r\n", b"\r\nContent-Encoding: gzip" + b", gzip" * 9 + b"\r\n", 1))


@behaviour
def sends_endless_headers(connection: socket.socket, _: bytes) -> None:
    """Sends header after header."""
    connection.sendall(OK)
    for number in itertools.count():
        connection.sendall(b"X-%d: more\r\n" % number)


@behaviour
def sends_an_endless_header_line(connection: socket.socket, _: bytes) -> None:
    """Sends one header without an end."""
    connection.sendall(OK + b"X-Long: ")
    while True:
        connection.sendall(b"x" * MIB)


@behaviour
def sends_an_endless_status_line(connection: socket.socket, _: bytes) -> None:
    """Sends a reason without an end."""
    connection.sendall(b"HTTP/1.1 200 ")
    while True:
        connection.sendall(b"x" * MIB)


@behaviour
def sends_endless_interim_answers(connection: socket.socket, _: bytes) -> None:
    """Says that it goes on, and never does."""
    while True:
        connection.sendall(b"HTTP/1.1 102 Processing\r\n\r\n")
        time.sleep(0.01)


@behaviour
def sends_broken_headers(connection: socket.socket, answer: bytes) -> None:
    """Sends lines that are no headers, before those that are."""
    connection.sendall(answer.replace(b"\r\n", b"\r\nno colon here\r\n: no name\r\n\xff\x00: x\r\n", 1))


@behaviour
def sends_garbage(connection: socket.socket, _: bytes) -> None:
    """Answers with what is no HTTP."""
    connection.sendall(bytes(range(255, -1, -1)) * 9 + b"\r\n\r\n")
    connection.close()


@behaviour
def answers_without_headers(connection: socket.socket, answer: bytes) -> None:
    """Answers with the content alone, as HTTP/0.9 did."""
    connection.sendall(_body(answer))
    connection.close()


@behaviour
def sends_invalid_utf_8(connection: socket.socket, answer: bytes) -> None:
    """Answers with JSON in Latin-1."""
    answering(OK, '{"label": "Müller"}'.encode("latin-1"))(connection, answer)


@behaviour
def sends_truncated_json(connection: socket.socket, answer: bytes) -> None:
    """Answers with half of the JSON, as if it were the whole."""
    answering(OK, _body(answer)[:-9])(connection, answer)


@behaviour
def sends_deep_json(connection: socket.socket, answer: bytes) -> None:
    """Answers with JSON of depth 100,000."""
    answering(OK, b'{"label": ' + b"[" * 100_000 + b"]" * 100_000 + b"}")(connection, answer)


@behaviour
def sends_duplicate_keys(connection: socket.socket, answer: bytes) -> None:
    """Names a property twice."""
    body = _body(answer)
    is_json = body.startswith(b"{") and b'"label"' in body
    twice = b'{"label": "first", ' + body[1:]
    connection.sendall(_without_length(answer) + b"Content-Length: %d\r\n\r\n" % len(twice) + twice) if (
        is_json
    ) else connection.sendall(answer)


@behaviour
def tells_too_large_a_length(connection: socket.socket, answer: bytes) -> None:
    """Announces more than it sends."""
    body = _body(answer)
    connection.sendall(_without_length(answer) + b"Content-Length: %d\r\n\r\n" % (len(body) + 9) + body)
    connection.recv(1)


@behaviour
def tells_too_small_a_length(connection: socket.socket, answer: bytes) -> None:
    """Sends more than it announces, on a connection that it keeps."""
    body = _body(answer)
    connection.sendall(_without_length(answer) + b"Content-Length: %d\r\n\r\n" % (len(body) - 9) + body)


@behaviour
def tells_two_lengths(connection: socket.socket, answer: bytes) -> None:
    """Announces two lengths, of which one is right."""
    connection.sendall(answer.replace(b"\r\n", b"\r\nContent-Length: 5\r\n", 1))
    connection.close()


@behaviour
def tells_a_negative_length(connection: socket.socket, answer: bytes) -> None:
    """Announces less than nothing, and closes after the content."""
    connection.sendall(_without_length(answer) + b"Content-Length: -5\r\n\r\n" + _body(answer))
    connection.close()


@behaviour
def sends_chunked_garbage(connection: socket.socket, answer: bytes) -> None:
    """Declares chunks and sends none."""
    connection.sendall(_without_length(answer) + b"Transfer-Encoding: chunked\r\n\r\n" + _body(answer) + b"\r\n\r\n")


@behaviour
def sends_a_negative_chunk(connection: socket.socket, answer: bytes) -> None:
    """Sends a chunk of less than nothing."""
    connection.sendall(_without_length(answer) + b"Transfer-Encoding: chunked\r\n\r\n-5\r\n" + _body(answer) + b"\r\n")


@behaviour
def redirects_to_itself(connection: socket.socket, answer: bytes) -> None:
    """Redirects to where the request came from, for ever."""
    redirecting("/api/ver1.0/extension/54/phone/")(connection, answer)


@behaviour
@instead
def shows_a_login_page(connection: socket.socket, answer: bytes) -> None:
    """Answers everything with 200 and HTML."""
    page = b"<!doctype html><title>Log in</title><form><input name=user></form>"
    answering(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n", page)(connection, answer)


@behaviour
@instead
def answers_502(connection: socket.socket, answer: bytes) -> None:
    """Answers as a gateway without a server behind it."""
    answering(b"HTTP/1.1 502 Bad Gateway\r\nContent-Type: text/html\r\n", b"<h1>502</h1>")(connection, answer)


@behaviour
@instead
def answers_503(connection: socket.socket, answer: bytes) -> None:
    """Answers that it is busy for an hour."""
    answering(b"HTTP/1.1 503 Service Unavailable\r\nRetry-After: 3600\r\n", b"")(connection, answer)


@behaviour
@instead
def answers_429(connection: socket.socket, answer: bytes) -> None:
    """Answers that there were too many requests."""
    answering(b"HTTP/1.1 429 Too Many Requests\r\nRetry-After: 3600\r\n", b"{}")(connection, answer)


@behaviour
def answers_204(connection: socket.socket, _: bytes) -> None:
    """Answers that there is nothing to say."""
    connection.sendall(b"HTTP/1.1 204 No Content\r\n\r\n")


@behaviour
def closes_after_each_answer(connection: socket.socket, answer: bytes) -> None:
    """Answers honestly, and closes the connection without having told."""
    connection.sendall(answer)
    connection.close()


@behaviour
def speaks_http_1_0(connection: socket.socket, answer: bytes) -> None:
    """Answers in HTTP/1.0: no length, the end of the connection ends the content."""
    connection.sendall(_without_length(answer).replace(b"HTTP/1.1", b"HTTP/1.0", 1) + b"\r\n" + _body(answer))
    connection.close()


@behaviour
def gives_no_reason(connection: socket.socket, answer: bytes) -> None:
    """Leaves out the reason phrase, as HTTP allows."""
    connection.sendall(re.sub(rb"^(HTTP/1.1 \d+)[^\r]*", rb"\1", answer))


@behaviour
def hints_early(connection: socket.socket, answer: bytes) -> None:
    """Sends interim answers first, as HTTP allows."""
    connection.sendall(b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n" + answer)


@behaviour
def answers_honestly(connection: socket.socket, answer: bytes) -> None:
    """Does nothing wrong."""
    connection.sendall(answer)
