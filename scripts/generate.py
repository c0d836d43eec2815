"""Write `generated/` from `openapi.yaml`, or check that it is what the contract gives."""

from __future__ import annotations

import argparse
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

MODELS = [
    "--input-file-type=openapi",
    "--output-model-type=pydantic_v2.BaseModel",
    # A dated preset: what the generator calls its standard changes with time.
    "--preset=standard-py311-20261027",
    "--target-pydantic-version=2.14",
    # null only where the contract allows it, and absent is not null.
    "--strict-nullable",
    "--use-missing-sentinel",
    # "60" is not 60, and 1 is not true.
    "--strict-types",
    "int",
    "bool",
    "str",
    # The contract's defaults stand in the model even where a key is required of an answer.
    "--use-default",
    # Both schemas are open: a client may send, and a server may answer, keys that the contract does not know.
    "--extra-fields=allow",
    # The same bytes on every machine; the version makes a new generator visible.
    "--formatters=builtin",
    "--disable-timestamp",
    "--enable-version-header",
    # Never fetch anything.
    "--strict-refs",
    "--no-allow-remote-refs",
]


def models(contract: Path, output: Path, *, check: bool) -> int:
    """Generate the pydantic models of `contract` into `output`, or compare; returns the generator's exit code."""
    command = [
        str(Path(sys.executable).parent / "datamodel-codegen"),
        "--input",
        contract.name,
        "--output",
        str(output),
    ]
    # In the contract's folder, so that the header names the file without a path of this machine.
    return subprocess.run([*command, *MODELS, *(["--check"] if check else [])], cwd=contract.parent).returncode  # noqa: S603


def main() -> int:
    """Run the job; returns 0, or 1 when a generated file differs from what the contract gives."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; print a diff and fail on drift")
    check: bool = parser.parse_args().check
    if models(ROOT / "openapi.yaml", ROOT / "generated" / "models.py", check=check):
        print("generated/ does not follow from openapi.yaml: run `make generate`" if check else "generation failed")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
