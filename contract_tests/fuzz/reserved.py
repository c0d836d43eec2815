"""Keeps what is made up away from anybody's number, address or mail box."""

from __future__ import annotations

import zlib

from contract_tests.contract.document import Contract
from contract_tests.contract.json_values import Json, Settings
from contract_tests.contract.property import Property

NO_FORM = ("", " ", "no form")
"""Texts that no form of the contract allows, and that are no number or address in use."""
LARGEST_NUMBER = 99
"""A larger number, taken for a text, could be a number in use."""


def reserved(contract: Contract, body: Settings, current: Settings) -> Settings:
    """A body whose numbers, addresses and mail boxes are those of the contract's examples, all of reserved ranges.

    Args:
        contract: Says which properties hold such texts, and which values must never be together.
        body: As it was made up; what is invalid in it stays invalid.
        current: The settings that it changes.
    """
    safe = {name: _reserved(contract, contract.properties[name], value) for name, value in body.items()}
    for never in contract.never_together:
        if (current | safe).items() >= never.items():
            safe = {name: value for name, value in safe.items() if name not in never}
    return safe


def _reserved(contract: Contract, known: Property, value: Json) -> Json:
    if not known.is_contact_data or isinstance(value, bool):
        return value
    if isinstance(value, int | float):
        return int(value) if abs(value) <= LARGEST_NUMBER else LARGEST_NUMBER
    if not isinstance(value, str) or value in known.examples:
        return value
    choice = zlib.crc32(value.encode("utf-8", "surrogatepass"))
    if contract.update_violations({known.name: value}):
        return NO_FORM[choice % len(NO_FORM)]
    return known.examples[choice % len(known.examples)]
