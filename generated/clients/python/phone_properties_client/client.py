"""The two operations, sync and async. This module names no property: models and descriptions come from the contract."""

import time
from dataclasses import dataclass
from typing import Any, Self, Unpack, cast
from urllib.parse import quote

import anyio
import httpx

from .contract import PATH
from .errors import UnreadableAnswerError, error_of
from .headers import RequestBudget
from .models import PhoneProperties, PhonePropertiesUpdate
from .options import DEFAULT_TIMEOUT, AsyncClientOptions, CallOptions, ClientOptions
from .retries import Retries

DEFAULT_RETRIES = 2
DEFAULT_MAX_WAIT = 60.0

ExtensionId = int | str
"""A number, also as text, or `@me`."""
Changes = PhonePropertiesUpdate | PhoneProperties
"""What an update takes: a few settings, or all settings as `get` returned them."""


@dataclass(frozen=True)
class PhoneResponse:
    """A response: the settings, the request budget, and the raw response of httpx."""

    settings: PhoneProperties
    budget: RequestBudget
    http: httpx.Response


class PhoneClient:
    """Reads and changes the settings of internal numbers.

    Args:
        base_url: The server with its base path, such as `https://host/api/ver1.0`.
        auth: `ClientCredentials` or `BearerToken`.
        retries: How often a request is sent once more after a connection error or a 429.
        max_wait: The longest wait before a retry, in seconds. If the server asks for a longer one, the call fails.
        **options: See `ClientOptions`.
    """

    def __init__(
        self,
        base_url: str,
        auth: httpx.Auth,
        *,
        retries: int = DEFAULT_RETRIES,
        max_wait: float = DEFAULT_MAX_WAIT,
        **options: Unpack[ClientOptions],
    ) -> None:
        options.setdefault("timeout", DEFAULT_TIMEOUT)
        self._retries = Retries(retries, max_wait)
        self._http = httpx.Client(base_url=base_url, auth=auth, **cast(dict[str, Any], options))

    def get(self, extension_id: ExtensionId, **options: Unpack[CallOptions]) -> PhoneProperties:
        """Get phone terminal properties.

        Answers all settings of the internal number. Reading changes nothing (RFC 9110, 9.2.1).

        Args:
            extension_id: Unique id of the internal number. A user of the type "internal number" may write `@me` for the own one. That an
                id is 1 or more is inferred.
            **options: See `CallOptions`.

        Raises:
            ApiError: The response is not the settings.
            TokenError: The token endpoint gave no token.
            httpx.TransportError: There was no response.
        """
        return self.get_response(extension_id, **options).settings

    def update(self, extension_id: ExtensionId, changes: Changes, **options: Unpack[CallOptions]) -> PhoneProperties:
        """Change phone terminal properties.

        Changes the settings that the body carries and leaves all others as they are, then answers all of them, the
        changed ones included. That a refused request changes nothing is inferred.

        Args:
            extension_id: Unique id of the internal number. A user of the type "internal number" may write `@me` for the own one. That an
                id is 1 or more is inferred.
            changes: The settings to change. None is sent as null.
            **options: See `CallOptions`; `retry=True` also retries an update.

        Raises:
            ApiError: The server refused the change, and changed nothing.
            TokenError: The token endpoint gave no token.
            httpx.TransportError: There was no response. The server may have made the change.
        """
        return self.update_response(extension_id, changes, **options).settings

    def get_response(self, extension_id: ExtensionId, **options: Unpack[CallOptions]) -> PhoneResponse:
        """Do the same as `get`; returns the response with its headers and the request budget."""
        return self._call("GET", extension_id, None, options)

    def update_response(
        self, extension_id: ExtensionId, changes: Changes, **options: Unpack[CallOptions]
    ) -> PhoneResponse:
        """Do the same as `update`; returns the response with its headers and the request budget."""
        return self._call("PUT", extension_id, changes, options)

    def _call(
        self, method: str, extension_id: ExtensionId, changes: Changes | None, options: CallOptions
    ) -> PhoneResponse:
        request = _request(self._http, method, extension_id, changes, options)
        retries = _retries(self._retries, method, options)
        done = 0
        while (wait := retries.wait(done, result := self._try(request))) is not None:
            time.sleep(wait)
            done += 1
        return _response(result)

    def _try(self, request: httpx.Request) -> httpx.Response | httpx.TransportError:
        try:
            return self._http.send(request)
        except httpx.TransportError as error:
            return error

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class AsyncPhoneClient:
    """`PhoneClient` for async code; arguments and errors are the same."""

    def __init__(
        self,
        base_url: str,
        auth: httpx.Auth,
        *,
        retries: int = DEFAULT_RETRIES,
        max_wait: float = DEFAULT_MAX_WAIT,
        **options: Unpack[AsyncClientOptions],
    ) -> None:
        options.setdefault("timeout", DEFAULT_TIMEOUT)
        self._retries = Retries(retries, max_wait)
        self._http = httpx.AsyncClient(base_url=base_url, auth=auth, **cast(dict[str, Any], options))

    async def get(self, extension_id: ExtensionId, **options: Unpack[CallOptions]) -> PhoneProperties:
        """Get phone terminal properties.

        Answers all settings of the internal number. Reading changes nothing (RFC 9110, 9.2.1).

        Arguments and errors are those of `PhoneClient.get`.
        """
        return (await self.get_response(extension_id, **options)).settings

    async def update(
        self, extension_id: ExtensionId, changes: Changes, **options: Unpack[CallOptions]
    ) -> PhoneProperties:
        """Change phone terminal properties.

        Changes the settings that the body carries and leaves all others as they are, then answers all of them, the
        changed ones included. That a refused request changes nothing is inferred.

        Arguments and errors are those of `PhoneClient.update`.
        """
        return (await self.update_response(extension_id, changes, **options)).settings

    async def get_response(self, extension_id: ExtensionId, **options: Unpack[CallOptions]) -> PhoneResponse:
        """Do the same as `get`; returns the response with its headers and the request budget."""
        return await self._call("GET", extension_id, None, options)

    async def update_response(
        self, extension_id: ExtensionId, changes: Changes, **options: Unpack[CallOptions]
    ) -> PhoneResponse:
        """Do the same as `update`; returns the response with its headers and the request budget."""
        return await self._call("PUT", extension_id, changes, options)

    async def _call(
        self, method: str, extension_id: ExtensionId, changes: Changes | None, options: CallOptions
    ) -> PhoneResponse:
        request = _request(self._http, method, extension_id, changes, options)
        retries = _retries(self._retries, method, options)
        done = 0
        while (wait := retries.wait(done, result := await self._try(request))) is not None:
            await anyio.sleep(wait)
            done += 1
        return _response(result)

    async def _try(self, request: httpx.Request) -> httpx.Response | httpx.TransportError:
        try:
            return await self._http.send(request)
        except httpx.TransportError as error:
            return error

    async def aclose(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()


def _request(
    http: httpx.Client | httpx.AsyncClient,
    method: str,
    extension_id: ExtensionId,
    changes: Changes | None,
    options: CallOptions,
) -> httpx.Request:
    url = PATH.format(extension_id=quote(str(extension_id), safe=""))
    timeout = options.get("timeout", http.timeout)
    body = None if changes is None else changes.to_dict()
    return http.build_request(method, url, json=body, headers=options.get("headers"), timeout=timeout)


def _retries(retries: Retries, method: str, options: CallOptions) -> Retries:
    return retries if options.get("retry", method == "GET") else Retries(0, 0)


def _response(result: httpx.Response | httpx.TransportError) -> PhoneResponse:
    if isinstance(result, httpx.TransportError):
        raise result
    if not result.is_success:
        raise error_of(result)
    return PhoneResponse(_settings(result), RequestBudget.of(result.headers), result)


def _settings(response: httpx.Response) -> PhoneProperties:
    """Return the body, which must have all required properties; their values are not checked."""
    try:
        return PhoneProperties.from_dict(response.json())
    except (ValueError, TypeError, AttributeError, RecursionError):
        raise UnreadableAnswerError(response) from None
