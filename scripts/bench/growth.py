"""Measure the planned core with larger contracts."""

from __future__ import annotations

import copy
import json
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

import yaml

from contract_tests.contract import CONTRACT
from contract_tests.contract.document import Contract
from contract_tests.contract.json_values import Json
from contract_tests.plan import plan
from contract_tests.record.har import Record
from contract_tests.record.step import Kind
from contract_tests.target.target import Target
from scripts.bench.tables import cells, spread
from scripts.bench.whole_command import ROOT, RUNS

SIZES = (31, 100, 300)
COPIED = ("openapi.yaml", "pyproject.toml", "generated", "contract_tests", "mock_server", "scripts")


def grown(document: Mapping[str, Json], size: int) -> dict[str, Json]:
    """Return the contract with copies of its properties up to `size` properties; each copy has a separate component."""
    contract = copy.deepcopy(dict(document))
    schemas = contract["components"]["schemas"]
    both = [schemas[contract["x-resource"][part].rpartition("/")[2]] for part in ("answer", "update")]
    names = [*both[0]["properties"]]
    for number in range(len(names), size):
        copy_number, index = divmod(number, len(names))
        name = names[index]
        for schema in both:
            schema["properties"][f"{name}_{copy_number}"] = _clone(schemas, schema["properties"][name], copy_number)
        if name in both[0]["required"]:
            both[0]["required"].append(f"{name}_{copy_number}")
    return contract


def _clone(schemas: dict[str, Json], prop: Mapping[str, Json], copy_number: int) -> dict[str, Json]:
    """A copy of a property; the component that it refers to, if it is not inline, is copied too."""
    clone = copy.deepcopy(dict(prop))
    if "$ref" in clone:
        name = clone["$ref"].rpartition("/")[2]
        schemas[f"{name}{copy_number}"] = copy.deepcopy(schemas[name])
        clone["$ref"] += str(copy_number)
    return clone


def growth(size: int) -> list[str]:
    """Run the planned core in a copy of this repo with a contract of `size` properties; returns a row of the table."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for part in COPIED:
            if (ROOT / part).is_dir():
                ignored = shutil.ignore_patterns("__pycache__", "node_modules")
                shutil.copytree(ROOT / part, folder / part, ignore=ignored)
            else:
                shutil.copy(ROOT / part, folder / part)
        file = folder / "openapi.yaml"
        file.write_text(yaml.safe_dump(grown(CONTRACT.document, size), sort_keys=False, allow_unicode=True))
        subprocess.run([sys.executable, "-m", "scripts.generate"], cwd=folder, check=True)
        command = [sys.executable, "-m", "scripts.conformance", "--fuzz-examples=0", "--report-dir=reports"]
        seconds = []
        for _ in range(RUNS):
            started = time.perf_counter()
            subprocess.run(command, cwd=folder, capture_output=True)  # noqa: S603
            seconds.append(time.perf_counter() - started)
        summary = json.loads((folder / "reports" / "conformance.json").read_text())["summary"]
        target = Target.of(Record.read(folder / "reports" / "record.har").target)
        contract = Contract(file)
        steps = plan(contract, target)
    kinds = Counter(step.kind for step in steps)
    counts = (len(contract.properties), len(steps), kinds[Kind.change], kinds[Kind.invalid], summary["requests"])
    print(f"{size} properties: {counts}, {seconds} s, {summary}", file=sys.stderr, flush=True)
    findings = summary["failed"] + summary["warned"] + summary["errors"]
    return [*(f"{count:,}" for count in counts), spread(seconds), str(findings)]


def growth_table(sizes: Sequence[int]) -> list[str]:
    """Measure each size; returns the table."""
    return [
        cells("properties", "planned", "group changes", "invalid values", "requests sent", "seconds", "findings"),
        cells(*["---:"] * 7),
        *(cells(*growth(size)) for size in sizes),
    ]
