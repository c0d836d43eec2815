"""Every fault of the mock against plain schemathesis, schemathesis with our checks, and our suite: who finds it.

Writes a Markdown table to the file named, `-` for the terminal.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from mock_server.embedded import Mock, serve
from mock_server.faults import CATALOGUE

ROOT = Path(__file__).resolve().parent.parent
CONFIGURATION = ROOT / "contract_tests" / "schemathesis.toml"
EXAMPLES = 30


def plain_schemathesis(mock: Mock, folder: Path) -> str:
    """Run the CLI with its own checks only, tuned as well as it goes; the codes of its failures."""
    configuration = "\n".join(line for line in CONFIGURATION.read_text().splitlines() if not line.startswith("hooks"))
    return _schemathesis(mock, folder, configuration)


def schemathesis_with_checks(mock: Mock, folder: Path) -> str:
    """Run the CLI with our hooks; the names of the checks that failed."""
    checks = ("fresh_extension_shows_defaults", "other_extension_is_untouched")
    tables = [f'[checks.{check}]\nextension_id = "{mock.fresh_extension_id}"' for check in checks]
    return _schemathesis(mock, folder, "\n".join([CONFIGURATION.read_text(), *tables]))


def suite(mock: Mock, folder: Path) -> str:
    """Run `pytest contract_tests`; the ids of the checks that failed, and in brackets those that warned."""
    options = [
        f"--base-url={mock.base_url}",
        f"--extension-id={mock.extension_id}",
        f"--fresh-extension-id={mock.fresh_extension_id}",
        f"--foreign-extension-id={mock.foreign_extension_id}",
        f"--fuzz-examples={EXAMPLES}",
        f"--report-dir={folder}",
    ]
    environment = {"PHONE_API_TOKEN": mock.token, "PATH": "/usr/bin:/bin"}
    command = [sys.executable, "-m", "pytest", "contract_tests", "-q", *options]
    subprocess.run(command, cwd=ROOT, env=environment, capture_output=True)  # noqa: S603
    results = json.loads((folder / "conformance.json").read_text())["results"]
    failed = [result["id"] for result in results if result["outcome"] in {"fail", "error"}]
    warned = [f"({result['id']})" for result in results if result["outcome"] == "warn"]
    return ", ".join(failed + warned)


TOOLS: dict[str, Callable[[Mock, Path], str]] = {
    "plain schemathesis": plain_schemathesis,
    "schemathesis with our checks": schemathesis_with_checks,
    "our suite": suite,
}


def _schemathesis(mock: Mock, folder: Path, configuration: str) -> str:
    file = folder / "schemathesis.toml"
    file.write_text(configuration)
    command = [
        str(Path(sys.executable).with_name("schemathesis")),
        f"--config-file={file}",
        "run",
        "openapi.yaml",
        f"--url={mock.base_url}",
        f"--header=Authorization: Bearer {mock.token}",
        f"--max-examples={EXAMPLES}",
        "--continue-on-failure",
    ]
    process = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)  # noqa: S603
    if process.returncode > 1:
        raise SystemExit(process.stdout + process.stderr)
    return "found" if process.returncode else ""


def row(fault: str | None) -> list[str]:
    """One fault, or the correct server, against each tool on a fresh mock."""
    cells = []
    for tool in TOOLS.values():
        with serve(fault) as mock, tempfile.TemporaryDirectory() as folder:
            cells.append(tool(mock, Path(folder)))
    print(f"{fault or 'none'}: {' | '.join(cells)}", file=sys.stderr, flush=True)
    return cells


def faults() -> list[str]:
    """The faults to run; of those that the mock has once for each property, the first."""
    groups = {name.partition(":")[0]: name for name in reversed(CATALOGUE)}
    return [name for name in CATALOGUE if name in groups.values()]


def main(output: str) -> int:
    """Write the table; returns 0."""
    servers = [None, *faults()]
    with ThreadPoolExecutor(2) as pool:
        rows = dict(zip(servers, pool.map(row, servers), strict=True))
    correct = rows.pop(None)
    found = [f"**{sum(map(bool, column))} of {len(rows)}**" for column in zip(*rows.values(), strict=True)]
    table = [
        "# Who finds which fault",
        "",
        f"`make fault-table` wrote this: {EXAMPLES} random requests for each operation, each tool on its own mock.",
        "Checks in brackets warn. Of faults that the mock has once for each property, the first stands for all.",
        "",
        _cells("fault", *TOOLS),
        _cells(*["---"] * (len(TOOLS) + 1)),
        _cells("*none: the correct server*", *correct),
        _cells("**found**", *found),
        *(_cells(f"`{fault}`", *cells) for fault, cells in rows.items()),
    ]
    text = "\n".join(table) + "\n"
    if output == "-":
        print(text, end="")
    else:
        Path(output).write_text(text)
    return 0


def _cells(*cells: str) -> str:
    return f"| {' | '.join(cells)} |"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
