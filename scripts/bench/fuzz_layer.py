"""Measure where the fuzz layer spends its time, and how many requests it judges beside plain schemathesis."""

from __future__ import annotations

import functools
import json
import os
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any
from unittest.mock import patch

from schemathesis import Case
from starlette.types import ASGIApp, Receive, Scope, Send

from contract_tests.client.connection import Connection
from contract_tests.fuzz import layer
from contract_tests.fuzz.checks import Observer
from contract_tests.fuzz.state_machine import Phone
from contract_tests.session.run import run
from mock_server.embedded import Mock, serve
from scripts.bench.bare_client import separate_mock
from scripts.bench.tables import cells, spread
from scripts.bench.whole_command import ROOT, RUNS
from scripts.conformance import against
from scripts.peers.suite import EXAMPLES, SCHEMATHESIS

ONLY = "fuzz.*"
CASES = "fuzz.every_request_is_answered"
"""The requirement that is judged once for each request that schemathesis makes up."""
READING, SENDING, JUDGING = "read the settings before and after a PUT", "send, and wait for the response", "judge"
PARTS: dict[tuple[type, str], str] = {
    (Observer, "_read"): READING,
    (Phone, "_read"): READING,
    (Connection, "send"): SENDING,
    (Case, "validate_response"): JUDGING,
    (Phone, "_compare"): JUDGING,
}


class Watch:
    """Adds up the seconds of functions by part; of one inside of another, only the outer one counts."""

    def __init__(self) -> None:
        self.seconds: defaultdict[str, float] = defaultdict(float)
        self._is_inside = False

    def over(self, function: Callable[..., Any], part: str) -> Callable[..., Any]:
        """The function, timed."""

        @functools.wraps(function)
        def timed(*arguments: Any, **options: Any) -> Any:  # noqa: ANN401 - passed on
            if self._is_inside:
                return function(*arguments, **options)
            self._is_inside, started = True, time.perf_counter()
            try:
                return function(*arguments, **options)
            finally:
                self._is_inside = False
                self.seconds[part] += time.perf_counter() - started

        return timed


def parts_table() -> list[str]:
    """Run the fuzz layer once in this process; returns the table of its parts."""
    watch, whole = Watch(), Watch()
    with separate_mock() as mock, tempfile.TemporaryDirectory() as state, ExitStack() as patches:
        for (owner, name), part in PARTS.items():
            patches.enter_context(patch.object(owner, name, watch.over(getattr(owner, name), part)))
        patches.enter_context(patch.object(layer, "fuzz", whole.over(layer.fuzz, "all")))
        options, environment = against(mock)
        run(replace(options, fuzz_examples=EXAMPLES, only=ONLY, state_dir=state), environment)
    total = whole.seconds["all"]
    rest = {"draw values, and build requests": total - sum(watch.seconds.values())}
    return [
        cells("part of the fuzz layer", "seconds", "share"),
        cells("---", "---:", "---:"),
        *(
            cells(part, f"{seconds:.2f}", f"{seconds / total:.0%}")
            for part, seconds in (rest | watch.seconds | {"all": total}).items()
        ),
    ]


class _Counter:
    """Counts the requests to an application."""

    def __init__(self) -> None:
        self.requests = 0

    def around(self, app: ASGIApp) -> ASGIApp:
        async def counted(scope: Scope, receive: Receive, send: Send) -> None:
            self.requests += 1
            await app(scope, receive, send)

        return counted


def _ours(mock: Mock, folder: Path) -> int:
    """Run the fuzz layer as a command; returns how many requests it judged."""
    options, environment = against(mock)
    arguments = replace(options, fuzz_examples=EXAMPLES, only=ONLY, state_dir=str(folder / "state")).as_arguments()
    command = [sys.executable, "-m", "contract_tests", "run", *arguments, f"--report-dir={folder}"]
    subprocess.run(command, cwd=ROOT, env={**os.environ, **environment}, capture_output=True)  # noqa: S603
    report = json.loads((folder / "conformance.json").read_text(encoding="utf-8"))
    return next(int(row["judged"]) for row in report["results"] if row["id"] == CASES)


def _row(name: str, judge: Callable[[Mock, Path, _Counter], int]) -> str:
    seconds, rates = [], []
    for _ in range(RUNS):
        counter = _Counter()
        with serve(wrap=counter.around) as mock, tempfile.TemporaryDirectory() as folder:
            started = time.perf_counter()
            judged = judge(mock, Path(folder), counter)
            seconds.append(time.perf_counter() - started)
            rates.append(judged / seconds[-1])
    return cells(name, str(judged), str(counter.requests), spread(seconds), spread(rates, "{:.0f}"))


def _plain(mock: Mock, folder: Path, counter: _Counter) -> int:
    """Run schemathesis as a command; returns how many requests it judged: all that it sent."""
    SCHEMATHESIS.failures(mock, folder)  # type: ignore[arg-type]  # it needs no more than an address and a token
    return counter.requests


def fuzz_table() -> Iterator[str]:
    """Measure; yields the lines of both tables."""
    yield cells("command", "requests judged", "requests sent", "seconds", "judged a second")
    yield cells("---", "---:", "---:", "---:", "---:")
    yield _row(f"the fuzz layer alone, `--only '{ONLY}'`", lambda mock, folder, _: _ours(mock, folder))
    yield _row("plain schemathesis, as in `make bench-peers`", _plain)
    yield ""
    yield from parts_table()
