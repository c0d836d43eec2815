# ruff: noqa: D102 (the docstring of the class describes the method)
"""The object with the map. A correct server replaces it as a whole and stores its values unchanged."""

from typing import Any

from mock_server.faults.catalogue import fault
from mock_server.faults.kinds import FLAG, MAP, MEMBER_NUMBER, OBJECT
from mock_server.phone import Phone, Properties


class _ObjectStoredWrong(Phone):
    """The object is converted before it is stored."""

    def merge(self, before: Properties, update: Properties) -> Properties:
        if OBJECT.name in update:
            old = before.get(OBJECT.name, OBJECT.default)
            update = {**update, OBJECT.name: self.convert(old, update[OBJECT.name])}
        return super().merge(before, update)

    def convert(self, old: Properties, new: Properties) -> Properties:
        return {**new, MAP: self.convert_map(old[MAP], new[MAP])}

    def convert_map(self, old: Any, new: Any) -> Any:  # noqa: ANN401, ARG002
        return new


@fault
class MapMerged(_ObjectStoredWrong):
    """The new map is merged into the old one instead of replacing it."""

    def convert_map(self, old: Any, new: Any) -> Any:  # noqa: ANN401
        return {**(old or {}), **new} if new is not None else None


@fault
class MapNotCleared(_ObjectStoredWrong):
    """A null for the map does not replace the old map."""

    def convert_map(self, old: Any, new: Any) -> Any:  # noqa: ANN401
        return old if new is None else new


@fault
class EmptyMapIgnored(_ObjectStoredWrong):
    """An empty map does not replace the old map."""

    def convert_map(self, old: Any, new: Any) -> Any:  # noqa: ANN401
        return old if new == {} else new


@fault
class EmptyMapBecomesNull(_ObjectStoredWrong):
    """An empty map is stored as null."""

    def convert_map(self, old: Any, new: Any) -> Any:  # noqa: ANN401, ARG002
        return new or None


@fault
class NullMapBecomesEmpty(_ObjectStoredWrong):
    """A null for the map is stored as an empty map."""

    def convert_map(self, old: Any, new: Any) -> Any:  # noqa: ANN401, ARG002
        return new or {}


@fault
class FlagAlwaysTrue(_ObjectStoredWrong):
    """Every entry of the map is stored with its flag true."""

    def convert_map(self, old: Any, new: Any) -> Any:  # noqa: ANN401, ARG002
        return new and {key: {**entry, FLAG: True} for key, entry in new.items()}


@fault
class FlagTurnedOver(_ObjectStoredWrong):
    """Every entry of the map is stored with its flag inverted."""

    def convert_map(self, old: Any, new: Any) -> Any:  # noqa: ANN401, ARG002
        return new and {key: {**entry, FLAG: not entry[FLAG]} for key, entry in new.items()}


@fault
class InactiveEntriesLost(_ObjectStoredWrong):
    """An entry of the map whose flag is false is not stored."""

    def convert_map(self, old: Any, new: Any) -> Any:  # noqa: ANN401, ARG002
        return new and {key: entry for key, entry in new.items() if entry[FLAG]}


@fault
class OnlyFirstEntryStored(_ObjectStoredWrong):
    """Only the first entry of the map is stored."""

    def convert_map(self, old: Any, new: Any) -> Any:  # noqa: ANN401, ARG002
        return new and dict(list(new.items())[:1])


@fault
class KeyZerosLost(_ObjectStoredWrong):
    """A key of the map loses its leading zeros."""

    def convert_map(self, old: Any, new: Any) -> Any:  # noqa: ANN401, ARG002
        return new and {str(int(key)): entry for key, entry in new.items()}


@fault
class FlagOfKnownEntryKept(_ObjectStoredWrong):
    """The flag of an existing entry does not change."""

    def convert_map(self, old: Any, new: Any) -> Any:  # noqa: ANN401
        return new and {key: (old or {}).get(key, entry) for key, entry in new.items()}


@fault
class MemberNumberNotStored(_ObjectStoredWrong):
    """The number in the object does not change."""

    def convert(self, old: Properties, new: Properties) -> Properties:
        return {**new, MEMBER_NUMBER: old[MEMBER_NUMBER]}


@fault
class MemberNumberResetWithoutEntries(_ObjectStoredWrong):
    """The number in the object becomes null when the map has no entry."""

    def convert(self, old: Properties, new: Properties) -> Properties:  # noqa: ARG002
        return {**new, MEMBER_NUMBER: new[MEMBER_NUMBER] if new[MAP] else None}


@fault
class MemberNumberNotCleared(_ObjectStoredWrong):
    """A null for the number in the object does not replace the old number."""

    def convert(self, old: Properties, new: Properties) -> Properties:
        return {**new, MEMBER_NUMBER: old[MEMBER_NUMBER] if new[MEMBER_NUMBER] is None else new[MEMBER_NUMBER]}
