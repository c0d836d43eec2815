from typing import Any, Literal
from urllib.parse import quote


def request(
    extension_id: int | Literal["@me"],
) -> dict[str, Any]:
    """Get phone terminal properties, as the arguments of `httpx.Client.request`."""

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/extension/{extension_id}/phone/".format(
            extension_id=quote(str(extension_id), safe=""),
        ),
    }
    return _kwargs
