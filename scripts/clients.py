"""Write `generated/clients/` from `openapi.yaml` and `clients/`, or check that it is up to date."""

from __future__ import annotations

import argparse
import difflib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from contract_tests.contract.document import Contract
from scripts.node_packages import NotRunError, install
from scripts.resource_contract import resource_contract

ROOT = Path(__file__).resolve().parent.parent
CONTRACT = ROOT / "openapi.yaml"
SOURCES = ROOT / "clients"
# Files that a build of a client creates, and files that only the generators need.
IGNORED = ("node_modules", "dist", "__pycache__", "templates", "config.yaml")


class GeneratorError(Exception):
    """A generator failed; the message is its output."""


def python(output: Path) -> None:
    """Generate the models and requests with openapi-python-client, then copy the hand-written modules over them."""
    source, package = SOURCES / "python", output / "phone_properties_client"
    options = ["--meta=none", f"--config={source / 'config.yaml'}", f"--custom-template-path={source / 'templates'}"]
    generator = str(Path(sys.executable).parent / "openapi-python-client")
    with _resource_contract_file() as contract:
        _run(generator, "generate", f"--path={contract}", f"--output-path={package}", "--fail-on-warning", *options)
    _copy(source, output)
    _write_constants(package / "contract.py", '"""{title}"""\n\nVERSION = "{version}"\nTOKEN_URL = "{token_url}"\n')


def typescript(output: Path) -> None:
    """Generate the types with openapi-typescript, beside the hand-written modules.

    Raises:
        NotRunError: npm is not installed, or it failed.
    """
    programs = install(SOURCES / "typescript")
    _copy(SOURCES / "typescript", output)
    # Without this option, a key with a default would be required in a response.
    options = ["--default-non-nullable=false", f"--output={output / 'src' / 'schema.ts'}"]
    with _resource_contract_file() as contract:
        _run(str(programs / "openapi-typescript"), str(contract), *options)
    constants = '/** {title} */\nexport const TOKEN_URL = "{token_url}";\nexport const PATH = "{path}";\n'
    _write_constants(output / "src" / "contract.ts", constants)


@contextmanager
def _resource_contract_file() -> Iterator[Path]:
    """Yield a file with the part of the contract that concerns its resource; the clients offer nothing else."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "openapi.json"
        file.write_text(json.dumps(resource_contract(Contract(CONTRACT))), encoding="utf-8")
        yield file


def _run(*command: str) -> None:
    # The Python generator formats its output with ruff, which it must find in PATH.
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    result = subprocess.run(command, env=os.environ | {"PATH": path}, capture_output=True, text=True)  # noqa: S603
    if result.returncode:
        raise GeneratorError(result.stdout + result.stderr)


def _copy(source: Path, output: Path) -> None:
    shutil.copytree(source, output, dirs_exist_ok=True, ignore=shutil.ignore_patterns(*IGNORED))


def _write_constants(file: Path, template: str) -> None:
    """Write values of the contract that the generator does not write."""
    contract = Contract(CONTRACT)
    title = "Values of openapi.yaml that the generator does not write."
    text = template.format(
        title=title,
        version=contract.document["info"]["version"],
        token_url=contract.token_path,
        path=contract.resource_path,
    )
    file.write_text(text, encoding="utf-8")


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
