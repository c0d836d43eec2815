"""The vendor's page as data, copied by hand from the page itself and not from `openapi.yaml`.

These servers judge the suite. A server that took its defaults and its types from the contract
would share every misreading of the contract, so this table is the one deliberate second copy.
"""

import copy
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

# A value as JSON has it: these servers look at its type at run time.
Json: TypeAlias = Any
Settings: TypeAlias = dict[str, Json]
Kind = Literal["boolean", "string", "long", "object"]

MAX_LONG = 2**63 - 1


@dataclass(frozen=True)
class Property:
    """One row of the table of the page."""

    kind: Kind
    default: Json = None
    nullable: bool = False
    choices: tuple[str, ...] = ()


NO_BUNDLE: Settings = {"bundle_list": None, "bundle_id": None}

PROPERTIES: dict[str, Property] = {
    "label": Property("string", nullable=True),
    "announce_sound_upon_outgoing_call": Property("long", nullable=True),
    "announce_sound_upon_incoming_call": Property("long", nullable=True),
    "append_to_cid_name_on_transfer": Property("string", nullable=True),
    "auth_type": Property("string", "digest", choices=("digest", "network", "both")),
    "call_screening_enabled": Property("boolean", False),
    "conference_announce_caller_name": Property("boolean", True),
    "conference_end_on_exit": Property("boolean", True),
    "conference_pin": Property("string", nullable=True),
    "external_number": Property("string", nullable=True),
    "geo_list": Property("string", nullable=True),
    "hangup_timeout": Property("long", 60),
    "hold_music": Property("long", 0, nullable=True),
    "ignore_early_media": Property("boolean", True),
    "incoming_limit": Property("long", 0),
    "network_permission_group_id": Property("long", 0),
    "preserve_caller_id_number_att_tr": Property("boolean", True),
    "record_enabled": Property("boolean", True),
    "record_format": Property("string", None, nullable=True, choices=("mp3", "wav")),
    "record_stereo": Property("boolean", None, nullable=True),
    "record_transfer": Property("boolean", True),
    "record_on_transfer": Property("boolean", False),
    "ringback_sound": Property("long", 0, nullable=True),
    "static_reg_address": Property("string", nullable=True),
    "transfer_caller_id_number": Property("string", nullable=True),
    "vm_attach_file": Property("boolean", True),
    "vm_enabled": Property("boolean", True),
    "vm_greeting": Property("long", 0, nullable=True),
    "vm_mailto": Property("string", nullable=True),
    "intercom": Property("long", None, nullable=True),
    "bundle": Property("object", NO_BUNDLE),
}

# P01 … P31: the page's properties are numbered in the order of its table.
STATEMENT = {name: f"P{number:02}" for number, name in enumerate(PROPERTIES, start=1)}

SOUNDS = ("hold_music", "ringback_sound", "vm_greeting")
ANNOUNCEMENTS = ("announce_sound_upon_outgoing_call", "announce_sound_upon_incoming_call")

WITHOUT_DEFAULT = (
    "label",
    *ANNOUNCEMENTS,
    "append_to_cid_name_on_transfer",
    "conference_pin",
    "external_number",
    "geo_list",
    "static_reg_address",
    "transfer_caller_id_number",
    "vm_mailto",
)

# These four are in the table, but not in the page's example answer.
NOT_IN_EXAMPLE = ("label", "announce_sound_upon_incoming_call", "record_on_transfer", "intercom")


def of_kind(*kinds: Kind) -> tuple[str, ...]:
    """The names of all properties of these kinds."""
    return tuple(name for name, row in PROPERTIES.items() if row.kind in kinds)


def defaults() -> Settings:
    """The settings of an extension that nobody configured."""
    return {name: copy.deepcopy(row.default) for name, row in PROPERTIES.items()}


def configured() -> Settings:
    """Settings that differ from every default, with one key that the page does not name."""
    return {
        "label": "Empfang Süd",
        "announce_sound_upon_outgoing_call": 4101,
        "announce_sound_upon_incoming_call": 4102,
        "append_to_cid_name_on_transfer": "(via 54)",
        "auth_type": "both",
        "call_screening_enabled": True,
        "conference_announce_caller_name": False,
        "conference_end_on_exit": False,
        "conference_pin": "0042",
        "external_number": "+12025550143",
        "geo_list": "AT DE",
        "hangup_timeout": 25,
        "hold_music": 4103,
        "ignore_early_media": False,
        "incoming_limit": 2,
        "network_permission_group_id": 7,
        "preserve_caller_id_number_att_tr": False,
        "record_enabled": False,
        "record_format": "wav",
        "record_stereo": True,
        "record_transfer": False,
        "record_on_transfer": True,
        "ringback_sound": 4104,
        "static_reg_address": "192.0.2.10:5062",
        "transfer_caller_id_number": "+12025550144",
        "vm_attach_file": False,
        "vm_enabled": False,
        "vm_greeting": 4105,
        "vm_mailto": "desk@example.com",
        "intercom": 3,
        "bundle": {"bundle_list": {"56": {"active": True}}, "bundle_id": 54},
        "allow_webrtc": True,
    }


def example() -> Settings:
    """The page's example answer, with reserved values; what it does not show is unset."""
    shown: Settings = {
        "preserve_caller_id_number_att_tr": False,
        "network_permission_group_id": 1,
        "record_stereo": False,
        "incoming_limit": 1,
        "vm_enabled": False,
        "hangup_timeout": 5,
        "ignore_early_media": False,
        "geo_list": "RU",
        "call_screening_enabled": True,
        "record_format": "mp3",
        "external_number": "+12025550145",
        "hold_music": None,
        "ringback_sound": None,
        "vm_greeting": None,
        "bundle": {"bundle_list": {"124": {"active": False}, "29196": {"active": True}}, "bundle_id": 3},
        "allow_webrtc": True,
    }
    return defaults() | shown
