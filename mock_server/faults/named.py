# ruff: noqa: D102 (the docstring of the class describes the method)
"""Named values: a value that the page names, or whose form it describes, is refused."""

from collections.abc import Callable
from typing import Any

from mock_server.faults.catalogue import PropertyFault, fault, fault_of_each
from mock_server.faults.kinds import PROPERTIES, Property
from mock_server.phone import Phone, Properties
from mock_server.problems import bad_request


def _names(of: Property, matches: Callable[[Any], bool]) -> bool:
    """Whether the contract names a value of this kind for a property."""
    return any(not isinstance(value, bool) and matches(value) for value in (*of.named, of.default))


class _CharacterRefused(Phone):
    """A string with `character` is refused where the contract names one."""

    character: str

    def validate(self, document: Properties) -> Properties:
        for each in PROPERTIES:
            value = document.get(each.name)
            if isinstance(value, str) and self.character in value and _names(each, self.is_in):
                raise bad_request(f"{each.name}: the character {self.character} is not possible")
        return super().validate(document)

    def is_in(self, value: Any) -> bool:  # noqa: ANN401
        return isinstance(value, str) and self.character in value


@fault
class PlusSignRefused(_CharacterRefused):
    """A telephone number with a plus sign is refused."""

    character = "+"


@fault
class AsteriskRefused(_CharacterRefused):
    """The asterisk, which stands for all, is refused."""

    character = "*"


@fault
class BlankRefused(_CharacterRefused):
    """A list with blanks between its entries is refused: only one entry is possible."""

    character = " "


@fault
class CommaRefused(_CharacterRefused):
    """A list with commas between its entries is refused: only one entry is possible."""

    character = ","


@fault
class AtSignRefused(_CharacterRefused):
    """A mail address is refused."""

    character = "@"


@fault
class PortRefused(_CharacterRefused):
    """An address with a port is refused."""

    character = ":"


@fault_of_each(p for p in PROPERTIES if p.type == "integer" and _names(p, lambda value: value == 0))
class ZeroRefused(PropertyFault):
    """{} may not be 0, although 0 has a meaning."""

    def validate(self, document: Properties) -> Properties:
        if document.get(self.property.name) == 0:
            raise bad_request(f"{self.property.name}: 0 is not possible")
        return super().validate(document)


@fault_of_each(p for p in PROPERTIES if p.null_is_stated)
class NullRefused(PropertyFault):
    """{} may not be null, although null has a meaning."""

    def validate(self, document: Properties) -> Properties:
        if self.property.name in document and document[self.property.name] is None:
            raise bad_request(f"{self.property.name}: null is not supported")
        return super().validate(document)


@fault_of_each(p for p in PROPERTIES if p.type == "integer" and any(value > 1 for value in p.named))
class NumberAsSwitch(PropertyFault):
    """A number above 1 is stored as 1 in {}."""

    def merge(self, before: Properties, update: Properties) -> Properties:
        number = update.get(self.property.name)
        capped = {self.property.name: min(number, 1)} if isinstance(number, int) else {}
        return super().merge(before, {**update, **capped})
