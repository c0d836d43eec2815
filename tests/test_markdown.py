"""The pages for readers: README, docs/ and the guides. Their links, targets, options and samples are right."""

from __future__ import annotations

import argparse
import importlib.util
import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest
from markdown_it import MarkdownIt
from markdown_it.token import Token

from contract_tests.__main__ import COMMANDS
from contract_tests.target.options import SECRETS, add_to, declared
from mock_server.embedded import serve
from tests.suite import ROOT

PAGES = [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").glob("*.md"))]
NAMES = [page.relative_to(ROOT).as_posix() for page in PAGES]
MAKEFILE = (ROOT / "Makefile").read_text()
MAX_README_LINES = 150
MAX_ENTRY_WORDS = 15
"""Of an entry of the changelog."""


def text_of(page: str) -> str:
    return (ROOT / page).read_text(encoding="utf-8")


def tokens_of(page: str) -> Iterator[Token]:
    """The parts of a page, with those inside of a line."""
    for token in MarkdownIt("commonmark").enable("table").parse(text_of(page)):
        yield token
        yield from token.children or ()


def code_of(page: str) -> Iterator[str]:
    """Every line of code that a page shows: in its blocks, and between backticks."""
    for token in tokens_of(page):
        if token.type == "fence":
            yield from _joined(token.content)
        elif token.type == "code_inline":
            yield token.content


def _joined(block: str) -> list[str]:
    """The lines of a block; one that ends with a backslash goes on in the next."""
    return block.replace("\\\n", " ").splitlines()


def links_of(page: str) -> list[str]:
    """Where the links of a page lead, but for other sites."""
    targets = [str(token.attrs["href"]) for token in tokens_of(page) if token.type == "link_open"]
    return [target for target in targets if not re.match(r"[a-z]+:", target)]


def anchors_of(page: Path) -> set[str]:
    """The anchors that GitHub gives to the headings of a page."""
    headings = re.findall(r"^#+ (.*)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading).lower().replace(" ", "-") for heading in headings}


def words_of(line: str) -> list[str]:
    """The words of a command, without its comment."""
    return shlex.split(line, comments=True)


def commands(page: str, program: str) -> Iterator[list[str]]:
    """The words after a program in each command that a page shows; a piece of code may begin with variables."""
    for line in code_of(page):
        if match := re.search(rf"(?:^|\s|/){re.escape(program)} (.*)", line):
            yield words_of(match[1])


def test_the_readme_is_short() -> None:
    assert len(text_of("README.md").splitlines()) <= MAX_README_LINES


def test_every_page_is_one_click_from_the_readme() -> None:
    linked = {target.partition("#")[0] for target in links_of("README.md")}
    assert linked >= set(NAMES) - {"README.md"}


@pytest.mark.parametrize("page", NAMES)
def test_links_lead_somewhere(page: str) -> None:
    for target in links_of(page):
        file, _, anchor = target.partition("#")
        place = (ROOT / page).parent / file if file else ROOT / page
        assert place.exists(), target
        assert not anchor or anchor in anchors_of(place), target


@pytest.mark.parametrize("page", NAMES)
def test_targets_and_variables_of_make_exist(page: str) -> None:
    targets = set(re.findall(r"^([a-z-]+):", MAKEFILE, re.MULTILINE))
    variables = {each.name.upper() for each in declared()} | {"TOKEN"}
    variables |= set(re.findall(r"^export MAKE_KNOWN := (.*)", MAKEFILE, re.MULTILINE)[0].split())
    for words in commands(page, "make"):
        target, *given = words
        assert target in targets, target
        assert {word.partition("=")[0] for word in given if "=" in word} <= variables, words


@pytest.mark.parametrize("page", NAMES)
def test_commands_of_the_suite_take_the_options_that_a_page_shows(page: str) -> None:
    for program in ("phone-contract", "python -m contract_tests"):
        for words in commands(page, program):
            if words[0] in COMMANDS and len(words) > 1:
                parse(words)


def parse(words: list[str]) -> None:
    """Parse a command line of the suite; ends the test where an option is unknown."""
    command = COMMANDS[words[0]]
    parser = argparse.ArgumentParser(exit_on_error=False, allow_abbrev=False)
    add_to(parser, [option for option in declared() if option.name in command.options])
    command.add_arguments(parser)
    parser.parse_args([word for word in words[1:] if not word.startswith(">")])  # without what the shell redirects


@pytest.mark.parametrize("page", NAMES)
def test_modules_that_a_page_runs_exist(page: str) -> None:
    for words in commands(page, "python -m"):
        assert importlib.util.find_spec(words[0]), words[0]


@pytest.mark.parametrize("page", NAMES)
def test_environment_variables_exist(page: str) -> None:
    known = {f"PHONE_API_{name}" for name in SECRETS}
    known |= {f"PHONE_CONTRACT_{each.name.upper()}" for each in declared()}
    assert set(re.findall(r"\bPHONE_(?:API|CONTRACT)_[A-Z_]+\b", text_of(page))) <= known


def test_entries_of_the_changelog_are_short() -> None:
    entries = re.findall(r"^- (.*(?:\n  .*)*)", text_of("CHANGELOG.md"), re.MULTILINE)
    assert entries
    assert [entry for entry in entries if len(entry.split()) > MAX_ENTRY_WORDS] == []


@pytest.mark.parametrize(("fault", "expected"), [(None, "exit code 0"), ("wrong_default:auth_type", "exit code 1")])
def test_the_sample_of_the_python_api_runs(
    fault: str | None, expected: str, capsys: pytest.CaptureFixture[str]
) -> None:
    blocks = re.findall(r"```python\n(.*?)```", text_of("README.md"), re.DOTALL)
    (sample,) = [block for block in blocks if "contract_tests.session.run" in block]
    assert len(sample.splitlines()) <= 10
    with serve(fault) as mock:
        for placeholder, value in (
            ("https://host/api/ver1.0", mock.base_url),
            (
                'extension_id="54"',
                f'extension_id="{mock.extension_id}", fresh_extension_id="{mock.fresh_extension_id}"',
            ),
            ("…", mock.token),
        ):
            assert placeholder in sample
            sample = sample.replace(placeholder, value)
        exec(compile(sample, "README.md", "exec"), {})  # noqa: S102 - our own text
    printed = capsys.readouterr().out.splitlines()
    assert printed[-1] == expected
    assert ("fresh_extension_shows_default:auth_type" in printed[0]) == bool(fault)
