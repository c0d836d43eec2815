"""The fuzz layer: what it asks, and one run of it against an extension."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

from hypothesis import HealthCheck, settings
from schemathesis import Case
from schemathesis.generation import derive_operation_seed, overrides
from schemathesis.generation.feedback import FeedbackSources
from schemathesis.generation.hypothesis.builder import HypothesisTestConfig, HypothesisTestMode, create_test
from schemathesis.schemas import APIOperation, BaseSchema

from contract_tests.client.client import Client
from contract_tests.contract import CONTRACT
from contract_tests.errors import StoppedError
from contract_tests.fuzz import engine, state_machine
from contract_tests.fuzz.checks import OBSERVER
from contract_tests.report.results import Requirement, Results
from contract_tests.target.target import Mode, Target

Send = Callable[[Case[Any]], None]
_ONE_AT_A_TIME = threading.Lock()
"""Schemathesis keeps its checks and hooks, and what they observe, once for the process."""


def requirements() -> list[Requirement]:
    """What the fuzz layer judges a target by."""
    return [*engine.requirements(), state_machine.REQUIREMENT]


def fuzz(client: Client, target: Target, results: Results, examples: int, seed: int = 0) -> None:
    """Send random requests, valid and invalid, and random sequences of changes; findings go to the results.

    PUT goes to a loopback target in the mode `full` only, and only where each property can be restored, since this
    layer writes whatever it makes up.

    Args:
        client: The connection to the target.
        target: The extension under test.
        results: In which the requirements of this layer are declared.
        examples: Random requests for each operation; half as many sequences.
        seed: Another one gives other requests; the same one the same.

    Raises:
        StoppedError: The target does not respond any more, or the limits are reached.
    """
    may_write = target.mode is Mode.full and target.is_loopback and not target.unrestorable
    methods = ("GET", "PUT") if may_write else ("GET",)
    with _ONE_AT_A_TIME:
        OBSERVER.reset(client.connection)
        pinned = engine.load(target, results, examples, target.extension_id, seed)
        for method in methods:
            _send_all(pinned, method, client, results)
        _send_all(engine.load(target, results, examples, None, seed), "GET", client, results)
        if may_write and state_machine.REQUIREMENT.id in results.by_id:
            sequences = max(1, examples // 2)
            results.add(state_machine.REQUIREMENT.id, state_machine.run(client, target, sequences, seed))


def _send_all(schema: BaseSchema, method: str, client: Client, results: Results) -> None:
    """Send what schemathesis makes of one operation: its coverage cases, then random ones."""
    stopped: list[StoppedError] = []

    def send(case: Case[Any]) -> None:
        # Hypothesis would send all the other examples before it lets an exception through.
        if not stopped:
            try:
                engine.judge(case, client, results)
            except StoppedError as error:
                stopped.append(error)

    _hypothesis_test(schema[CONTRACT.resource_path][method], send)()
    if stopped:
        raise stopped[0]


def _hypothesis_test(
    operation: APIOperation[Any, Any, Any, Any], send: Callable[[Case[Any]], None]
) -> Callable[[], None]:
    """The test that the pytest plugin of schemathesis would make of an operation."""
    config = operation.schema.config
    phases = config.phases_for(operation=operation)
    modes = [mode for mode in HypothesisTestMode if getattr(phases, mode.value).enabled]
    phase = "fuzzing" if HypothesisTestMode.FUZZING in modes else None
    patient = settings(deadline=None, suppress_health_check=[*HealthCheck])
    test: Callable[[], None] = create_test(
        operation=operation,
        test_func=send,
        config=HypothesisTestConfig(
            project=config,
            modes=modes,
            settings=config.get_hypothesis_settings(operation=operation, phase=phase),
            explicit_settings=patient,
            explicit_setting_names=config.explicit_hypothesis_settings(operation=operation, phase=phase),
            seed=derive_operation_seed(config.seed, operation.label),
            override=overrides.with_config_headers(config, operation=operation),
            feedback=FeedbackSources(),
        ),
    )
    return test
