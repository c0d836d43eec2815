"""Texts that come back as other texts."""

import html
import json
import re
from abc import ABC, abstractmethod

from tests.servers.core import Server
from tests.servers.messages import Extension, Request
from tests.servers.page import Json, Settings
from tests.servers.registry import breaking


class Respelled(Server, ABC):
    """Stores another text than it was sent."""

    def convert(self, name: str, value: Json, extension: Extension) -> Json:
        """Check the text, then spoil it."""
        value = super().convert(name, value, extension)
        return self.spoil(name, value) if isinstance(value, str) else value

    @abstractmethod
    def spoil(self, name: str, value: str) -> Json:
        """The text that is stored."""


@breaking("pin_zeros_lost", "P09-t")
class PinZerosLost(Respelled):
    """The PIN is stored as a number, so 0042 becomes "42" (P09-t: a string)."""

    def spoil(self, name: str, value: str) -> Json:
        """Through a number and back."""
        return str(int(value)) if name == "conference_pin" and value.isdecimal() else value


@breaking("pin_shown_as_number", "P09-t")
class PinShownAsNumber(Server):
    """A PIN of digits is answered as a JSON number (P09-t)."""

    def show(self, name: str, value: Json) -> Json:
        """Through a number."""
        is_number = name == "conference_pin" and value is not None and value.isdecimal()
        return int(value) if is_number else value


@breaking("plus_dropped", "P10-s2")
class PlusDropped(Respelled):
    """The + of a number is dropped (P10-s2)."""

    def spoil(self, name: str, value: str) -> Json:
        """Digits only."""
        return value.lstrip("+") if name == "external_number" else value


@breaking("plus_as_blank", "P10-s2")
class PlusAsBlank(Respelled):
    """The + becomes a blank, as in a form (P10-s2)."""

    def spoil(self, name: str, value: str) -> Json:
        """Decode once too often."""
        return value.replace("+", " ") if name == "external_number" else value


@breaking("plus_as_00", "P10-s2")
class PlusAsZeros(Respelled):
    """The + becomes 00 (P10-s2)."""

    def spoil(self, name: str, value: str) -> Json:
        """Dial out."""
        return re.sub(r"^\+", "00", value) if name == "external_number" else value


@breaking("number_cut", "P10-s2")
class NumberCut(Respelled):
    """Numbers are cut to ten characters (P10-s2: the page's own number has twelve)."""

    def spoil(self, name: str, value: str) -> Json:
        """A narrow column."""
        return value[:10] if name == "external_number" else value


@breaking("one_mail_kept", "P29-s2")
class OneMailKept(Respelled):
    """Of several mail addresses the first is kept (P29-s2)."""

    def spoil(self, name: str, value: str) -> Json:
        """Cut."""
        return value.split(",")[0] if name == "vm_mailto" else value


@breaking("mails_by_semicolon", "P29-s2")
class MailsBySemicolon(Respelled):
    """Several mail addresses come back with semicolons (P29-s2: commas)."""

    def spoil(self, name: str, value: str) -> Json:
        """Another separator."""
        return re.sub(r"\s*,\s*", ";", value) if name == "vm_mailto" else value


@breaking("countries_cut", "P11-s2")
class CountriesCut(Respelled):
    """Of several countries the first two letters are kept (P11-s2)."""

    def spoil(self, name: str, value: str) -> Json:
        """A narrow column."""
        return value[:2] if name == "geo_list" else value


@breaking("countries_by_comma", "P11-s2")
class CountriesByComma(Respelled):
    """Countries come back with commas (P11-s2: separated by a blank)."""

    def spoil(self, name: str, value: str) -> Json:
        """Another separator."""
        return value.replace(" ", ",") if name == "geo_list" else value


@breaking("all_countries_as_null", "P11-s4")
class AllCountriesAsNull(Respelled):
    """`*` is stored as null, which means the list of the client (P11-s4)."""

    def spoil(self, name: str, value: str) -> Json:
        """Mix the two up."""
        return None if name == "geo_list" and value == "*" else value


@breaking("port_dropped", "P24-s3")
class PortDropped(Respelled):
    """The port of static_reg_address is dropped (P24-s3)."""

    def spoil(self, name: str, value: str) -> Json:
        """Only the host."""
        return value.rpartition(":")[0] or value if name == "static_reg_address" else value


@breaking("port_always_5060", "P24-s3")
class PortAlways5060(Respelled):
    """The port of static_reg_address becomes 5060 (P24-s3: the page has 5068)."""

    def spoil(self, name: str, value: str) -> Json:
        """The usual port."""
        return re.sub(r":\d+$", ":5060", value) if name == "static_reg_address" else value


@breaking("format_upper_case", "P19-s2")
class FormatUpperCase(Server):
    """record_format is answered as MP3 or WAV (P19-s2)."""

    def show(self, name: str, value: Json) -> Json:
        """Raise it."""
        return value.upper() if name == "record_format" and value else value


@breaking("format_null_as_text", "P19-s2", "P19-d")
class FormatNullAsText(Server):
    """record_format null is answered as "None" (P19-d)."""

    def show(self, name: str, value: Json) -> Json:
        """Through str()."""
        return str(value) if name == "record_format" else value


@breaking("network_stored_as_both", "P05-s2")
class NetworkStoredAsBoth(Respelled):
    """auth_type network becomes both (P05-s2)."""

    def spoil(self, name: str, value: str) -> Json:
        """Fall through in a switch."""
        return "both" if name == "auth_type" and value == "network" else value


@breaking("umlauts_lost", "P01-t")
class UmlautsLost(Respelled):
    """Letters beyond ASCII vanish from texts (P01-t)."""

    def spoil(self, name: str, value: str) -> Json:
        """Encode and ignore."""
        return value.encode("ascii", "ignore").decode()


@breaking("umlauts_as_question_marks", "P01-t")
class UmlautsAsQuestionMarks(Respelled):
    """Letters beyond Latin-1 become question marks (P01-t)."""

    def spoil(self, name: str, value: str) -> Json:
        """Encode and replace."""
        return value.encode("latin-1", "replace").decode("latin-1")


@breaking("emoji_lost", "P01-t")
class EmojiLost(Respelled):
    """A text ends at its first character beyond the BMP, as in MySQL's utf8 (P01-t)."""

    def spoil(self, name: str, value: str) -> Json:
        """Three bytes for a character."""
        return re.split("[\U00010000-\U0010ffff]", value)[0]


@breaking("label_decoded_twice", "P01-t")
class LabelDecodedTwice(Respelled):
    """A label in CJK comes back as its UTF-8 bytes read as Latin-1; German umlauts are right (P01-t)."""

    def spoil(self, name: str, value: str) -> Json:
        """Read the bytes wrongly."""
        wide = any(ord(character) > 0x2FF for character in value)
        return value.encode().decode("latin-1") if name == "label" and wide else value


@breaking("html_escaped", "P01-t")
class HtmlEscaped(Respelled):
    """Texts are stored with HTML escapes: & becomes &amp; (P01-t)."""

    def spoil(self, name: str, value: str) -> Json:
        """Escape at the wrong end."""
        return html.escape(value, quote=True)


@breaking("quotes_doubled", "P01-t")
class QuotesDoubled(Respelled):
    """A quote in a text comes back twice, as in a broken SQL escape (P01-t)."""

    def spoil(self, name: str, value: str) -> Json:
        """Escape once too often."""
        return value.replace("'", "''")


@breaking("escapes_kept_literally", "E-04")
class EscapesKeptLiterally(Server):
    r"""A `\u00fc` of the request is stored as these six characters (E-04: json.dumps writes such escapes)."""

    def read_changes(self, request: Request) -> Settings:
        """Parse by hand."""
        doubled = re.sub(rb"\\u([0-9a-fA-F]{4})", rb"\\\\u\1", request.body)
        spoiled = Request(request.method, request.path, request.query, request.headers, doubled)
        return super().read_changes(spoiled)


@breaking("answer_escaped_twice", "P01-t")
class AnswerEscapedTwice(Server):
    r"""Answers hold `\\u00fc` for a letter beyond ASCII (P01-t)."""

    def show(self, name: str, value: Json) -> Json:
        """Escape once too often."""
        return json.dumps(value)[1:-1] if isinstance(value, str) else value
