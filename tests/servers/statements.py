"""The statements of the page as small functions of a client: true if the server keeps them.

Only what the page states or shows is asked: where it is silent, two spellings are one value.
"""

import json
from collections.abc import Callable

from .client import Client, is_whole, read, same
from .page import ANNOUNCEMENTS, NOT_IN_EXAMPLE, PROPERTIES, SOUNDS, WITHOUT_DEFAULT, Json, Settings, defaults, of_kind

TYPES: dict[str, tuple[type, ...]] = {
    "boolean": (bool,),
    "string": (str,),
    "long": (int,),
    "object": (dict,),
}
TEXTS = {
    "label": "Büro 電話 🎧 A&B 'x'",
    "append_to_cid_name_on_transfer": "(54)",
    "conference_pin": "0007",
    "external_number": "+12025550199",
    "transfer_caller_id_number": "12025550198",
    "static_reg_address": "192.0.2.1:5068",
    "vm_mailto": "a@example.com,b@example.com",
    "geo_list": "RU US BY",
}
BUNDLE = {"bundle_list": {"124": {"active": False}, "29196": {"active": True}}, "bundle_id": 3}
NO_BUNDLE = {"bundle_list": None, "bundle_id": None}

# Each of these is one PUT; together every property takes every kind of value that the page names.
UPDATES: list[Settings] = [
    TEXTS | {"auth_type": "network", "record_format": "mp3", "record_stereo": False, "bundle": NO_BUNDLE},
    dict.fromkeys(of_kind("boolean"), True) | {"auth_type": "both", "hangup_timeout": 5, "incoming_limit": 2},
    dict.fromkeys(of_kind("boolean"), False) | {"intercom": 0, "network_permission_group_id": 1, "geo_list": "*"},
    dict.fromkeys(SOUNDS, 4103) | dict.fromkeys(ANNOUNCEMENTS, 4101) | {"intercom": 1, "vm_enabled": True},
    {"announce_sound_upon_outgoing_call": 4102, "incoming_limit": 1},
    dict.fromkeys(SOUNDS, 0) | {"record_format": "wav", "hangup_timeout": 60, "intercom": 5, "bundle": BUNDLE},
    {"record_format": None, "record_stereo": None, "intercom": None, "incoming_limit": 0, "bundle": NO_BUNDLE},
    {"auth_type": "digest", "network_permission_group_id": 0, "hangup_timeout": 5},
]


def plain(name: str, value: Json) -> Json:
    """One spelling for all that mean the same where the page does not say that a spelling is kept."""
    if name in SOUNDS and value == 0:
        return None
    if name == "record_stereo" and value in ("yes", "no"):
        return value == "yes"
    if name == "geo_list" and isinstance(value, str):
        return sorted(set(value.split(" ")))
    if name == "vm_mailto" and isinstance(value, str):
        return [mail.strip() for mail in value.split(",")]
    return value


def agree(document: Settings, expected: Settings) -> bool:
    """Whether a document holds these values; what the example does not hold may be absent at its default."""
    absent = {name: PROPERTIES[name].default for name in NOT_IN_EXAMPLE}
    held = absent | document
    return all(same(plain(n, held.get(n)), plain(n, value)) for n, value in expected.items())


def is_typed(name: str, value: Json) -> bool:
    """Whether a value has the type of its column; null counts where the page or its example allows it."""
    row = PROPERTIES[name]
    if value is None:
        return row.nullable
    if name == "record_stereo" and value in ("yes", "no"):
        return True
    if row.kind == "long" and (isinstance(value, bool) or is_whole(value)):
        return not isinstance(value, bool)
    return isinstance(value, TYPES[row.kind])


def get_answers_settings(client: Client) -> bool:
    """O-01, O-02, P..-t: GET answers an object of typed properties; the example has 27 of them."""
    document = client.get()
    absent = [name for name in PROPERTIES if name not in document]
    return set(absent) <= set(NOT_IN_EXAMPLE) and all(is_typed(n, v) for n, v in document.items() if n in PROPERTIES)


def fresh_has_defaults(client: Client) -> bool:
    """P..-d: what the extension that nobody configured answers."""
    document = client.get("55")
    # The text of P17 says the opposite of its table.
    named = [n for n in PROPERTIES if n not in WITHOUT_DEFAULT and n != "preserve_caller_id_number_att_tr"]
    return agree({**defaults(), **document}, {name: PROPERTIES[name].default for name in named})


def put_changes_what_it_names(client: Client) -> bool:
    """O-04, O-05, O-07, E-02: each update is answered as a whole object, is read again, and leaves the rest."""
    return all(update_holds(client, changes) for changes in UPDATES)


def update_holds(client: Client, changes: Settings, extension_id: str = "54") -> bool:
    """Whether one update is stored and answered, and nothing else changes."""
    before = client.get(extension_id)
    answer = read(client.put(changes, extension_id))
    after = client.get(extension_id)
    rest = {name: value for name, value in before.items() if name in PROPERTIES and name not in changes}
    whole = set(PROPERTIES) - set(NOT_IN_EXAMPLE) <= set(answer)
    return whole and agree(answer, changes) and agree(after, rest | changes)


def put_takes_one_key(client: Client) -> bool:
    """E-01, E-02: the page's own request."""
    return update_holds(client, {"external_number": "+12025550187"})


def put_again_changes_nothing(client: Client) -> bool:
    """O-04: the same values again are the same state."""
    document = {name: value for name, value in client.get().items() if name in PROPERTIES}
    return client.put(document).ok and agree(client.get(), document)


def put_takes_escapes(client: Client) -> bool:
    r"""E-04: json.dumps writes `\u` escapes."""
    body = json.dumps({"label": "Größe"}).encode()
    return b"\\u" in body and client.send("PUT", "54", body).ok and agree(client.get(), {"label": "Größe"})


def me_is_the_own_extension(client: Client) -> bool:
    """O-03, O-06: @me can be read and written."""
    written = update_holds(client, {"hangup_timeout": 42}, "@me")
    return written and client.get("54").get("hangup_timeout") == 42 and agree(client.get("@me"), client.get("54"))


def put_changes_the_extension_of_its_path(client: Client) -> bool:
    """O-05: an extension that is not the user's own can be written by its id."""
    before = client.get("54")
    return update_holds(client, {"hangup_timeout": 18, "label": "two"}, "55") and agree(client.get("54"), before)


def others_stay(client: Client) -> bool:
    """O-05: PUT changes the extension of its path."""
    before = client.get("55"), client.get("56")
    changed = client.put({"hangup_timeout": 17, "label": "one", "bundle": BUNDLE}).ok
    return changed and all(agree(client.get(name), old) for name, old in zip(("55", "56"), before, strict=True))


def token_is_needed(client: Client) -> bool:
    """A-03: without a valid token nothing is shown or changed."""
    right, before = client.token, client.running.state("54")
    assert right is not None
    shown = []
    for wrong in (None, "x" * 30, right[:10] + ("0" if right[10] != "0" else "1") + right[11:]):
        client.token = wrong
        for name in ("54", "@me"):
            answers = (client.send("GET", name), client.send("PUT", name, b'{"hangup_timeout": 33}'))
            shown += [answer for answer in answers if "auth_type" in read(answer)]
    client.token = right
    return not shown and client.running.state("54") == before


def token_is_issued(client: Client) -> bool:
    """A-01, A-02, A-03: the token endpoint answers access_token, which is taken; a wrong secret gets none."""
    right, client.token = client.token, client.fetch_token()
    taken = bool(client.token) and bool(client.get())
    wrong = read(client.fetch(client_secret="wrong", scope="phone.write"))
    if not client.running.server.is_valid(right or ""):
        right = client.token
    client.token = right
    return taken and "access_token" not in wrong


STATEMENTS: tuple[Callable[[Client], bool], ...] = (
    fresh_has_defaults,
    get_answers_settings,
    put_takes_one_key,
    put_changes_what_it_names,
    put_again_changes_nothing,
    put_takes_escapes,
    me_is_the_own_extension,
    others_stay,
    put_changes_the_extension_of_its_path,
    token_is_needed,
    token_is_issued,
)
