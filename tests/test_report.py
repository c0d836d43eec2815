"""The reports of real runs: `conformance.json` against its schema, and the page that is made from it."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest

from contract_tests.contract.document import Contract
from contract_tests.record.text import excerpt, first_difference, visible
from contract_tests.report import document, html, markdown, verdict
from mock_server.embedded import serve
from mock_server.faults import CATALOGUE
from mock_server.phone import Phone, Properties
from tests.suite import run_against, run_suite

FAILING = "put_is_stored:label"
HOSTILE = "</pre><script>alert(1)</script>\x1b[31m\x9b\u202e\ud800&'\"\n::error::##[error]"
VOID = {"meta", "link", "wbr"}
Report = dict[str, Any]
Reports = Mapping[str, Path]
KINDS = ("correct", "faulty", "broken_off", "unreachable", "read", "fuzzed")


@pytest.fixture(scope="module")
def reports(tmp_path_factory: pytest.TempPathFactory) -> Reports:
    """The directories of one run of each kind."""
    places = {kind: tmp_path_factory.mktemp(kind) for kind in KINDS}
    fuzz_only = "--only=fuzz.settings_follow_model,fuzz.not_a_server_error"
    with serve() as mock:
        run_against(mock, places["correct"], "--fuzz-examples=0")
        run_against(mock, places["read"], "--fuzz-examples=0", "--mode=read")
    with serve("put_not_stored") as mock:
        run_against(mock, places["faulty"], "--fuzz-examples=0")
    with serve("crash_on_big_integer") as mock:
        run_against(mock, places["fuzzed"], "--fuzz-examples=1", fuzz_only)
    with serve(rate_limit=60) as mock:
        run_against(mock, places["broken_off"], "--fuzz-examples=0")
    target = ["--base-url=http://127.0.0.1:9/api/ver1.0", "--extension-id=54"]
    run_suite(places["unreachable"], *target, PHONE_API_TOKEN="a-token-of-ours")
    return places


def report(directory: Path) -> Report:
    content: Report = json.loads((directory / document.NAME).read_text())
    return content


@dataclass
class Node:
    """An element of the page."""

    tag: str
    attributes: dict[str, str]
    children: list[Node] = field(default_factory=list)
    text: str = ""

    def all(self, tag: str = "") -> Iterator[Node]:
        """The elements below with this tag."""
        for child in self.children:
            if tag in {"", child.tag}:
                yield child
            yield from child.all(tag)

    def by_id(self, id_: str) -> Node:
        """The one element below with this id."""
        (found,) = (node for node in self.all() if node.attributes.get("id") == id_)
        return found


class Page(HTMLParser):
    """Reads a page into nodes; each element must be closed, in order."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.root = Node("", {})
        self._open = [self.root]
        self.feed(text)
        self.close()
        assert self._open == [self.root], "an element is not closed"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Open an element."""
        node = Node(tag, {name: value or "" for name, value in attrs})
        self._open[-1].children.append(node)
        if tag not in VOID:
            self._open.append(node)

    def handle_endtag(self, tag: str) -> None:
        """Close the one that was opened last."""
        assert self._open.pop().tag == tag

    def handle_data(self, data: str) -> None:
        """Give the text to all that it stands in."""
        for node in self._open:
            node.text += data


def page(directory: Path) -> Node:
    return Page((directory / html.NAME).read_text()).root


@pytest.mark.parametrize("kind", KINDS)
def test_each_report_keeps_the_schema(reports: Reports, kind: str) -> None:
    schema = json.loads(document.SCHEMA.read_text())
    jsonschema_rs.meta.validate(schema)
    validator = jsonschema_rs.validator_for(schema, validate_formats=True)
    assert [error.message for error in validator.iter_errors(report(reports[kind]))] == []


def test_the_schema_knows_every_key(reports: Reports) -> None:
    schema = json.loads(document.SCHEMA.read_text())
    for kind in ("correct", "broken_off"):
        changed = report(reports[kind])
        for place in (changed, changed["summary"], changed["target"], changed["results"][0], changed["results"][-1]):
            place["surplus"] = 1
            assert not jsonschema_rs.is_valid(schema, changed)
            del place["surplus"]


def test_a_row_that_failed_tells_how_to_run_it_alone(reports: Reports) -> None:
    rows = report(reports["faulty"])["results"]
    reruns = {row["id"]: row["rerun"] for row in rows if "rerun" in row}
    assert set(reruns) == {row["id"] for row in rows if row["outcome"] in {"fail", "warn"}}
    assert reruns[FAILING].startswith("python -m contract_tests run --base-url http://127.0.0.1:")
    assert reruns[FAILING].endswith(f" --only {FAILING}")


@pytest.mark.parametrize("kind", KINDS)
def test_each_page_is_sound_and_needs_nothing_else(reports: Reports, kind: str) -> None:
    text = (reports[kind] / html.NAME).read_text()
    assert text.startswith("<!doctype html>\n<html lang=")
    root = page(reports[kind])
    ids = [node.attributes["id"] for node in root.all() if "id" in node.attributes]
    assert len(ids) == len({*ids})
    for node in root.all():
        assert "src" not in node.attributes
        assert node.tag not in {"script", "iframe", "object"}
        if "href" in node.attributes:
            start, _, goal = node.attributes["href"].partition("#")
            assert (start == "" and goal in ids) or node.attributes["href"] == "data:,"
        if node.tag == "th":
            assert node.attributes["scope"] in {"row", "col"}
    assert not re.search(r"@import|url\(", text)


@pytest.mark.parametrize("kind", KINDS)
def test_the_page_is_made_from_the_report_alone(reports: Reports, kind: str) -> None:
    assert html.render(report(reports[kind])) == (reports[kind] / html.NAME).read_text()


@pytest.mark.parametrize(
    ("kind", "word"),
    [
        ("correct", "Pass"),
        ("read", "Pass"),
        ("faulty", "Fail"),
        ("fuzzed", "Fail"),
        ("broken_off", "Error"),
        ("unreachable", "Error"),
    ],
)
def test_the_verdict_stands_first(reports: Reports, kind: str, word: str) -> None:
    header = next(page(reports[kind]).all("header"))
    assert next(header.all("strong")).text.endswith(word)
    summary = report(reports[kind])["summary"]
    assert f"{verdict.counted(summary['requests'], 'request')} in {summary['seconds']} seconds" in header.text
    counts = next(header.all("ul")).text.split()
    assert [int(word) for word in counts if word.isdigit()] == [summary[key] for key, _ in html.COUNTS.values()]


def test_findings_with_one_reason_are_one_cause(reports: Reports) -> None:
    (cause,) = (cause for cause in report(reports["faulty"])["causes"] if cause["outcome"] == "fail")
    assert (cause["id"], cause["risk"]) == ("not_written", "critical")
    assert FAILING in cause["results"]
    failed = {row["id"] for row in report(reports["faulty"])["results"] if row["outcome"] == "fail"}
    assert failed <= {*cause["results"]}
    *_, put, get = cause["reproduction"].splitlines()
    (sent,) = re.findall(r"--data-raw '(.*)'", put)
    assert [*json.loads(sent)] == [cause["example"].partition(":")[2]]
    assert get.startswith("curl -X GET ")


def test_a_cause_is_told_in_full(reports: Reports) -> None:
    found = report(reports["faulty"])
    root = page(reports["faulty"])
    assert len([*root.by_id("failures").all("article")]) == found["summary"]["causes"] == 1
    cause = found["causes"][0]
    example = next(row for row in found["results"] if row["id"] == cause["example"])
    article = root.by_id(f"cause-{cause['id']}")
    for key in ("title", "message", "reason", "sent", "got", "reproduction", "rerun"):
        assert cause[key] in article.text
    assert example["sentence"] in article.text
    assert all(name in article.text for name in cause["properties"])
    result = article.by_id(f"result-{FAILING}").text
    assert f"{FAILING}  # CHANGE ME" in result
    assert next(row["rule"] for row in found["results"] if row["id"] == FAILING) in result


def test_each_cause_can_be_filtered_by_what_it_is_about(reports: Reports) -> None:
    text = (reports["faulty"] / html.NAME).read_text()
    root = page(reports["faulty"])
    values = {node.attributes["value"] for node in next(root.all("form")).all("option")} - {""}
    assert values >= {"fail", "warn", "label", "put_is_stored"}
    for kind, value in (("outcome", "fail"), ("property", "label"), ("rule", "put_is_stored")):
        assert (
            f'body:has(.filter-{kind} option[value="{value}"]:checked) .cause:not([data-tags~="{kind}-{value}"])'
            in text
        )
        assert f"{kind}-{value}" in root.by_id("cause-not_written").attributes["data-tags"].split()


def test_the_summary_names_verdict_target_causes_and_versions(reports: Reports) -> None:
    text = (reports["faulty"] / markdown.NAME).read_text()
    found = report(reports["faulty"])
    assert text.startswith("## ❌ Fail")
    assert found["target"]["base_url"] in text
    for cause in found["causes"]:
        assert cause["title"] in text
    assert found["causes"][0]["reproduction"] in text
    assert f"suite {found['run']['suite']}, contract {found['run']['contract']}" in text
    assert len(text.encode()) < 65_536, "the longest comment that GitHub takes"


def test_a_cell_of_the_matrix_leads_to_its_finding(reports: Reports) -> None:
    section = page(reports["faulty"]).by_id("properties")
    lines = [*next(section.all("tbody")).all("tr")]
    assert [next(line.all("th")).text for line in lines] == [*Contract().properties]
    cell = next(link for link in lines[0].all("a") if link.attributes["href"] == f"#result-{FAILING}")
    assert cell.text.endswith("fail")


def test_the_profile_answers_the_open_questions(reports: Reports) -> None:
    entry = page(reports["correct"]).by_id("result-open_no_body")
    assert next(entry.all("th")).text.startswith("What does PUT do without a body?")
    assert next(entry.all("td")).text.strip().startswith("Refused with 400.")


def test_what_was_not_tested_has_its_reason(reports: Reports) -> None:
    section = page(reports["read"]).by_id("untested")
    reasons = {row["message"] for row in report(reports["read"])["results"] if row["outcome"] == "not_testable"}
    assert {node.text for node in section.all("h3")} == reasons
    assert section.by_id(f"result-{FAILING}")


def test_an_error_of_the_run_is_told_before_all_else(reports: Reports) -> None:
    for kind in ("broken_off", "unreachable"):
        error = report(reports[kind])["results"][-1]
        assert error["outcome"] == "error"
        assert error["message"] in next(page(reports[kind]).all("header")).text


def test_results_of_the_fuzz_layer_stand_beside_the_others(reports: Reports) -> None:
    root = page(reports["fuzzed"])
    assert root.by_id("result-fuzz.not_a_server_error").text
    crash = root.by_id("cause-crash").text
    assert "$TOKEN" in crash
    assert "an exception is not caught" in crash
    assert "fuzz.settings_follow_model" in root.by_id("behaviour").text


def test_a_baseline_is_told_where_it_holds_and_where_it_does_not(reports: Reports) -> None:
    known = report(reports["faulty"])
    for row in [*known["results"], *known["causes"]]:
        if row["outcome"] == "fail":
            row["expected"] = "ticket 42"
    text = html.render(known)
    assert "the baseline expects these findings" in text
    assert "expected: ticket 42" in Page(text).root.by_id("known").text
    assert "CHANGE ME" not in text
    stale = report(reports["correct"])
    stale["results"][0]["expected"] = "ticket 42"
    text = html.render(stale)
    assert "The baseline expects failures that are gone" in text
    assert stale["results"][0]["id"] in Page(text).root.by_id("stale").text


def test_no_text_of_a_report_gets_into_the_page_as_markup(reports: Reports) -> None:
    def spoilt(value: Any, key: str = "") -> Any:  # noqa: ANN401 - JSON
        if isinstance(value, dict):
            return {name: spoilt(item, name) for name, item in value.items()}
        if isinstance(value, list):
            return [spoilt(item) for item in value]
        return value + HOSTILE if isinstance(value, str) and key not in {"outcome", "level"} else value

    known = {node.tag for kind in KINDS for node in page(reports[kind]).all()}
    for kind in KINDS:
        text = html.render(spoilt(copy.deepcopy(report(reports[kind]))))
        assert "<script" not in text
        assert not {"\x1b", "\u202e", "\ud800"} & {*text}
        assert {node.tag for node in Page(text).root.all()} <= known


class AnswersWithMarkup(Phone):
    """A text is a list that holds HTML."""

    def present(self, properties: Properties) -> Properties:
        """Answer so."""
        return {**super().present(properties), "label": [HOSTILE.replace("\ud800", "")]}


def test_a_hostile_server_gets_neither_markup_nor_commands_into_what_is_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(CATALOGUE, "hostile", AnswersWithMarkup)
    with serve("hostile") as mock:
        printed = run_against(mock, tmp_path, "--fuzz-examples=0").printed
    text = (tmp_path / html.NAME).read_text()
    assert "&lt;script&gt;alert(1)" in text
    assert "<script" not in text
    assert "alert(1)" in printed
    for shown in (text, printed, (tmp_path / "junit.xml").read_text()):
        assert not [part for part in ("\x1b[31m", "\x9b", "\u202e", "::error::", "##[") if part in shown]


HARMLESS = [
    "Zoë Ölçer مكتب",
    "a::1",
    "[::1]:8054",
    "[::ffff:127.0.0.1]",
    "fe80::abcd",
    "## heading",
    "#[",
    "a: b",
    "**",
    "1::2",
]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b[2J\x00\x07\x7f\r", "\\x1b[2J\\x00\\x07\\x7f\\r"),
        ("\x9b31m\x85", "\\x9b31m\\x85"),
        ("a\nb\u2028c\u2029d\ve\ff", "a\\nb\\u2028c\\u2029d\\x0be\\x0cf"),
        ("\u202eabc\u2066\u200b\ufeff\u00ad", "\\u202eabc\\u2066\\u200b\\ufeff\\xad"),
        ("a\u3164b\ufe0fc\U000e0101d\U000e0041", "a\\u3164b\\ufe0fc\\U000e0101d\\U000e0041"),
        ("\ud800", "\\ud800"),
        ("::set-output name=a::b", ":\\:set-output name=a::b"),
        ("  ::error file=x::y", "  :\\:error file=x:\\:y"),
        (":::stop-commands::t", "::\\:stop-commands:\\:t"),
        ("x ##[group]y ###[error]", "x #\\#[group]y ##\\#[error]"),
        ("a\n::warning::b", "a\\n:\\:warning::b"),
        ("##vso[task.setvariable variable=a]b", "#\\#vso[task.setvariable variable=a]b"),
        ("##teamcity[buildStop] ##VSO[x]", "#\\#teamcity[buildStop] #\\#VSO[x]"),
        ("#\u200b#[group]", "#\\u200b#[group]"),
        *((text, text) for text in HARMLESS),
    ],
)
def test_a_text_from_a_server_acts_on_no_reader(text: str, shown: str) -> None:
    assert visible(text) == shown
    assert visible(shown) == shown
    assert len(visible(text).splitlines()) == 1


def test_a_kept_line_break_begins_no_ci_command() -> None:
    assert visible("a\n::error::b", "\n") == "a\n:\\:error::b"


@pytest.mark.parametrize("place", [0, 3, 500, 996, 999])
def test_a_long_text_is_cut_around_the_place_that_matters(place: int) -> None:
    text = "".join(chr(0x4E00 + index) for index in range(1000))
    cut = excerpt(text, place, 20)
    assert text[place] in cut
    assert text[:20] not in cut or place < 20
    assert cut.endswith(" (1,000 characters)")
    assert (cut[0] == "…", "… (" in cut) == (place > 10, place < 990)
    assert excerpt(text, place, 1000) == text


def test_the_first_difference_is_where_texts_part() -> None:
    assert [first_difference(*pair) for pair in [("ab", "ac"), ("a", "ab"), ("", ""), ("ab", "ab")]] == [1, 1, 0, 2]


@pytest.mark.parametrize("start", [":root", "@media screen and (prefers-color-scheme: dark)"])
def test_each_colour_can_be_read_on_its_ground(start: str) -> None:
    style = document.SCHEMA.with_name("report.css").read_text()
    block = style[style.index(start) :].partition("}")[0]
    colours = dict(re.findall(r"--([a-z-]+): (#\w+);", block))
    pairs = [(ink, f"{ink}-soft") for ink in ("pass", "fail", "warn", "note", "none")]
    pairs += [(ink, ground) for ink in ("text", "muted", "link") for ground in ("page", "soft")]
    for ink, ground in [*pairs, *((ink, ground) for ink, _ in pairs for ground in ("page", "soft"))]:
        assert contrast(colours[ink], colours[ground]) >= 4.5, (ink, ground)


def contrast(one: str, other: str) -> float:
    """By WCAG 2, which asks for 4.5 in running text."""

    def luminance(colour: str) -> float:
        digits = colour[1:] if len(colour) == 7 else "".join(digit * 2 for digit in colour[1:])
        parts = [int(digits[place : place + 2], 16) / 255 for place in (0, 2, 4)]
        red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)
