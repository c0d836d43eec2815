"""Write the models and the OpenAPI 3.0 edition from `openapi.yaml`, or check that they are up to date."""

from __future__ import annotations

import argparse
import difflib
import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from contract_tests.contract.document import bounded, load_yaml
from scripts import openapi30

ROOT = Path(__file__).resolve().parent.parent

MODELS = [
    "--input-file-type=openapi",
    "--output-model-type=pydantic_v2.BaseModel",
    # A preset with a date, because the defaults of the generator change between versions.
    "--preset=standard-py311-20261027",
    "--target-pydantic-version=2.14",
    # null is valid only where the contract allows it; absent is not null.
    "--strict-nullable",
    "--use-missing-sentinel",
    # "60" is not 60, and 1 is not true.
    "--strict-types",
    "int",
    "bool",
    "str",
    # The model has the contract's default also for a key that a response must have.
    "--use-default",
    # Both schemas are open: requests and responses may have keys that the contract does not declare.
    "--extra-fields=allow",
    # The output is the same on every machine. The header has the generator's version, so a new version shows as drift.
    "--formatters=builtin",
    "--disable-timestamp",
    "--enable-version-header",
    # Do not fetch remote references.
    "--strict-refs",
    "--no-allow-remote-refs",
]


def models(contract: Path, output: Path, *, check: bool) -> int:
    """Generate the pydantic models of `contract` into `output`, or compare them; returns the generator's exit code."""
    generator = Path(sys.executable).parent / "datamodel-codegen"
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        # The generator derives no bounds from a format, so it gets the contract with the bounds written out. It runs in
        # this folder, because the header of its output contains the path as given.
        (folder / contract.name).write_text(json.dumps(bounded(load_yaml(contract))), encoding="utf-8")
        shutil.copy(contract.with_name("pyproject.toml"), folder)  # the generator reads its line length from it
        command = [str(generator), "--input", contract.name, "--output", str(output), *MODELS]
        return subprocess.run([*command, *(["--check"] if check else [])], cwd=folder).returncode  # noqa: S603


def openapi30_edition(contract: Path, output: Path, *, check: bool) -> int:
    """Write the contract as OpenAPI 3.0.3 into `output`, or print a diff; returns 1 if there is one."""
    text = openapi30.text(load_yaml(contract))
    if not check:
        output.write_text(text, encoding="utf-8")
        return 0
    committed = output.read_text(encoding="utf-8") if output.exists() else ""
    sys.stdout.writelines(
        difflib.unified_diff(committed.splitlines(keepends=True), text.splitlines(keepends=True), n=1)
    )
    return int(committed != text)


def main() -> int:
    """Run the job; returns 0, or 1 if a file is not up to date."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; print a diff and fail on drift")
    check: bool = parser.parse_args().check
    contract, generated = ROOT / "openapi.yaml", ROOT / "generated"
    failed = models(contract, generated / "models.py", check=check)
    if openapi30_edition(contract, generated / "openapi-3.0.yaml", check=check) or failed:
        print("generated/ is not up to date with openapi.yaml: run `make generate`" if check else "generation failed")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
