"""Schemathesis as the engine: the contract loaded for a target, and each of its judgements taken down."""

from __future__ import annotations

import inspect
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

from contract_tests.checks.backing import Backing, quotation
from contract_tests.checks.put_rules import RULES
from contract_tests.client.client import Client
from contract_tests.contract import CONTRACT
from contract_tests.contract.json_values import Json
from contract_tests.contract.property import Evidence
from contract_tests.contract.statements import NOT_SAID
from contract_tests.fuzz.weight import change_of, weigh
from contract_tests.record.text import visible
from contract_tests.report.results import Finding, Requirement, ResultId, Results
from contract_tests.target.credentials import Credentials
from contract_tests.target.target import Target

ANSWERED = "every_request_is_answered"
MAX_UNANSWERED = 10
MAX_MESSAGE = 4000
CONFIGURATION: dict[str, Json] = tomllib.loads(
    Path(__file__).parent.with_name("schemathesis.toml").read_text(encoding="utf-8")
)


OF_SCHEMATHESIS = Backing(Evidence.inferred, quoted=f"{NOT_SAID}the contract, by a check of schemathesis")
SERVER_ERROR = (
    "RFC 9110, 15.6: The 5xx (Server Error) class of status code indicates that the server is aware that it has erred"
)
GENERAL_CHECKS: dict[str, tuple[str, Backing]] = {
    ANSWERED: (
        "Every request gets a response.",
        Backing(
            Evidence.inferred,
            quoted='RFC 9110, 3.4: A server responds to a client\'s request by sending one or more "response" messages',
        ),
    ),
    "not_a_server_error": (
        "A request is not answered with a 5xx.",
        Backing(Evidence.stated, statements="O-01 O-04", quoted=SERVER_ERROR),
    ),
    "status_code_conformance": (
        "The status code is one that the contract declares.",
        Backing(Evidence.inferred, quoted=f"{NOT_SAID}the responses that the contract lists"),
    ),
    "content_type_conformance": (
        "The media type is the one that the contract declares.",
        Backing(Evidence.inferred, quoted=f"{NOT_SAID}the JSON of the example response"),
    ),
    "response_headers_conformance": (
        "A header that the contract declares has the type that it declares.",
        Backing(Evidence.inferred, quoted=f"{NOT_SAID}the headers that the contract declares"),
    ),
    "response_schema_conformance": (
        "A response has the schema that the contract declares.",
        Backing(Evidence.stated, statements="O-01 E-02"),
    ),
    "negative_data_rejection": ("An invalid value is refused.", Backing(Evidence.inferred, statements="O-07")),
    "positive_data_acceptance": ("A valid value is accepted.", Backing(Evidence.inferred, statements="O-07")),
    "unsupported_method": (
        "A method that the contract does not offer is refused.",
        Backing(
            Evidence.inferred,
            quoted="RFC 9110, 15.5.6: The 405 (Method Not Allowed) status code indicates that the method received in "
            "the request-line is known by the origin server but not supported by the target resource",
        ),
    ),
    "allow_header_conformance": (
        "`Allow` names the methods that the contract offers.",
        Backing(
            Evidence.inferred,
            quoted='RFC 9110, 10.2.1: The "Allow" header field lists the set of methods advertised as supported by the '
            "target resource",
        ),
    ),
}
"""The rule of each check that is not one of `RULES`, and what stands behind it."""

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
    names = [name for name in CHECKS.get_all_names() if name not in {*disabled, ignored_auth.__name__}]
    return [requirement(name, *_described(name)) for name in (ANSWERED, *names)]


def requirement(name: str, rule: str, backing: Backing) -> Requirement:
    """What a check of this layer stands for. It judges all properties at once."""
    rows = [row for row in backing.rows if not row.subject] or backing.rows
    properties = backing.properties(CONTRACT)
    level = max(backing.level_of(CONTRACT, each) for each in properties or [""])
    id_ = ResultId(f"fuzz.{name}")
    return Requirement(id_, "fuzz", level, rule, backing.sentence(rows), [row.id for row in rows])


def _described(name: str) -> tuple[str, Backing]:
    """The rule of a check, and what stands behind it."""
    rules = {rule.__name__: (inspect.getdoc(rule) or "", backing) for rule, backing in RULES.items()}
    described = rules | GENERAL_CHECKS
    description, backing = described.get(name) or (f"{name.replace('_', ' ').capitalize()}.", OF_SCHEMATHESIS)
    return quotation(description)[0], backing


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
        parameters={"extension_id": _in_json(extension_id)} if extension_id else None,
    )

    def after_validate(_: HookContext, case: Case[Any], response: Response, judgements: list[CheckResult]) -> None:
        for judged in judgements:
            if judged.name not in PREMISES or PREMISES[judged.name](case, response):
                results.add(ResultId(f"fuzz.{judged.name}"), _finding(judged, case, response, target.credentials))

    schema.hooks.register_hook_with_name(after_validate, "after_validate")
    return schema


def _in_json(extension_id: str) -> int | str:
    """An id as the contract has it: a number, unless the number would have another path; else a text."""
    is_number = extension_id.isascii() and extension_id.isdecimal() and not extension_id.startswith("0")
    return int(extension_id) if is_number else extension_id


def _finding(judged: CheckResult, case: Case[Any], response: Response, credentials: Credentials) -> Finding | None:
    if judged.failure is None:
        return None
    # The target may have sent secrets back, also as a setting, which then is sent again.
    message = visible(credentials.masked(f"{case.method}: {judged.failure.message or judged.failure.title}"))
    command = credentials.masked(curl(case))
    weight = weigh(judged.name, judged.failure, case, response)
    return Finding(
        weight, message[:MAX_MESSAGE], command, change=change_of(judged.name, judged.failure, case, response)
    )


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
