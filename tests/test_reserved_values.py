"""Random phone numbers, addresses and mail boxes are replaced by reserved values before they are sent."""

from __future__ import annotations

import ipaddress
import re
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from contract_tests.contract import CONTRACT
from contract_tests.contract.property import Property
from contract_tests.fuzz.reserved import LARGEST_NUMBER, NO_FORM, reserved
from contract_tests.fuzz.values import invalid_updates, updates
from contract_tests.plan.invalid import invalid
from contract_tests.plan.valid import walk

CONTACT_DATA = [known for known in CONTRACT.properties.values() if known.is_contact_data]
RESERVED_NUMBERS = r"(\+|00)?(1202555 ?01\d\d|442079460\d{3}|493023125\d{3})"
HOSTS = r"([a-z]+\.)*(example\.(com|org|net)|invalid|test)"
TEXT = (
    st.text() | st.from_regex(r"[A-Z]{2}( [A-Z]{2})*") | st.from_regex(r"[a-z]+@[a-z.]+") | st.from_regex(r"\+?[0-9]+")
)
VALUES = (
    TEXT
    | st.from_regex(r"[a-z0-9.]+:[0-9]{1,5}")
    | st.integers()
    | st.floats(allow_nan=False)
    | st.booleans()
    | st.none()
)


def is_reserved(name: str, value: Any) -> bool:  # noqa: ANN401 - a value of any property
    """Return whether a value is reserved for examples (RFC 2606, RFC 5737, fictitious phone numbers)."""
    if value is None or isinstance(value, bool | list | dict) or value in NO_FORM:
        return True
    if isinstance(value, int | float):
        return abs(value) <= LARGEST_NUMBER or bool(re.fullmatch(RESERVED_NUMBERS, str(value)))
    if name == "geo_list":
        return bool(re.fullmatch(r"\*|[A-Za-z ,]*", value))
    if name == "vm_mailto":
        return all(re.fullmatch(rf"[a-z]+@{HOSTS}", box) for box in value.split(","))
    if name == "static_reg_address":
        host = value.rpartition(":")[0]
        return bool(re.fullmatch(HOSTS, host)) or ipaddress.ip_address(host) in ipaddress.ip_network("192.0.2.0/24")
    return bool(re.fullmatch(RESERVED_NUMBERS, value))


@pytest.mark.parametrize("known", CONTACT_DATA, ids=lambda known: known.name)
def test_thousands_of_random_values_become_reserved_values(known: Property) -> None:
    count = 0

    @settings(max_examples=20, database=None, deadline=None, suppress_health_check=list(HealthCheck))
    @given(st.lists(VALUES, min_size=100, max_size=100))
    def draw(values: list[Any]) -> None:
        nonlocal count
        count += len(values)
        for value in values:
            safe = reserved(CONTRACT, {known.name: value}, {})[known.name]
            assert is_reserved(known.name, safe), (value, safe)
            is_valid, stays_valid = (not CONTRACT.update_violations({known.name: each}) for each in (value, safe))
            assert is_valid is stays_valid

    draw()
    assert count >= 2_000


@pytest.mark.parametrize("known", CONTACT_DATA, ids=lambda known: known.name)
def test_the_plan_sends_reserved_values(known: Property) -> None:
    assert all(is_reserved(known.name, value) for _, value in walk(known))
    numbers = [value for _, value in invalid(CONTRACT, known) if isinstance(value, int)]
    assert all(is_reserved(known.name, value) for value in numbers)


@settings(max_examples=2_000, database=None, deadline=None, suppress_health_check=list(HealthCheck))
@given(updates(CONTRACT) | invalid_updates(CONTRACT))
def test_the_state_machine_sends_reserved_values(update: dict[str, Any]) -> None:
    safe = reserved(CONTRACT, update, {})
    assert all(
        is_reserved(known.name, safe[known.name]) for known in CONTACT_DATA if isinstance(safe.get(known.name), str)
    )


@pytest.mark.parametrize("known", CONTACT_DATA, ids=lambda known: known.name)
def test_a_reserved_value_does_not_change(known: Property) -> None:
    for value in [*known.examples, None]:
        assert reserved(CONTRACT, {known.name: value}, {}) == {known.name: value}


def test_a_forbidden_combination_of_values_is_left_out() -> None:
    for never in CONTRACT.never_together:
        (first, *rest) = never
        assert reserved(CONTRACT, {first: never[first], "label": "a"}, {name: never[name] for name in rest}) == {
            "label": "a"
        }
        assert reserved(CONTRACT, {first: never[first]}, {}) == {first: never[first]}
