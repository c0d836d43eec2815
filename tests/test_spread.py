"""One run over several extensions and servers: the verdicts of a serial run, and every phone as it was found."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
import yaml

from contract_tests.checks.requirements import requirements
from contract_tests.contract import CONTRACT
from contract_tests.plan import part, plan
from contract_tests.record.step import Kind, Step
from contract_tests.target.options import Options
from contract_tests.target.servers import choose_server
from contract_tests.target.target import Mode, Target
from mock_server import embedded
from mock_server.embedded import Mock
from tests.suite import ROOT, Run, journals, run_suite, state_dir

OWN = ["54", "101", "102", "103", "104", "105", "106", "107"]
TOKEN = "t0ken0of0eight0extensions"


@pytest.fixture(scope="module")
def seed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A seed with eight extensions, a fresh one and a stranger's."""
    client = {"client_id": "acme", "client_secret": "s3cret-of-acme", "client": "acme", "access": "full"}
    extensions = [{"id": int(id_), "client": "acme"} for id_ in [*OWN, "55", "124", "29196"]]
    file = tmp_path_factory.mktemp("seed") / "seed.yaml"
    seeded = {
        "applications": [{**client, "me": 54, "token": TOKEN}],
        "extensions": [*extensions, {"id": 77, "client": "umbrella"}],
    }
    file.write_text(yaml.safe_dump(seeded))
    return file


@pytest.fixture(scope="module")
def mock(seed: Path) -> Iterator[Mock]:
    """A correct mock with that seed."""
    with embedded.serve(seed=seed) as running:
        yield running


def options(mock: Mock, extension_ids: list[str], *more: str) -> list[str]:
    return [
        f"--base-url={mock.base_url}",
        f"--extension-id={','.join(extension_ids)}",
        "--me-extension-id=54",
        "--fresh-extension-id=55",
        "--foreign-extension-id=77",
        *more,
    ]


def run(mock: Mock, folder: Path, extension_ids: list[str], *more: str) -> Run:
    credentials = {"PHONE_API_TOKEN": TOKEN, "PHONE_API_CLIENT_ID": "acme", "PHONE_API_CLIENT_SECRET": "s3cret-of-acme"}
    return run_suite(folder, *options(mock, extension_ids, *more), **credentials)


def shown(mock: Mock) -> dict[str, bytes]:
    """What every extension shows."""
    headers = {"Authorization": f"Bearer {TOKEN}"}
    urls = {id_: mock.base_url + CONTRACT.path_to(id_) for id_ in OWN}
    return {id_: requests.get(url, headers=headers, timeout=60).content for id_, url in urls.items()}


def outcomes(found: Run) -> dict[str, str]:
    return {result["id"]: result["outcome"] for result in found.report["results"]}


def request_of(step: Step) -> tuple[str, str, bytes | None, tuple[tuple[str, str | None], ...]]:
    """A step without what depends on the extension."""
    return step.kind, step.about, step.body, tuple(step.headers.items())


@pytest.mark.parametrize("parts", [2, 3, 8, 40])
@pytest.mark.parametrize("mode", [*Mode])
def test_the_parts_together_send_what_one_run_sends(parts: int, mode: Mode) -> None:
    target = Target("http://127.0.0.1:9", "54", mode, "55", "77", "54")
    whole = {request_of(step) for step in plan(CONTRACT, target) if step.kind is not Kind.read}
    each = [part(CONTRACT, target, number, parts) for number in range(parts)]
    assert whole <= {request_of(step) for steps in each for step in steps}
    assert all(steps[0].kind is Kind.read for steps in each)
    assert max(map(len, each)) < 0.8 * len(plan(CONTRACT, target)) or mode is Mode.read


@pytest.mark.parametrize("parts", [2, 8])
def test_each_part_sets_a_property_before_its_invalid_values_are_tried(parts: int) -> None:
    target = Target("http://127.0.0.1:9", "54", Mode.full)
    for number in range(parts):
        accepted: set[str] = set()
        for step in part(CONTRACT, target, number, parts):
            accepted |= (step.update or {}).keys() if step.kind is Kind.change else set()
            assert step.kind is not Kind.invalid or step.subject in accepted


def test_the_extension_of_me_gets_the_walk_and_no_other_worker_asks_for_it() -> None:
    targets = choose_server(Options("http://127.0.0.1:9", "7, 8,9", me_extension_id="8")).targets
    assert [(target.extension_id, target.me_extension_id) for target in targets] == [("8", "8"), ("7", ""), ("9", "")]


@pytest.mark.parametrize(
    ("ids", "more"), [(OWN, ["--fuzz-examples=0"]), (OWN[:2], ["--fuzz-examples=1", "--mode=read"])]
)
def test_several_extensions_give_the_verdicts_of_a_serial_run_and_are_left_as_they_were(
    ids: list[str], more: list[str], mock: Mock, tmp_path: Path
) -> None:
    before = shown(mock)
    serial = run(mock, tmp_path / "serial", ["54"], *more)
    spread = run(mock, tmp_path / "spread", ids, *more)
    assert (serial.code, spread.code) == (0, 0), spread.printed
    assert outcomes(serial) == outcomes(spread)
    assert spread.report["target"]["extension_id"] == ",".join(ids)
    assert shown(mock) == before
    records = {file.name for file in (tmp_path / "spread").glob("record*")}
    assert records == {f"record-{id_}.har" for id_ in ids}
    printed = spread.printed + "".join(file.read_text() for file in (tmp_path / "spread").iterdir())
    assert TOKEN not in printed
    assert "s3cret" not in printed


def test_a_fault_fails_once_in_the_report_and_in_junit(seed: Path, tmp_path: Path) -> None:
    with embedded.serve("put_not_stored", seed=seed) as faulty:
        found = run(faulty, tmp_path, OWN[:2], "--mode=safe", "--fuzz-examples=0")
        serial = run(faulty, tmp_path / "serial", OWN[:1], "--mode=safe", "--fuzz-examples=0")
    assert found.code == serial.code == 1
    assert outcomes(found) == outcomes(serial)
    cases = ElementTree.parse(tmp_path / "junit.xml").iter("testcase")
    failed = [case.get("name") for case in cases if case.find("failure") is not None]
    assert len(failed) == len(set(failed)) > 0
    assert f"--extension-id {','.join(OWN[:2])}" in found.printed


def test_an_interrupted_run_restores_every_extension(seed: Path, tmp_path: Path) -> None:
    with embedded.serve(seed=seed, latency_ms=30) as slow:
        before = shown(slow)
        command = [sys.executable, "-m", "contract_tests", "run", f"--report-dir={tmp_path}"]
        process = subprocess.Popen(
            [*command, *options(slow, OWN[:3], "--fuzz-examples=0")],
            cwd=ROOT,
            env={
                "PATH": os.environ["PATH"],
                "PHONE_API_TOKEN": TOKEN,
                "PHONE_CONTRACT_STATE_DIR": str(state_dir(tmp_path)),
            },
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        while len(journals(tmp_path)) < 3 or shown(slow) == before:
            assert process.poll() is None
            time.sleep(0.05)
        process.send_signal(signal.SIGINT)
        printed, _ = process.communicate(timeout=300)
        assert shown(slow) == before, printed
        assert journals(tmp_path) == []
    assert process.returncode == 3
    assert "the run was interrupted (SIGINT)" in printed


def test_a_file_names_servers_whose_verdicts_stand_side_by_side(mock: Mock, seed: Path, tmp_path: Path) -> None:
    with embedded.serve("put_not_stored", seed=seed) as faulty:
        file = tmp_path / "targets.toml"
        file.write_text(
            f'[good]\nbase-url = "{mock.base_url}"\nextension-id = [54, 101]\nmode = "safe"\n'
            f'[bad]\nbase_url = "{faulty.base_url}"\nextension_id = 54\nmode = "safe"\ncredentials = "BAD"\n'
        )
        options = [f"--targets={file}", "--fuzz-examples=0"]
        found = run_suite(tmp_path / "reports", *options, PHONE_API_TOKEN=TOKEN, BAD_TOKEN=TOKEN)
    assert found.code == 1, found.printed
    assert {id_.partition("/")[0] for id_ in found.outcomes("fail")} == {"bad"}
    assert outcomes(found)["good/put_is_stored:label"] == "pass"
    assert outcomes(found)["bad/put_is_stored:label"] == "fail"
    assert f"python -m contract_tests run --targets {file}" in found.printed
    assert len(found.report["results"]) == 2 * len(requirements(CONTRACT))


ONE = '[one]\nbase-url = "http://127.0.0.1:9"\nextension-id = 54\n'


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, "cannot be read (No such file or directory)"),
        ("[one", "is not TOML"),
        ("", "names no server"),
        ("one = 1\n", "[one]: expected a table"),
        ("[one]\n", "[one]: no target: give --base-url"),
        (ONE + "speed = 3\n", "[one]: there is no option speed; known are base-url"),
        (ONE + 'mode = "all"\n', "[one]: --mode all: expected one of"),
        (ONE + 'credentials = "ONE"\n', "[one] no credentials: set ONE_TOKEN, or ONE_CLIENT_ID and ONE_CLIENT_SECRET"),
        (ONE.replace("54", "[54, 54]"), "names 54 twice"),
        (ONE + ONE.replace("one", "two"), "names extension 54 of http://127.0.0.1:9 twice"),
    ],
)
def test_a_wrong_file_of_targets_gives_one_line(content: str | None, message: str, tmp_path: Path) -> None:
    file = tmp_path / "targets.toml"
    if content is not None:
        file.write_text(content)
    found = run_suite(tmp_path / "reports", f"--targets={file}", PHONE_API_TOKEN=TOKEN)
    assert found.code == pytest.ExitCode.USAGE_ERROR
    assert message in found.printed
    assert "Traceback" not in found.printed


@pytest.mark.parametrize(
    ("more", "message"),
    [
        (["--extension-id=54,54"], "--extension-id names 54 twice"),
        (["--extension-id=54,x"], "--extension-id x: an extension id is a whole number"),
        (["--extension-id=54,55", "--fresh-extension-id=55"], "--fresh-extension-id 55 is the extension under test"),
        (["--extension-id=54,", "--mode=read"], "--extension-id is missing"),
        (["--extension-id=54,55", "--max-requests=8"], "expected more than the 8 that are kept for the restore"),
        (["--targets=targets.toml"], "--base-url stands beside --targets"),
    ],
)
def test_extensions_that_do_not_fit_together_give_one_line(more: list[str], message: str, tmp_path: Path) -> None:
    found = run_suite(tmp_path, "--base-url=http://127.0.0.1:9", *more, PHONE_API_TOKEN=TOKEN)
    assert found.code == pytest.ExitCode.USAGE_ERROR
    assert message in found.printed
    assert "Traceback" not in found.printed


def test_elsewhere_each_extension_must_be_confirmed(tmp_path: Path) -> None:
    chosen = ["--base-url=https://pbx.test/a", "--extension-id=54,55", "--mode=safe", "--confirm=54"]
    found = run_suite(tmp_path, *chosen, PHONE_API_TOKEN=TOKEN)
    assert found.code == pytest.ExitCode.USAGE_ERROR
    assert "--mode safe changes extension 55" in found.printed
