"""What `make bench` works out without measuring: the larger contracts, the faults that it tries, its tables."""

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
"""Two clones of the first two properties, one of each other."""


@pytest.fixture(scope="module")
def larger(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("larger") / "openapi.yaml"
    file.write_text(yaml.safe_dump(grown(CONTRACT.document, SIZE)))
    return file


def test_a_larger_contract_is_valid_and_holds_clones_in_both_schemas(larger: Path) -> None:
    contract = Contract(larger)
    schemas = contract.document["components"]["schemas"]
    validate(dict(contract.document))
    assert len(contract.properties) == SIZE
    assert [*schemas["PhoneProperties"]["properties"]] == [*schemas["PhonePropertiesUpdate"]["properties"]]


def test_a_clone_is_asked_the_same_as_its_original(larger: Path) -> None:
    contract = Contract(larger)
    for name, known in CONTRACT.properties.items():
        assert contract.properties[f"{name}_1"].schema == known.schema
    missing = {violation.message for violation in contract.answer_violations({}) if violation.keyword == "required"}
    assert sum("bundle" in message for message in missing) == 2


def test_the_contract_itself_is_left_as_it_is() -> None:
    grown(CONTRACT.document, SIZE)
    assert CONTRACT.document == Contract().document


def test_one_fault_stands_for_those_of_all_properties() -> None:
    tried = faults()
    assert {name.partition(":")[0] for name in tried} == {name.partition(":")[0] for name in CATALOGUE}
    assert len(tried) == len({name.partition(":")[0] for name in tried})


@pytest.mark.parametrize(
    ("outcomes", "word"),
    [
        ({"pass": 9, "warn": 1, "fail": 1, "error": 1}, "fail"),
        ({"pass": 9, "warn": 1, "note": 3}, "warn"),
        ({"pass": 9, "error": 1}, "error"),
        ({"pass": 9, "note": 3, "not_testable": 1}, ""),
    ],
)
def test_the_weightiest_outcome_is_the_verdict(outcomes: dict[str, int], word: str) -> None:
    assert verdict(Counter(outcomes)) == word


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
    assert "1 are found by the planned core and not by plain schemathesis, 1 the other way round, 1 by both, 0 by" in (
        only_found(rows)
    )
