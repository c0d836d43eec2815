"""Sequences of requests against a model: what only shows after several changes, in some order."""

from __future__ import annotations

from typing import ClassVar

import pytest
import requests
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from contract_tests.checks import CONTRACT
from contract_tests.client import Client
from contract_tests.contract import Evidence, Settings
from contract_tests.results import Finding, Results
from contract_tests.target import Target
from contract_tests.values import invalid_updates, updates

CHECK = "settings_follow_model"
STEPS = 8


class Phone(RuleBasedStateMachine):
    """An extension beside a dict that is changed as the contract says.

    > PUT changes the settings that it carries and answers with all of them (E-01, E-02, O-01, O-04)
    """

    client: ClassVar[Client]
    extension_id: ClassVar[str]

    @initialize()
    def read_first(self) -> None:
        """Start from what the server shows."""
        self.model: Settings = CONTRACT.known(self._read())

    @rule(update=updates(CONTRACT))
    def change(self, update: Settings) -> None:
        """A valid change is stored and answered; if the server refuses it, nothing changes."""
        response = self.client.put(self.extension_id, update)
        if response.ok:
            self.model |= update
            self._compare(response.json(), "the answer to the PUT")
        self._compare(self._read(), f"GET after the PUT ({response.status_code})")

    @rule(update=updates(CONTRACT))
    def change_twice(self, update: Settings) -> None:
        """The same PUT twice is as good as once (RFC 9110, 9.2.2)."""
        if all(self.client.put(self.extension_id, update).ok for _ in range(2)):
            self.model |= update
        self._compare(self._read(), "GET after the same PUT twice")

    @rule(update=invalid_updates(CONTRACT))
    def fail_to_change(self, update: Settings) -> None:
        """A refused change leaves no trace, not even of its valid part."""
        response = self.client.put(self.extension_id, update)
        shown = self._read()
        if response.ok:  # whether it may accept this, other checks judge
            self.model = CONTRACT.known(shown)
        self._compare(shown, f"GET after a refused PUT ({response.status_code})")

    @rule(times=st.integers(1, 2))
    def read(self, times: int) -> None:
        """Reading changes nothing."""
        for _ in range(times):
            self._compare(self._read(), "GET")

    def _read(self) -> Settings:
        response = self.client.get(self.extension_id)
        assert response.status_code == 200, f"GET answered {response.status_code}"
        shown: Settings = response.json()
        return shown

    def _compare(self, shown: Settings, where: str) -> None:
        differences = CONTRACT.differences(self.model, shown)
        told = "; ".join(f"{name} is {actual!r}, not {expected!r}" for name, (expected, actual) in differences.items())
        assert not differences, f"{where}: {told}"


@pytest.mark.writes
def test_settings_follow_model(client: Client, target: Target, results: Results, pytestconfig: pytest.Config) -> None:
    """Random sequences of changes and reads, checked against a model after each step."""
    examples = pytestconfig.getoption("--fuzz-examples") // 5
    results.declare(CHECK, Phone.__doc__ or "")
    if not examples:
        pytest.skip(f"not testable: --fuzz-examples {pytestconfig.getoption('--fuzz-examples')} leaves no sequence")
    Phone.client, Phone.extension_id = client, target.extension_id
    patiently = settings(
        max_examples=examples,
        stateful_step_count=STEPS,
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    try:
        run_state_machine_as_test(Phone, settings=patiently)
    except AssertionError as error:
        steps = "\n".join(getattr(error, "__notes__", []))
        results.add(CHECK, Finding(Evidence.stated, str(error), steps))
        pytest.fail(f"{error}\n{steps}", pytrace=False)
    except requests.RequestException as error:
        client.stop(results, f"no answer in a sequence of requests: {type(error).__name__}")
    results.add(CHECK, None)
