"""The files of the documentation site: their content follows from the contract and the suite, and links are valid."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator, Mapping
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urldefrag

import pytest

from contract_tests.contract import CONTRACT
from contract_tests.contract.document import Contract, load_yaml
from contract_tests.contract.statements import statements
from scripts.contract_lint.source import CONTRACT as FILE
from scripts.docs import site as docs
from scripts.docs.pages import PAGES as PAGES_OF_SITE
from scripts.docs.suite import VERDICTS, all_requirements
from scripts.node_packages import NODE
from tests.suite import ROOT
from tests.test_new_property import NAME, with_new_property

PAGES = [f"{name}.html" for name in PAGES_OF_SITE]
REQUIREMENTS = {requirement.id: requirement for requirement in all_requirements(CONTRACT)}
BYTES_A_MINUTE = {"mp3_mono": "120,000", "mp3_stereo": "240,000", "wav_mono": "960,000", "wav_stereo": "1,920,000"}
Schema = Mapping[str, Any]


def read(site: Path, page: str) -> str:
    return (site / page).read_text(encoding="utf-8")


def text_of(markup: str) -> str:
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", re.sub("</?code>", "", markup))).split())


def article(page: str, name: str) -> str:
    match = re.search(rf'<article class="\w+" id="{name}".*?</article>', page, re.DOTALL)
    assert match, f"{name} is not on the page"
    return match[0]


def parts(schema: Schema) -> Iterator[Schema]:
    """Yield a resolved schema and all schemas inside it."""
    yield schema
    nested = [*schema.get("properties", {}).values(), *schema.get("anyOf", ())]
    for inner in [*nested, *filter(None, [schema.get("additionalProperties")])]:
        yield from parts(inner)


@pytest.mark.parametrize("name", CONTRACT.properties)
def test_the_reference_has_everything_of_a_property_in_the_contract(name: str, site: Path) -> None:
    entry = article(read(site, "reference.html"), name)
    words = text_of(entry)
    known = CONTRACT.properties[name]
    assert f"{known.risk} risk" in words
    assert not known.has_default or f"default {json.dumps(known.default)}" in words
    for part in parts(known.schema):
        for value in [*part.get("enum", ()), *part.get("examples", ())]:
            assert json.dumps(value, ensure_ascii=False) in words
        for keyword, level in part.get("x-evidence", {}).items():
            label = "pattern" if keyword == "propertyNames" else keyword
            facts = re.findall(rf'data-keyword="{label}">.*?</div>', entry, re.DOTALL)
            assert any(f'class="evidence {level}"' in fact for fact in facts), (keyword, level)
        for keyword in part.keys() & CONTRACT.document["x-vocabulary"].keys() - {"x-evidence", "x-risk"}:
            assert f'data-keyword="{keyword}"' in entry


def test_the_reference_has_the_keywords_of_the_whole_object(site: Path) -> None:
    section = read(site, "reference.html").partition('id="objects"')[2].partition("</section>")[0]
    for values in CONTRACT.never_together:
        assert " ".join([*values, *values.values()]) in text_of(section)
    assert '"bundle" example' in text_of(section)
    assert 'data-keyword="x-unset-value"' in section


def test_the_reference_has_the_operations_with_all_their_responses(site: Path) -> None:
    page = read(site, "reference.html")
    for operation in CONTRACT.document["paths"][CONTRACT.resource_path].values():
        section = page.partition(f'id="{operation["operationId"]}"')[2].partition('<section class="operation"')[0]
        assert all(f"> {status} " in section or f">{status}<" in section for status in operation["responses"])
        assert all(html.escape(sample["label"]) in section for sample in operation.get("x-codeSamples", ()))


def test_the_conformance_page_has_every_requirement(site: Path) -> None:
    page = read(site, "conformance.html")
    for id_, requirement in REQUIREMENTS.items():
        entry = article(page, re.escape(id_.check))
        words = text_of(entry)
        for text in (requirement.sentence, requirement.rule.replace("`", ""), requirement.level.name):
            assert " ".join(text.split()) in words, id_
        assert VERDICTS[requirement.level] in words, id_
        assert not id_.subject or f'id="{id_}"' in entry, id_


def test_the_coverage_table_has_every_statement(site: Path) -> None:
    page = read(site, "coverage.html")
    rows = {
        row["id"]: text_of(row["rest"])
        for row in re.finditer(r'<tr data-item id="(?P<id>.*?)">(?P<rest>.*?)</tr>', page, re.DOTALL)
    }
    assert rows.keys() == statements().keys()
    for statement in statements().values():
        assert statement.text in rows[statement.id]


def test_the_overview_has_the_bytes_per_minute_of_each_recording_format(site: Path) -> None:
    page = read(site, "index.html")
    for row in CONTRACT.document["components"]["schemas"]["RecordFormat"]["x-recording-formats"]:
        words = f"{row['name']} {row['format']} {row['channels']} {row['bit_rate_kbit_s']} kbit/s 8,000 Hz"
        assert f"{words} {BYTES_A_MINUTE[row['name']]}" in text_of(page)


def test_the_contract_can_be_downloaded(site: Path) -> None:
    assert (site / "openapi.yaml").read_bytes() == FILE.read_bytes()
    assert json.loads(read(site, "openapi.json")) == load_yaml(FILE)


def test_the_edition_for_older_tools_is_offered(site: Path) -> None:
    assert read(site, "openapi-3.0.yaml") == (ROOT / "generated" / "openapi-3.0.yaml").read_text(encoding="utf-8")
    for page in PAGES:
        assert 'href="openapi-3.0.yaml"' in read(site, page)


def test_the_browser_gets_the_contract_for_its_own_origin(site: Path) -> None:
    script = read(site, "assets/contract.js")
    document = json.loads(script.removeprefix("window.CONTRACT = ").removesuffix(";\n"))
    assert document["servers"] == [{"url": CONTRACT.base_path}]
    assert document["paths"] == CONTRACT.document["paths"]
    for name, schema in document["components"]["schemas"]["PhoneProperties"]["properties"].items():
        unsafe = {"maximum"} if CONTRACT.properties[name].schema.get("maximum", 0) > 2**53 else set()
        assert schema.keys() == CONTRACT.properties[name].schema.keys() - unsafe
    assert read(site, "target.js") == "window.API_TARGET = null;\n"


def test_third_party_files_come_with_their_licences(site: Path) -> None:
    assert "MIT License" in read(site, "assets/licences/rapidoc.txt")
    assert "@license" in read(site, "assets/licences/rapidoc-bundled.txt")
    assert "Apache License" in read(site, "assets/licences/contract.txt")


def test_of_the_browser_only_the_built_file_is_installed() -> None:
    packages = json.loads((NODE / "package-lock.json").read_text(encoding="utf-8"))["packages"]
    direct = {f"node_modules/{name}" for name in packages[""]["dependencies"]}
    assert packages.keys() - {""} == direct


class Links(HTMLParser):
    """The ids of a page, and the targets of its links."""

    def __init__(self, markup: str) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.targets: set[str] = set()
        self.feed(markup)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002, D102
        for name, value in attrs:
            if name == "id":
                self.ids.append(value or "")
            elif name in {"href", "src", "action", "data"} and value and value != "data:,":
                self.targets.add(value)


@pytest.mark.parametrize("page", PAGES)
def test_links_are_relative_and_their_targets_exist(page: str, site: Path) -> None:
    links = Links(read(site, page))
    assert len(links.ids) == len(set(links.ids))
    assert links.targets
    for target in links.targets:
        assert not re.match(r"[a-z]+:|/", target), target
        file, fragment = urldefrag(target)
        assert (site / (file or page)).is_file(), target
        assert not fragment or unquote(fragment) in Links(read(site, file or page)).ids, target


def test_a_new_property_needs_no_other_edit(tmp_path: Path, site: Path) -> None:
    assert NAME not in read(site, "reference.html")
    file = tmp_path / "openapi.yaml"
    file.write_text(with_new_property(FILE.read_text(encoding="utf-8")), encoding="utf-8")
    docs.build(tmp_path / "site", Contract(file))
    words = text_of(article(read(tmp_path / "site", "reference.html"), NAME))
    assert "Whether callers hear a greeting." in words
    assert "default true stated" in words
    assert f"put_is_stored:{NAME}" in read(tmp_path / "site", "conformance.html")
    assert f'"{NAME}"' in read(tmp_path / "site", "assets/contract.js")


def test_each_action_of_the_workflow_is_pinned_to_a_commit() -> None:
    files = [*(ROOT / ".github/workflows").iterdir(), ROOT / "action.yml"]
    lines = [line for file in files for line in file.read_text().splitlines() if not line.startswith("#")]
    uses = [line for line in lines if "uses:" in line and not line.endswith("uses: ./")]
    assert uses
    assert [line for line in uses if not re.search(r"uses: [\w-]+/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$", line)] == []
