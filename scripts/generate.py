"""Write the models of `generated/` from `openapi.yaml`, or check that they are up to date."""

from __future__ import annotations

import argparse
import subprocess
import sys
from pathlib import Path

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
    command = [
        str(Path(sys.executable).parent / "datamodel-codegen"),
        "--input",
        contract.name,
        "--output",
        str(output),
    ]
    # Run in the contract's folder, because the header contains the path of the file as given.
    return subprocess.run([*command, *MODELS, *(["--check"] if check else [])], cwd=contract.parent).returncode  # noqa: S603


def main() -> int:
    """Run the job; returns 0, or 1 if the models are not up to date."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; print a diff and fail on drift")
    check: bool = parser.parse_args().check
    if models(ROOT / "openapi.yaml", ROOT / "generated" / "models.py", check=check):
        print("generated/ is not up to date with openapi.yaml: run `make generate`" if check else "generation failed")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
