"""The baseline: its failures must occur, no other failure may occur, and a wrong line is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from mock_server.embedded import serve
from tests.suite import Run, run_against

FAULT = "wrong_default:hangup_timeout"
FAILURE = "fresh_extension_shows_default:hangup_timeout"


def run(fault: str | None, tmp_path: Path, *lines: str) -> Run:
    baseline = tmp_path / "baseline.txt"
    baseline.write_text("\n".join(["# known failures", "", *lines]) + "\n")
    with serve(fault) as mock:
        return run_against(mock, tmp_path, "--mode=read", "--fuzz-examples=0", f"--baseline={baseline}")


def test_an_expected_failure_does_not_fail_the_run_and_stays_visible(tmp_path: Path) -> None:
    done = run(FAULT, tmp_path, f"{FAILURE}  # ticket 42")
    assert done.code == 0, done.printed
    assert "PASS: 1 known." in done.printed
    assert "1 known" in (tmp_path / "summary.md").read_text()
    assert "fail" not in done.printed.replace(str(tmp_path), "")
    result = next(result for result in done.report["results"] if result["id"] == FAILURE)
    assert (result["outcome"], result["expected"]) == ("fail", "ticket 42")


def test_a_new_failure_fails_and_its_line_is_ready_to_be_pasted(tmp_path: Path) -> None:
    first = run(FAULT, tmp_path)
    assert first.code == 1
    line = f"{FAILURE}  # CHANGE ME: why is this failure expected?"
    assert line in first.printed.splitlines()
    unchanged = run(FAULT, tmp_path, line)
    assert unchanged.code == pytest.ExitCode.USAGE_ERROR
    assert f"line 3: write why {FAILURE} fails" in unchanged.printed
    assert run(FAULT, tmp_path, f"{FAILURE}  # ticket 42; until 2999-01-31").code == 0
    expired = run(FAULT, tmp_path, f"{FAILURE}  # ticket 42; until 2020-01-31")
    assert expired.code == 1
    assert "out of date in the baseline: ticket 42; until 2020-01-31" in expired.printed


def test_a_failure_that_no_longer_occurs_makes_the_baseline_stale(tmp_path: Path) -> None:
    done = run(None, tmp_path, f"{FAILURE}  # ticket 42")
    assert done.code == 1
    assert "remove its line from the baseline" in done.printed


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("put_is_stored:labl  # typo", "there is no requirement put_is_stored:labl; did you mean put_is_stored:label"),
        (f"{FAILURE} # a; until soon", "line 3: soon is no date such as 2027-01-31"),
        (FAILURE, f"line 3: write why {FAILURE} fails"),
        (f"{FAILURE} # a\n{FAILURE} # b", "line 4: fresh_extension_shows_default:hangup_timeout stands there twice"),
    ],
)
def test_a_wrong_line_is_refused(line: str, message: str, tmp_path: Path) -> None:
    done = run(FAULT, tmp_path, line)
    assert done.code == pytest.ExitCode.USAGE_ERROR
    assert message in done.printed
    assert "Traceback" not in done.printed


def test_only_judges_the_given_ids(tmp_path: Path) -> None:
    with serve(FAULT) as mock:
        done = run_against(mock, tmp_path, f"--only={FAILURE},put_is_stored:label")
    assert done.code == 1
    assert done.outcomes("fail") == {FAILURE}
    assert done.outcomes("pass") == {"put_is_stored:label"}


def test_only_refuses_an_unknown_id(tmp_path: Path) -> None:
    with serve() as mock:
        done = run_against(mock, tmp_path, "--only=put_is_storde:label")
    assert done.code == pytest.ExitCode.USAGE_ERROR
    assert "did you mean put_is_stored:label" in done.printed
