"""The parts of `make bench` that do not measure: the larger contracts, the tables, the page."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from openapi_spec_validator import validate

from contract_tests.contract import CONTRACT
from contract_tests.contract.document import Contract
from scripts.bench.growth import grown
from scripts.bench.page import write_part
from scripts.bench.tables import spread

SIZE = 64
"""The original properties with one copy of each, and a second copy of the first two."""


@pytest.fixture(scope="module")
def larger(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("larger") / "openapi.yaml"
    file.write_text(yaml.safe_dump(grown(CONTRACT.document, SIZE)))
    return file


def test_a_larger_contract_is_valid_and_has_the_copies_in_both_schemas(larger: Path) -> None:
    contract = Contract(larger)
    schemas = contract.document["components"]["schemas"]
    validate(dict(contract.document))
    assert len(contract.properties) == SIZE
    assert [*schemas["PhoneProperties"]["properties"]] == [*schemas["PhonePropertiesUpdate"]["properties"]]


def test_a_copy_has_the_same_schema_as_its_original(larger: Path) -> None:
    contract = Contract(larger)
    for name, known in CONTRACT.properties.items():
        assert contract.properties[f"{name}_1"].schema == known.schema
    missing = {violation.message for violation in contract.answer_violations({}) if violation.keyword == "required"}
    assert sum("bundle" in message for message in missing) == 2


def test_the_original_contract_does_not_change() -> None:
    grown(CONTRACT.document, SIZE)
    assert CONTRACT.document == Contract().document


def test_a_spread_has_three_numbers_unless_they_are_equal() -> None:
    assert spread([3.0, 1.0, 2.04]) == "1.0-2.0-3.0"
    assert spread([400, 400], "{:,.0f}") == "400"


def test_a_job_replaces_its_own_part_only(tmp_path: Path) -> None:
    page = tmp_path / "bench.md"
    page.write_text("# Measured\n")
    write_part(page, "make a", ["first"])
    write_part(page, "make b", ["other"])
    write_part(page, "make a", [r"second \1"])
    text = page.read_text()
    assert text.startswith("# Measured\n")
    assert "first" not in text
    assert text.index(r"second \1") < text.index("other")
