"""Which forms of a value are taken: the page describes forms, and says nowhere that others are refused."""

import re
from decimal import Decimal

from tests.servers.core import Server
from tests.servers.messages import Extension, Refused
from tests.servers.page import ANNOUNCEMENTS, PROPERTIES, SOUNDS, Json, Settings, of_kind
from tests.servers.registry import conforming
from tests.servers.values import read_bundle

FORMS = {
    "label": r".{1,64}",
    "append_to_cid_name_on_transfer": r".{1,64}",
    "conference_pin": r"[0-9]{3,12}",
    "external_number": r"\+?[0-9]{3,15}",
    "transfer_caller_id_number": r"\+?[0-9]{3,15}",
    "geo_list": r"\*|[A-Z]{2}( [A-Z]{2})*",
    "static_reg_address": r"[A-Za-z0-9.-]+:[1-9][0-9]{0,4}",
    "vm_mailto": r"[^@,\s]+@[^@,\s]+( ?, ?[^@,\s]+@[^@,\s]+)*",
}
RANGES = {"hangup_timeout": (1, 3600), "incoming_limit": (0, 1000), "intercom": (0, 3600)}


@conforming("strict_reading", "P11-s2", "P24-s3", "P29-s2", "P30-s2", remark="a note on what it refuses is allowed")
class StrictReading(Server):
    """Refuses with 422 every form, length and range that the page does not show.

    The page describes the forms (P11-s2, P24-s3, P29-s2, P30-s2), and leaves lengths, ranges and the PIN open.
    """

    def convert(self, name: str, value: Json, extension: Extension) -> Json:
        """Take only the forms that the page describes."""
        try:
            value = super().convert(name, value, extension)
        except Refused as refusal:
            raise Refused(422, refusal.message) from None
        if value is not None:
            self.check_form(name, value)
        return value

    def check_form(self, name: str, value: Json) -> None:
        """Refuse text out of form and numbers out of range."""
        if name in FORMS and not re.fullmatch(FORMS[name], value):
            raise Refused(422, f"{name} has another form")
        low, high = RANGES.get(name, (0, 2**63))
        if PROPERTIES[name].kind == "long" and not low <= value <= high:
            raise Refused(422, f"{name} is out of range")

    def unknown_key(self, name: str, value: Json) -> Settings:
        """Refuse keys that nobody knows."""
        if name not in self.own_keys:
            raise Refused(422, f"{name} is unknown")
        return super().unknown_key(name, value)


@conforming("unknown_sounds_refused", "P13-s1", "P02-s1", "P28-s1", remark="a note: it refuses ids of unknown files")
class UnknownSoundsRefused(Server):
    """Refuses the id of a sound file that does not exist.

    "Value is the ID of a sound file" (P02-s1, P03-s1, P13-s1, P28-s1): an id of no file is not such a value.
    """

    files = (0, 4101, 4102, 4103, 4104, 4105)

    def convert(self, name: str, value: Json, extension: Extension) -> Json:
        """Look the file up."""
        value = super().convert(name, value, extension)
        if name in SOUNDS + ANNOUNCEMENTS and value is not None and value not in self.files:
            raise Refused(400, f"{name}: no such file")
        return value


@conforming("unknown_group_refused", "P16-s1", remark="a note: it refuses ids of unknown groups")
class UnknownGroupRefused(Server):
    """Knows the groups 0, 1 and 7 only: "ID of the trusted-networks group of the client" (P16-s1)."""

    def convert(self, name: str, value: Json, extension: Extension) -> Json:
        """Look the group up."""
        value = super().convert(name, value, extension)
        if name == "network_permission_group_id" and value not in (0, 1, 7):
            raise Refused(404, "no such group of networks")
        return value


@conforming("lenient_reading", "P12-t", "P24-s3", "P29-s1", remark="a warning: it takes look-alikes and other forms")
class LenientReading(Server):
    """Takes "60" for 60 and answers 60, takes 1 for true, numbers for text, any form and any range.

    The page gives the types of what is answered; that look-alikes must be refused is said nowhere.
    """

    def convert(self, name: str, value: Json, extension: Extension) -> Json:
        """Make the best of a value."""
        return super().convert(name, look_alike(name, value), extension)


def look_alike(name: str, value: Json) -> Json:
    """The value that a look-alike stands for."""
    kind = PROPERTIES[name].kind
    if kind == "long" and isinstance(value, str) and re.fullmatch(r"-?[0-9]{1,18}", value):
        return int(value)
    if kind == "long" and isinstance(value, Decimal) and abs(value) < 2**53:
        return int(value)
    if kind == "boolean":
        return {"0": False, "1": True, "true": True, "false": False}.get(str(value).lower(), value)
    if kind == "string" and type(value) in (int, Decimal):
        return str(value)
    return value


@conforming("stereo_yes_no", "P20-s2", remark="a warning that names the deviation: 'yes' and 'no' are shown")
class StereoYesNo(Server):
    """Answers 'yes' and 'no' for record_stereo: "Possible options: 'yes', 'no', None" (P20-s2).

    The page contradicts itself here (P20-t says boolean), so this is a named deviation and no failure.
    """

    def convert(self, name: str, value: Json, extension: Extension) -> Json:
        """Take both spellings."""
        if name == "record_stereo" and value in ("yes", "no"):
            return value == "yes"
        return super().convert(name, value, extension)

    def show(self, name: str, value: Json) -> Json:
        """Answer the words of the page."""
        return {True: "yes", False: "no", None: None}[value] if name == "record_stereo" else value


@conforming("stereo_takes_yes_no", "P20-s2", "P20-t", remark="a note at most")
class StereoTakesYesNo(StereoYesNo):
    """Takes 'yes' and 'no' as P20-s2 has it, and answers booleans as P20-t has it."""

    def show(self, name: str, value: Json) -> Json:
        """Answer the type of the page."""
        return value


@conforming("null_takes_default", "P12-d", remark="a warning at most: it takes null for what has no null")
class NullTakesDefault(Server):
    """Null puts a property back to its default; whether null clears is open where the page does not say it."""

    def convert(self, name: str, value: Json, extension: Extension) -> Json:
        """Read null as "not specified"."""
        row = PROPERTIES[name]
        if value is None and not row.nullable:
            return dict(row.default) if row.kind == "object" else row.default
        return super().convert(name, value, extension)


@conforming("empty_text_is_null", "P10-o", remark="a warning at most")
class EmptyTextIsNull(Server):
    """Stores an empty text as null; the page does not say that an empty text is a value."""

    def convert(self, name: str, value: Json, extension: Extension) -> Json:
        """Read an empty text as "not specified"."""
        if value == "" and PROPERTIES[name].nullable and PROPERTIES[name].kind == "string":
            return None
        return super().convert(name, value, extension)


@conforming("texts_never_null", "P29-t", "P24-t", remark="a warning at most: a text that is not set is empty")
class TextsNeverNull(Server):
    """Has no null in its columns of text: a text that is not set is "", which is a string (P29-t).

    The page gives no default for these texts, and leaves open whether null clears them.
    """

    def unconfigured(self) -> Settings:
        """Nothing is set."""
        return super().unconfigured() | {name: "" for name in of_kind("string") if self.is_free(name)}

    def convert(self, name: str, value: Json, extension: Extension) -> Json:
        """Null is empty."""
        value = super().convert(name, value, extension)
        return "" if value is None and self.is_free(name) else value

    @staticmethod
    def is_free(name: str) -> bool:
        """Whether a property is a text without a list of options."""
        return PROPERTIES[name].kind == "string" and not PROPERTIES[name].choices


@conforming("int32_columns", "P12-t", remark="a note at most: it refuses large numbers")
class Int32Columns(Server):
    """Refuses numbers beyond 32 bits with a clear message; the page leaves ranges open."""

    def convert(self, name: str, value: Json, extension: Extension) -> Json:
        """Refuse what the column cannot hold."""
        value = super().convert(name, value, extension)
        if isinstance(value, int) and abs(value) >= 2**31:
            raise Refused(400, f"{name} is too large")
        return value


@conforming("no_control_characters", "P01-t", remark="a note at most: it refuses control characters")
class NoControlCharacters(Server):
    """Refuses control characters in texts with 400; the page leaves the characters of a text open."""

    def convert(self, name: str, value: Json, extension: Extension) -> Json:
        """Refuse what cannot be printed."""
        value = super().convert(name, value, extension)
        if isinstance(value, str) and any(ord(character) < 32 or 127 <= ord(character) < 160 for character in value):
            raise Refused(400, f"{name} holds a control character")
        return value


@conforming("group_needs_network_auth", "P16-s2", remark="a note: a coupling that the page describes")
class GroupNeedsNetworkAuth(Server):
    """Refuses to set a group of networks beside auth_type digest.

    "for authorization with 'auth_type':'network' or 'auth_type':'both'" (P16-s2): beside digest it has no sense.
    """

    def validate(self, changes: Settings, extension: Extension) -> Settings:
        """Look at the two values together."""
        accepted = super().validate(changes, extension)
        merged = extension.settings | accepted
        if accepted.get("network_permission_group_id") and merged["auth_type"] == "digest":
            raise Refused(409, "network_permission_group_id needs auth_type network or both")
        return accepted


@conforming("empty_body_refused", "O-07", remark="a note at most")
class EmptyBodyRefused(Server):
    """Refuses PUT of `{}` with 400; the page leaves an empty body open."""

    def validate(self, changes: Settings, extension: Extension) -> Settings:
        """Ask for at least one property."""
        if not changes:
            raise Refused(400, "nothing to change")
        return super().validate(changes, extension)


@conforming("unknown_keys_stored", "O-07", remark="a note at most")
class UnknownKeysStored(Server):
    """Stores and answers every key that it is sent; the page leaves unknown keys open."""

    def unknown_key(self, name: str, value: Json) -> Settings:
        """Keep everything."""
        return {name: value}


@conforming("bundle_needs_both_members", "P31-s1", remark="a note at most")
class BundleNeedsBothMembers(Server):
    """Refuses a bundle without one of its two members: "Contains bundle_list and bundle_id" (P31-s1)."""

    def convert(self, name: str, value: Json, extension: Extension) -> Json:
        """Ask for both members."""
        if name == "bundle" and isinstance(value, dict) and set(value) != {"bundle_list", "bundle_id"}:
            raise Refused(400, "bundle needs bundle_list and bundle_id")
        return super().convert(name, value, extension)


@conforming(
    "bundle_entries_merged",
    "P31-s2",
    remark="a warning at most: entries are added, null clears",
    may_keep=("bundle",),
    exits=(0, 6),
)
class BundleEntriesMerged(Server):
    """Merges inside bundle_list; only null clears it. The page does not say what stands inside is replaced."""

    def convert(self, name: str, value: Json, extension: Extension) -> Json:
        """Add the new entries to the stored ones."""
        if name != "bundle":
            return super().convert(name, value, extension)
        stored = extension.settings["bundle"]
        merged = read_bundle(value, stored)
        if merged["bundle_list"] is not None:
            merged["bundle_list"] = (stored["bundle_list"] or {}) | merged["bundle_list"]
        return merged
