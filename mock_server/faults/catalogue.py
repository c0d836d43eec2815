"""The catalogue of faults. A fault is a subclass of `Phone` that overrides one step; a decorator registers it."""

import re
from collections.abc import Callable, Iterable
from typing import TypeVar

from mock_server.faults.kinds import Property
from mock_server.phone import Phone

# The behaviour of each fault by its name on the command line. The docstring of the class describes the fault.
CATALOGUE: dict[str, type[Phone]] = {}
# The same for faults that show only under load, which one client with one request at a time does not find.
UNDER_LOAD: dict[str, type[Phone]] = {}

Behaviour = TypeVar("Behaviour", bound=type[Phone])
PropertyBehaviour = TypeVar("PropertyBehaviour", bound="type[PropertyFault]")


class PropertyFault(Phone):
    """A fault that concerns one property; `fault_of_each` registers it for each property."""

    property: Property


def fault(behaviour: Behaviour) -> Behaviour:
    """Register a fault; its name is the class name in snake case."""
    _register(_snake_case(behaviour.__name__), behaviour)
    return behaviour


def fault_under_load(behaviour: Behaviour) -> Behaviour:
    """Register a fault that shows only under load."""
    _register(_snake_case(behaviour.__name__), behaviour, UNDER_LOAD)
    return behaviour


def fault_of_each(properties: Iterable[Property]) -> Callable[[PropertyBehaviour], PropertyBehaviour]:
    """Register a fault for each property, as `name:property`; `{}` in its docstring becomes the property's name."""

    def register(behaviour: PropertyBehaviour) -> PropertyBehaviour:
        description = behaviour.__doc__ or ""
        for each in properties:
            members = {"property": each, "__doc__": description.format(each.name), "__module__": behaviour.__module__}
            name = f"{_snake_case(behaviour.__name__)}:{each.name}"
            _register(name, type(behaviour.__name__, (behaviour,), members))
        return behaviour

    return register


def family(name: str) -> str:
    """Return the family of a fault, which is the name of its module."""
    return CATALOGUE[name].__module__.rpartition(".")[2]


def _register(name: str, behaviour: type[Phone], catalogue: dict[str, type[Phone]] = CATALOGUE) -> None:
    if name in CATALOGUE or name in UNDER_LOAD:
        raise ValueError(f"two faults have the name {name}")
    catalogue[name] = behaviour


def _snake_case(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[a-z])(?=[0-9])", "_", name).lower()
