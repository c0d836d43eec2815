"""The code generators: the commands that generate a client, compile it, and run a program with it."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from scripts.tools import installed, steps
from scripts.tools.installed import EDITIONS, GENERATOR_JAR, GO, NODE_BIN, PACKAGES, node_program

PROGRAMS = Path(__file__).resolve().parent / "programs"
Command = Sequence[str]


@dataclass(frozen=True)
class Generator:
    """A generator for one language.

    Attributes:
        name: What the table shows.
        version: The version of the generator.
        programs: The folder of `programs/` that is copied into the work folder, where `client/` is generated.
        commands: The commands for a contract, by what they do. They run in the work folder; the last is the program.
        needs: Programs that must be in PATH.
        notes: Why it fails with an edition, where that is known.
    """

    name: str
    version: Callable[[], str]
    programs: str
    commands: Callable[[Path], Mapping[str, Command]]
    needs: tuple[str, ...] = ()
    notes: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Trial:
    """What became of a generator with one edition: a cell for each step, or the reason why there is none."""

    generator: str
    version: str
    edition: str
    cells: Mapping[str, str]
    reason: str = ""


def try_out(generator: Generator, edition: str) -> Trial:
    """Generate a client in a new folder, and run its program against a mock."""
    version = generator.version()
    for program in generator.needs:
        if shutil.which(program) is None:
            return Trial(generator.name, version, edition, {}, f"not tried: {program} is not installed")
    with tempfile.TemporaryDirectory() as name, steps.mock_for_steps() as variables:
        folder = Path(name)
        shutil.copytree(PROGRAMS / generator.programs, folder, dirs_exist_ok=True)
        path = os.pathsep.join([str(folder / "client"), str(PACKAGES)])
        environment = installed.environment(PYTHONPATH=path, GOPROXY="off", GOFLAGS="-mod=mod")
        for action, command in generator.commands(EDITIONS[edition]).items():
            result = subprocess.run(  # noqa: S603
                command,
                cwd=folder,
                env=environment | variables,
                capture_output=True,
                text=True,
            )
            if result.returncode and action != RUN:
                reason = generator.notes.get(edition, complaint(result))
                return Trial(generator.name, version, edition, {}, f"{action} fails: {reason}")
        reason = "" if result.stdout else f"the program fails: {complaint(result)}"
        return Trial(generator.name, version, edition, steps.cells(result.stdout), reason)


def complaint(result: subprocess.CompletedProcess[str]) -> str:
    """Return the line of the output that says what is wrong."""
    lines = [line.strip() for line in (result.stderr + "\n" + result.stdout).splitlines() if line.strip()]
    errors = [line for line in lines if re.search(r"error|exception|cannot", line, re.IGNORECASE)]
    return next(iter([*errors, *lines]), f"exit code {result.returncode}")


GO_CORRECTION = r"s/^(\tvar \w+ \w+) = (\{.*\}|null)$/$1/"
"""Removes the defaults that Go does not compile, in both editions."""
EDIT = ["perl", "-pi", "-e"]
"""Changes files by such an expression. Options and expressions of `sed` differ between GNU and macOS."""
GENERATE, CORRECT, COMPILE, RUN = "the generator", "the correction", "the compiler", "the program"


def _openapi_generator(language: str, contract: Path, *options: str) -> Command:
    generate = ["generate", f"--input-spec={contract}", f"--generator-name={language}", "--output=client"]
    return ["java", "-jar", str(GENERATOR_JAR), *generate, *options]


def _openapi_generator_version() -> str:
    return installed.python_version("openapi-generator-cli")


def _python(contract: Path) -> dict[str, Command]:
    return {GENERATE: _openapi_generator("python", contract), RUN: [sys.executable, "openapi_generator.py"]}


def _python_client(contract: Path) -> dict[str, Command]:
    generate = ["openapi-python-client", "generate", f"--path={contract}", "--output-path=client", "--fail-on-warning"]
    return {GENERATE: generate, RUN: [sys.executable, "openapi_python_client.py"]}


def _typescript(program: str, generate: Command) -> dict[str, Command]:
    modules = str(installed.node_file("openapi-fetch", "").parent)
    options = ["--strict", "--target", "es2022", "--module", "nodenext", "--lib", "es2023,dom,dom.iterable"]
    return {
        GENERATE: generate,
        "the link to openapi-fetch": ["ln", "-s", modules, "node_modules"],
        COMPILE: [*node_program("typescript", "tsc"), *options, "--skipLibCheck", "--outDir", "out", f"{program}.ts"],
        RUN: [str(NODE_BIN / "node"), f"out/{program}.js"],
    }


def _go(contract: Path) -> dict[str, Command]:
    edit = [GO, "-C", "client", "mod", "edit", "-replace=golang.org/x/oauth2=../oauth2"]
    return {
        GENERATE: _openapi_generator("go", contract),
        CORRECT: [*EDIT, GO_CORRECTION, "client/model_phone_properties.go"],
        "the stub of oauth2": [*edit, "-droprequire=github.com/stretchr/testify"],
        "the copy of the program": ["cp", "-r", "program", "client/program"],
        COMPILE: [GO, "-C", "client", "build", "-o", "../built", "./program"],
        RUN: ["./built"],
    }


def _java(contract: Path) -> dict[str, Command]:
    # The jar of the generator holds Jackson. In the edition of 3.0 the enum is a class inside of the model.
    enum = "RecordFormat" if contract == EDITIONS["3.1"] else "PhonePropertiesUpdate.RecordFormatEnum"
    sources = "client/src/main/java"
    return {
        GENERATE: _openapi_generator("java", contract, "--library=native"),
        "the name of the enum": [*EDIT, rf"s/RecordFormat\.MP3/{enum}.MP3/", "Program.java"],
        COMPILE: ["javac", "-d", "out", "-cp", str(GENERATOR_JAR), "-sourcepath", f"{sources}:stubs", "Program.java"],
        RUN: ["java", "-cp", f"out:{GENERATOR_JAR}", "Program"],
    }


def _php(contract: Path) -> dict[str, Command]:
    return {GENERATE: _openapi_generator("php", contract), RUN: ["php", "program.php"]}


GENERATORS = (
    Generator("openapi-generator `python`", _openapi_generator_version, "python", _python, ("java",)),
    Generator(
        "openapi-generator `typescript-fetch`",
        _openapi_generator_version,
        "typescript",
        lambda contract: _typescript("typescript-fetch", _openapi_generator("typescript-fetch", contract)),
        ("java",),
    ),
    Generator("openapi-generator `go`", _openapi_generator_version, "go", _go, ("java",)),
    Generator("openapi-generator `java` (native)", _openapi_generator_version, "java", _java, ("java", "javac")),
    Generator("openapi-generator `php`", _openapi_generator_version, "php", _php, ("java", "php")),
    Generator(
        "openapi-python-client",
        lambda: installed.python_version("openapi-python-client"),
        "python",
        _python_client,
        notes={"3.0": "it takes no default for an object, and drops the schema of the answer"},
    ),
    Generator(
        "openapi-typescript with openapi-fetch",
        lambda: installed.node_version("openapi-typescript"),
        "typescript",
        lambda contract: _typescript(
            "openapi-typescript",
            [*node_program("openapi-typescript", "openapi-typescript"), str(contract), "--output=client/schema.ts"],
        ),
    ),
    Generator(
        "hey-api (`@hey-api/openapi-ts`)",
        lambda: installed.node_version("@hey-api/openapi-ts"),
        "typescript",
        lambda contract: _typescript(
            "hey-api",
            [
                *node_program("@hey-api/openapi-ts", "openapi-ts"),
                *("--input", str(contract), "--output", "client", "--no-log-file"),
            ],
        ),
    ),
    Generator(
        "orval (fetch)",
        lambda: installed.node_version("orval"),
        "typescript",
        lambda contract: _typescript(
            "orval",
            [
                *node_program("orval", "orval"),
                "--input",
                str(contract),
                "--output",
                "client/api.ts",
                "--client",
                "fetch",
            ],
        ),
    ),
    Generator(
        "swagger-typescript-api",
        lambda: installed.node_version("swagger-typescript-api"),
        "typescript",
        lambda contract: _typescript(
            "swagger-typescript-api",
            [
                *node_program("swagger-typescript-api", "swagger-typescript-api"),
                *(
                    "generate",
                    "--path",
                    str(contract),
                    "--output",
                    "client",
                    "--name",
                    "api.ts",
                    "--generate-union-enums",
                ),
            ],
        ),
    ),
)
