# ruff: noqa: D102 (the class says what its one step does)
"""Answer shape: keys and types of what is answered."""

from abc import ABC, abstractmethod
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from mock_server.faults.catalogue import fault
from mock_server.faults.kinds import FLAG, MAP, MEMBER_NUMBER, NUMBER, OBJECT, PROPERTIES, SWITCH, TEXT
from mock_server.phone import Phone, Properties


class _ShownWrong(Phone, ABC):
    """One property is converted before it is shown."""

    name = OBJECT.name

    def present(self, properties: Properties) -> Properties:
        shown = super().present(properties)
        return {**shown, self.name: self.convert(shown[self.name])}

    @abstractmethod
    def convert(self, value: Any) -> Any:  # noqa: ANN401
        ...


@fault
class RequiredKeyMissing(Phone):
    """A required key is missing in the answer."""

    def present(self, properties: Properties) -> Properties:
        return {name: value for name, value in super().present(properties).items() if name != NUMBER.name}


@fault
class NullsLeftOut(Phone):
    """Keys whose value is null are missing in the answer."""

    def present(self, properties: Properties) -> Properties:
        return {name: value for name, value in super().present(properties).items() if value is not None}


@fault
class KeysInCamelCase(Phone):
    """The keys of the answer are in camel case."""

    def present(self, properties: Properties) -> Properties:
        shown = super().present(properties)
        return {name[0] + name.title().replace("_", "")[1:]: value for name, value in shown.items()}


@fault
class BooleanAnsweredAsNumber(_ShownWrong):
    """A boolean is answered as 0 or 1."""

    name = SWITCH.name

    def convert(self, value: bool) -> int:
        return int(value)


@fault
class BooleanAnsweredAsText(_ShownWrong):
    """A boolean is answered as the string "true" or "false"."""

    name = SWITCH.name

    def convert(self, value: bool) -> str:
        return str(value).lower()


@fault
class IntegerAnsweredAsText(_ShownWrong):
    """An integer is answered as a string."""

    name = NUMBER.name

    def convert(self, value: int) -> str:
        return str(value)


@fault
class NullAnsweredAsText(_ShownWrong):
    """Null is answered as the string "None"."""

    name = TEXT.name

    def convert(self, value: str | None) -> str:
        return str(value)


@fault
class MemberNumberAnsweredAsText(_ShownWrong):
    """The number in the object is answered as a string."""

    def convert(self, value: Properties) -> Properties:
        number = value[MEMBER_NUMBER]
        return {**value, MEMBER_NUMBER: None if number is None else str(number)}


@fault
class MemberMissing(_ShownWrong):
    """A required member of the object is missing in the answer."""

    def convert(self, value: Properties) -> Properties:
        return {MAP: value[MAP]}


@fault
class MapAnsweredAsArray(_ShownWrong):
    """The map in the object is answered as an array of its entries."""

    def convert(self, value: Properties) -> Properties:
        return {**value, MAP: [{"id": key, **entry} for key, entry in (value[MAP] or {}).items()]}


@fault
class EntriesAnsweredAsFlags(_ShownWrong):
    """An entry of the map is answered as the bare flag."""

    def convert(self, value: Properties) -> Properties:
        return {**value, MAP: value[MAP] and {key: entry[FLAG] for key, entry in value[MAP].items()}}


@fault
class EmptyMapAnsweredAsArray(_ShownWrong):
    """An empty map is answered as an empty array."""

    def convert(self, value: Properties) -> Properties:
        return {**value, MAP: [] if value[MAP] == {} else value[MAP]}


@fault
class AnswerInEnvelope(Phone):
    """The settings are answered inside a `data` key."""

    def respond(self, request: Request, properties: Properties) -> Response:
        return super().respond(request, {"data": properties})


@fault
class PutAnswersWithHalfTheKeys(Phone):
    """PUT answers with the first half of the keys."""

    def echo(self, before: Properties, after: Properties) -> Properties:
        shown = super().echo(before, after)
        return {each.name: shown[each.name] for each in PROPERTIES[: len(PROPERTIES) // 2]}
