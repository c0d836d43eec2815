"""Redirects, encodings and bodies of odd sizes."""

from abc import ABC, abstractmethod
from collections.abc import Iterator

from tests.servers.core import Server
from tests.servers.messages import Extension, Refused, Request, Response
from tests.servers.registry import field


class SlashDropped(Server):
    """Redirects every path of the page to the path without its last slash, and answers there."""

    status = 301

    def match(self, request: Request) -> str:
        """Drop the slash."""
        if request.path.endswith("/phone/"):
            raise Refused(self.status, "moved", {"Location": request.path[:-1]})
        path = request.path + "/"
        return super().match(Request(request.method, path, request.query, request.headers, request.body))


@field("redirects_301", 0, 1, 3, remark="Location is named once", names=("Location",), findings=1, may_keep=())
class Redirects301(SlashDropped):
    """301 to the path without its slash."""


@field("redirects_308", 0, 1, 3, remark="Location is named once", names=("Location",), findings=1, may_keep=())
class Redirects308(SlashDropped):
    """308 to the path without its slash."""

    status = 308


@field("redirects_https", 1, 3, 4, remark="Location is named once", names=("Location", "https:"), may_keep=())
class RedirectsHttps(Server):
    """301 to https on the same host, where nothing listens."""

    def handle(self, request: Request) -> Response:
        """Everything moves."""
        location = f"https://{request.header('Host')}{request.path}"
        return Response(301, b"<h1>Moved</h1>", {"Location": location, "Content-Type": "text/html"})


@field("brotli", 1, 3, names=("br", "Content-Encoding"), findings=1, may_keep=(), no_writes=True)
class Brotli(Server):
    """Answers with Content-Encoding: br, which the client did not offer."""

    def respond(self, document: object) -> Response:
        """Encode."""
        response = super().respond(document)
        response.body = brotli(response.body)
        response.headers["Content-Encoding"] = "br"
        return response


def brotli(content: bytes) -> bytes:
    """A Brotli stream (RFC 7932) that stores its content without compression.

    The header is WBITS=16 (one bit 0), ISLAST=0, MNIBBLES=4 (two bits 0), MLEN-1 (16 bits), ISUNCOMPRESSED=1.
    The last byte is an empty last meta-block.
    """
    pieces = [content[at : at + 65536] for at in range(0, len(content), 65536)]
    if len(pieces) != 1:
        raise ValueError("one piece of at most 65,536 bytes")
    header = (len(content) - 1) << 4 | 1 << 20
    return header.to_bytes(3, "little") + content + b"\x03"


class Huge(Server, ABC):
    """GET answers a document that is far too large."""

    def get(self, request: Request, extension: Extension) -> Response:
        """Stream it."""
        response = super().get(request, extension)
        response.stream = self.pieces(response.body)
        return response

    @abstractmethod
    def pieces(self, body: bytes) -> Iterator[bytes]:
        """The body in pieces."""


@field("eight_mebibytes_of_lists", 1, 3, may_keep=(), no_writes=True, seconds=120)
class EightMebibytesOfLists(Huge):
    """GET answers 8 MiB of `[],` in one list."""

    def pieces(self, body: bytes) -> Iterator[bytes]:
        """Many empty lists."""
        yield b"["
        yield from [b"[]," * 21_845] * 128
        yield body + b"]"


@field("deeply_nested", 1, 3, may_keep=(), no_writes=True, seconds=120)
class DeeplyNested(Huge):
    """GET answers 200,000 lists inside each other."""

    def pieces(self, body: bytes) -> Iterator[bytes]:
        """Open and close."""
        yield b"[" * 200_000 + body + b"]" * 200_000


@field("endless_get", 1, 3, may_keep=(), no_writes=True, seconds=120)
class EndlessGet(Huge):
    """GET answers blanks behind the document, without an end."""

    def pieces(self, body: bytes) -> Iterator[bytes]:
        """Blanks are allowed behind JSON, but not for ever."""
        yield body
        while not self.stopping.is_set():
            yield b" " * 65536
