"""HTTP with limits on time and size: every answer is bounded in both."""

from __future__ import annotations

import datetime
import http.client
import io
import logging
import socket
import ssl
import time
from collections.abc import Hashable, Iterator, Mapping
from typing import Any, Protocol
from urllib.parse import urlsplit

import requests
import truststore
from requests.adapters import HTTPAdapter
from requests.structures import CaseInsensitiveDict
from requests.utils import get_encoding_from_headers
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import DecodeError, HTTPError

from contract_tests.target.target import is_loopback

MAX_SECONDS = 15
"""So long an answer may take as a whole, however often a byte of it comes."""
MAX_BYTES = 8 * 2**20
"""So large may an answer be, decoded; headers are bounded by http.client."""
_CHUNK = 2**16
# It warns of malformed headers, and shows them: they may hold what the server was sent.
logging.getLogger("urllib3.connection").setLevel(logging.ERROR)


class UnboundedError(Exception):
    """An answer goes on and on; the message tells the bound.

    None of the errors that urllib3 and requests know, so that it comes through them as it is.
    """


def _as_it_is(request: requests.PreparedRequest) -> requests.PreparedRequest:
    return request


ENCODINGS = ("gzip", "deflate")
"""What answers may be encoded with (RFC 9110, 12.5.3)."""


class BoundedSession(requests.Session):
    """A session that cuts off what takes too long or is too large, follows no redirect, and keeps no cookie."""

    def __init__(self, connections: int) -> None:
        super().__init__()
        self.headers["Accept-Encoding"] = ", ".join(ENCODINGS)
        self.auth = _as_it_is  # else `requests` would replace the token by what ~/.netrc has for the host
        for scheme in ("http://", "https://"):
            self.mount(scheme, _BoundedAdapter(pool_maxsize=connections, max_retries=0))

    def send(self, request: requests.PreparedRequest, **options: Any) -> requests.Response:  # noqa: ANN401 - passed on
        """Send a request; the content of the answer is read here, decoded and within its bounds.

        To this machine it goes directly: what a proxy calls 127.0.0.1 is another one. It goes to the adapter at once:
        what `requests` does around that, for redirects and cookies, takes as long as to send it.

        Raises:
            requests.RequestException: No whole answer came; `why` tells the reason.
        """
        url = request.url or ""
        way = {name: options[name] for name in ("timeout", "verify", "cert", "proxies") if name in options}
        if is_loopback(urlsplit(url).hostname or ""):
            way["proxies"] = {}
        started = time.perf_counter()
        try:
            with self.get_adapter(url).send(request, stream=True, **way) as response:
                # As requests itself does it, but in pieces that are counted.
                response._content = b"".join(_content(response.raw))
                response._content_consumed = True  # type: ignore[attr-defined]
                response.elapsed = datetime.timedelta(seconds=time.perf_counter() - started)
                return response
        except requests.RequestException:
            raise
        except Exception as error:  # what a broken answer raises, deep in three libraries, cannot be listed
            raise NoAnswerError(why(error), request=request) from error


class NoAnswerError(requests.RequestException):
    """No whole answer came, for a reason that `requests` has no name for."""


def why(error: Exception) -> str:
    """In a few words why no whole answer came, without anything that the server wrote."""
    if isinstance(error, UnboundedError | NoAnswerError):
        return str(error)
    chain = [*_chain(error)]
    if any(isinstance(cause, DecodeError) for cause in chain):
        return "the content is not what Content-Encoding says"
    if not isinstance(error, requests.RequestException | HTTPError):
        return f"a malformed answer ({type(error).__name__})"
    reasons = [reason for cause in chain if (reason := _reason(cause))]
    return f"{type(error).__name__} ({reasons[-1]})" if reasons else type(error).__name__


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    while error:
        yield error
        # urllib3 wraps some errors that it never raises.
        wrapped = [argument for argument in error.args if isinstance(argument, BaseException)]
        error = error.__cause__ or error.__context__ or (wrapped[0] if wrapped else None)


def _reason(error: BaseException) -> str:
    if isinstance(error, requests.RequestException):  # an OSError too, and says no more than its name
        return ""
    if isinstance(error, ssl.SSLCertVerificationError):
        return error.verify_message
    if isinstance(error, ssl.SSLError):
        # Without a reason the server closed the connection, as it may where it wants a client certificate.
        return (error.reason or "connection closed").lower().replace("_", " ")
    if isinstance(error, http.client.HTTPException):
        return str(error) if type(error) is http.client.HTTPException else type(error).__name__
    if isinstance(error, TimeoutError):
        return "timed out"
    return error.strerror or "" if isinstance(error, OSError) else ""


class _Raw(Protocol):
    @property
    def headers(self) -> Mapping[str, str]: ...

    def read(self, amt: int, *, decode_content: bool) -> bytes: ...


def _content(raw: _Raw) -> Iterator[bytes]:
    """The decoded content in pieces; a piece is bounded too, so that a compressed bomb never unfolds."""
    size = 0
    # Not what a library decodes as well, once somebody has installed it.
    is_offered = raw.headers.get("Content-Encoding", "").lower() in ENCODINGS
    while piece := raw.read(_CHUNK, decode_content=is_offered):
        size += len(piece)
        if size > MAX_BYTES:
            raise UnboundedError(f"more than {MAX_BYTES // 2**20} MiB")
        yield piece


class _TimedIO(io.RawIOBase):
    """What a socket receives, up to a deadline."""

    def __init__(self, raw: io.RawIOBase, connection: socket.socket) -> None:
        self._raw = raw
        self._connection = connection
        self._silence = connection.gettimeout() or MAX_SECONDS
        self._deadline = time.monotonic() + MAX_SECONDS

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any, /) -> int | None:  # noqa: ANN401 - as in io
        left = self._deadline - time.monotonic()
        if left > 0:
            self._connection.settimeout(min(self._silence, left))
            try:
                return self._raw.readinto(buffer)
            except TimeoutError:
                if left >= self._silence:
                    raise
        raise UnboundedError(f"no whole answer within {MAX_SECONDS} s")

    def close(self) -> None:
        # The socket counts who uses it, and is closed after the last of them.
        self._raw.close()
        super().close()


class _TimedResponse(http.client.HTTPResponse):
    """An answer whose clock runs from the moment at which the request was sent."""

    def __init__(self, sock: socket.socket, *arguments: Any, **options: Any) -> None:  # noqa: ANN401 - passed on
        super().__init__(sock, *arguments, **options)
        self.fp: io.BufferedReader = io.BufferedReader(_TimedIO(self.fp.detach(), sock))

    def _read_status(self) -> tuple[str, int, str]:
        """Skip every interim answer (RFC 9110, 15.2), not only 100 as http.client does."""
        while True:
            version, status, reason = super()._read_status()  # type: ignore[misc]
            if status < 100 or status >= 200 or status == http.client.SWITCHING_PROTOCOLS:
                return version, status, reason
            http.client.parse_headers(self.fp)


class _Connection(HTTPConnection):
    """Sends the head and the body of a request together: in two pieces they take twice the time."""

    response_class = _TimedResponse
    _pieces: list[bytes] | None = None

    def request(self, *arguments: Any, **options: Any) -> None:  # noqa: ANN401 - passed on
        pieces: list[bytes] = []
        self._pieces = pieces
        try:
            super().request(*arguments, **options)
        finally:
            self._pieces = None
        self.send(b"".join(pieces))

    def send(self, data: Any) -> None:  # noqa: ANN401 - as in http.client
        if self._pieces is None:
            super().send(data)
        else:
            self._pieces.append(data)


class _TlsConnection(_Connection, HTTPSConnection):
    pass


class _BoundedAdapter(HTTPAdapter):
    """Trusts the certificates of the system, unless others are named.

    What `requests` finds out anew for each request (the pool, the path, cookies) takes longer than to send it.
    """

    def __init__(self, **options: Any) -> None:  # noqa: ANN401 - passed on
        self._system = truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        self._pools: dict[Hashable, Any] = {}
        super().__init__(**options)

    def get_connection_with_tls_context(self, request: Any, verify: Any, proxies: Any = None, cert: Any = None) -> Any:  # noqa: ANN401
        url = urlsplit(request.url)
        way = (url.scheme, url.netloc, verify, cert, *(proxies or {}).items())
        if way not in self._pools:
            pool: Any = super().get_connection_with_tls_context(request, verify, proxies=proxies, cert=cert)
            pool.ConnectionCls = _TlsConnection if pool.scheme == "https" else _Connection
            self._pools[way] = pool
        return self._pools[way]

    def close(self) -> None:
        super().close()
        self._pools.clear()

    def request_url(self, request: Any, proxies: Any) -> str:  # noqa: ANN401
        path: str = request.path_url
        return super().request_url(request, proxies) if proxies else path

    def build_response(self, req: Any, resp: Any) -> requests.Response:  # noqa: ANN401
        response = requests.Response()
        response.request, response.url, response.raw = req, req.url, resp
        response.status_code, response.reason = resp.status, resp.reason
        response.headers = CaseInsensitiveDict(resp.headers)
        response.encoding = get_encoding_from_headers(response.headers)
        return response

    def build_connection_pool_key_attributes(self, request: Any, verify: Any, cert: Any = None) -> Any:  # noqa: ANN401
        host: Any
        pool: Any
        host, pool = super().build_connection_pool_key_attributes(request, verify, cert)
        return host, pool | ({"ssl_context": self._system} if verify is True and host["scheme"] == "https" else {})

    def cert_verify(self, conn: Any, url: Any, verify: Any, cert: Any) -> None:  # noqa: ANN401
        super().cert_verify(conn, url, verify, cert)  # type: ignore[no-untyped-call]
        if verify is True:  # not the certificates that come with requests
            conn.ca_certs = conn.ca_cert_dir = None
