"""Each check of the fuzz layer finds a named fault of the mock."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from contract_tests.client.client import Client
from contract_tests.client.request_budget import RequestBudget
from contract_tests.contract import CONTRACT
from contract_tests.errors import StoppedError
from contract_tests.fuzz import layer, state_machine
from contract_tests.report.results import Finding, Outcome, ResultId, Results
from contract_tests.session.run import run
from contract_tests.target.credentials import Credentials
from contract_tests.target.target import Mode, Target
from mock_server.embedded import serve
from scripts.conformance import against

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

EXAMPLES = 12
"""So many examples find each of these faults, and no finding of the correct mock."""


@dataclass
class UntilFound(Results):
    """Results that end the requests at the first finding: the others show nothing more, and there are hundreds."""

    limits: RequestBudget = field(default_factory=RequestBudget)

    def add(self, id_: ResultId, finding: Finding | None) -> None:
        """Count a judgement."""
        super().add(id_, finding)
        if id_ in self.by_id and self.by_id[id_].is_finding:
            self.limits.interrupt("found")


def is_found(check: str, fault: str) -> bool:
    """Whether a check of the fuzz layer finds a fault of the mock."""
    [requirement] = (each for each in layer.requirements() if each.id.check == f"fuzz.{check}")
    results = UntilFound.declared([requirement])
    assert isinstance(results, UntilFound)
    with serve(fault) as mock:
        credentials = Credentials(mock.token)
        target = Target(mock.base_url, mock.extension_id, Mode.full, credentials=credentials)
        with Client(target, CONTRACT, limits=results.limits) as client, suppress(StoppedError):
            if requirement is state_machine.REQUIREMENT:  # it comes after all other requests, and needs none of them
                results.add(requirement.id, state_machine.run(client, target, EXAMPLES // 2))
            else:
                layer.fuzz(client, target, results, EXAMPLES)
    return results.by_id[requirement.id].is_finding


def test_every_check_has_a_fault_and_the_correct_mock_passes_it(tmp_path: Path) -> None:
    with serve() as mock:
        options, environment = against(mock)
        options = replace(options, only="fuzz.*", fuzz_examples=EXAMPLES, state_dir=str(tmp_path))
        results = run(options, environment).results
    outcomes = {result.id.check.removeprefix("fuzz."): result.outcome for result in results.by_id.values()}
    assert outcomes == dict.fromkeys(PROOF, Outcome.passed)


@pytest.mark.parametrize("check", PROOF)
def test_each_check_finds_its_fault(check: str) -> None:
    assert is_found(check, PROOF[check])
