# ruff: noqa: D102 (the docstring of the class describes the method)
"""Enums: their members, and strings that are not a member."""

from abc import ABC, abstractmethod

from mock_server.faults.catalogue import fault
from mock_server.faults.kinds import ENUM, PROPERTIES
from mock_server.phone import Phone, Properties
from mock_server.problems import bad_request

_ENUMS = {p.name: p for p in PROPERTIES if p.enum}


class _EnumConverted(Phone, ABC):
    """Strings for enums are converted before validation."""

    def validate(self, document: Properties) -> Properties:
        texts = {name: value for name, value in document.items() if name in _ENUMS and isinstance(value, str)}
        converted = {name: self.convert(text, _ENUMS[name].enum) for name, text in texts.items()}
        return super().validate({**document, **converted})

    @abstractmethod
    def convert(self, text: str, members: tuple[str, ...]) -> str: ...


class _EnumUnchecked(Phone, ABC):
    """Strings for which `accepts` is true are stored without validation."""

    def validate(self, document: Properties) -> Properties:
        unchecked = {
            name: value
            for name, value in document.items()
            if name in _ENUMS and isinstance(value, str) and self.accepts(value, _ENUMS[name].enum)
        }
        return {**super().validate({n: v for n, v in document.items() if n not in unchecked}), **unchecked}

    @abstractmethod
    def accepts(self, text: str, members: tuple[str, ...]) -> bool: ...


@fault
class LastMemberStoredAsFirst(Phone):
    """The last member of an enum is stored as the first."""

    def merge(self, before: Properties, update: Properties) -> Properties:
        names = {name for name, p in _ENUMS.items() if update.get(name) == p.enum[-1]}
        return super().merge(before, {**update, **{name: _ENUMS[name].enum[0] for name in names}})


@fault
class LastMemberRefused(Phone):
    """The last member of an enum is refused."""

    def validate(self, document: Properties) -> Properties:
        if document.get(ENUM.name) == ENUM.enum[-1]:
            raise bad_request(f"{ENUM.name}: not supported")
        return super().validate(document)


@fault
class EnumMatchedRegardlessOfCase(_EnumConverted):
    """A member of an enum is accepted in upper or lower case, and stored as the member."""

    def convert(self, text: str, members: tuple[str, ...]) -> str:  # noqa: ARG002
        return text.lower()


@fault
class EnumMatchedByPrefix(_EnumConverted):
    """The beginning of a member of an enum is accepted, and stored as the member."""

    def convert(self, text: str, members: tuple[str, ...]) -> str:
        return next((member for member in members if text and member.startswith(text)), text)


@fault
class EnumMatchedTrimmed(_EnumConverted):
    """A member of an enum is accepted with spaces around it."""

    def convert(self, text: str, members: tuple[str, ...]) -> str:  # noqa: ARG002
        return text.strip()


@fault
class InvalidEnumCoercedToDefault(_EnumConverted):
    """A string that is not a member of the enum is accepted, and stored as the first member."""

    def convert(self, text: str, members: tuple[str, ...]) -> str:
        return text if text in members else members[0]


@fault
class EnumStoredRegardlessOfCase(_EnumUnchecked):
    """A member of an enum is accepted in upper or lower case, and stored as it was sent."""

    def accepts(self, text: str, members: tuple[str, ...]) -> bool:
        return text.lower() in members


@fault
class InvalidEnumAccepted(_EnumUnchecked):
    """A string that is not a member of the enum is accepted and stored."""

    def accepts(self, text: str, members: tuple[str, ...]) -> bool:  # noqa: ARG002
        return True


@fault
class BlankEnumAccepted(_EnumUnchecked):
    """An empty string is accepted for an enum and stored."""

    def accepts(self, text: str, members: tuple[str, ...]) -> bool:  # noqa: ARG002
        return text == ""


@fault
class InvalidEnumIgnored(Phone):
    """A string that is not a member of the enum is ignored, as if the property were absent."""

    def validate(self, document: Properties) -> Properties:
        wrong = {name for name, p in _ENUMS.items() if isinstance(document.get(name), str)} - {
            name for name, p in _ENUMS.items() if document.get(name) in p.enum
        }
        return super().validate({name: value for name, value in document.items() if name not in wrong})


@fault
class EnumAnsweredInUpperCase(Phone):
    """A member of an enum is in upper case in the response."""

    def present(self, properties: Properties) -> Properties:
        state = super().present(properties)
        return {**state, **{name: state[name].upper() for name in _ENUMS if state[name] is not None}}
