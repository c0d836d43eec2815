# ruff: noqa: D102 (the class says what its one step does)
"""Enums: members, their case, and what is none."""

from abc import ABC, abstractmethod

from mock_server.faults.catalogue import fault
from mock_server.faults.kinds import ENUM, NULLABLE_ENUM, PROPERTIES
from mock_server.phone import Phone, Properties
from mock_server.problems import bad_request

_ENUMS = {p.name: p for p in PROPERTIES if p.enum}


class _EnumRead(Phone, ABC):
    """The strings that are sent for enums are converted before they are validated."""

    def validate(self, document: Properties) -> Properties:
        read = {n: self.convert(v, _ENUMS[n].enum) for n, v in document.items() if n in _ENUMS and isinstance(v, str)}
        return super().validate({**document, **read})

    @abstractmethod
    def convert(self, text: str, members: tuple[str, ...]) -> str: ...


class _NoMemberStored(Phone, ABC):
    """Strings that `accepts` allows are stored as they are, members of the enum or not."""

    def validate(self, document: Properties) -> Properties:
        taken = {
            name: value
            for name, value in document.items()
            if name in _ENUMS and isinstance(value, str) and self.accepts(value, _ENUMS[name].enum)
        }
        return {**super().validate({n: v for n, v in document.items() if n not in taken}), **taken}

    @abstractmethod
    def accepts(self, text: str, members: tuple[str, ...]) -> bool: ...


@fault
class LastMemberStoredAsFirst(Phone):
    """The last member of an enum is stored as the first."""

    def merge(self, before: Properties, update: Properties) -> Properties:
        last = {name for name, p in _ENUMS.items() if update.get(name) == p.enum[-1]}
        return super().merge(before, {**update, **{name: _ENUMS[name].enum[0] for name in last}})


@fault
class LastMemberRefused(Phone):
    """The last member of an enum is refused."""

    def validate(self, document: Properties) -> Properties:
        if document.get(ENUM.name) == ENUM.enum[-1]:
            raise bad_request(f"{ENUM.name}: not supported")
        return super().validate(document)


@fault
class NullableEnumRefusesNull(Phone):
    """An enum that may be null refuses null."""

    def validate(self, document: Properties) -> Properties:
        if NULLABLE_ENUM.name in document and document[NULLABLE_ENUM.name] is None:
            raise bad_request(f"{NULLABLE_ENUM.name}: null is not supported")
        return super().validate(document)


@fault
class EnumMatchedRegardlessOfCase(_EnumRead):
    """A member of an enum is accepted in any case, and stored as the member."""

    def convert(self, text: str, members: tuple[str, ...]) -> str:  # noqa: ARG002
        return text.lower()


@fault
class EnumMatchedByPrefix(_EnumRead):
    """The beginning of a member of an enum is accepted, and stored as the member."""

    def convert(self, text: str, members: tuple[str, ...]) -> str:
        return next((member for member in members if text and member.startswith(text)), text)


@fault
class EnumMatchedTrimmed(_EnumRead):
    """A member of an enum is accepted with blanks around it."""

    def convert(self, text: str, members: tuple[str, ...]) -> str:  # noqa: ARG002
        return text.strip()


@fault
class InvalidEnumCoercedToDefault(_EnumRead):
    """A string that is no member of the enum is accepted, and stored as the first member."""

    def convert(self, text: str, members: tuple[str, ...]) -> str:
        return text if text in members else members[0]


@fault
class EnumStoredRegardlessOfCase(_NoMemberStored):
    """A member of an enum is accepted in any case, and stored as it was sent."""

    def accepts(self, text: str, members: tuple[str, ...]) -> bool:
        return text.lower() in members


@fault
class InvalidEnumAccepted(_NoMemberStored):
    """A string that is no member of the enum is accepted and stored."""

    def accepts(self, text: str, members: tuple[str, ...]) -> bool:  # noqa: ARG002
        return True


@fault
class BlankEnumAccepted(_NoMemberStored):
    """An empty string is accepted for an enum and stored."""

    def accepts(self, text: str, members: tuple[str, ...]) -> bool:  # noqa: ARG002
        return text == ""


@fault
class InvalidEnumIgnored(Phone):
    """A string that is no member of the enum is taken for left out."""

    def validate(self, document: Properties) -> Properties:
        wrong = {name for name, p in _ENUMS.items() if isinstance(document.get(name), str)} - {
            name for name, p in _ENUMS.items() if document.get(name) in p.enum
        }
        return super().validate({name: value for name, value in document.items() if name not in wrong})


@fault
class EnumAnsweredInUpperCase(Phone):
    """A member of an enum is answered in upper case."""

    def present(self, properties: Properties) -> Properties:
        shown = super().present(properties)
        return {**shown, **{name: shown[name].upper() for name in _ENUMS if shown[name] is not None}}
