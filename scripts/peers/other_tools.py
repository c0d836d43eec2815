"""Tavern, with tests written by hand, and Specmatic."""

from __future__ import annotations

import importlib.metadata
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import jinja2
import yaml

from contract_tests.contract import CONTRACT
from contract_tests.contract.json_values import Json
from scripts.peers.commands import HERE, command, python
from scripts.peers.measured import Tool
from scripts.peers.outputs import specmatic, tests
from scripts.peers.values import all_at_once, changes, defaults
from scripts.tools import installed
from tests.servers import Running, Server

SOURCES = ("scripts/peers/other_tools.py", "scripts/peers/outputs.py", "scripts/peers/values.py")
COMBINATIONS = 10
"""Requests that Specmatic makes of an operation; it would otherwise combine all values of all properties."""


def tavern_tests(fresh: str, me: str, foreign: str) -> str:
    """The file of tests."""
    template = jinja2.Template(
        (HERE / "phone.tavern.yaml.jinja").read_text(encoding="utf-8"),
        undefined=jinja2.StrictUndefined,
        autoescape=False,
    )
    values = changes()
    text: str = template.render(
        path=CONTRACT.resource_path,
        defaults=defaults(),
        all_at_once=all_at_once(),
        first=next(iter(values.values()))[0],
        changes=values,
        me=me,
        fresh=fresh,
        refused=[
            ("a wrong token is refused", me, 401),
            ("a foreign extension is refused", foreign, 403),
            ("an unknown extension is not found", "999999999", 404),
        ],
    )
    return text


def _tavern(running: Running, folder: Path) -> set[str]:
    text = tavern_tests(running.fresh_extension_id, running.extension_id, running.foreign_extension_id)
    (folder / "test_phone.tavern.yaml").write_text(text, encoding="utf-8")
    variables = {
        "BASE_URL": running.base_url,
        "TOKEN": running.token,
        "TOKEN_URL": running.origin + Server.token_path,
        "CLIENT_ID": running.client_id,
        "CLIENT_SECRET": running.client_secret,
        "PYTHONPATH": "",
    }
    command([python("pytest"), "--quiet", "--junitxml=junit.xml", "-p", "no:cacheprovider"], folder, variables)
    return tests(folder / "junit.xml")


def adapted(document: Mapping[str, Any], extension_id: str) -> dict[str, Any]:
    """A copy of the contract for Specmatic.

    It invents the id of the extension, takes only the `example` of a schema as a value, and
    refuses a key that the contract does not name unless it says that there may be more.
    """
    copy: dict[str, Any] = json.loads(json.dumps(document))
    components = copy["components"]
    parameter = components["parameters"]["ExtensionId"]
    parameter["schema"] = {"type": "integer", "enum": [int(extension_id)]}
    parameter.pop("example", None)
    for part in [*components["responses"].values(), *components["requestBodies"].values()]:
        for content in part["content"].values():
            content.pop("examples", None)
            content.pop("example", None)
    for reference in (document["x-resource"]["answer"], document["x-resource"]["update"]):
        components["schemas"][reference.rpartition("/")[2]]["additionalProperties"] = True
    _with_example(components["schemas"])
    return copy


def _with_example(node: Json) -> None:
    if isinstance(node, dict):
        if isinstance(node.get("examples"), list):
            node["example"] = node["examples"][0]
        for child in [*node.values()]:
            _with_example(child)
    elif isinstance(node, list):
        for child in node:
            _with_example(child)


def _specmatic(running: Running, folder: Path) -> set[str]:
    document = adapted(CONTRACT.document, running.extension_id)
    (folder / "phone.yaml").write_text(yaml.safe_dump(document, sort_keys=False), encoding="utf-8")
    names = (*CONTRACT.document["components"]["securitySchemes"], "SPECMATIC_OAUTH2_TOKEN")
    settings = {"MAX_TEST_REQUEST_COMBINATIONS": str(COMBINATIONS), "SCHEMA_EXAMPLE_DEFAULT": "true"}
    java = ["java", "-XX:TieredStopAtLevel=1", "-jar", str(installed.SPECMATIC_JAR)]
    arguments = ["test", "phone.yaml", f"--testBaseURL={running.base_url}", "--junitReportDir=junit"]
    command([*java, *arguments], folder, settings | dict.fromkeys(names, running.token))
    return specmatic(next((folder / "junit").glob("*.xml")))


def _tavern_version() -> str:
    site = Path(python("pytest")).parent.parent / "lib"
    paths = [str(path) for path in site.glob("python*/site-packages")]
    return next(iter(importlib.metadata.distributions(name="tavern", path=paths))).version


TAVERN = Tool(
    "Tavern",
    "`scripts/peers/phone.tavern.yaml.jinja`, tests as a tester writes them: defaults, a PUT of each value and a GET, "
    "refusals, the token endpoint, the original values put back after each test",
    _tavern_version,
    _tavern,
    ("scripts/peers/phone.tavern.yaml.jinja", "scripts/peers/requirements.lock", *SOURCES),
)
SPECMATIC = Tool(
    "Specmatic",
    f"`specmatic test` on a copy of the contract with a pinned extension, examples as values, unknown keys "
    f"allowed, at most {COMBINATIONS} combinations an operation (without a limit it did not end in ten minutes)",
    lambda: installed.python_version("specmatic"),
    _specmatic,
    ("scripts/tools/requirements.lock", *SOURCES),
)
