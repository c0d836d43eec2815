"""Spelling, order and equivalents of values: nowhere does the page say that a spelling is kept."""

import re
import unicodedata
from abc import ABC, abstractmethod

from tests.servers.core import Server
from tests.servers.messages import Extension
from tests.servers.page import NOT_IN_EXAMPLE, PROPERTIES, SOUNDS, Json, Settings, defaults, example
from tests.servers.registry import conforming

NORMALISED = 'a warning that says "normalised" is allowed'
CLAMPS = {"hangup_timeout": (5, 600), "incoming_limit": (0, 100), "intercom": (0, 60)}


class Normalising(Server, ABC):
    """Stores a value in its own spelling."""

    def initial(self) -> Settings:
        """The settings of the configured extension, in this spelling, as another client wrote them."""
        settings = super().initial()
        return {name: self.spell(name, value) if isinstance(value, str) else value for name, value in settings.items()}

    def convert(self, name: str, value: Json, extension: Extension) -> Json:
        """Check the value, then spell it."""
        value = super().convert(name, value, extension)
        return self.spell(name, value) if isinstance(value, str) else value

    @abstractmethod
    def spell(self, name: str, value: str) -> str:
        """The value in the server's own spelling."""


@conforming("countries_unique", "P11-s2", remark=NORMALISED)
class CountriesUnique(Normalising):
    """Stores each country once, in upper case, in the order of the request: still "A2 codes" (P11-s2)."""

    def spell(self, name: str, value: str) -> str:
        """Drop what stands twice."""
        return " ".join(dict.fromkeys(value.upper().split())) if name == "geo_list" else value


@conforming("countries_reversed", "P11-s2", remark=NORMALISED)
class CountriesReversed(Normalising):
    """Answers the countries in another order: the page calls it a list of countries, and names no order (P11-s2)."""

    def spell(self, name: str, value: str) -> str:
        """Store a set, so that the order is lost."""
        return " ".join(sorted(set(value.split()), reverse=True)) if name == "geo_list" else value


@conforming("mail_without_blanks", "P29-s2", remark=NORMALISED)
class MailWithoutBlanks(Normalising):
    """Stores `a, b` as `a,b`: "separated by commas" (P29-s2) says nothing of blanks."""

    def spell(self, name: str, value: str) -> str:
        """Drop the blanks beside commas."""
        return re.sub(r"\s*,\s*", ",", value) if name == "vm_mailto" else value


@conforming("mail_host_lower_case", "P29-s1", remark=NORMALISED)
class MailHostLowerCase(Normalising):
    """Stores the host of a mail address in lower case: it is the same address (P29-s1)."""

    def spell(self, name: str, value: str) -> str:
        """Lower what follows each @."""
        return re.sub(r"@[^,]*", lambda host: host[0].lower(), value) if name == "vm_mailto" else value


@conforming("texts_trimmed", "P01-t", remark=NORMALISED)
class TextsTrimmed(Normalising):
    """Strips blanks around every text; the page does not say that blanks are kept."""

    def spell(self, name: str, value: str) -> str:
        """Strip."""
        return value.strip()


@conforming("numbers_without_blanks", "P10-s2", remark=NORMALISED)
class NumbersWithoutBlanks(Normalising):
    """Strips blanks, dashes and brackets from telephone numbers; the + of the page's example (P10-s2) stays."""

    def spell(self, name: str, value: str) -> str:
        """Keep digits and the plus."""
        is_number = name in ("external_number", "transfer_caller_id_number")
        return re.sub(r"[ ()/.-]", "", value) if is_number else value


@conforming("unicode_nfc", "P01-t", remark=NORMALISED)
class UnicodeNfc(Normalising):
    """Stores texts in Unicode's form NFC, as file systems and databases do; the same text to a reader."""

    def spell(self, name: str, value: str) -> str:
        """Compose."""
        return unicodedata.normalize("NFC", value)


@conforming("numbers_clamped", "P12-s1", "P15-s2", "P30-s2", remark="a warning at most: numbers are clamped")
class NumbersClamped(Server):
    """Stores the nearest number of its range; that a value is never clamped is said nowhere."""

    def convert(self, name: str, value: Json, extension: Extension) -> Json:
        """Clamp."""
        value = super().convert(name, value, extension)
        if name not in CLAMPS or value is None:
            return value
        low, high = CLAMPS[name]
        return min(max(value, low), high)


@conforming("sound_null_shown_as_0", "P13-d", "P13-s2", remark="none: 0 and null mean the same")
class SoundNullShownAsZero(Server):
    """Answers 0 for a sound that is not specified: the default cell says 0 (P13-d, P23-d, P28-d)."""

    def initial(self) -> Settings:
        """Some sounds are not specified."""
        return super().initial() | {"hold_music": None, "vm_greeting": 0}

    def show(self, name: str, value: Json) -> Json:
        """Null is 0."""
        return 0 if name in SOUNDS and value is None else value

    def state(self, extension_id: str) -> Settings:
        """Null and 0 are one state of this server."""
        return {name: self.show(name, value) for name, value in super().state(extension_id).items()}


@conforming("sound_0_shown_as_null", "P13-s2", "E-02", remark="none: 0 and null mean the same")
class SoundZeroShownAsNull(SoundNullShownAsZero):
    """Answers null for the preset sound, as the page's example answer does (E-02)."""

    def show(self, name: str, value: Json) -> Json:
        """0 is null."""
        return None if name in SOUNDS and value == 0 else value


@conforming("sound_0_stored_as_null", "P13-s2", remark="none: 0 and null mean the same")
class SoundZeroStoredAsNull(Server):
    """Stores null for 0, and shows a fresh extension with null: "not specified: preset system file" (P13-s2)."""

    def unconfigured(self) -> Settings:
        """The example shows null for what is not specified."""
        return super().unconfigured() | dict.fromkeys(SOUNDS)

    def convert(self, name: str, value: Json, extension: Extension) -> Json:
        """0 becomes null."""
        value = super().convert(name, value, extension)
        return None if name in SOUNDS and value == 0 else value


@conforming("newcomers_left_out", "E-02", remark="none: the example answer does not hold these four")
class NewcomersLeftOut(Server):
    """Leaves label, announce_sound_upon_incoming_call, record_on_transfer and intercom out where they are null.

    The page's example answer has 27 keys (E-02), and these four are not among them.
    """

    def initial(self) -> Settings:
        """Three of the four are not set."""
        unset = dict.fromkeys(("label", "announce_sound_upon_incoming_call", "intercom"))
        return super().initial() | unset

    def render(self, extension: Extension) -> Json:
        """Leave out what is not set."""
        document = super().render(extension)
        return {name: value for name, value in document.items() if name not in NOT_IN_EXAMPLE or value is not None}


@conforming("newcomers_left_out_at_default", "E-02", remark="none: the example answer does not hold these four")
class NewcomersLeftOutAtDefault(NewcomersLeftOut):
    """Leaves the same four out where they have their default, so also record_on_transfer false (E-02)."""

    def render(self, extension: Extension) -> Json:
        """Leave out what nobody configured."""
        plain = defaults()
        document = Server.render(self, extension)
        return {name: v for name, v in document.items() if name not in NOT_IN_EXAMPLE or v != plain[name]}


@conforming("preserve_default_by_text", "P17-s2", remark="a warning: the text and the table say opposite things")
class PreserveDefaultByText(Server):
    """A fresh extension has preserve_caller_id_number_att_tr false: "By default … the internal number" (P17-s2)."""

    def unconfigured(self) -> Settings:
        """Follow the text, not the table."""
        return super().unconfigured() | {"preserve_caller_id_number_att_tr": False}


@conforming("as_in_example", "E-02", remark="none")
class AsInExample(Server):
    """Its configured extension looks like the page's example: many nulls, a bundle of two."""

    def initial(self) -> Settings:
        """The example of the page."""
        return example()


@conforming("long_as_60_0", "P12-t", remark="a note at most: 60.0 is the number 60 in JSON")
class LongWithFraction(Server):
    """Answers 60.0 for 60, as a server in a language without integers does; a number is a number in JSON.

    Numbers that a float cannot hold are answered exactly.
    """

    def show(self, name: str, value: Json) -> Json:
        """Write a fraction of zero."""
        is_long = PROPERTIES.get(name, PROPERTIES["label"]).kind == "long"
        return float(value) if is_long and value is not None and abs(value) < 2**53 else value
