# ruff: noqa: D102 (the class says what its one step does)
"""Defaults: what a fresh extension shows."""

from mock_server.faults.catalogue import PropertyFault, fault, fault_of_each
from mock_server.faults.kinds import OBJECT, PROPERTIES, TEXT, other_than_default
from mock_server.phone import Phone, Properties


@fault_of_each(p for p in PROPERTIES if p.stated)
class WrongDefault(PropertyFault):
    """A fresh extension shows another {} than the default."""

    def present(self, properties: Properties) -> Properties:
        return super().present({self.property.name: other_than_default(self.property), **properties})


@fault
class UnsetTextShownAsBlank(Phone):
    """A text that was never set is shown as an empty string, not as null."""

    def present(self, properties: Properties) -> Properties:
        return super().present({TEXT.name: "", **properties})


@fault
class UnsetObjectShownAsNull(Phone):
    """An object that was never set is shown as null."""

    def present(self, properties: Properties) -> Properties:
        return super().present({OBJECT.name: None, **properties})


@fault
class UnsetLeftOut(Phone):
    """An answer holds only what was set before."""

    def present(self, properties: Properties) -> Properties:
        return properties
