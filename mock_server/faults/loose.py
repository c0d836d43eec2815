# ruff: noqa: D102 (the docstring of the class describes the method)
"""Loose validation: an invalid value is accepted, and converted or stored unchanged."""

from abc import ABC, abstractmethod
from typing import Any

from mock_server.faults.catalogue import fault
from mock_server.faults.kinds import FLAG, MAP, MEMBER_NUMBER, OBJECT, PROPERTIES, Property
from mock_server.phone import Phone, Properties

_BY_NAME = {p.name: p for p in PROPERTIES}


class _Coerced(Phone, ABC):
    """Values are converted before validation."""

    def validate(self, document: Properties) -> Properties:
        known = {name: value for name, value in document.items() if name in _BY_NAME}
        return super().validate({**document, **{n: self.convert(v, _BY_NAME[n]) for n, v in known.items()}})

    @abstractmethod
    def convert(self, value: Any, of: Property) -> Any:  # noqa: ANN401
        ...


class _Unchecked(Phone, ABC):
    """Values for which `accepts` is true are stored without validation."""

    def validate(self, document: Properties) -> Properties:
        unchecked = {name: v for name, v in document.items() if name in _BY_NAME and self.accepts(v, _BY_NAME[name])}
        return {**super().validate({name: v for name, v in document.items() if name not in unchecked}), **unchecked}

    @abstractmethod
    def accepts(self, value: Any, of: Property) -> bool:  # noqa: ANN401
        ...


class _EntryUnchecked(Phone, ABC):
    """Entries of the map for which `accepts` is true are stored without validation."""

    def validate(self, document: Properties) -> Properties:
        entries = (document.get(OBJECT.name) or {}).get(MAP) if isinstance(document.get(OBJECT.name), dict) else None
        if not isinstance(entries, dict):
            return super().validate(document)
        unchecked = {key: entry for key, entry in entries.items() if self.accepts(key, entry)}
        checked = {key: entry for key, entry in entries.items() if key not in unchecked}
        update = super().validate({**document, OBJECT.name: {**document[OBJECT.name], MAP: checked}})
        return {**update, OBJECT.name: {**update[OBJECT.name], MAP: {**update[OBJECT.name][MAP], **unchecked}}}

    @abstractmethod
    def accepts(self, key: str, entry: Any) -> bool:  # noqa: ANN401
        ...


@fault
class TextAcceptedForBoolean(_Coerced):
    """The strings "true" and "false" are accepted for a boolean."""

    def convert(self, value: Any, of: Property) -> Any:  # noqa: ANN401
        return value == "true" if of.type == "boolean" and value in ("true", "false") else value


@fault
class NumberAcceptedForBoolean(_Coerced):
    """0 and 1 are accepted for a boolean."""

    def convert(self, value: Any, of: Property) -> Any:  # noqa: ANN401
        return bool(value) if of.type == "boolean" and value in (0, 1) else value


@fault
class TextAcceptedForInteger(_Coerced):
    """A string of digits is accepted for an integer."""

    def convert(self, value: Any, of: Property) -> Any:  # noqa: ANN401
        return int(value) if of.type == "integer" and isinstance(value, str) and value.isdecimal() else value


@fault
class BooleanAcceptedForInteger(_Coerced):
    """A boolean is accepted for an integer."""

    def convert(self, value: Any, of: Property) -> Any:  # noqa: ANN401
        return int(value) if of.type == "integer" and isinstance(value, bool) else value


@fault
class FractionAcceptedForInteger(_Coerced):
    """A fraction is accepted for an integer, and truncated."""

    def convert(self, value: Any, of: Property) -> Any:  # noqa: ANN401
        return int(value) if of.type == "integer" and isinstance(value, float) else value


@fault
class NumberAcceptedForText(_Coerced):
    """A number is accepted for a string."""

    def convert(self, value: Any, of: Property) -> Any:  # noqa: ANN401
        return str(value) if of.type == "string" and type(value) in (int, float) else value


@fault
class NullAcceptedAsDefault(_Coerced):
    """Null is accepted where it is invalid, and restores the default."""

    def convert(self, value: Any, of: Property) -> Any:  # noqa: ANN401
        return of.default if value is None and not of.nullable else value


@fault
class NullAcceptedForBoolean(_Unchecked):
    """Null is accepted for a boolean that is not nullable, and stored."""

    def accepts(self, value: Any, of: Property) -> bool:  # noqa: ANN401
        return value is None and of.type == "boolean"


@fault
class NullAcceptedForInteger(_Unchecked):
    """Null is accepted for an integer that is not nullable, and stored."""

    def accepts(self, value: Any, of: Property) -> bool:  # noqa: ANN401
        return value is None and of.type == "integer"


@fault
class NullAcceptedForEnum(_Unchecked):
    """Null is accepted for an enum that is not nullable, and stored."""

    def accepts(self, value: Any, of: Property) -> bool:  # noqa: ANN401
        return value is None and bool(of.enum)


@fault
class NullAcceptedForObject(_Unchecked):
    """Null is accepted for the object, and stored."""

    def accepts(self, value: Any, of: Property) -> bool:  # noqa: ANN401
        return value is None and of.type == "object"


@fault
class NegativeAccepted(_Unchecked):
    """A negative integer is accepted."""

    def accepts(self, value: Any, of: Property) -> bool:  # noqa: ANN401
        return of.type == "integer" and type(value) is int and value < 0


@fault
class HugeIntegerAccepted(_Unchecked):
    """An integer beyond 64 bits is accepted."""

    def accepts(self, value: Any, of: Property) -> bool:  # noqa: ANN401
        return of.type == "integer" and type(value) is int and value > 2**63 - 1


@fault
class PatternIgnored(_Unchecked):
    """A string that does not match its pattern is accepted."""

    def accepts(self, value: Any, of: Property) -> bool:  # noqa: ANN401
        return of.pattern is not None and isinstance(value, str)


@fault
class ArrayAccepted(_Unchecked):
    """An array is accepted for any property, and stored."""

    def accepts(self, value: Any, of: Property) -> bool:  # noqa: ANN401, ARG002
        return isinstance(value, list)


@fault
class BadKeyAccepted(_EntryUnchecked):
    """A key of the map that is not a decimal number is accepted."""

    def accepts(self, key: str, entry: Any) -> bool:  # noqa: ANN401, ARG002
        return not key.isdecimal()


@fault
class EntryWithoutFlagAccepted(_EntryUnchecked):
    """An entry of the map without its flag is accepted."""

    def accepts(self, key: str, entry: Any) -> bool:  # noqa: ANN401, ARG002
        return isinstance(entry, dict) and FLAG not in entry


@fault
class NullEntryAccepted(_EntryUnchecked):
    """A null entry of the map is accepted."""

    def accepts(self, key: str, entry: Any) -> bool:  # noqa: ANN401, ARG002
        return entry is None


@fault
class NullFlagAccepted(_EntryUnchecked):
    """A null flag in an entry of the map is accepted."""

    def accepts(self, key: str, entry: Any) -> bool:  # noqa: ANN401, ARG002
        return isinstance(entry, dict) and entry.get(FLAG, True) is None


@fault
class FlagTextAccepted(_EntryUnchecked):
    """A string is accepted for the flag in an entry of the map."""

    def accepts(self, key: str, entry: Any) -> bool:  # noqa: ANN401, ARG002
        return isinstance(entry, dict) and isinstance(entry.get(FLAG), str)


@fault
class FlagTextCoerced(Phone):
    """The strings "true" and "false" are accepted for the flag in an entry of the map, and converted."""

    def validate(self, document: Properties) -> Properties:
        value = document.get(OBJECT.name)
        entries = value.get(MAP) if isinstance(value, dict) else None
        if isinstance(value, dict) and isinstance(entries, dict):
            converted = {key: self.convert_flag(entry) for key, entry in entries.items()}
            document = {**document, OBJECT.name: {**value, MAP: converted}}
        return super().validate(document)

    def convert_flag(self, entry: Any) -> Any:  # noqa: ANN401
        """Return an entry with its flag as a boolean."""
        if isinstance(entry, dict) and entry.get(FLAG) in ("true", "false"):
            return {**entry, FLAG: entry[FLAG] == "true"}
        return entry


@fault
class FlagNumberAccepted(_EntryUnchecked):
    """A number is accepted for the flag in an entry of the map."""

    def accepts(self, key: str, entry: Any) -> bool:  # noqa: ANN401, ARG002
        return isinstance(entry, dict) and type(entry.get(FLAG)) is int


@fault
class MissingMemberAccepted(Phone):
    """The object is accepted without its members; a missing member counts as null."""

    def validate(self, document: Properties) -> Properties:
        if isinstance(document.get(OBJECT.name), dict):
            document = {**document, OBJECT.name: {MAP: None, MEMBER_NUMBER: None, **document[OBJECT.name]}}
        return super().validate(document)
