"""Sequences of requests against a model: what only shows after several changes, in some order."""

from __future__ import annotations

from typing import ClassVar, NoReturn

from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.errors import Flaky
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from contract_tests.checks.backing import Backing
from contract_tests.checks.put_rules import Deviation
from contract_tests.client.client import Client
from contract_tests.contract import CONTRACT
from contract_tests.contract.json_values import Settings, in_json
from contract_tests.contract.property import Evidence
from contract_tests.contract.weight import weigh
from contract_tests.fuzz import engine
from contract_tests.fuzz.reserved import reserved
from contract_tests.fuzz.values import invalid_updates, updates
from contract_tests.report.results import Finding
from contract_tests.target.target import Target

STEPS = 8


class Phone(RuleBasedStateMachine):
    """An extension beside a dict that is changed as the contract says."""

    client: ClassVar[Client]
    extension_id: ClassVar[str]
    start: ClassVar[Settings]
    deviation: ClassVar[Deviation]

    @initialize()
    def read_first(self) -> None:
        """Start each sequence from the same settings, so that it can be repeated."""
        self.client.put(self.extension_id, self.start)
        self.model: Settings = CONTRACT.known(self._read())

    @rule(update=updates(CONTRACT))
    def change(self, update: Settings) -> None:
        """A valid change is stored and answered; if the server refuses it, nothing changes."""
        update = reserved(CONTRACT, update, self.model)
        response = self.client.put(self.extension_id, update)
        if response.is_success:
            self.model |= update
            self._compare(response.json_object or {}, "the answer to the PUT")
            self._compare(self._read(), "GET after the PUT")
        else:
            self._compare(self._read(), f"GET after a refused PUT ({response.status})", Evidence.inferred)

    @rule(update=updates(CONTRACT))
    def change_twice(self, update: Settings) -> None:
        """The same PUT twice is as good as once (RFC 9110, 9.2.2)."""
        update = reserved(CONTRACT, update, self.model)
        self.change(update)
        self.client.put(self.extension_id, update)
        self._compare(self._read(), "GET after the same PUT twice", Evidence.inferred)

    @rule(update=invalid_updates(CONTRACT))
    def fail_to_change(self, update: Settings) -> None:
        """A refused change leaves no trace, not even of its valid part (RFC 9110, 15.5)."""
        update = reserved(CONTRACT, update, self.model)
        response = self.client.put(self.extension_id, update)
        settings = self._read()
        if response.is_success:  # whether it may accept this, other checks judge
            self.model = CONTRACT.known(settings)
        self._compare(settings, f"GET after a refused PUT ({response.status})", Evidence.inferred)

    @rule()
    def read(self) -> None:
        """Reading changes nothing (RFC 9110, 9.2.1)."""
        self._read()
        self._compare(self._read(), "GET after a GET", Evidence.inferred)

    def _read(self) -> Settings:
        response = self.client.get(self.extension_id)
        settings = response.json_object
        if response.status != 200 or settings is None:
            self._deviate(f"GET answered {response.status} and {'no' if settings is None else 'a'} JSON object")
        return settings

    def _compare(self, settings: Settings, where: str, evidence: Evidence = Evidence.stated) -> None:
        differences = CONTRACT.differences(self.model, settings)
        text = "; ".join(
            f"{name} is {in_json(actual)}, not {in_json(expected)}" for name, (expected, actual) in differences.items()
        )
        if differences:
            strongest = max(weigh(CONTRACT, name, expected, actual) for name, (expected, actual) in differences.items())
            self._deviate(f"{where}: {text}", min(evidence, strongest))

    def _deviate(self, message: str, evidence: Evidence = Evidence.stated) -> NoReturn:
        type(self).deviation = Deviation(message, evidence)
        raise self.deviation


REQUIREMENT = engine.requirement(
    "settings_follow_model",
    "After any sequence of changes, the settings are those that the changes add up to.",
    Backing(Evidence.stated, statements="E-01 E-02 O-01 O-04"),
)


def run(client: Client, target: Target, sequences: int, seed_: int = 0) -> Finding | None:
    """Run so many sequences; the first that does not go by the model, with its steps."""
    Phone.client, Phone.extension_id = client, target.extension_id
    Phone.start = CONTRACT.valid_part(client.get(target.extension_id).json_object or {})
    machine = seed(seed_)(Phone) if seed_ else Phone
    patiently = settings(
        max_examples=sequences,
        stateful_step_count=STEPS,
        deadline=None,
        derandomize=not seed_,
        # A server with a fault keeps it from one sequence to the next: shrinking would send a lot and explain little.
        phases=[Phase.generate],
        report_multiple_bugs=False,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    try:
        run_state_machine_as_test(machine, settings=patiently)
    except (Deviation, Flaky) as error:
        # Flaky: the sequence ends otherwise when it is repeated, as with a server that keeps what it should not.
        steps = "\n".join(getattr(error, "__notes__", []))
        return Finding(Phone.deviation.evidence, str(Phone.deviation), steps)
    return None
