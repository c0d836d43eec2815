"""The cURL and Python samples of the contract run unchanged against the mock."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from contract_tests.contract import CONTRACT
from mock_server.embedded import serve

SAMPLES = {
    sample["lang"]: sample["source"]
    for sample in CONTRACT.document["paths"][CONTRACT.resource_path]["put"]["x-codeSamples"]
}
COMMANDS = {"Shell": ["bash", "-euc"], "Python": [sys.executable, "-c"]}
RESERVED_NUMBER = "+12025550142"


@pytest.mark.parametrize("language", SAMPLES)
def test_a_sample_changes_the_number_and_prints_all_settings(language: str) -> None:
    with serve() as mock:
        source = SAMPLES[language]
        for placeholder, value in (
            ("https://<hostname>/api/ver1.0", mock.base_url),
            ("<access_token>", mock.token),
            ("+79876543210", RESERVED_NUMBER),
        ):
            assert placeholder in source
            source = source.replace(placeholder, value)
        process = subprocess.run([*COMMANDS[language], source], capture_output=True, text=True)
    assert process.returncode == 0, process.stderr
    settings = json.loads(process.stdout)
    assert settings["external_number"] == RESERVED_NUMBER
    assert not CONTRACT.answer_violations(settings)
