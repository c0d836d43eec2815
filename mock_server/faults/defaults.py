# ruff: noqa: D102 (the docstring of the class describes the method)
"""Defaults: the values of a fresh extension."""

from mock_server.faults.catalogue import PropertyFault, fault, fault_of_each
from mock_server.faults.kinds import OBJECT, PROPERTIES, TEXT, other_than_default
from mock_server.phone import Phone, Properties


@fault_of_each(p for p in PROPERTIES if p.has_default)
class WrongDefault(PropertyFault):
    """A fresh extension has another value than the default for {}."""

    def present(self, properties: Properties) -> Properties:
        return super().present({self.property.name: other_than_default(self.property), **properties})


@fault
class UnsetTextShownAsBlank(Phone):
    """A string that was never set is an empty string in the response, not null."""

    def present(self, properties: Properties) -> Properties:
        return super().present({TEXT.name: "", **properties})


@fault
class UnsetObjectShownAsNull(Phone):
    """An object that was never set is null in the response."""

    def present(self, properties: Properties) -> Properties:
        return super().present({OBJECT.name: None, **properties})


@fault
class UnsetLeftOut(Phone):
    """A response contains only the properties that were set before."""

    def present(self, properties: Properties) -> Properties:
        return properties
