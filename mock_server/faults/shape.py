# ruff: noqa: D102 (the docstring of the class describes the method)
"""Shape of the response: its keys and types."""

from abc import ABC, abstractmethod
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from mock_server.faults.catalogue import PropertyFault, fault, fault_of_each
from mock_server.faults.kinds import FLAG, MAP, MEMBER_NUMBER, NUMBER, OBJECT, PROPERTIES, SWITCH, TEXT
from mock_server.phone import Phone, Properties


class _PropertyConverted(Phone, ABC):
    """One property is converted for the response."""

    name = OBJECT.name

    def present(self, properties: Properties) -> Properties:
        state = super().present(properties)
        return {**state, self.name: self.convert(state[self.name])}

    @abstractmethod
    def convert(self, value: Any) -> Any:  # noqa: ANN401
        ...


@fault
class RequiredKeyMissing(Phone):
    """A required key is missing in the response."""

    def present(self, properties: Properties) -> Properties:
        return {name: value for name, value in super().present(properties).items() if name != NUMBER.name}


@fault
class NullsLeftOut(Phone):
    """Keys whose value is null are missing in the response."""

    def present(self, properties: Properties) -> Properties:
        return {name: value for name, value in super().present(properties).items() if value is not None}


@fault
class KeysInCamelCase(Phone):
    """The keys of the response are in camel case."""

    def present(self, properties: Properties) -> Properties:
        state = super().present(properties)
        return {name[0] + name.title().replace("_", "")[1:]: value for name, value in state.items()}


@fault_of_each(PROPERTIES)
class WrongType(PropertyFault):
    """{} has another JSON type in the response: a string, or a list with the value."""

    def present(self, properties: Properties) -> Properties:
        state = super().present(properties)
        value = state[self.property.name]
        wrong = str(value) if self.property.type in {"boolean", "integer"} else [value]
        return {**state, self.property.name: None if value is None else wrong}


@fault
class MapKeyedByPosition(_PropertyConverted):
    """A key of the map is the position of its entry in the response, and no id."""

    def convert(self, value: Properties) -> Properties:
        entries = value[MAP] and {str(index): entry for index, entry in enumerate(value[MAP].values())}
        return {**value, MAP: entries}


@fault
class GetAnswersList(Phone):
    """GET answers with a list that holds the settings."""

    def respond(self, request: Request, properties: Properties) -> Response:
        return JSONResponse([properties]) if request.method == "GET" else super().respond(request, properties)


@fault
class BooleanAnsweredAsNumber(_PropertyConverted):
    """A boolean is 0 or 1 in the response."""

    name = SWITCH.name

    def convert(self, value: bool) -> int:
        return int(value)


@fault
class BooleanAnsweredAsText(_PropertyConverted):
    """A boolean is the string "true" or "false" in the response."""

    name = SWITCH.name

    def convert(self, value: bool) -> str:
        return str(value).lower()


@fault
class IntegerAnsweredAsText(_PropertyConverted):
    """An integer is a string in the response."""

    name = NUMBER.name

    def convert(self, value: int) -> str:
        return str(value)


@fault
class NullAnsweredAsText(_PropertyConverted):
    """Null is the string "None" in the response."""

    name = TEXT.name

    def convert(self, value: str | None) -> str:
        return str(value)


@fault
class MemberNumberAnsweredAsText(_PropertyConverted):
    """The number in the object is a string in the response."""

    def convert(self, value: Properties) -> Properties:
        number = value[MEMBER_NUMBER]
        return {**value, MEMBER_NUMBER: None if number is None else str(number)}


@fault
class MemberMissing(_PropertyConverted):
    """A required member of the object is missing in the response."""

    def convert(self, value: Properties) -> Properties:
        return {MAP: value[MAP]}


@fault
class MapAnsweredAsArray(_PropertyConverted):
    """The map in the object is an array of its entries in the response."""

    def convert(self, value: Properties) -> Properties:
        return {**value, MAP: [{"id": key, **entry} for key, entry in (value[MAP] or {}).items()]}


@fault
class EntriesAnsweredAsFlags(_PropertyConverted):
    """An entry of the map is only its flag in the response."""

    def convert(self, value: Properties) -> Properties:
        return {**value, MAP: value[MAP] and {key: entry[FLAG] for key, entry in value[MAP].items()}}


@fault
class EmptyMapAnsweredAsArray(_PropertyConverted):
    """An empty map is an empty array in the response."""

    def convert(self, value: Properties) -> Properties:
        return {**value, MAP: [] if value[MAP] == {} else value[MAP]}


@fault
class AnswerInEnvelope(Phone):
    """The settings are inside a `data` key in the response."""

    def respond(self, request: Request, properties: Properties) -> Response:
        return super().respond(request, {"data": properties})


@fault
class PutAnswersWithHalfTheKeys(Phone):
    """PUT answers only with the first half of the keys."""

    def echo(self, before: Properties, after: Properties) -> Properties:
        state = super().echo(before, after)
        return {each.name: state[each.name] for each in PROPERTIES[: len(PROPERTIES) // 2]}
