"""Write `generated/clients/` from `openapi.yaml` and `clients/`, or check that it is up to date."""

from __future__ import annotations

import argparse
import difflib
import json
import re
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from jinja2 import Environment, StrictUndefined

from contract_tests.contract.document import Contract, resolve
from contract_tests.contract.json_values import Json
from scripts.node_packages import NotRunError, install
from scripts.resource_contract import documented, resource_contract

ROOT = Path(__file__).resolve().parent.parent
CONTRACT = ROOT / "openapi.yaml"
SOURCES = ROOT / "clients"
# Files that a build of a client creates, and files that only a generator needs.
IGNORED = ("node_modules", "dist", "__pycache__", "templates")

MODELS = [
    "--input-file-type=openapi",
    "--output-model-type=dataclasses.dataclass",
    f"--custom-template-dir={SOURCES / 'python' / 'templates'}",
    # What that template needs.
    "--additional-imports="
    + ",".join(f"phone_properties_client.record.{name}" for name in ("UNSET", "Record", "Unset")),
    # A preset with a date, because the defaults of the generator change between versions.
    "--preset=standard-py311-20261027",
    "--enum-field-as-literal=all",
    # The descriptions that an editor shows.
    "--use-schema-description",
    "--use-field-description",
    # The output is the same on every machine, and remote references are not fetched.
    "--formatters=builtin",
    "--disable-timestamp",
    "--enable-version-header",
    "--strict-refs",
    "--no-allow-remote-refs",
]


class GeneratorError(Exception):
    """A generator failed; the message is its output."""


def python(output: Path) -> None:
    """Generate the models with datamodel-code-generator, beside the hand-written modules."""
    _copy("python", output)
    models = output / "phone_properties_client" / "models.py"
    with _contract_file() as contract:
        generator = str(Path(sys.executable).parent / "datamodel-codegen")
        # The header of the models contains the path of the contract as given.
        _run([generator, f"--input={contract.name}", f"--output={models}", *MODELS], folder=contract.parent)


def typescript(output: Path) -> None:
    """Generate the types with openapi-typescript, beside the hand-written modules.

    Raises:
        NotRunError: npm is not installed, or it failed.
    """
    programs = install(SOURCES / "typescript")
    _copy("typescript", output)
    schema = output / "src" / "schema.ts"
    # Without the first option, a key with a default would be required in a response.
    options = ["--default-non-nullable=false", f"--output={schema}"]
    with _contract_file() as contract:
        _run([str(programs / "openapi-typescript"), str(contract), *options], folder=contract.parent)
    # TSDoc has no tag @description: the description is the text before all tags.
    text = re.sub(r"^( */?\*+ )@description ", r"\1", schema.read_text(encoding="utf-8"), flags=re.MULTILINE)
    schema.write_text(text, encoding="utf-8")


@contextmanager
def _contract_file() -> Iterator[Path]:
    """Yield a file with the part of the contract that concerns its resource; the clients offer nothing else."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "openapi.json"
        document = documented(resource_contract(Contract(CONTRACT)))
        file.write_text(json.dumps(document), encoding="utf-8")
        yield file


def _run(command: list[str], folder: Path) -> None:
    result = subprocess.run(command, cwd=folder, capture_output=True, text=True)  # noqa: S603
    if result.returncode:
        raise GeneratorError(result.stdout + result.stderr)


def _copy(client: str, output: Path) -> None:
    """Copy the hand-written files of a client. Each `{{ name }}` in them becomes a value of the contract.

    A file that is no source code before that has the ending `.jinja`, which the copy does not have.
    """
    values = _values(Contract(CONTRACT))
    for name, text in _texts(SOURCES / client).items():
        file = output / name.removesuffix(".jinja")
        template = Environment(  # noqa: S701 (the output is source text, not HTML)
            undefined=StrictUndefined, keep_trailing_newline=True, finalize=ESCAPES.get(file.suffix)
        )
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(template.from_string(text).render(values).encode())


def _values(contract: Contract) -> dict[str, Any]:
    """Return what a hand-written file can name in `{{ … }}`."""
    operations = resolve(contract.document, contract.document["paths"][contract.resource_path])
    return {
        "version": contract.document["info"]["version"],
        "token_url": contract.token_path,
        "path": contract.resource_path,
        "get": _words(operations["get"]),
        "put": _words(operations["put"]),
        "extension_id": _words(operations["get"]["parameters"][0])["description"],
        "critical": [known.name for known in contract.properties.values() if known.schema.get("x-risk") == "critical"],
    }


def _words(part: Json) -> dict[str, str]:
    return {key: part[key].strip() for key in ("summary", "description") if key in part}


# A description stays inside its comment, whatever it contains.
ESCAPES: dict[str, Callable[[object], str]] = {
    ".py": lambda value: str(value).replace("\\", "\\\\").replace('"""', '\\"\\"\\"'),
    ".ts": lambda value: str(value).replace("*/", "*\\/"),
}


def _texts(folder: Path) -> dict[str, str]:
    files = (path.relative_to(folder) for path in sorted(folder.rglob("*")) if path.is_file())
    return {
        file.as_posix(): (folder / file).read_bytes().decode() for file in files if not set(file.parts) & set(IGNORED)
    }


def _differences(old: dict[str, str], new: dict[str, str]) -> Iterator[str]:
    for name in sorted(name for name in old.keys() | new.keys() if old.get(name) != new.get(name)):
        change = "differs" if name in old and name in new else "is missing" if name in new else "does not belong there"
        yield f"{name} {change}\n"
        before, after = (text.get(name, "").splitlines(keepends=True) for text in (old, new))
        yield from list(difflib.unified_diff(before, after, n=1))[2:]


def renew(generate: Callable[[Path], None], committed: Path, *, check: bool) -> bool:
    """Generate a client, then compare it with `committed` or replace that; returns whether they differed.

    Generators run in a folder outside of the repo, because they would read the configuration files of the repo.
    """
    with tempfile.TemporaryDirectory() as temporary:
        generate(Path(temporary))
        old, new = _texts(committed), _texts(Path(temporary))
    if check:
        sys.stdout.writelines(_differences(old, new))
        return old != new
    for name in old.keys() - new.keys():
        (committed / name).unlink()
    for name, text in new.items():
        (committed / name).parent.mkdir(parents=True, exist_ok=True)
        (committed / name).write_bytes(text.encode())
    return old != new


def main() -> int:
    """Run the job; returns 0, 1 if a client is not up to date, or 2 if a generator failed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; print a diff and fail on drift")
    parser.add_argument("--without-typescript", action="store_true", help="for a machine without npm")
    options = parser.parse_args()
    generators = [python] if options.without_typescript else [python, typescript]
    drift = False
    try:
        for generate in generators:
            committed = ROOT / "generated" / "clients" / generate.__name__
            drift |= renew(generate, committed, check=options.check)
    except (GeneratorError, NotRunError) as error:
        print(f"generation failed: {error}", file=sys.stderr)
        return 2
    if options.without_typescript:
        print("generated/clients/typescript was skipped: npm is not installed")
    if drift and options.check:
        print("generated/clients/ is not up to date with openapi.yaml and clients/: run `make clients`")
    return int(drift and options.check)


if __name__ == "__main__":
    sys.exit(main())
