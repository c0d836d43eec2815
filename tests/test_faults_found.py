"""Each check of the fuzz layer finds a named fault of the mock."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from mock_server.embedded import serve
from tests.suite import run_against

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


EXAMPLES = {"rejected_put_applies_valid_part": 50}
"""Faults for which 20 examples are not enough, with the number that they need."""


def test_every_check_has_a_fault_and_the_correct_mock_passes_it(tmp_path: Path) -> None:
    with serve() as mock:
        passed = run_against(mock, tmp_path, "--fuzz-examples=20").outcomes("pass")
    assert {id_.removeprefix("fuzz.") for id_ in passed if id_.startswith("fuzz.")} == PROOF.keys()


def findings(fault: str, report_dir: Path) -> set[str]:
    """Return the ids of the fuzz layer that find a fault."""
    with serve(fault) as mock:
        run = run_against(mock, report_dir, "--only=fuzz.*", f"--fuzz-examples={EXAMPLES.get(fault, 20)}")
    return run.outcomes("fail", "warn")


def test_each_check_finds_its_fault(tmp_path: Path) -> None:
    with ThreadPoolExecutor(2) as pool:
        results = pool.map(findings, PROOF.values(), (tmp_path / check for check in PROOF))
    assert [check for check, ids in zip(PROOF, results, strict=True) if f"fuzz.{check}" not in ids] == []
