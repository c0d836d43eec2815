"""The options of the clients, typed: a type checker reports a misspelt one."""

import ssl
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import TypedDict

import httpx

DEFAULT_TIMEOUT = 15.0

Timeout = float | httpx.Timeout | None


class Hooks(TypedDict, total=False):
    """Functions that see every request and every response, also those for a token. A request contains a secret."""

    request: Sequence[Callable[[httpx.Request], object]]
    """Called before a request is sent."""

    response: Sequence[Callable[[httpx.Response], object]]
    """Called when the headers of a response are there."""


class AsyncHooks(TypedDict, total=False):
    """`Hooks` of the async client."""

    request: Sequence[Callable[[httpx.Request], Awaitable[object]]]
    """Called before a request is sent."""

    response: Sequence[Callable[[httpx.Response], Awaitable[object]]]
    """Called when the headers of a response are there."""


class _Options(TypedDict, total=False):
    timeout: Timeout
    """Seconds for each step of a request: connect, send, receive. The default is 15; None waits without a limit."""

    headers: Mapping[str, str]
    """Headers of every request."""

    verify: bool | ssl.SSLContext
    """The TLS context, with your own certificate authority or your client certificate."""

    proxy: str | httpx.Proxy | None
    """The proxy. Without it, `HTTPS_PROXY`, `HTTP_PROXY` and `NO_PROXY` of the environment decide."""

    trust_env: bool
    """False: take no proxy and no certificates from the environment."""

    limits: httpx.Limits
    """Limits of the connection pool."""


class ClientOptions(_Options, total=False):
    """Options of `PhoneClient`, which go to `httpx.Client`."""

    event_hooks: Hooks
    """Functions that see every request and every response."""

    transport: httpx.BaseTransport
    """Sends the requests instead of the network, for example in a test."""


class AsyncClientOptions(_Options, total=False):
    """Options of `AsyncPhoneClient`, which go to `httpx.AsyncClient`."""

    event_hooks: AsyncHooks
    """Functions that see every request and every response."""

    transport: httpx.AsyncBaseTransport
    """Sends the requests instead of the network, for example in a test."""


class CallOptions(TypedDict, total=False):
    """Options of one call."""

    timeout: Timeout
    """Instead of the timeout of the client."""

    headers: Mapping[str, str]
    """Further headers of this request."""

    retry: bool
    """Whether to send the request once more after a connection error or a 429. The default is true for a read. It is
    false for an update: without a response, nobody knows whether the server made the change."""
