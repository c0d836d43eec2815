"""HTTP around the resource: the page says nothing of caches, encodings, other methods or the last slash."""

import gzip
import hashlib
import zlib

from tests.servers.core import Server
from tests.servers.messages import Extension, Refused, Request, Response
from tests.servers.page import Json
from tests.servers.registry import conforming


@conforming("chunked", "O-01", remark="none")
class Chunked(Server):
    """Sends its answers in chunks of seven bytes, without a length."""

    def respond(self, document: Json) -> Response:
        """Cut the body."""
        response = super().respond(document)
        pieces = [response.body[at : at + 7] for at in range(0, len(response.body), 7)]
        # Few pieces, or the many small writes would make every run slow.
        response.stream = [*pieces[:5], b"".join(pieces[5:])]
        return response


class Compressed(Server):
    """Encodes its answers if the client offers the encoding."""

    coding = "gzip"

    def handle(self, request: Request) -> Response:
        """Encode successes and refusals."""
        response = super().handle(request)
        offered = [part.split(";")[0].strip() for part in request.header("Accept-Encoding").split(",")]
        response.headers["Vary"] = "Accept-Encoding"
        if self.coding in offered and response.body:
            response.body = self.compress(response.body)
            response.headers["Content-Encoding"] = self.coding
        return response

    def compress(self, body: bytes) -> bytes:
        """The encoded body."""
        return gzip.compress(body, 1)


@conforming("gzip_if_offered", "O-01", remark="none")
class GzipIfOffered(Compressed):
    """Answers with gzip to a client that offers it, and plainly to all others."""


@conforming("deflate_if_offered", "O-01", remark="none")
class DeflateIfOffered(Compressed):
    """Answers with deflate to a client that offers it."""

    coding = "deflate"

    def compress(self, body: bytes) -> bytes:
        """Use the zlib format, as RFC 9110 has it."""
        return zlib.compress(body, 1)


@conforming("connection_closed", "O-01", remark="none")
class ConnectionClosed(Server):
    """Closes the connection after each answer, and says so."""

    def handle(self, request: Request) -> Response:
        """Say it."""
        response = super().handle(request)
        response.headers["Connection"] = "close"
        return response


@conforming("headers_lower_case", "O-01", remark="none")
class HeadersLowerCase(Server):
    """Writes the names of its headers in lower case, as a gateway for HTTP/2 does."""

    def handle(self, request: Request) -> Response:
        """Lower the names."""
        response = super().handle(request)
        response.headers = {name.lower(): value for name, value in response.headers.items()}
        return response


@conforming("etag_and_304", "O-01", remark="none")
class EtagAndNotModified(Server):
    """Sends an ETag and answers 304 to a client that has this version already."""

    def get(self, request: Request, extension: Extension) -> Response:
        """Compare versions."""
        response = super().get(request, extension)
        tag = f'"{hashlib.sha256(response.body).hexdigest()[:16]}"'
        if request.header("If-None-Match") == tag:
            return Response(304, b"", {"ETag": tag})
        response.headers |= {"ETag": tag, "Cache-Control": "private, no-cache"}
        return response


@conforming("honest_cache", "O-01", "O-04", remark="none: what the cache answers is always right")
class HonestCache(Server):
    """Answers GET from a cache (Age, X-Cache: HIT) which every PUT empties, so that no answer is old."""

    def get(self, request: Request, extension: Extension) -> Response:
        """Show the headers of a cache."""
        response = super().get(request, extension)
        response.headers |= {"Age": "2", "X-Cache": "HIT", "Via": "1.1 gateway", "Cache-Control": "max-age=60"}
        return response


@conforming("slow_reads_50ms", "O-01", remark="none")
class SlowReads(Server):
    """Answers each GET after 50 ms."""

    delay = 0.05

    def get(self, request: Request, extension: Extension) -> Response:
        """Take some time."""
        self.pause(self.delay)
        return super().get(request, extension)


@conforming("slow_reads_400ms", "O-01", remark="none")
class SlowerReads(SlowReads):
    """Answers each GET after 400 ms."""

    delay = 0.4


@conforming("slow_first_answer", "O-01", remark="none")
class SlowFirstAnswer(Server):
    """Takes two seconds for its first answer."""

    first_delay = 2.0

    def handle(self, request: Request) -> Response:
        """Wake up."""
        if len(self.log) == 1:
            self.pause(self.first_delay)
        return super().handle(request)


@conforming("slash_redirects", "O-01", remark="none: the page's own path is answered directly")
class SlashRedirects(Server):
    """Redirects the path without its last slash, with 308, to the path of the page."""

    def match(self, request: Request) -> str:
        """Send the client to the page's path."""
        if request.path.endswith("/phone"):
            raise Refused(308, "moved", {"Location": request.path + "/"})
        return super().match(request)


@conforming("slash_optional", "O-01", remark="none")
class SlashOptional(Server):
    """Answers the path without its last slash as well."""

    def match(self, request: Request) -> str:
        """Add the slash."""
        path = request.path if request.path.endswith("/") else request.path + "/"
        return super().match(Request(request.method, path, request.query, request.headers, request.body))


@conforming("no_head", "O-01", remark="none")
class NoHead(Server):
    """Refuses HEAD with 501; the page names GET and PUT only."""

    def route(self, request: Request) -> Response:
        """Know two methods."""
        if request.method not in ("GET", "PUT", "POST"):
            raise Refused(501, "not implemented")
        return super().route(request)


@conforming("options_answered", "O-01", remark="none")
class OptionsAnswered(Server):
    """Answers OPTIONS without a token, as browsers need it, and lists PATCH as a method."""

    def route(self, request: Request) -> Response:
        """Answer the preflight."""
        if request.method == "OPTIONS":
            allow = "GET, HEAD, PUT, PATCH, OPTIONS"
            return Response(204, b"", {"Allow": allow, "Access-Control-Allow-Origin": "*"})
        return super().route(request)


@conforming("patch_as_put", "O-04", remark="none")
class PatchAsPut(Server):
    """Takes PATCH, and POST with X-HTTP-Method-Override, as it takes PUT; other methods get 404."""

    def route(self, request: Request) -> Response:
        """Translate the method."""
        override = request.header("X-HTTP-Method-Override").upper()
        method = override or {"PATCH": "PUT"}.get(request.method, request.method)
        if method in ("DELETE", "TRACE", "OPTIONS"):
            raise Refused(404, "not found")
        return super().route(Request(method, request.path, request.query, request.headers, request.body))


@conforming("closed_while_idle", "O-01", remark="none")
class ClosedWhileIdle(Server):
    """Closes every fifth connection after its answer without saying so, as HTTP/1.1 allows."""

    def handle(self, request: Request) -> Response:
        """Hang up."""
        response = super().handle(request)
        response.hang_up = len(self.log) % 5 == 0
        return response
