"""Schemathesis as the engine: the contract loaded for a target, and each of its judgements taken down."""

from __future__ import annotations

import inspect
import re
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import requests
import schemathesis
from schemathesis import Case, HookContext, Response
from schemathesis.checks import CHECKS, CheckResult, load_all_checks
from schemathesis.config import SchemathesisConfig
from schemathesis.core.failures import FailureGroup
from schemathesis.schemas import BaseSchema
from schemathesis.specs.openapi.checks import ignored_auth

from contract_tests.client.client import Client
from contract_tests.contract import CONTRACT
from contract_tests.contract.json_values import Json
from contract_tests.contract.property import Evidence
from contract_tests.fuzz.weight import weigh
from contract_tests.record.text import visible
from contract_tests.report.results import Finding, Requirement, ResultId, Results
from contract_tests.target.credentials import Credentials
from contract_tests.target.target import Target

STATEMENT = re.compile(r"\b[A-Z]\d{0,2}-(?:\d{2}|[a-z]\d?)\b")
ANSWERED = "every_request_is_answered"
MAX_UNANSWERED = 10
MAX_MESSAGE = 4000
CONFIGURATION: dict[str, Json] = tomllib.loads(
    Path(__file__).parent.with_name("schemathesis.toml").read_text(encoding="utf-8")
)


# Schemathesis calls every check for every response; these have something to judge only then.
PREMISES: dict[str, Callable[[Case[Any], Response], bool]] = {
    "negative_data_rejection": lambda case, _: case.meta is not None and case.meta.generation.mode.is_negative,
    "positive_data_acceptance": lambda case, _: case.meta is not None and case.meta.generation.mode.is_positive,
    "unsupported_method": lambda case, response: response.request.method != case.operation.method.upper(),
    "allow_header_conformance": lambda _, response: response.request.method == "OPTIONS",
}


def requirements() -> list[Requirement]:
    """What the checks stand for that schemathesis judges responses by, ours among them."""
    load_all_checks()
    disabled = {name for name, options in CONFIGURATION["checks"].items() if not options.get("enabled", True)}
    ours = {ANSWERED: "Every request gets an answer.\n\n> RFC 9110, 3.4"}
    names = [name for name in CHECKS.get_all_names() if name not in {*disabled, ignored_auth.__name__}]
    described = ours | {name: inspect.getdoc(CHECKS.get_one(name)) or "" for name in names}
    return [requirement(name, description) for name, description in described.items()]


def requirement(name: str, description: str) -> Requirement:
    """What a check of this layer stands for, from its description."""
    rule, _, rest = description.partition("\n")
    sentence = " ".join(line.removeprefix(">").strip() for line in rest.splitlines() if line.startswith(">"))
    statements = STATEMENT.findall(sentence)
    level = Evidence.stated if statements else Evidence.inferred
    return Requirement(ResultId(f"fuzz.{name}"), "fuzz", level, rule, sentence, statements)


def load(target: Target, results: Results, examples: int, extension_id: str | None, seed: int = 0) -> BaseSchema:
    """Load the contract for a target.

    Args:
        target: Where requests go.
        results: Takes every judgement.
        examples: Random requests for each operation.
        extension_id: The extension of every request; None: made-up ones.
        seed: Of the random requests; 0: those of every run.
    """
    # Not `hooks`: they drop inferred findings, which here become warnings of the report.
    configuration = {key: value for key, value in CONFIGURATION.items() if key not in {"hooks", "parameters"}}
    if examples:
        configuration["generation"] = {**configuration["generation"], "max-examples": examples}
        if seed:
            configuration["generation"]["deterministic"] = False
            configuration["seed"] = seed
    else:
        configuration["phases"] = {**configuration["phases"], "fuzzing": {"enabled": False}}
    schema = schemathesis.openapi.from_path(CONTRACT.path, config=SchemathesisConfig.from_dict(configuration))
    schema.config.update(
        base_url=target.base_url,
        headers={"Authorization": f"Bearer {target.credentials.token}"},
        parameters={"extension_id": extension_id} if extension_id else None,
    )

    def after_validate(_: HookContext, case: Case[Any], response: Response, judgements: list[CheckResult]) -> None:
        for judged in judgements:
            if judged.name not in PREMISES or PREMISES[judged.name](case, response):
                results.add(ResultId(f"fuzz.{judged.name}"), _finding(judged, case, response, target.credentials))

    schema.hooks.register_hook_with_name(after_validate, "after_validate")
    return schema


def _finding(judged: CheckResult, case: Case[Any], response: Response, credentials: Credentials) -> Finding | None:
    if judged.failure is None:
        return None
    # The target may have sent secrets back, also as a setting, which then is sent again.
    message = visible(credentials.masked(f"{case.method}: {judged.failure.message or judged.failure.title}"))
    command = credentials.masked(curl(case))
    return Finding(weigh(judged.name, judged.failure, case, response), message[:MAX_MESSAGE], command)


def curl(case: Case[Any]) -> str:
    """A command that repeats a request; the token is a shell variable."""
    command = visible(case.as_curl_command())
    return command.replace("'Authorization: [Filtered]'", '"Authorization: Bearer $TOKEN"')


def judge(case: Case[Any], client: Client, results: Results) -> None:
    """Send a case and judge its response by all checks; findings go to the results, so that one does not hide others.

    A request that gets no response is a finding as long as the target responds to the next one.

    Raises:
        StoppedError: The target does not respond to the next one either, or too often.
    """
    finding = None
    try:
        response = case.call(session=client.connection)
        client.stop_if_shut_out(response.status_code, {name: values[0] for name, values in response.headers.items()})
        # `ignored_auth` has a session of its own, without our bounds; the planned requests ask the same.
        case.validate_response(response, excluded_checks=[ignored_auth])
    except FailureGroup:
        pass  # taken down by after_validate
    except requests.RequestException as error:
        finding = Finding(Evidence.inferred, f"{case.method}: no answer ({type(error).__name__})", curl(case))
        client.stop_unless_reachable(f"; the last request that got no answer: {curl(case)}")
    answered = ResultId(f"fuzz.{ANSWERED}")
    results.add(answered, finding)
    if answered in results.by_id and results.by_id[answered].found > MAX_UNANSWERED:
        client.stop(f"{MAX_UNANSWERED} requests got no answer, the last: {curl(case)}")
