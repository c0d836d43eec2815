"""The two operations, sync and async. This module names no property: requests and models are generated."""

from typing import Any, Literal, Self

import httpx

from .api.phone import get_phone_properties, update_phone_properties
from .errors import UnreadableAnswerError, error_of
from .models import PhoneProperties, PhonePropertiesUpdate

ExtensionId = int | Literal["@me"]


class PhoneClient:
    """Reads and changes the settings of internal numbers.

    Args:
        base_url: The server with its base path, such as `https://host/api/ver1.0`.
        auth: `ClientCredentials` or `BearerToken`.
        **options: Further arguments of `httpx.Client`, such as `timeout` and `verify`.
    """

    def __init__(self, base_url: str, auth: httpx.Auth, **options: Any) -> None:  # noqa: ANN401 (httpx types them)
        self._http = httpx.Client(base_url=base_url, auth=auth, **options)

    def get(self, extension_id: ExtensionId) -> PhoneProperties:
        """Return all settings of an internal number; `@me` is the internal number of the user.

        Raises:
            ApiError: The response is not the settings.
            TokenError: The token endpoint gave no token.
        """
        return _settings(self._http.request(**get_phone_properties.request(extension_id)))

    def update(self, extension_id: ExtensionId, changes: PhonePropertiesUpdate) -> PhoneProperties:
        """Change only the settings that are in `changes`; returns all settings.

        Raises:
            ApiError: The server refused the change, and changed nothing.
            TokenError: The token endpoint gave no token.
        """
        return _settings(self._http.request(**update_phone_properties.request(extension_id, body=changes)))

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class AsyncPhoneClient:
    """`PhoneClient` for async code; arguments and errors are the same."""

    def __init__(self, base_url: str, auth: httpx.Auth, **options: Any) -> None:  # noqa: ANN401 (httpx types them)
        self._http = httpx.AsyncClient(base_url=base_url, auth=auth, **options)

    async def get(self, extension_id: ExtensionId) -> PhoneProperties:
        """See `PhoneClient.get`."""
        return _settings(await self._http.request(**get_phone_properties.request(extension_id)))

    async def update(self, extension_id: ExtensionId, changes: PhonePropertiesUpdate) -> PhoneProperties:
        """See `PhoneClient.update`."""
        return _settings(await self._http.request(**update_phone_properties.request(extension_id, body=changes)))

    async def aclose(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()


def _settings(response: httpx.Response) -> PhoneProperties:
    if not response.is_success:
        raise error_of(response)
    try:
        return PhoneProperties.from_dict(response.json())
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
        raise UnreadableAnswerError(response) from None
