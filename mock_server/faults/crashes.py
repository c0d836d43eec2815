# ruff: noqa: D102 (the docstring of the class describes the method)
"""Crashes: the server answers a request with 500."""

from abc import ABC, abstractmethod
from typing import Any

from mock_server.faults.catalogue import fault
from mock_server.faults.kinds import MAP, NULLABLE_NUMBER, OBJECT, PROPERTIES
from mock_server.phone import Phone, Properties
from mock_server.problems import Problem
from mock_server.seed import Application


def crash() -> Problem:
    """Return the problem of a server with an unhandled exception."""
    return Problem(500, "internal_error", "Internal Server Error")


class _CrashOnValue(Phone, ABC):
    """Validation crashes on a value for which `matches` is true."""

    def validate(self, document: Properties) -> Properties:
        if any(self.matches(value) for value in document.values()):
            raise crash()
        return super().validate(document)

    @abstractmethod
    def matches(self, value: Any) -> bool:  # noqa: ANN401
        ...


@fault
class CrashOnNull(_CrashOnValue):
    """Any null in an update crashes."""

    def matches(self, value: Any) -> bool:  # noqa: ANN401
        return value is None


@fault
class CrashOnEmptyMap(_CrashOnValue):
    """An empty map in the object crashes."""

    def matches(self, value: Any) -> bool:  # noqa: ANN401
        return isinstance(value, dict) and value.get(MAP) == {}


@fault
class CrashOnNullMap(_CrashOnValue):
    """A null for the map in the object crashes."""

    def matches(self, value: Any) -> bool:  # noqa: ANN401
        return isinstance(value, dict) and value.get(MAP, {}) is None


@fault
class CrashOnLongText(_CrashOnValue):
    """A string of more than 255 characters crashes."""

    def matches(self, value: Any) -> bool:  # noqa: ANN401
        return isinstance(value, str) and len(value) > 255


@fault
class CrashOnBlankText(_CrashOnValue):
    """An empty string crashes."""

    def matches(self, value: Any) -> bool:  # noqa: ANN401
        return isinstance(value, str) and not value


@fault
class CrashOnNonAscii(_CrashOnValue):
    """A character outside ASCII crashes."""

    def matches(self, value: Any) -> bool:  # noqa: ANN401
        return isinstance(value, str) and not value.isascii()


@fault
class CrashOnBigInteger(_CrashOnValue):
    """An integer beyond 32 bits crashes."""

    def matches(self, value: Any) -> bool:  # noqa: ANN401
        return isinstance(value, int) and value >= 2**32


@fault
class CrashOnNegative(_CrashOnValue):
    """A negative integer crashes, instead of being refused."""

    def matches(self, value: Any) -> bool:  # noqa: ANN401
        return isinstance(value, int) and value < 0


@fault
class CrashOnArray(_CrashOnValue):
    """An array crashes, instead of being refused."""

    def matches(self, value: Any) -> bool:  # noqa: ANN401
        return isinstance(value, list)


@fault
class CrashOnEmptyUpdate(Phone):
    """An update that sets nothing crashes."""

    def validate(self, document: Properties) -> Properties:
        if not document:
            raise crash()
        return super().validate(document)


@fault
class CrashOnWholeUpdate(Phone):
    """An update that sets more than half of the properties crashes."""

    def validate(self, document: Properties) -> Properties:
        if len(document) > len(PROPERTIES) / 2:
            raise crash()
        return super().validate(document)


@fault
class CrashOnMalformedJson(Phone):
    """A body that is not valid JSON crashes, instead of being refused."""

    def decode(self, body: bytes) -> Properties:
        try:
            return super().decode(body)
        except Problem:
            raise crash() from None


@fault
class CrashOnReadingEntries(Phone):
    """Reading crashes if the map in the object has an entry."""

    def present(self, properties: Properties) -> Properties:
        state = super().present(properties)
        if state[OBJECT.name][MAP]:
            raise crash()
        return state


@fault
class CrashOnReadingZero(Phone):
    """Reading crashes if the first nullable integer is 0."""

    def present(self, properties: Properties) -> Properties:
        state = super().present(properties)
        if state[NULLABLE_NUMBER.name] == 0:
            raise crash()
        return state


@fault
class CrashOnUnknownId(Phone):
    """An unknown extension id crashes, instead of being refused."""

    def resolve(self, application: Application, extension_id: str) -> str:
        try:
            return super().resolve(application, extension_id)
        except Problem:
            raise crash() from None
