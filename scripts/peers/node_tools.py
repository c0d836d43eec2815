"""The tools that npm has: Dredd, Prism and Portman."""

from __future__ import annotations

import functools
import json
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import requests

from contract_tests.contract import CONTRACT
from contract_tests.contract.document import resolve
from contract_tests.contract.json_values import Json
from contract_tests.record.exchange import Exchange
from contract_tests.record.masking import SECRET
from contract_tests.record.step import Kind
from contract_tests.session.run import run
from scripts.peers.commands import HERE, ROOT, background, command, free_port, node, node_version
from scripts.peers.measured import Tool
from scripts.peers.outputs import dredd, newman, prism
from scripts.peers.servers import CORRECT
from scripts.peers.values import all_at_once, changes
from tests.judged import options_for
from tests.servers import Running, serve

EDITION_31, EDITION_30 = "openapi.yaml", "generated/openapi-3.0.yaml"
SOURCES = ("scripts/peers/node_tools.py", "scripts/peers/outputs.py", "scripts/peers/values.py")
LOCK = "scripts/peers/package-lock.json"
UNKNOWN = "999999999"
"""The id of no extension."""
NO_TOKEN = {"overwriteRequestSecurity": {"other": {"type": "noauth"}}}
"""Without this type, Portman leaves the token of the collection in force."""


def without_formats(node: Json) -> Json:
    """A copy of a schema without `format`: the validator of Dredd breaks off at one that it does not know."""
    if isinstance(node, dict):
        return {key: without_formats(value) for key, value in node.items() if key != "format"}
    return [without_formats(child) for child in node] if isinstance(node, list) else node


def _dredd(running: Running, folder: Path) -> set[str]:
    arguments = [str(ROOT / EDITION_30), running.base_url, f"--hookfiles={HERE / 'dredd_hooks.js'}", "--sorted"]
    arguments += ["--reporter=xunit", f"--output={folder / 'junit.xml'}", "--loglevel=error"]
    schema = without_formats(resolve(CONTRACT.document, {"$ref": CONTRACT.resource.answer}))
    variables = {
        "TOKEN": running.token,
        "BASE_URL": running.base_url,
        "FOREIGN": running.foreign_extension_id,
        "SCHEMA": json.dumps({"$schema": "http://json-schema.org/draft-07/schema#", **schema}),
    }
    command([node("dredd"), *arguments], folder, variables)
    return dredd(folder / "junit.xml")


@functools.cache
def recorded() -> Sequence[Exchange]:
    """The requests of our planned core to the resource, recorded once on the correct server; no open questions."""
    with serve(CORRECT) as running, TemporaryDirectory() as folder:
        options, environment = options_for(running, state_dir=folder)
        exchanges = run(replace(options, fuzz_examples=0), environment).records[0].exchanges
    return [each for each in exchanges if CONTRACT.base_path in each.url and each.step.kind is not Kind.question]


def _prism(running: Running, folder: Path) -> set[str]:
    port = free_port()
    arguments = ["proxy", str(ROOT / EDITION_31), running.base_url, "--host=127.0.0.1", f"--port={port}"]
    origin = f"http://127.0.0.1:{port}"
    bearer = {"Authorization": f"Bearer {running.token}"}
    violations: list[str] = []
    with background([node("prism"), *arguments], folder, port, {}), requests.Session() as session:

        def send(method: str, path: str, body: bytes | None, headers: Mapping[str, str]) -> bytes:
            with suppress(requests.RequestException):
                response = session.request(method, origin + path, data=body, headers=headers, timeout=10)
                violations.extend(filter(None, [response.headers.get("sl-violations")]))
                return response.content
            return b""

        session.trust_env = False
        resource = CONTRACT.path_to(running.extension_id)
        original = send("GET", resource, None, bearer)
        for exchange in recorded():
            headers = {name: value.replace(SECRET, running.token) for name, value in exchange.sent_headers.items()}
            path = exchange.url.partition(CONTRACT.base_path)[2]
            send(exchange.step.method, path, exchange.step.body, headers)
        send("PUT", resource, original, {**bearer, "Content-Type": "application/json"})
    return prism(violations)


def portman_settings() -> dict[str, Any]:
    """The settings of Portman: checks of each response, refusals, and for each property a PUT with a GET after it."""
    get, put = (CONTRACT.document["paths"][CONTRACT.resource_path][name]["operationId"] for name in ("get", "put"))
    checks = ("statusSuccess", "contentType", "jsonBody", "schemaValidation")
    good = [{"openApiOperation": "*::/*", name: {"enabled": True}} for name in checks]
    status = [{"openApiOperation": "*::/*", "statusCode": {"enabled": True}}]

    def refusal(code: str, name: str, overwrites: Mapping[str, Any], operation: str = get) -> dict[str, Any]:
        variation = {"name": name, "overwrites": [overwrites], "tests": {"contractTests": status}}
        return {"openApiOperationId": operation, "openApiResponse": code, "variations": [variation]}

    def step(operation: str, name: str, update: Mapping[str, Any]) -> dict[str, Any]:
        shown = [{"key": key, "value": value} for key, value in update.items() if not isinstance(value, dict)]
        tested = {"contractTests": good, "contentTests": [{"responseBodyTests": shown}] if shown else []}
        variation: dict[str, Any] = {"name": name, "tests": tested}
        if operation == put:
            values = [{"key": key, "value": value, "overwrite": True} for key, value in update.items()]
            others = [{"key": key, "remove": True} for key in CONTRACT.update_examples()[0] if key not in update]
            variation["overwrites"] = [{"overwriteRequestBody": [*values, *others]}]
        return {"openApiOperationId": operation, "openApiResponse": "200", "variations": [variation]}

    def stored(name: str, updates: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
        operations = [step(operation, name, update) for update in updates for operation in (put, get)]
        return {"name": f"{name} is stored", "operations": operations}

    restored = step(put, "restore", {})
    restored["variations"][0]["operationPreRequestScripts"] = [
        {"scripts": ["pm.request.body.raw = pm.collectionVariables.get('original');"]}
    ]
    save = "pm.collectionVariables.set('original', pm.response.text());"
    pinned = {"key": "extension_id", "value": "{{extension_id}}", "overwrite": True}
    return {
        "version": 1.0,
        "globals": {"securityOverwrites": {"bearer": {"token": "{{token}}"}}},
        "overwrites": [{"openApiOperation": "*::/*", "overwriteRequestPathVariables": [pinned]}],
        "tests": {
            "contractTests": good,
            "extendTests": [{"openApiOperationId": get, "tests": [save], "append": True}],
            "variationTests": [
                refusal("401", "no token", NO_TOKEN),
                refusal("401", "wrong token", {"overwriteRequestSecurity": {"bearer": {"token": "wrong"}}}),
                refusal("401", "PUT without token", NO_TOKEN, put),
                refusal("403", "foreign extension", _other_id("{{foreign_extension_id}}")),
                refusal("404", "unknown extension", _other_id(UNKNOWN)),
            ],
            "integrationTests": [
                stored("everything", [all_at_once()]),
                *(stored(name, updates) for name, updates in changes().items()),
                {"name": "restore", "operations": [restored]},
            ],
        },
    }


def _other_id(extension_id: str) -> dict[str, Any]:
    return {"overwriteRequestPathVariables": [{"key": "extension_id", "value": extension_id, "overwrite": True}]}


@functools.cache
def collection() -> str:
    """The Postman collection that Portman makes of the contract and its settings."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "settings.json").write_text(json.dumps(portman_settings()), encoding="utf-8")
        arguments = [f"--local={ROOT / EDITION_31}", "--portmanConfigFile=settings.json", "--output=collection.json"]
        command([node("portman"), *arguments, "--includeTests=true"], folder, codes=(0,))
        return (folder / "collection.json").read_text(encoding="utf-8")


def _newman(running: Running, folder: Path) -> set[str]:
    (folder / "collection.json").write_text(collection(), encoding="utf-8")
    values = {
        "baseUrl": running.base_url,
        "token": running.token,
        "extension_id": running.extension_id,
        "foreign_extension_id": running.foreign_extension_id,
    }
    arguments = ["run", "collection.json", "--reporters=json", "--reporter-json-export=report.json"]
    arguments += [f"--env-var={name}={value}" for name, value in values.items()]
    command([node("newman"), *arguments, "--timeout-request=10000"], folder)
    return newman(json.loads((folder / "report.json").read_text(encoding="utf-8")))


DREDD = Tool(
    "Dredd",
    "on the edition 3.0 (it cannot read 3.1), `scripts/peers/dredd_hooks.js`: the token, a request for each refusal "
    "that the contract declares, the schema of a response, headers as optional, "
    "the original values put back at the end",
    partial(node_version, "dredd"),
    _dredd,
    ("scripts/peers/dredd_hooks.js", EDITION_30, LOCK, *SOURCES),
)
PRISM = Tool(
    "Prism",
    "`prism proxy` in front of the server, through which the requests of our planned core go once more, as recorded on "
    "the correct server, and the original values at the end; a failure is a violation that it reports in a response",
    partial(node_version, "@stoplight/prism-cli"),
    _prism,
    ("contract_tests", LOCK, *SOURCES),
)
PORTMAN = Tool(
    "Portman and Newman",
    "a collection with all checks of responses, refusals, for each property a PUT of each value and a GET, with the "
    "value as expected, and the original values put back at the end; the collection is made once, "
    "and seconds are Newman's",
    lambda: f"{node_version('@apideck/portman')}, {node_version('newman')}",
    _newman,
    (LOCK, *SOURCES),
)
