"""Bodies for PUT as Hypothesis strategies, from the values that the planned core sends too."""

from __future__ import annotations

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from contract_tests.contract.document import Contract
from contract_tests.contract.json_values import Json, Settings
from contract_tests.plan.invalid import invalid
from contract_tests.plan.valid import walk


def updates(contract: Contract) -> SearchStrategy[Settings]:
    """Valid bodies: a few properties, each with a valid value."""
    valid = _valid_values(contract)
    return st.lists(st.sampled_from([*valid]), unique=True, min_size=1, max_size=4).flatmap(
        lambda names: st.fixed_dictionaries({name: valid[name] for name in names})
    )


def invalid_updates(contract: Contract) -> SearchStrategy[Settings]:
    """Bodies that hold a valid change of one property and an invalid one of another."""
    valid, wrong = _valid_values(contract), _invalid_values(contract)
    return st.lists(st.sampled_from([*valid]), unique=True, min_size=2, max_size=2).flatmap(
        lambda names: st.fixed_dictionaries({names[0]: valid[names[0]], names[1]: wrong[names[1]]})
    )


def _valid_values(contract: Contract) -> dict[str, SearchStrategy[Json]]:
    return {name: st.sampled_from([value for _, value in walk(known)]) for name, known in contract.properties.items()}


def _invalid_values(contract: Contract) -> dict[str, SearchStrategy[Json]]:
    return {
        name: st.sampled_from([value for _, value in invalid(contract, known)])
        for name, known in contract.properties.items()
    }
