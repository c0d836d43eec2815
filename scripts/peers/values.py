"""What somebody who writes tests by hand takes from the contract: values to set, and the defaults."""

from __future__ import annotations

from contract_tests.contract import CONTRACT
from contract_tests.contract.json_values import Json, is_among
from contract_tests.contract.property import Evidence, Property

WELL_BACKED = (Evidence.stated.name, Evidence.example.name)
Settings = dict[str, Json]


def changes() -> dict[str, list[Settings]]:
    """For each property, the updates that set it to each value that the contract names."""
    return {
        name: [{name: value} for value in _values(prop) if not _is_dangerous({name: value})]
        for name, prop in CONTRACT.properties.items()
    }


def all_at_once() -> Settings:
    """An update of all properties, each to its first value."""
    update = {name: updates[0][name] for name, updates in changes().items()}
    for together in CONTRACT.never_together:
        if all(update.get(name) == value for name, value in together.items()):
            raise AssertionError(together)
    return update


def defaults() -> Settings:
    """The defaults that the contract has."""
    return {name: prop.default for name, prop in CONTRACT.properties.items() if prop.has_default}


def _values(prop: Property) -> list[Json]:
    values: list[Json] = []
    null = [None] if prop.is_nullable and prop.evidence.get("null") in WELL_BACKED else []
    booleans = [True, False] if "boolean" in prop.types else []
    for value in [*prop.examples, *prop.named, *prop.enum, *booleans, *null]:
        if not is_among(value, values):
            values.append(value)
    return values


def _is_dangerous(update: Settings) -> bool:
    return any(together.items() <= update.items() for together in CONTRACT.never_together)
