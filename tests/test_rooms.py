"""The rooms of the suite: who imports whom, as the table in ARCHITECTURE.md says, and downwards only."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

from tests.suite import ROOT

SUITE = "contract_tests"
HEAVY = {"schemathesis", "hypothesis", "pytest"}
FORBIDDEN = [
    (SUITE, {"mock_server", "scripts", "tests", "generated"}),
    ("mock_server", {SUITE, "scripts", "tests"}),
    ("scripts", {"tests"}),
]


def imports(file: Path) -> Iterator[str]:
    """The modules that a file imports, wherever in it: `a.b` also for `from a import b`."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.module and not node.level, f"{file}: a relative import"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def room_of(module: str) -> str:
    """The room of a module of the suite: the folder, or a module at its top."""
    return module.split(".")[1]


def arrows(suite: Path) -> dict[str, set[str]]:
    """By room, the other rooms that it imports."""
    found: dict[str, set[str]] = {}
    for file in suite.rglob("*.py"):
        if file == suite / "__init__.py":
            continue
        room = file.relative_to(suite).parts[0].removesuffix(".py")
        own = {room_of(module) for module in imports(file) if module.startswith(f"{SUITE}.")}
        found.setdefault(room, set()).update(own - {room})
    return found


def table() -> dict[str, set[str]]:
    """The rooms of ARCHITECTURE.md from the top down, each with those that it imports."""
    text = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8").partition("### Rooms\n")[2].partition("\n### ")[0]
    rows = [line.split("|")[1:-1] for line in text.splitlines() if line.startswith("| `")]
    return {re.sub(r"/|\.py|[` ]", "", room): set(re.findall(r"`(\w+)`", below)) for room, _, below in rows}


def wrong(found: Mapping[str, set[str]], documented: Mapping[str, set[str]]) -> list[str]:
    """What differs from the table, and what the table itself has upwards."""
    order = [*documented]
    return [
        *(f"{room}: no row in the table" for room in found if room not in documented),
        *(f"{room}: no such room" for room in documented if room not in found),
        *(
            f"{room} imports {other}, unlike the table"
            for room, others in found.items()
            for other in others ^ documented.get(room, others)
        ),
        *(
            f"{room} imports {other}, which is not below it"
            for room, others in documented.items()
            for other in others - set(order[order.index(room) + 1 :])
        ),
    ]


def test_rooms_import_downwards_as_documented() -> None:
    assert wrong(arrows(ROOT / SUITE), table()) == []


def test_there_is_no_circle() -> None:
    found = arrows(ROOT / SUITE)
    assert {*TopologicalSorter(found).static_order()} == found.keys()


@pytest.mark.parametrize(
    ("room", "other", "message"),
    [
        ("record", "target", "record imports target, unlike the table"),
        ("checks", "fuzz", "checks imports fuzz, unlike the table"),
        ("attic", "errors", "attic: no row in the table"),
    ],
)
def test_an_import_that_is_not_documented_is_noticed(room: str, other: str, message: str) -> None:
    found = arrows(ROOT / SUITE)
    found.setdefault(room, set()).add(other)
    assert wrong(found, table()) == [message]


def test_a_documented_import_upwards_is_noticed() -> None:
    found, documented = arrows(ROOT / SUITE), table()
    found["record"].add("target")
    documented["record"].add("target")
    assert wrong(found, documented) == ["record imports target, which is not below it"]


@pytest.mark.parametrize(("package", "forbidden"), FORBIDDEN)
def test_packages_import_only_what_they_may(package: str, forbidden: set[str]) -> None:
    for file in (ROOT / package).rglob("*.py"):
        if "node_modules" not in file.parts:
            # The comparison with other tools runs on the servers of the tests, which nobody tuned to the suite.
            allowed = {"tests"} if (ROOT / "scripts" / "peers") in file.parents else set()
            assert not {module.split(".")[0] for module in imports(file)} & (forbidden - allowed), file


def test_the_planned_core_imports_no_test_tool() -> None:
    code = f"import {SUITE}.session.run, sys; print(*sys.modules)"
    ended = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert f"{SUITE}.checks.judge" in ended.stdout.split()
    assert not {module.split(".")[0] for module in ended.stdout.split()} & HEAVY
