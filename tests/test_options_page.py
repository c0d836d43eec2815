"""The tables of `docs/options.md` are those of the declarations, and a change by hand is noticed."""

from __future__ import annotations

from pathlib import Path

import pytest

from contract_tests.target.options import SECRETS, declared, flag
from scripts import options


@pytest.fixture
def copy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the page, which the job takes for the page."""
    file = tmp_path / "options.md"
    file.write_text(options.PAGE.read_text())
    monkeypatch.setattr(options, "PAGE", file)
    return file


def test_the_committed_page_has_no_drift() -> None:
    assert options.main(["--check"]) == 0


def test_every_option_has_one_row() -> None:
    page = options.PAGE.read_text()
    assert all(page.count(f"\n| `--{flag(each.name)}` |") == 1 for each in declared())
    assert all(f"\n| `PHONE_API_{name}` |" in page for name in SECRETS)


def test_a_change_by_hand_is_shown_and_undone(copy: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = copy.read_text()
    edited = before.replace("| `50` |", "| `51` |")
    copy.write_text(edited)
    assert options.main(["--check"]) == 1
    printed = capsys.readouterr().out
    assert "| `51` |" in printed
    assert "run `make generate`" in printed
    assert copy.read_text() == edited
    assert options.main([]) == 0
    assert copy.read_text() == before


def test_a_page_without_marks_is_refused(copy: Path) -> None:
    copy.write_text("# Options\n")
    with pytest.raises(ValueError, match="needs the lines"):
        options.main([])
