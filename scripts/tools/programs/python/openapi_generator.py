"""Set and read values with the Python client of openapi-generator; see `scripts/tools/steps.py`."""

import os
from collections.abc import Callable

from openapi_client import (
    ApiClient,
    Bundle,
    BundleEntry,
    Configuration,
    PhoneApi,
    PhoneProperties,
    PhonePropertiesUpdate,
)
from openapi_client.exceptions import ApiException

EXTENSION, FUTURE = os.environ["EXTENSION"], os.environ["FUTURE_EXTENSION"]


def client(token: str) -> PhoneApi:
    return PhoneApi(ApiClient(Configuration(host=os.environ["BASE_URL"], access_token=token)))


api = client(os.environ["TOKEN"])


def put(update: PhonePropertiesUpdate) -> PhoneProperties:
    api.update_phone_properties(EXTENSION, update)
    return api.get_phone_properties(EXTENSION)


def word(value: object) -> str:
    return "null" if value is None else str(getattr(value, "value", value))


def bundle() -> str:
    entries = {"124": BundleEntry(active=False), "29196": BundleEntry(active=True)}
    read = put(PhonePropertiesUpdate(bundle=Bundle(bundle_list=entries, bundle_id=3))).bundle
    flags = {key: entry.active for key, entry in sorted((read.bundle_list or {}).items())}
    return ",".join(f"{key}:{str(active).lower()}" for key, active in flags.items()) + f",{read.bundle_id}"


def refused(api: PhoneApi, extension: str) -> str:
    try:
        api.get_phone_properties(extension)
    except ApiException as error:
        return f"{error.status} {error.data.status}"
    return "no error"


def show(step: str, read: Callable[[], str]) -> None:
    try:
        print(f"{step}={read()}")
    except Exception as error:
        print(f"{step}={type(error).__name__}: {str(error).splitlines()[0]}")


show("int64 read", lambda: word(api.get_phone_properties(EXTENSION).hold_music))
show("text", lambda: word(put(PhonePropertiesUpdate(conference_pin="0042")).conference_pin))
show("false", lambda: word(put(PhonePropertiesUpdate(record_enabled=False)).record_enabled).lower())
show("enum", lambda: word(put(PhonePropertiesUpdate(record_format="mp3")).record_format))
show("absent", lambda: word(put(PhonePropertiesUpdate(hangup_timeout=30)).record_format))
show("null", lambda: word(put(PhonePropertiesUpdate(record_format=None)).record_format))
show("int64 set", lambda: word(put(PhonePropertiesUpdate(ringback_sound=2**63 - 1)).ringback_sound))
show("bundle", bundle)
show("unknown enum value", lambda: word(api.get_phone_properties(FUTURE).record_format))
show("401", lambda: refused(client("wrong-token"), EXTENSION))
show("404", lambda: refused(api, os.environ["UNKNOWN_EXTENSION"]))
