"""Spreads a run over extensions and servers: one worker of pytest-xdist for each extension, and one report.

No worker shares an extension with another one. A worker sends its part of the plan and of the fuzz layer, judges what
it saw, and leaves a file; the verdicts are concluded here, over all of them.
"""

from __future__ import annotations

import dataclasses
import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from contract_tests.contract.json_values import Json
from contract_tests.contract.property import Evidence
from contract_tests.record.har import as_entry, from_entry
from contract_tests.report.results import Finding, Results
from contract_tests.target.credentials import Credentials
from contract_tests.target.servers import Server
from contract_tests.target.target import Target

SHARES = "shares.json"
PACKAGE = Path(__file__).resolve().parents[1]


@dataclass(frozen=True)
class Share:
    """What one worker has to do.

    Attributes:
        server: The name of its server; empty where there is one only.
        target: Its extension.
        part: Which part of the plan it sends, counted from 0.
        parts: How many there are.
        workers: How many workers there are in all.
    """

    server: str
    target: Target
    part: int
    parts: int
    workers: int

    @classmethod
    def read(cls, folder: Path, worker: int, environment: Mapping[str, str]) -> Share:
        """The share of a worker, by its number."""
        share = json.loads((folder / SHARES).read_text())[worker]
        prefix = _prefix(worker)
        known = {name.removeprefix(prefix): text for name, text in environment.items() if name.startswith(prefix)}
        credentials = Credentials.of(known, share.pop("token_url"))
        exchange = share.pop("token_exchange")
        # On the record of one worker, which judges it.
        credentials.exchange = from_entry(exchange) if exchange and share["part"] == 0 else None
        target = dataclasses.replace(Target.of(share.pop("target")), credentials=credentials, **share.pop("access"))
        return cls(target=target, **share)

    def as_json(self) -> Json:
        """The share for a worker, without what is secret."""
        target = self.target
        access = {"ca_bundle": target.ca_bundle, "client_cert": target.client_cert, "client_key": target.client_key}
        own: dict[str, Json] = {
            "target": target.redacted(),
            "access": access,
            "token_url": target.credentials.token_url,
        }
        exchange = target.credentials.exchange
        own["token_exchange"] = exchange and as_entry(exchange)
        return own | {"server": self.server, "part": self.part, "parts": self.parts, "workers": self.workers}


def shares(servers: Sequence[Server]) -> list[Share]:
    """One share for each extension of each server."""
    workers = sum(len(server.targets) for server in servers)
    return [
        Share(server.name, target, number, len(server.targets), workers)
        for server in servers
        for number, target in enumerate(server.targets)
    ]


def run(servers: Sequence[Server], options: Sequence[str], results: Results) -> list[Json]:
    """Run all shares at once, and add what they found to the results; returns what each worker left.

    Args:
        servers: With credentials.
        options: Of the suite, for every worker.
        results: Of the whole run.
    """
    todo = shares(servers)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / SHARES).write_text(json.dumps([share.as_json() for share in todo]))
        log = _work(folder, todo, options)
        left = [_read(folder / f"{number}.json", share, log) for number, share in enumerate(todo)]
    for share, told in zip(todo, left, strict=True):
        _add(results, share, told)
    return left


def leave(folder: Path, worker: int, results: Results, exit_code: int) -> None:
    """Leave what a worker found."""
    found = {
        result.id: [result.judged, result.found, result.finding and dataclasses.asdict(result.finding)]
        for result in results.by_id.values()
    }
    told = {"results": found, "error": results.error, "exit_code": exit_code, "requests": results.requests}
    (folder / f"{worker}.json").write_text(json.dumps(told))


def _work(folder: Path, todo: Sequence[Share], options: Sequence[str]) -> str:
    """Start the workers and wait for them; returns what they printed."""
    secrets = {
        _prefix(number) + name: text
        for number, share in enumerate(todo)
        for name, text in share.target.credentials.environment().items()
    }
    spread = ["--numprocesses", str(len(todo)), "--dist", "each", "--share-dir", str(folder)]
    command = [sys.executable, "-m", "pytest", str(PACKAGE), "--quiet", "-p", "no:cacheprovider", *spread, *options]
    environment = {**os.environ, **secrets}
    with (folder / "log").open("w+") as log:
        # In a session of its own: Ctrl-C reaches this process only, which then ends all of them.
        process = subprocess.Popen(  # noqa: S603
            command, cwd=PACKAGE.parent, env=environment, stdout=log, stderr=log, start_new_session=True
        )
        try:
            process.wait()
        except BaseException:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            raise
        log.seek(0)
        return log.read()


def _read(file: Path, share: Share, log: str) -> Json:
    try:
        return dict(json.loads(file.read_text()))
    except (OSError, ValueError):
        last = log.strip().rpartition("\n")[2]
        error = f"its worker ended without a result ({share.target.credentials.masked(last)})"
        return {"results": {}, "error": error, "exit_code": 3, "requests": 0}


def _add(results: Results, share: Share, told: Json) -> None:
    before = f"{share.server}/" if share.server else ""
    for id_, (judged, found, finding) in told["results"].items():
        results.by_id[before + id_].merge(judged, found, finding and _finding(finding))
    if told["error"]:
        error = f"{before}extension {share.target.extension_id}: {told['error']}"
        results.error = "; ".join(filter(None, (results.error, error)))


def _finding(told: Json) -> Finding:
    return Finding(**{**told, "evidence": Evidence(told["evidence"])})


def _prefix(worker: int) -> str:
    return f"SHARE_{worker}_"
