# ruff: noqa: D102 (the docstring of the class describes the method)
"""Stored values: a valid value is changed before it is stored."""

import html
import re
import unicodedata
from abc import ABC, abstractmethod

from mock_server.faults.catalogue import fault
from mock_server.faults.kinds import PROPERTIES, Property
from mock_server.phone import Phone, Properties


class _TextStoredWrong(Phone, ABC):
    """Strings are converted before they are stored."""

    def merge(self, before: Properties, update: Properties) -> Properties:
        texts = {p.name for p in PROPERTIES if p.type == "string" and not p.enum}
        converted = {name: self.convert(update[name]) for name in texts if isinstance(update.get(name), str)}
        return super().merge(before, {**update, **converted})

    @abstractmethod
    def convert(self, text: str) -> str | None: ...


class _NumberStoredWrong(Phone, ABC):
    """Integers are converted before they are stored."""

    def merge(self, before: Properties, update: Properties) -> Properties:
        numbers = [p for p in PROPERTIES if p.type == "integer" and update.get(p.name) is not None]
        return super().merge(before, {**update, **{p.name: self.convert(update[p.name], p) for p in numbers}})

    @abstractmethod
    def convert(self, number: int, of: Property) -> int | None: ...


@fault
class NullStoredAsDefault(Phone):
    """Null restores the default, although null is a valid value."""

    def merge(self, before: Properties, update: Properties) -> Properties:
        return super().merge(before, {n: self.present({})[n] if v is None else v for n, v in update.items()})


@fault
class NullIgnored(Phone):
    """A null in the body is ignored, as if the property were absent."""

    def merge(self, before: Properties, update: Properties) -> Properties:
        return super().merge(before, {name: value for name, value in update.items() if value is not None})


@fault
class FalseIgnored(Phone):
    """A false in the body is ignored, as if the property were absent."""

    def merge(self, before: Properties, update: Properties) -> Properties:
        return super().merge(before, {name: value for name, value in update.items() if value is not False})


@fault
class ZeroStoredAsDefault(_NumberStoredWrong):
    """Zero restores the default of an integer."""

    def convert(self, number: int, of: Property) -> int | None:
        return number or of.default


@fault
class ZeroStoredAsNull(_NumberStoredWrong):
    """Zero is stored as null where null is valid."""

    def convert(self, number: int, of: Property) -> int | None:
        return None if number == 0 and of.nullable else number


@fault
class NumberCapped(_NumberStoredWrong):
    """An integer above 2^31 - 1 is stored as 2^31 - 1."""

    def convert(self, number: int, of: Property) -> int:  # noqa: ARG002
        return min(number, 2**31 - 1)


@fault
class NumberWrapped(_NumberStoredWrong):
    """An integer is stored in 32 bits, and wraps around."""

    def convert(self, number: int, of: Property) -> int:  # noqa: ARG002
        return number % 2**32


@fault
class NumberRounded(_NumberStoredWrong):
    """An integer is converted to a double, and is exact only up to 2^53."""

    def convert(self, number: int, of: Property) -> int:  # noqa: ARG002
        return min(int(float(number)), 2**63 - 1)


@fault
class BlankTextStoredAsNull(_TextStoredWrong):
    """An empty string is stored as null."""

    def convert(self, text: str) -> str | None:
        return text or None


@fault
class TextTruncated(_TextStoredWrong):
    """A string is cut after 64 characters."""

    def convert(self, text: str) -> str:
        return text[:64]


@fault
class TextTrimmed(_TextStoredWrong):
    """Spaces at the start and at the end of a string are lost."""

    def convert(self, text: str) -> str:
        return text.strip()


@fault
class BlanksCollapsed(_TextStoredWrong):
    """Several spaces in a row inside a string become one."""

    def convert(self, text: str) -> str:
        return re.sub(r"(?<=\S) +(?=\S)", " ", text)


@fault
class LeadingZerosLost(_TextStoredWrong):
    """A string of digits loses its leading zeros."""

    def convert(self, text: str) -> str:
        return str(int(text)) if text.isdecimal() else text


@fault
class PlusSignLost(_TextStoredWrong):
    """A plus sign at the start of a string is lost."""

    def convert(self, text: str) -> str:
        return text.removeprefix("+")


@fault
class NonAsciiMangled(_TextStoredWrong):
    """Characters outside ASCII become question marks."""

    def convert(self, text: str) -> str:
        return text.encode("ascii", "replace").decode()


@fault
class NonAsciiEncodedTwice(_TextStoredWrong):
    """Characters outside ASCII are encoded as UTF-8 twice."""

    def convert(self, text: str) -> str:
        return text.encode().decode("latin-1")


@fault
class AstralCharactersLost(_TextStoredWrong):
    """Characters outside the Basic Multilingual Plane are lost."""

    def convert(self, text: str) -> str:
        return "".join(c for c in text if ord(c) < 0x10000)


@fault
class TextNormalised(_TextStoredWrong):
    """A string is stored in the composed form of Unicode (NFC)."""

    def convert(self, text: str) -> str:
        return unicodedata.normalize("NFC", text)


@fault
class TextInLowerCase(_TextStoredWrong):
    """A string is stored in lower case."""

    def convert(self, text: str) -> str:
        return text.lower()


@fault
class TextEscaped(_TextStoredWrong):
    """A string is stored with HTML entities."""

    def convert(self, text: str) -> str:
        return html.escape(text)
