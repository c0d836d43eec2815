"""Set and read values with the client of openapi-python-client; see `scripts/tools/steps.py`."""

import os
from collections.abc import Callable

from phone_terminal_properties_client import AuthenticatedClient
from phone_terminal_properties_client.api.phone import get_phone_properties, update_phone_properties
from phone_terminal_properties_client.models import (
    Bundle,
    BundleEntry,
    BundleList,
    Error,
    PhoneProperties,
    PhonePropertiesUpdate,
    RecordFormat,
)

EXTENSION, FUTURE = os.environ["EXTENSION"], os.environ["FUTURE_EXTENSION"]


def client(token: str) -> AuthenticatedClient:
    return AuthenticatedClient(base_url=os.environ["BASE_URL"], token=token)


own = client(os.environ["TOKEN"])


def get(extension: str) -> PhoneProperties:
    read = get_phone_properties.sync(extension, client=own)
    assert isinstance(read, PhoneProperties), read
    return read


def put(update: PhonePropertiesUpdate) -> PhoneProperties:
    answer = update_phone_properties.sync(EXTENSION, client=own, body=update)
    assert isinstance(answer, PhoneProperties), answer
    return get(EXTENSION)


def word(value: object) -> str:
    return "null" if value is None else str(getattr(value, "value", value))


def bundle() -> str:
    entries = BundleList()
    entries.additional_properties = {"124": BundleEntry(active=False), "29196": BundleEntry(active=True)}
    read = put(PhonePropertiesUpdate(bundle=Bundle(bundle_list=entries, bundle_id=3))).bundle
    assert isinstance(read.bundle_list, BundleList)
    flags = {key: entry.active for key, entry in sorted(read.bundle_list.additional_properties.items())}
    return ",".join(f"{key}:{str(active).lower()}" for key, active in flags.items()) + f",{read.bundle_id}"


def refused(client: AuthenticatedClient, extension: str) -> str:
    answer = get_phone_properties.sync_detailed(extension, client=client)
    assert isinstance(answer.parsed, Error)
    return f"{answer.status_code.value} {answer.parsed.status}"


def show(step: str, read: Callable[[], str]) -> None:
    try:
        print(f"{step}={read()}")
    except Exception as error:
        print(f"{step}={type(error).__name__}: {str(error).splitlines()[0]}")


show("int64 read", lambda: word(get(EXTENSION).hold_music))
show("text", lambda: word(put(PhonePropertiesUpdate(conference_pin="0042")).conference_pin))
show("false", lambda: word(put(PhonePropertiesUpdate(record_enabled=False)).record_enabled).lower())
show("enum", lambda: word(put(PhonePropertiesUpdate(record_format=RecordFormat.MP3)).record_format))
show("absent", lambda: word(put(PhonePropertiesUpdate(hangup_timeout=30)).record_format))
show("null", lambda: word(put(PhonePropertiesUpdate(record_format=None)).record_format))
show("int64 set", lambda: word(put(PhonePropertiesUpdate(ringback_sound=2**63 - 1)).ringback_sound))
show("bundle", bundle)
show("unknown enum value", lambda: word(get(FUTURE).record_format))
show("401", lambda: refused(client("wrong-token"), EXTENSION))
show("404", lambda: refused(own, os.environ["UNKNOWN_EXTENSION"]))
