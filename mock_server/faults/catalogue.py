"""How a fault gets into the catalogue: a subclass of `Phone` that overrides one step, under a decorator."""

import re
from collections.abc import Callable, Iterable
from typing import TypeVar

from mock_server.faults.kinds import Property
from mock_server.phone import Phone

# A fault's name, as the command line takes it, and its behaviour; the docstring is the fault's description.
CATALOGUE: dict[str, type[Phone]] = {}

Behaviour = TypeVar("Behaviour", bound=type[Phone])
PropertyBehaviour = TypeVar("PropertyBehaviour", bound="type[PropertyFault]")


class PropertyFault(Phone):
    """A fault of one property; `fault_of_each` makes one for each."""

    property: Property


def fault(behaviour: Behaviour) -> Behaviour:
    """Register a fault by its class name in snake case."""
    _register(_snake_case(behaviour.__name__), behaviour)
    return behaviour


def fault_of_each(properties: Iterable[Property]) -> Callable[[PropertyBehaviour], PropertyBehaviour]:
    """Register a fault once for each property, as `name:property`; `{}` in the docstring is the property's name."""

    def register(behaviour: PropertyBehaviour) -> PropertyBehaviour:
        description = behaviour.__doc__ or ""
        for each in properties:
            members = {"property": each, "__doc__": description.format(each.name), "__module__": behaviour.__module__}
            name = f"{_snake_case(behaviour.__name__)}:{each.name}"
            _register(name, type(behaviour.__name__, (behaviour,), members))
        return behaviour

    return register


def family(name: str) -> str:
    """Give the family of a fault: the module that it stands in."""
    return CATALOGUE[name].__module__.rpartition(".")[2]


def _register(name: str, behaviour: type[Phone]) -> None:
    if name in CATALOGUE:
        raise ValueError(f"two faults are called {name}")
    CATALOGUE[name] = behaviour


def _snake_case(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[a-z])(?=[0-9])", "_", name).lower()
