"""Many servers in one run: a row and a report for each, in parts that can be joined, also where some do not answer."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import requests

from contract_tests.__main__ import main
from contract_tests.contract import CONTRACT
from contract_tests.errors import ExitCode, UsageError
from contract_tests.report import document, files
from contract_tests.report.compare import Kind, differences
from contract_tests.report.merge import merged
from contract_tests.session.run import run, run_again
from contract_tests.target.options import Options
from contract_tests.target.servers import choose_servers
from mock_server.embedded import Mock, serve
from tests.suite import ROOT, make_venv, run_pytest

FIRST, COUNT = 1000, 12
DEAD = '[dead]\nbase-url = "http://127.0.0.1:9/api/ver1.0"\nextension-id = 54\n'


@pytest.fixture(scope="module")
def mock() -> Iterator[Mock]:
    with serve(extensions=range(FIRST, FIRST + COUNT)) as running:
        yield running


@pytest.fixture(scope="module")
def faulty() -> Iterator[Mock]:
    with serve("answer_as_html") as running:
        yield running


def table(name: str, mock: Mock, extension_id: int | str, mode: str = "read") -> str:
    return f'[{name}]\nbase-url = "{mock.base_url}"\nextension-id = {extension_id}\nmode = "{mode}"\n'


def fleet(folder: Path, *tables: str) -> Options:
    """Options for a file of servers."""
    folder.mkdir(exist_ok=True)
    file = folder / "targets.toml"
    file.write_text("".join(tables))
    return Options.of({"targets": str(file), "state_dir": str(folder / "state"), "timeout": "30"})


def servers_of(mock: Mock) -> list[str]:
    """Twelve servers, of which the first is written to."""
    return [table(f"pbx{n}", mock, FIRST + n, "read" if n else "full") for n in range(COUNT)]


def report_of(options: Options, mock: Mock, folder: Path) -> Any:  # noqa: ANN401 - JSON
    """Run, and return the joint report as it is read again."""
    files.prepare(str(folder))
    result = run(options, {"PHONE_API_TOKEN": mock.token}, folder=folder)
    files.write(folder, result, "rerun {}")
    return document.read(folder)


@pytest.fixture(scope="module")
def report(mock: Mock, tmp_path_factory: pytest.TempPathFactory) -> Any:  # noqa: ANN401 - JSON
    folder = tmp_path_factory.mktemp("fleet")
    return folder, report_of(fleet(folder, *servers_of(mock), DEAD), mock, folder / "reports")


def test_each_server_has_a_row_and_a_report_also_one_that_does_not_answer(report: Any) -> None:  # noqa: ANN401
    folder, joint = report
    rows = {row["name"]: row for row in joint["servers"]}
    assert {row["outcome"] for name, row in rows.items() if name != "dead"} == {"pass"}
    assert rows["dead"]["outcome"] == "error"
    assert "cannot be reached" in rows["dead"]["error"]
    assert joint["run"]["exit_code"] == ExitCode.error
    assert joint["findings_only"]
    assert [row["outcome"] for row in joint["results"]] == ["error"]
    own = {name: document.read(folder / "reports" / document.name_of(name)) for name in rows}
    for name, each in own.items():
        assert each["target"]["extension_id"] == rows[name]["target"]["extension_id"]
        assert each["summary"]["requests"] == rows[name]["requests"]
    assert own["pbx0"]["summary"]["passed"] > own["pbx1"]["summary"]["passed"] > 50
    assert joint["summary"]["passed"] == sum(each["summary"]["passed"] for each in own.values())
    assert (folder / "reports" / document.NAME).stat().st_size < 20_000


def test_the_server_that_was_written_to_is_as_it_was(report: Any, mock: Mock) -> None:  # noqa: ANN401
    folder, _ = report
    headers = {"Authorization": f"Bearer {mock.token}"}
    urls = [mock.base_url + CONTRACT.path_to(str(FIRST + n)) for n in (0, 1)]
    written, untouched = (requests.get(url, headers=headers, timeout=30).json() for url in urls)
    assert written == untouched
    assert not [*(folder / "state").glob("*.journal")]


def test_pytest_has_a_test_for_each_requirement_of_each_of_many_servers(mock: Mock, tmp_path: Path) -> None:
    options = fleet(tmp_path, *(table(f"pbx{n}", mock, FIRST + n) for n in range(COUNT)))
    only = "--only=get_answers_settings,put_is_stored:label"
    found = run_pytest(tmp_path / "reports", f"--targets={options.targets}", only, PHONE_API_TOKEN=mock.token)
    assert (found.code, found.report["summary"]["passed"]) == (0, COUNT), found.printed
    assert len(found.report["results"]) == 2 * COUNT
    assert len(document.read(tmp_path / "reports" / document.name_of("pbx3"))["results"]) == 2


def test_parts_are_joined_to_the_same_rows(report: Any, mock: Mock, tmp_path: Path) -> None:  # noqa: ANN401
    _, whole = report
    options = fleet(tmp_path, *servers_of(mock), DEAD)
    parts = [report_of(replace(options, shard=f"{n}/2"), mock, tmp_path / str(n)) for n in (1, 2)]
    assert [len(part["servers"]) for part in parts] == [7, 6]
    joined = merged(parts)
    assert {row["name"]: row["outcome"] for row in joined["servers"]} == {
        row["name"]: row["outcome"] for row in whole["servers"]
    }
    assert joined["findings_only"]
    assert (joined["summary"]["passed"], joined["summary"]["errors"]) == (whole["summary"]["passed"], 1)
    with pytest.raises(UsageError, match="pbx0 is in two reports"):
        merged([parts[0], parts[0]])
    code = main(["merge", str(tmp_path / "1"), str(tmp_path / "2"), f"--report-dir={tmp_path / 'joined'}"])
    assert code == ExitCode.error
    assert document.read(tmp_path / "joined")["servers"] == joined["servers"]


def test_a_report_of_one_server_cannot_be_joined(mock: Mock, tmp_path: Path) -> None:
    options = Options(base_url=mock.base_url, extension_id=str(FIRST), mode="read", fuzz_examples=0)
    with pytest.raises(UsageError, match="names no server"):
        merged([report_of(options, mock, tmp_path)])


def test_a_fault_of_one_of_many_is_worse_than_before(report: Any, mock: Mock, faulty: Mock, tmp_path: Path) -> None:  # noqa: ANN401
    _, before = report
    tables = [*servers_of(mock)[:-1], table(f"pbx{COUNT - 1}", faulty, faulty.extension_id), DEAD]
    after = report_of(fleet(tmp_path, *tables), mock, tmp_path / "reports")
    found = [each for each in differences(before, after) if each.id != "harness"]
    assert found
    assert {each.id.partition("/")[0] for each in found} == {f"pbx{COUNT - 1}"}
    assert Kind.worse in {each.kind for each in found}
    assert Kind.better in {each.kind for each in differences(after, before)}


def test_findings_beyond_the_limit_stand_in_the_report_of_their_server(
    faulty: Mock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(document, "MAX_JOINT", 1)
    monkeypatch.setattr(document, "MAX_IN_FULL", 1)
    tables = [table(name, faulty, id_) for name, id_ in (("a", "54"), ("b", "55"), ("c", "124"))]
    joint = report_of(fleet(tmp_path, *tables), faulty, tmp_path / "reports")
    assert any(row.get("is_cut") for row in joint["servers"])
    assert (
        joint["run"]["exit_code"] == run(fleet(tmp_path / "all", *tables), {"PHONE_API_TOKEN": faulty.token}).exit_code
    )
    own = [document.read(tmp_path / "reports" / document.name_of(name))["summary"] for name in "abc"]
    assert joint["summary"]["warned"] == sum(each["warned"] for each in own) > 0


@pytest.mark.parametrize(
    ("shard", "names"), [("1/2", ["a", "c", "e"]), ("2/2", ["b", "d"]), ("5/5", ["e"]), ("", ["a", "b", "c", "d", "e"])]
)
def test_a_part_is_the_same_each_time(shard: str, names: list[str], mock: Mock, tmp_path: Path) -> None:
    options = fleet(tmp_path, *(table(name, mock, FIRST + n) for n, name in enumerate("abcde")))
    assert [server.name for server in choose_servers(replace(options, shard=shard))] == names


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"shard": "3/2"}, "--shard 3/2: expected a part"),
        ({"shard": "x"}, "--shard x: expected a part"),
        ({"shard": "6/6"}, "there are 1 servers only"),
        ({"parallel": 0}, "--parallel 0: expected 1 or more"),
        ({"shard": "1/2", "targets": ""}, "there is no such file"),
    ],
)
def test_a_wrong_option_gives_one_line(changes: dict[str, Any], message: str, mock: Mock, tmp_path: Path) -> None:
    options = replace(fleet(tmp_path, table("one", mock, FIRST)), **changes)
    with pytest.raises(UsageError, match=message):
        run(options, {"PHONE_API_TOKEN": mock.token})


def test_random_requests_to_many_servers_are_sent_only_where_they_are_asked_for() -> None:
    assert Options.of({"targets": "targets.toml"}).fuzz_examples == 0
    assert Options.of({"targets": "targets.toml", "fuzz_examples": "5"}).fuzz_examples == 5
    assert Options.of({"base_url": "http://127.0.0.1:9"}).fuzz_examples == Options().fuzz_examples > 0


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a run over two extensions of a faulty server."""
    folder = tmp_path_factory.mktemp("recorded")
    with serve("put_not_stored", extensions=range(FIRST, FIRST + 2)) as faulty:
        ids, state = f"{FIRST},{FIRST + 1}", str(folder / "state")
        options = Options(base_url=faulty.base_url, extension_id=ids, fuzz_examples=0, state_dir=state)
        report_of(options, faulty, folder)
    return folder


def rows_of(folder: Path) -> list[Any]:
    """The rows of a report, without the command that tests one again."""
    return [{name: row[name] for name in row if name != "rerun"} for row in document.read(folder)["results"]]


@pytest.mark.parametrize("command", ["python", "make"])
def test_the_records_of_several_extensions_give_the_verdicts_of_the_run(
    command: str, recorded: Path, tmp_path: Path
) -> None:
    records = []
    for n in (0, 1):  # a name with a character that a shell would expand
        records.append(tmp_path / f"a*{n}.har")
        shutil.copy(recorded / f"record-{FIRST + n}.har", records[-1])
    if command == "make":
        words = ["make", "judge", f"RECORD={records[0]} {records[1]}", f"VENV={make_venv(tmp_path / 'venv')}"]
        code = subprocess.run(words, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode
        assert code == 2  # of make, for a command that fails
    else:
        assert main(["judge", *map(str, records)]) == ExitCode.failed
    judged = document.read(tmp_path / "judged")
    assert rows_of(tmp_path / "judged") == rows_of(recorded)
    assert judged["summary"]["failed"] > 10
    assert judged["target"]["extension_id"] == f"{FIRST},{FIRST + 1}"


def test_one_of_the_records_is_not_the_run(recorded: Path) -> None:
    whole = [row["outcome"] for row in rows_of(recorded)]
    for n in (0, 1):
        part = run_again([recorded / f"record-{FIRST + n}.har"], Options())
        assert [row.outcome for row in part.results.by_id.values()] != whole


def test_records_that_do_not_belong_together_are_refused(mock: Mock, recorded: Path, tmp_path: Path) -> None:
    records = [recorded / f"record-{FIRST + n}.har" for n in (0, 1)]
    with pytest.raises(UsageError, match="cannot be read"):
        run_again([*records, tmp_path / "no.har"], Options())
    with pytest.raises(UsageError, match=f"two records of extension {FIRST}"):
        run_again([*records, records[0]], Options())
    options = Options(base_url=mock.base_url, extension_id=str(FIRST + 2), mode="read", fuzz_examples=0)
    report_of(options, mock, tmp_path)
    with pytest.raises(UsageError, match="records of several servers"):
        run_again([*records, tmp_path / "record.har"], Options())
