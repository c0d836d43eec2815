"""One property at a time: a wrong default, a wrong type, a PUT that is lost. Built from the page's table."""

from collections.abc import Callable

from tests.servers.core import Server
from tests.servers.messages import Extension
from tests.servers.owed import FAILURE
from tests.servers.page import PROPERTIES, STATEMENT, WITHOUT_DEFAULT, Json, Settings
from tests.servers.registry import SYSTEMATIC, register

WRONG_DEFAULTS: Settings = {
    "auth_type": "both",
    "hangup_timeout": 30,
    "hold_music": 1,
    "incoming_limit": 1,
    "network_permission_group_id": 1,
    "record_format": "mp3",
    "record_stereo": False,
    "ringback_sound": 1,
    "vm_greeting": 1,
    "intercom": 0,
    "bundle": {"bundle_list": {}, "bundle_id": 0},
}


def wrong_default(name: str) -> Json:
    """A default that the page does not have."""
    row = PROPERTIES[name]
    return not row.default if row.kind == "boolean" and row.default is not None else WRONG_DEFAULTS[name]


def wrong_type(name: str, value: Json) -> Json:
    """The same value as another JSON type; null stays."""
    kind = PROPERTIES[name].kind
    if value is None:
        return None
    if kind == "boolean":
        return int(value)
    if kind == "long":
        return str(value)
    return [value]


def build(name: str, statement: str, doc: str, **steps: Callable[..., Json]) -> None:
    """Enter a server with some steps of its own."""
    server = type("".join(part.capitalize() for part in name.split("_")), (Server,), {**steps, "__doc__": doc})
    register(SYSTEMATIC, name, (statement,), FAILURE)(server)


def add_default(name: str) -> None:
    """A server whose fresh extension has another default."""

    def unconfigured(self: Server) -> Settings:
        return Server.unconfigured(self) | {name: wrong_default(name)}

    number = f"{STATEMENT[name]}-d"
    build(f"default_of_{name}", number, f"A fresh extension has another {name} ({number}).", unconfigured=unconfigured)


def add_type(name: str) -> None:
    """A server that answers another JSON type."""

    def show(self: Server, shown: str, value: Json) -> Json:
        return wrong_type(name, value) if shown == name else Server.show(self, shown, value)

    number = f"{STATEMENT[name]}-t"
    build(f"type_of_{name}", number, f"{name} is answered in another JSON type ({number}).", show=show)


def add_lost(name: str) -> None:
    """A server that does not store one property."""

    def apply(self: Server, changes: Settings, extension: Extension) -> None:
        Server.apply(self, {key: value for key, value in changes.items() if key != name}, extension)

    build(f"lost_{name}", "O-07", f"PUT of {name} is answered with 200 and not stored (O-07).", apply=apply)


for _name in PROPERTIES:
    add_type(_name)
    add_lost(_name)
    # The text of the page says the opposite of its own table: no failure is owed for this default.
    if _name not in WITHOUT_DEFAULT and _name != "preserve_caller_id_number_att_tr":
        add_default(_name)
