"""Numbers and booleans that come back as something else."""

from tests.servers.core import Server
from tests.servers.messages import Extension
from tests.servers.page import SOUNDS, Json, Settings, of_kind
from tests.servers.registry import breaking

BOOLEANS = of_kind("boolean")
LONGS = of_kind("long")


@breaking("longs_as_text", "P12-t")
class LongsAsText(Server):
    """Every number is answered as text, as some databases give them (P12-t)."""

    def show(self, name: str, value: Json) -> Json:
        """Through str()."""
        return str(value) if name in LONGS and value is not None else value


@breaking("booleans_as_0_and_1", "P06-t")
class BooleansAsNumbers(Server):
    """Every boolean is answered as 0 or 1 (P06-t)."""

    def show(self, name: str, value: Json) -> Json:
        """Through int()."""
        return int(value) if name in BOOLEANS and value is not None else value


@breaking("booleans_as_text", "P27-t")
class BooleansAsText(Server):
    """vm_enabled is answered as "true" or "false" (P27-t)."""

    def show(self, name: str, value: Json) -> Json:
        """Through str()."""
        return str(value).lower() if name == "vm_enabled" else value


@breaking("intercom_0_is_null", "P30-s1")
class IntercomZeroIsNull(Server):
    """`value or None`: intercom 0, which is "auto-answer immediately", is stored as null (P30-s1)."""

    def convert(self, name: str, value: Json, extension: Extension) -> Json:
        """Mix up 0 and null."""
        value = super().convert(name, value, extension)
        return value or None if name == "intercom" else value


@breaking("intercom_null_is_0", "P30-s3")
class IntercomNullIsZero(Server):
    """intercom null, which disables it, is stored as 0, which answers at once (P30-s3)."""

    def convert(self, name: str, value: Json, extension: Extension) -> Json:
        """Mix up null and 0."""
        value = super().convert(name, value, extension)
        return value or 0 if name == "intercom" else value


@breaking("intercom_at_most_1", "P30-s2")
class IntercomAtMostOne(Server):
    """intercom is a switch: 5 seconds become 1 ("1 or more is an answer after a specified time", P30-s2)."""

    def convert(self, name: str, value: Json, extension: Extension) -> Json:
        """Through bool()."""
        value = super().convert(name, value, extension)
        return int(bool(value)) if name == "intercom" and value is not None else value


@breaking("limit_at_most_1", "P15-s2")
class LimitAtMostOne(Server):
    """incoming_limit 2 becomes 1 ("2 - no more than two", P15-s2)."""

    def convert(self, name: str, value: Json, extension: Extension) -> Json:
        """A switch for call waiting."""
        value = super().convert(name, value, extension)
        return min(value, 1) if name == "incoming_limit" else value


@breaking("limit_0_as_null", "P15-s2", "P15-t")
class LimitZeroAsNull(Server):
    """incoming_limit 0 is answered as null (P15-s2: "0" - without restrictions)."""

    def show(self, name: str, value: Json) -> Json:
        """No limit is nothing."""
        return value or None if name == "incoming_limit" else value


@breaking("timeout_in_milliseconds", "P12-s1")
class TimeoutInMilliseconds(Server):
    """hangup_timeout is answered in milliseconds ("in seconds", P12-s1; 60 by default, P12-d)."""

    def show(self, name: str, value: Json) -> Json:
        """Another unit."""
        return value * 1000 if name == "hangup_timeout" else value


@breaking("timeout_always_60", "P12-s1")
class TimeoutAlwaysSixty(Server):
    """hangup_timeout is stored as 60 whatever is sent (P12-s1)."""

    def convert(self, name: str, value: Json, extension: Extension) -> Json:
        """A constant."""
        value = super().convert(name, value, extension)
        return 60 if name == "hangup_timeout" else value


@breaking("timeout_in_tens", "P12-s1", "E-02")
class TimeoutInTens(Server):
    """hangup_timeout is rounded to tens (E-02: the example has 5)."""

    def convert(self, name: str, value: Json, extension: Extension) -> Json:
        """Round."""
        value = super().convert(name, value, extension)
        return value // 10 * 10 if name == "hangup_timeout" else value


@breaking("announcements_swapped", "O-04")
class AnnouncementsSwapped(Server):
    """A slip in the mapping: PUT of one announcement stores the other one (O-04)."""

    def apply(self, changes: Settings, extension: Extension) -> None:
        """Swap the columns."""
        one, other = "announce_sound_upon_outgoing_call", "announce_sound_upon_incoming_call"
        columns = {one: other, other: one}
        super().apply({columns.get(name, name): value for name, value in changes.items()}, extension)


@breaking("attach_follows_voice_mail", "E-02")
class AttachFollowsVoiceMail(Server):
    """PUT of vm_enabled stores vm_attach_file too (E-02: other settings kept)."""

    def apply(self, changes: Settings, extension: Extension) -> None:
        """Write one value twice."""
        more = {"vm_attach_file": changes["vm_enabled"]} if "vm_enabled" in changes else {}
        super().apply(more | changes, extension)


@breaking("sound_as_object", "P13-t")
class SoundAsObject(Server):
    """Sound files are answered as objects with id and name (P13-t: long)."""

    def show(self, name: str, value: Json) -> Json:
        """Expand the key."""
        return {"id": value, "name": f"{value}.wav"} if name in SOUNDS and value else value


@breaking("sound_0_as_false", "P28-t")
class SoundZeroAsFalse(Server):
    """vm_greeting 0 is answered as false (P28-t)."""

    def show(self, name: str, value: Json) -> Json:
        """Nothing is false."""
        return value or False if name == "vm_greeting" else value


@breaking("stereo_null_as_false", "P20-d")
class StereoNullAsFalse(Server):
    """record_stereo null is answered as false, so that it is "specified" (P20-d, P20-s2)."""

    def show(self, name: str, value: Json) -> Json:
        """Through bool()."""
        return bool(value) if name == "record_stereo" else value


@breaking("stereo_always_mono", "O-04", "P20-t")
class StereoAlwaysMono(Server):
    """record_stereo true is stored as false (O-04)."""

    def convert(self, name: str, value: Json, extension: Extension) -> Json:
        """Lose it."""
        value = super().convert(name, value, extension)
        return False if name == "record_stereo" and value else value


@breaking("screening_inverted", "O-04")
class ScreeningInverted(Server):
    """call_screening_enabled is stored the other way round (O-04)."""

    def convert(self, name: str, value: Json, extension: Extension) -> Json:
        """Invert."""
        value = super().convert(name, value, extension)
        return not value if name == "call_screening_enabled" else value


@breaking("booleans_null_when_false", "P08-t")
class BooleansNullWhenFalse(Server):
    """A boolean that is false is answered as null (P08-t)."""

    def show(self, name: str, value: Json) -> Json:
        """`value or None`."""
        return None if value is False and name in BOOLEANS else value


@breaking("longs_swallowed_on_error", "O-04")
class LongsSwallowed(Server):
    """PUT of several properties stores no number, PUT of one does (O-04)."""

    def apply(self, changes: Settings, extension: Extension) -> None:
        """Lose numbers in company."""
        alone = len(changes) == 1
        super().apply({name: value for name, value in changes.items() if alone or name not in LONGS}, extension)
