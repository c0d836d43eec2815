"""One tool against one server: what it costs, what it reports, what it leaves changed. Results are kept on disk."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from contract_tests.errors import UsageError
from scripts.node_packages import NotRunError
from tests.servers import Running, serve
from tests.servers.verdict import differences

ROOT = Path(__file__).resolve().parent.parent.parent
ALWAYS = ("openapi.yaml", "tests/servers", "scripts/peers/servers.py", "scripts/peers/measured.py")
"""What every result depends on."""


@dataclass(frozen=True)
class Tool:
    """A tool as a user would configure it.

    Attributes:
        name: As in the tables.
        configuration: How it runs here, in a sentence.
        version: Returns its version.
        failures: Runs it against a server, in an empty folder, and returns what it reports as a failure.
        sources: Files and folders of this repository that decide its result.
    """

    name: str
    configuration: str
    version: Callable[[], str]
    failures: Callable[[Running, Path], set[str]]
    sources: Sequence[str]


@dataclass(frozen=True)
class Measured:
    """What one run of a tool did.

    Attributes:
        requests: As the server counts them.
        seconds: From the start of the command to its end.
        failures: What the tool reports as a failure.
        changed: The settings that differ at the end, as "extension property".
        stopped: Why the tool did not come to its end; empty if it did.
    """

    requests: int
    seconds: float
    failures: list[str]
    changed: list[str]
    stopped: str = ""


def measure(tool: Tool, server: str) -> Measured:
    """Run a tool against a new server."""
    failures: set[str] = set()
    stopped = ""
    with serve(server) as running, TemporaryDirectory() as folder:
        before, begin = running.states(), time.monotonic()
        try:
            failures = tool.failures(running, Path(folder))
        except (NotRunError, UsageError, OSError, ValueError, subprocess.SubprocessError) as error:
            stopped = f"{type(error).__name__}: {error}"[:300]
        seconds = time.monotonic() - begin
        changed = [" ".join(difference) for difference in differences(before, running.states())]
        return Measured(len(running.log), seconds, sorted(failures), changed, stopped)


class Store:
    """Results on disk, so that a run that was stopped goes on. A result of other sources is not used."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._digests: dict[str, str] = {}

    def file(self, tool: Tool, server: str, run: int = 0) -> Path:
        """Where a result is kept."""
        if tool.name not in self._digests:
            self._digests[tool.name] = digest([*ALWAYS, *tool.sources])
        return self.folder / tool.name.replace(" ", "-") / self._digests[tool.name] / f"{server}-{run}.json"

    def read(self, tool: Tool, server: str, run: int = 0) -> Measured | None:
        """Return a result that is kept; None if there is none."""
        file = self.file(tool, server, run)
        return Measured(**json.loads(file.read_text(encoding="utf-8"))) if file.exists() else None

    def measured(self, tool: Tool, server: str, run: int = 0) -> Measured:
        """Return a result, measured now if it is not kept."""
        if kept := self.read(tool, server, run):
            return kept
        result = measure(tool, server)
        file = self.file(tool, server, run)
        file.parent.mkdir(parents=True, exist_ok=True)
        written = file.with_suffix(f".{os.getpid()}")
        written.write_text(json.dumps(asdict(result), indent=1), encoding="utf-8")
        written.replace(file)
        return result


def digest(sources: Sequence[str]) -> str:
    """A short digest of files and folders of this repository."""
    total = hashlib.sha256()
    for source in sources:
        place = ROOT / source
        for file in sorted(place.rglob("*")) if place.is_dir() else [place]:
            if file.is_file() and "__pycache__" not in file.parts and "node_modules" not in file.parts:
                total.update(str(file.relative_to(ROOT)).encode() + b"\0" + file.read_bytes())
    return total.hexdigest()[:12]
