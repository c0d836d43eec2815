"""The base of the models: a JSON object as a dataclass."""

import types
from collections.abc import Mapping
from dataclasses import fields
from enum import Enum
from typing import Any, Final, Literal, Self, Union, get_args, get_origin, get_type_hints


class Unset(Enum):
    """The type of `UNSET`; an enum, so that a copy is the same object."""

    UNSET = "UNSET"

    def __bool__(self) -> Literal[False]:
        return False

    def __repr__(self) -> str:
        return self.value


UNSET: Final = Unset.UNSET
"""The value of a key that a JSON object does not have; it counts as false. None is null."""


class Record:
    """A JSON object. Keys that the contract does not name are attributes without a type."""

    @classmethod
    def from_dict(cls, members: Mapping[str, Any]) -> Self:
        """Return the record for a JSON object; its values are not checked.

        Raises:
            TypeError: A required key is missing.
        """
        kinds = kinds_of(cls)
        values = {name: _value(kinds[name], value) for name, value in members.items() if name in kinds}
        record = cls(**values)
        vars(record).update({name: value for name, value in members.items() if name not in kinds})
        return record

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON object, without the keys that are `UNSET`."""
        return {name: _json(value) for name, value in vars(self).items() if value is not UNSET}

    def __repr__(self) -> str:
        """Show what is set."""
        members = ", ".join(f"{name}={value!r}" for name, value in vars(self).items() if value is not UNSET)
        return f"{type(self).__name__}({members})"


def kinds_of(record: type[Record]) -> Mapping[str, tuple[Any, ...]]:
    """Return the types that each key of a record may have, without that of `UNSET`."""
    hints = get_type_hints(record)
    return {
        field.name: tuple(kind for kind in _alternatives(hints[field.name]) if kind is not Unset)
        for field in fields(record)  # type: ignore[arg-type] # each subclass is a dataclass
    }


def _alternatives(kind: Any) -> tuple[Any, ...]:  # noqa: ANN401 (a type has no narrower type)
    return get_args(kind) if get_origin(kind) in {Union, types.UnionType} else (kind,)


def _value(kinds: tuple[Any, ...], value: Any) -> Any:  # noqa: ANN401 (any JSON value)
    """Return a JSON value with records in it for objects."""
    for kind in kinds:
        if isinstance(value, dict) and get_origin(kind) is dict:
            return {key: _value(_alternatives(get_args(kind)[1]), member) for key, member in value.items()}
        if isinstance(value, list) and get_origin(kind) is list:
            return [_value(_alternatives(get_args(kind)[0]), item) for item in value]
        if isinstance(value, dict) and isinstance(kind, type) and issubclass(kind, Record):
            return kind.from_dict(value)
    return value


def _json(value: Any) -> Any:  # noqa: ANN401 (any JSON value, with records in it)
    if isinstance(value, Record):
        return value.to_dict()
    if isinstance(value, dict):
        return {key: _json(member) for key, member in value.items()}
    return [_json(item) for item in value] if isinstance(value, list) else value
