"""Each check of the fuzz layer finds a named fault of the mock."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from contract_tests.report.results import Outcome
from contract_tests.session.run import run
from mock_server.embedded import serve
from scripts.conformance import against
from tests.suite import sample

PROOF = {
    "not_a_server_error": "crash_on_empty_map",
    "status_code_conformance": "teapot",
    "content_type_conformance": "answer_as_html",
    "response_headers_conformance": "rate_limit_in_words",
    "response_schema_conformance": "integer_answered_as_text",
    "negative_data_rejection": "invalid_enum_accepted",
    "positive_data_acceptance": "last_member_refused",
    "unsupported_method": "allow_missing",
    "allow_header_conformance": "allow_wrong",
    "put_answer_echoes_change": "put_answers_state_before",
    "put_is_stored": "put_not_stored",
    "put_answers_new_state": "put_answers_defaults",
    "put_keeps_other_settings": "put_resets_omitted",
    "put_rejected_leaves_no_trace": "rejected_put_applies_valid_part",
    "enum_is_kept_as_sent": "enum_answered_in_upper_case",
    "object_is_replaced": "map_merged",
    "every_request_is_answered": "malformed_json_never_answered",
    "settings_follow_model": "put_ignored",
}

EXAMPLES = 8
"""So many examples find each of these faults, and no finding of the correct mock."""


def outcomes(fault: str | None, state_dir: Path) -> dict[str, str]:
    """The outcome of each check of the fuzz layer, against the mock with a fault."""
    with serve(fault) as mock:
        options, environment = against(mock)
        options = replace(options, only="fuzz.*", fuzz_examples=EXAMPLES, state_dir=str(state_dir))
        results = run(options, environment).results
    return {result.id.check.removeprefix("fuzz."): result.outcome for result in results.by_id.values()}


def test_every_check_has_a_fault_and_the_correct_mock_passes_it(tmp_path: Path) -> None:
    assert outcomes(None, tmp_path) == dict.fromkeys(PROOF, Outcome.passed)


@pytest.mark.parametrize("check", sample([*PROOF], 2))
def test_each_check_finds_its_fault(check: str, tmp_path: Path) -> None:
    assert outcomes(PROOF[check], tmp_path)[check] in {Outcome.failed, Outcome.warned}
