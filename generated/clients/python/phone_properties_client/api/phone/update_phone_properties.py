from typing import Any, Literal
from urllib.parse import quote

from ...models.phone_properties_update import PhonePropertiesUpdate


def request(
    extension_id: int | Literal["@me"],
    *,
    body: PhonePropertiesUpdate,
) -> dict[str, Any]:
    """Change phone terminal properties, as the arguments of `httpx.Client.request`."""
    headers: dict[str, Any] = {}

    _kwargs: dict[str, Any] = {
        "method": "put",
        "url": "/extension/{extension_id}/phone/".format(
            extension_id=quote(str(extension_id), safe=""),
        ),
        "headers": headers,
    }
    _kwargs["json"] = body.to_dict()

    headers["Content-Type"] = "application/json"
    return _kwargs
