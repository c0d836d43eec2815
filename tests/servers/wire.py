"""The socket side: HTTP/1.1 with keep-alive, one write per response, and a stop that leaves no thread."""

import contextlib
import socket
import threading
from email.utils import formatdate
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler
from socketserver import BaseServer, TCPServer
from typing import Protocol

from .messages import Dropped, Request, Response
from .page import Json

MAX_BODY = 8 * 2**20
NO_BODY = (204, 304)


class Behaviour(Protocol):
    """What the socket side needs of a server."""

    def exchange(self, request: Request) -> Response:
        """Answer one request."""


class Handler(BaseHTTPRequestHandler):
    """Reads requests of one connection and writes the answers of the behaviour."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    rbufsize = 2**16

    def answer(self) -> None:
        """Read one request, ask the behaviour, write its response."""
        path, _, query = self.path.partition("?")
        try:
            body = self.read_body()
            request = Request(self.command, path, query, self.headers, body)
            self.write(self.behaviour.exchange(request))
        except (Dropped, OSError, ValueError):
            self.close_connection = True

    do_GET = do_HEAD = do_PUT = do_POST = do_PATCH = do_DELETE = do_OPTIONS = do_TRACE = do_QUERY = answer  # noqa: N815

    @property
    def behaviour(self) -> Behaviour:
        """The server's behaviour, kept by the listener."""
        assert isinstance(self.server, Listener)
        return self.server.behaviour

    def read_body(self) -> bytes:
        """Read the body by its length or by its chunks."""
        if "chunked" in self.headers.get("Transfer-Encoding", "").lower():
            return b"".join(iter(self.read_chunk, b""))
        length = int(self.headers.get("Content-Length") or 0)
        if length > MAX_BODY:
            raise Dropped
        return self.rfile.read(length)

    def read_chunk(self) -> bytes:
        """Read one chunk; the last one is empty."""
        size = int(self.rfile.readline().split(b";")[0], 16)
        if size > MAX_BODY:
            raise Dropped
        chunk = self.rfile.read(size)
        self.rfile.readline()
        return chunk

    def write(self, response: Response) -> None:
        """Write head and body in one go, or the stream chunk by chunk."""
        silent = self.command == "HEAD" or response.status in NO_BODY
        head = self.head(response)
        if response.stream is None:
            self.wfile.write(head if silent else head + response.body)
            return
        self.wfile.write(head)
        for piece in () if silent else response.stream:
            self.wfile.write(b"%x\r\n%s\r\n" % (len(piece), piece))
        self.wfile.write(b"" if silent else b"0\r\n\r\n")

    def head(self, response: Response) -> bytes:
        """The status line and the headers as bytes."""
        headers = {"Date": formatdate(usegmt=True)} | response.headers
        if response.stream is not None:
            headers["Transfer-Encoding"] = "chunked"
        elif response.status not in NO_BODY:
            headers["Content-Length"] = str(len(response.body))
        if response.hang_up or headers.get("Connection") == "close":
            self.close_connection = True
        lines = [f"HTTP/1.1 {response.status} {reason(response.status)}"]
        lines += [f"{name}: {value}" for name, value in headers.items()]
        return "\r\n".join([*lines, "", ""]).encode("latin-1")

    def log_message(self, *_: Json) -> None:
        """Stay quiet: the behaviour keeps the log."""


def reason(status: int) -> str:
    """The reason phrase of a status."""
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Unknown"


class Listener(TCPServer):
    """Accepts connections on a free loopback port, one thread for each."""

    allow_reuse_address = True
    request_queue_size = 128

    def __init__(self, behaviour: Behaviour) -> None:
        self.behaviour = behaviour
        self.connections: dict[socket.socket, threading.Thread] = {}
        self.guard = threading.Lock()
        super().__init__(("127.0.0.1", 0), Handler)
        self.acceptor = threading.Thread(target=self.serve_forever, args=(0.01,), daemon=True)

    @property
    def port(self) -> int:
        """The port that the system chose."""
        return int(self.server_address[1])

    def process_request(self, request: Json, client_address: Json) -> None:
        """Serve a connection in a thread of its own."""
        thread = threading.Thread(target=self.converse, args=(request, client_address), daemon=True)
        with self.guard:
            self.connections[request] = thread
            thread.start()

    def converse(self, connection: socket.socket, address: Json) -> None:
        """Serve one connection to its end."""
        with contextlib.suppress(OSError):
            self.finish_request(connection, address)
        self.shutdown_request(connection)
        with self.guard:
            self.connections.pop(connection, None)

    def handle_error(self, request: Json, client_address: Json) -> None:
        """A client that goes away is no news."""

    def start(self) -> None:
        """Begin to accept connections."""
        self.acceptor.start()

    def stop(self) -> None:
        """Close every connection and wait for every thread."""
        BaseServer.shutdown(self)
        self.acceptor.join()
        self.server_close()
        with self.guard:
            open_connections = dict(self.connections)
        for connection in open_connections:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        for thread in open_connections.values():
            thread.join(timeout=5)
