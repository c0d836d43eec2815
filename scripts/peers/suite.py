"""Our suite and plain schemathesis: the tools of the project's own environment."""

from __future__ import annotations

import importlib.metadata
import json
import sys
from functools import partial
from pathlib import Path

from scripts.peers.commands import ROOT, command
from scripts.peers.measured import Tool
from scripts.peers.outputs import conformance, schemathesis
from tests.judged import options_for
from tests.servers import Running

EXAMPLES = 30
CODES = (0, 1, 6)
"""The exit codes of our suite after a run that was judged."""
OURS = ("contract_tests", "tests/judged.py", "scripts/peers/suite.py", "scripts/peers/outputs.py")
SETTINGS = "contract_tests/schemathesis.toml"


def _suite(running: Running, folder: Path, examples: int) -> set[str]:
    options, _ = options_for(running, fuzz_examples=examples, state_dir=folder / "state")
    environment = {
        "PHONE_API_TOKEN": running.token,
        "PHONE_API_CLIENT_ID": running.client_id,
        "PHONE_API_CLIENT_SECRET": running.client_secret,
    }
    arguments = [f"--report-dir={folder / 'reports'}", *options.as_arguments()]
    command([sys.executable, "-m", "contract_tests", "run", *arguments], folder, environment, codes=CODES, cwd=ROOT)
    return conformance(json.loads((folder / "reports" / "conformance.json").read_text(encoding="utf-8")))


def _schemathesis(running: Running, folder: Path) -> set[str]:
    lines = (ROOT / SETTINGS).read_text(encoding="utf-8").splitlines()
    settings = folder / "schemathesis.toml"
    settings.write_text("\n".join(line for line in lines if not line.startswith("hooks")), encoding="utf-8")
    arguments = [f"--config-file={settings}", "run", str(ROOT / "openapi.yaml"), f"--url={running.base_url}"]
    arguments += [f"--header=Authorization: Bearer {running.token}", f"--max-examples={EXAMPLES}"]
    arguments += [
        "--continue-on-failure",
        "--no-shrink",
        "--report=junit",
        f"--report-junit-path={folder / 'junit.xml'}",
    ]
    command([str(Path(sys.executable).with_name("schemathesis")), *arguments], folder)
    return schemathesis(folder / "junit.xml")


CORE = Tool(
    "planned core",
    "`make conformance FUZZ_EXAMPLES=0`, with the token, the client id and secret, and all three extensions",
    partial(importlib.metadata.version, "phone-properties-contract"),
    partial(_suite, examples=0),
    OURS,
)
FUZZ = Tool(
    "core and fuzz layer",
    f"the same with `FUZZ_EXAMPLES={EXAMPLES}`",
    CORE.version,
    partial(_suite, examples=EXAMPLES),
    OURS,
)
SCHEMATHESIS = Tool(
    "schemathesis",
    f"all phases, `contract_tests/schemathesis.toml` without our hooks (it pins the extension and leaves out "
    f"the checks that need other methods), the token as a header, "
    f"`--max-examples={EXAMPLES} --continue-on-failure --no-shrink`",
    partial(importlib.metadata.version, "schemathesis"),
    _schemathesis,
    (SETTINGS, "scripts/peers/suite.py", "scripts/peers/outputs.py"),
)
