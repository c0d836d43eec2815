"""Values of the contract as Hypothesis strategies: valid ones that real servers trip over, and invalid ones."""

from __future__ import annotations

from collections.abc import Mapping

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from contract_tests.contract.document import Contract
from contract_tests.contract.json_values import Json, Settings
from contract_tests.contract.property import Property

EDGES = (0, 1, 5, 2**31, 2**53 - 1)
"""Integers: none, few, beyond 32 bits, the last that JavaScript counts exactly."""
TEXTS = ("", " two blanks ", "0042", "Zoë Ölçer", "مكتب", "☎️", "x" * 65, "x" * 256)
"""Strings without a form: empty, blanks at the edges, leading zeros, outside ASCII, long."""


def updates(contract: Contract) -> SearchStrategy[Settings]:
    """Valid bodies for PUT: a few properties, each with a valid value."""
    return st.lists(st.sampled_from([*contract.properties]), unique=True, min_size=1, max_size=4).flatmap(
        lambda names: st.fixed_dictionaries({name: _valid(contract.properties[name]) for name in names})
    )


def _valid(known: Property) -> SearchStrategy[Json]:
    """Valid values of a property; what leads to somebody only from the contract's examples, which are nobody's."""
    return st.sampled_from([None, *known.examples]) if known.is_contact_data else valid(known.schema)


def valid(schema: Mapping[str, Json]) -> SearchStrategy[Json]:
    """Valid values of a resolved schema."""
    if "anyOf" in schema:
        return st.one_of(*map(valid, schema["anyOf"]))
    if "enum" in schema:
        return st.sampled_from(schema["enum"])
    types = schema["type"]
    if not isinstance(types, str):
        return st.one_of(*(valid({**schema, "type": name}) for name in types))
    examples = schema.get("examples", [])
    match types:
        case "null":
            return st.none()
        case "boolean":
            return st.booleans()
        case "integer":
            return st.sampled_from([*EDGES, *examples])
        case "string":
            return st.sampled_from(examples if "pattern" in schema else [*TEXTS, *examples])
        case _:
            return _objects(schema)


def _objects(schema: Mapping[str, Json]) -> SearchStrategy[Json]:
    if "properties" in schema:
        return st.fixed_dictionaries({name: valid(member) for name, member in schema["properties"].items()})
    # A map: the keys of its example, since only they are known to have the right form.
    keys = sorted({key for example in schema["examples"] for key in example})
    return st.dictionaries(st.sampled_from(keys), valid(schema["additionalProperties"]), max_size=len(keys))


def invalid_updates(contract: Contract) -> SearchStrategy[Settings]:
    """Bodies for PUT that hold a valid change of one property and an invalid one of another."""
    return st.lists(
        st.sampled_from([*contract.properties.values()]), unique_by=lambda known: known.name, min_size=2, max_size=2
    ).flatmap(lambda pair: st.fixed_dictionaries({pair[0].name: _valid(pair[0]), pair[1].name: invalid(pair[1])}))


def invalid(known: Property) -> SearchStrategy[Json]:
    """Values of a JSON type that a property does not have; for an enum also a word that is no member."""
    by_type: dict[str, Json] = {"string": "text", "integer": 7, "boolean": True, "object": {}, "array": []}
    wrong = [value for name, value in by_type.items() if name not in known.types]
    return st.sampled_from([*wrong, "no member"] if known.enum else wrong)
