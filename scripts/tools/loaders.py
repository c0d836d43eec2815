"""The tools that read the contract: validators, linters, mocks, converters and pages for people."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import requests
import yaml

from contract_tests.contract import CONTRACT
from mock_server.embedded import Mock, serve
from mock_server.serving import listen
from scripts.tools import display, installed
from scripts.tools.installed import EDITIONS, NODE_BIN, SPECMATIC_JAR, node_program

SECONDS = 300
"""The limit for one command."""


class FailedError(Exception):
    """A tool does not do its work with the contract; the message says what it prints."""


@dataclass(frozen=True)
class Loader:
    """A tool, and a function that uses it on a contract in a new folder and returns a remark.

    The function raises FailedError where the tool fails, and OSError where a program that it needs is not installed.
    `notes` say by edition why the tool fails, where that is known.
    """

    name: str
    use: str
    version: Callable[[], str]
    load: Callable[[Path, Path], str]
    notes: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Loading:
    """What became of a tool with one edition: "yes", "no" or "not tried", with a remark."""

    tool: str
    use: str
    version: str
    edition: str
    outcome: str
    remark: str


def try_out(loader: Loader, edition: str) -> Loading:
    """Use a tool on one edition of the contract."""
    with tempfile.TemporaryDirectory() as folder:
        try:
            outcome, remark = "yes", loader.load(EDITIONS[edition], Path(folder))
        except FailedError as error:
            outcome, remark = "no", loader.notes.get(edition, str(error))
        except OSError as error:
            outcome, remark = "not tried", f"{error.filename or error} is not installed"
    return Loading(loader.name, loader.use, loader.version(), edition, outcome, remark)


def run(command: list[str], folder: Path, *, codes: tuple[int, ...] = (0,), **variables: str) -> str:
    """Run a command in a folder and return what it prints, without colours; FailedError for another exit code."""
    environment = installed.environment(**variables)
    options: dict[str, Any] = {"cwd": folder, "env": environment, "capture_output": True, "text": True}
    try:
        result = subprocess.run(command, timeout=SECONDS, **options)  # noqa: S603
    except subprocess.TimeoutExpired as error:
        raise FailedError(f"it does not end within {SECONDS} seconds") from error
    printed = re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", result.stdout)
    if result.returncode not in codes:
        lines = [line for line in (printed + "\n" + result.stderr).splitlines() if line.strip()]
        errors = [line.strip() for line in lines if re.search("error|cannot|not declared", line, re.IGNORECASE)]
        raise FailedError([*errors, *lines, f"exit code {result.returncode}"][0])
    return printed


def _swagger_parser(contract: Path, folder: Path) -> str:
    module = installed.node_file("@apidevtools/swagger-parser", "lib/index.js").as_uri()
    script = f"import p from {json.dumps(module)}; await p.validate({json.dumps(str(contract))})"
    run([str(NODE_BIN / "node"), "--input-type=module", "--eval", script], folder)
    return ""


def _swagger_cli(contract: Path, folder: Path) -> str:
    run([*node_program("@apidevtools/swagger-cli", "swagger-cli"), "validate", str(contract)], folder)
    return ""


EXPLAINED = {
    "path-keys-no-trailing-slash": "the path ends with a slash, as on the provider's page",
    "x-": "Spectral takes an `x-evidence` with a key `enum` or `default` for a schema",
}
"""Why findings of Spectral stay: by rule, or for everything inside of an `x-` keyword."""


def _spectral(contract: Path, folder: Path) -> str:
    (folder / "rules.yaml").write_text("extends: ['spectral:oas']\n")
    options = ["--ruleset", "rules.yaml", "--format", "json", "--quiet"]
    command = [*node_program("@stoplight/spectral-cli", "spectral"), "lint", *options, str(contract)]
    findings = json.loads(run(command, folder, codes=(0, 1)))
    counts: Counter[str] = Counter()
    for finding in findings:
        inside = any(str(key).startswith("x-") for key in finding["path"])
        reason = EXPLAINED.get("x-" if inside else finding["code"])
        if reason is None:
            raise FailedError(f"{finding['code']}: {finding['message']} ({'/'.join(map(str, finding['path']))})")
        counts[reason] += 1
    return "; ".join(f"{count} x {reason}" for reason, count in counts.most_common())


def _openapi_spec_validator(contract: Path, folder: Path) -> str:
    run([sys.executable, "-m", "openapi_spec_validator", str(contract)], folder)
    return ""


def _redocly(contract: Path, folder: Path) -> str:
    rules = installed.HERE.parent / "node" / "redocly.yaml"
    command = [*node_program("@redocly/cli", "redocly"), "lint", f"--config={rules}", "--format=json", str(contract)]
    problems = json.loads(run(command, folder, codes=(0, 1)))["problems"]
    if problems:
        raise FailedError(f"{problems[0]['ruleId']}: {problems[0]['message']}")
    return ""


def _scalar(contract: Path, folder: Path) -> str:
    run([*node_program("@scalar/cli", "scalar"), "document", "validate", str(contract)], folder)
    return ""


def _prism(contract: Path, folder: Path) -> str:
    port = _free_port()
    command = [*node_program("@stoplight/prism-cli", "prism"), "mock", str(contract), "--port", str(port)]
    url, headers = f"http://127.0.0.1:{port}{CONTRACT.path_to('54')}", {"Authorization": "Bearer some-token"}
    with _running(command, folder, url):
        answer = requests.get(url, headers=headers, timeout=10)
        taken = requests.put(url, json={"record_format": None}, headers=headers, timeout=10).status_code
        refused = requests.put(url, json={"record_format": "ogg"}, headers=headers, timeout=10).status_code
        without = requests.get(url, timeout=10).status_code
    if (answer.status_code, taken, refused // 100, without) != (200, 200, 4, 401):
        raise FailedError(f"GET {answer.status_code}, PUT {taken}, invalid PUT {refused}, without token {without}")
    if violations := CONTRACT.answer_violations(answer.json()):
        raise FailedError(f"its answer: {violations[0].message}")
    return "answers, and refuses an invalid value"


def _dredd(contract: Path, folder: Path) -> str:
    bundle = CONTRACT.properties["bundle"].examples[0]
    operations = ("Get phone terminal properties", "Change phone terminal properties")
    only = [f"--only={CONTRACT.resource_path} > {name} > 200 > application/json" for name in operations]
    with serve(rate_limit=1000) as mock:
        _put(mock, {"bundle": bundle, "record_format": "mp3"})
        options = ["--header", f"Authorization: Bearer {mock.token}", *only]
        printed = run([*node_program("dredd", "dredd"), str(contract), mock.base_url, *options], folder)
    if "2 passing, 0 failing, 0 errors" not in printed:
        raise FailedError(printed.strip().splitlines()[-1])
    return "both operations pass on the mock; refusals need hooks"


def _specmatic(contract: Path, folder: Path) -> str:
    # Specmatic invents the id of the extension.
    with serve("unknown_id_answered") as mock:
        command = ["java", "-jar", str(SPECMATIC_JAR), "test", str(contract), f"--testBaseURL={mock.base_url}"]
        only = "--filter=STATUS='200' && METHOD='GET'"
        # Specmatic reads the token of a security scheme from the variable with its name, or from this general one.
        names = (*CONTRACT.document["components"]["securitySchemes"], "SPECMATIC_OAUTH2_TOKEN")
        printed = run([*command, only], folder, codes=(0, 1), **dict.fromkeys(names, mock.token))
    summary = re.search(r"Tests run: (\d+), Successes: (\d+)", printed)
    if not summary or summary[1] != summary[2]:
        raise FailedError(summary[0] if summary else "no summary")
    return f"{summary[2]} tests of GET pass on a mock that knows every id"


def _postman(contract: Path, folder: Path) -> str:
    run([*node_program("openapi-to-postmanv2", "openapi2postmanv2"), "-s", str(contract), "-o", "out.json"], folder)
    methods = re.findall(r'"method": ?"(\w+)"', (folder / "out.json").read_text(encoding="utf-8"))
    if not {"GET", "PUT"} <= set(methods):
        raise FailedError(f"the collection has the requests {sorted(set(methods))}")
    return ""


def _bruno(contract: Path, folder: Path) -> str:
    bru = node_program("@usebruno/cli", "bru")
    options = ["--source", str(contract), "--output", str(folder), "--collection-name", "phone"]
    run([*bru, "import", "openapi", *options], folder)
    collection = folder / "phone"
    settings = yaml.safe_load((collection / "opencollection.yml").read_text(encoding="utf-8"))
    with serve() as mock:
        settings["request"]["auth"] = {"type": "bearer", "token": mock.token}
        (collection / "opencollection.yml").write_text(yaml.safe_dump(settings), encoding="utf-8")
        environment = next((collection / "environments").iterdir()).stem
        printed = run([*bru, "run", "--env", environment, "--env-var", f"baseUrl={mock.base_url}"], collection)
    if printed.count("(200 OK)") != 2:
        raise FailedError(next((line for line in printed.splitlines() if "(" in line), "no request"))
    return "both requests run on the mock, after one gives it a token"


def _put(mock: Mock, body: Mapping[str, object]) -> None:
    url = mock.base_url + CONTRACT.path_to(mock.extension_id)
    requests.put(url, json=body, headers={"Authorization": f"Bearer {mock.token}"}, timeout=5).raise_for_status()


def _free_port() -> int:
    with listen("127.0.0.1", 0) as listener:
        return int(listener.getsockname()[1])


@contextmanager
def _running(command: list[str], folder: Path, url: str) -> Iterator[None]:
    """Run a server, and wait until it answers."""
    environment = installed.environment()
    server = subprocess.Popen(command, cwd=folder, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)  # noqa: S603
    try:
        for _ in range(150):
            if server.poll() is not None:
                raise FailedError(f"it ends with exit code {server.returncode}")
            try:
                requests.get(url, timeout=10)
                break
            except requests.ConnectionError:
                time.sleep(0.2)
        else:
            raise FailedError("it does not answer")
        yield
    finally:
        server.terminate()
        server.wait()


def _node(package: str) -> Callable[[], str]:
    return lambda: installed.node_version(package)


def _python(package: str) -> Callable[[], str]:
    return lambda: installed.python_version(package)


def _page(page: display.Page) -> Callable[[Path, Path], str]:
    def load(contract: Path, folder: Path) -> str:
        if problem := display.problem(page, contract, folder):
            raise FailedError(problem)
        return "all properties, values and defaults are shown"

    return load


PRISM_NOTE = "it adds null to a nullable enum that has it already, and then checks no request at all"
SPECMATIC_NOTE = "it takes no map inside of an `anyOf`, so it refuses the example of `bundle_list`"

LOADERS = (
    Loader("swagger-parser", "validates", _node("@apidevtools/swagger-parser"), _swagger_parser),
    Loader("swagger-cli", "validates", _node("@apidevtools/swagger-cli"), _swagger_cli),
    Loader("Spectral", "lints (`spectral:oas`)", _node("@stoplight/spectral-cli"), _spectral),
    Loader("openapi-spec-validator", "validates", _python("openapi-spec-validator"), _openapi_spec_validator),
    Loader("Redocly", "lints (strict)", _node("@redocly/cli"), _redocly),
    Loader("Scalar CLI", "validates", _node("@scalar/cli"), _scalar),
    Loader("Scalar API reference", "a page", _node("@scalar/api-reference"), _page(display.SCALAR)),
    Loader("Swagger UI", "a page", _node("swagger-ui-dist"), _page(display.SWAGGER_UI)),
    Loader("ReDoc", "a page", _node("redoc"), _page(display.REDOC)),
    Loader("Prism", "a mock", _node("@stoplight/prism-cli"), _prism, {"3.0": PRISM_NOTE}),
    Loader("Dredd", "tests a server", _node("dredd"), _dredd),
    Loader("Specmatic", "tests a server", _python("specmatic"), _specmatic, {"3.1": SPECMATIC_NOTE}),
    Loader("openapi-to-postmanv2", "converts", _node("openapi-to-postmanv2"), _postman),
    Loader("Bruno", "imports and sends", _node("@usebruno/cli"), _bruno),
)
