"""The parts of `make bench` that do not measure: the larger contracts, the choice of faults, the tables."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
import yaml
from openapi_spec_validator import validate

from contract_tests.contract import CONTRACT
from contract_tests.contract.document import Contract
from mock_server.faults import CATALOGUE
from scripts.bench.growth import grown
from scripts.bench.tables import only_found, side_by_side
from scripts.bench.tools import CORE, FUZZ, PEER, TOOLS, Cost, faults, verdict

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


def test_a_fault_of_each_property_is_used_once() -> None:
    names = faults()
    assert {name.partition(":")[0] for name in names} == {name.partition(":")[0] for name in CATALOGUE}
    assert len(names) == len({name.partition(":")[0] for name in names})


@pytest.mark.parametrize(
    ("outcomes", "expected"),
    [
        ({"pass": 9, "warn": 1, "fail": 1, "error": 1}, "fail"),
        ({"pass": 9, "warn": 1, "note": 3}, "warn"),
        ({"pass": 9, "error": 1}, "error"),
        ({"pass": 9, "note": 3, "not_testable": 1}, ""),
    ],
)
def test_the_most_severe_outcome_is_the_verdict(outcomes: dict[str, int], expected: str) -> None:
    assert verdict(Counter(outcomes)) == expected


def test_a_warning_counts_as_found_and_a_broken_run_does_not() -> None:
    rows = {
        "a": {CORE: "fail", FUZZ: "fail", PEER: "fail"},
        "b": {CORE: "warn", FUZZ: "fail", PEER: ""},
        "c": {CORE: "error", FUZZ: "", PEER: "fail"},
    }
    table = side_by_side(dict.fromkeys(TOOLS, Cost(1234, 2.5, 0)), rows)
    assert table[2:] == [
        "| requests on the correct mock | 1,234 | 1,234 | 1,234 |",
        "| seconds on the correct mock | 2.5 | 2.5 | 2.5 |",
        "| findings on the correct mock | 0 | 0 | 0 |",
        "| faults found, by a failure | 1 of 3 | 2 of 3 | 2 of 3 |",
        "| faults found, by a failure or a warning | 2 of 3 | 2 of 3 | 2 of 3 |",
    ]
    assert only_found(rows) == (
        "Of 3 faults, only the planned core finds 1, only plain schemathesis finds 1, both find 1, and neither finds 0."
    )
