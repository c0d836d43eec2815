"""The files of the documentation site: their content follows from the contract and the suite, and links are valid."""

from __future__ import annotations

import functools
import html
import json
import re
from collections.abc import Iterator, Mapping
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urldefrag
from xml.etree import ElementTree

import pytest

from contract_tests.contract import CONTRACT
from contract_tests.contract.document import Contract, load_yaml, resolve
from contract_tests.contract.statements import statements
from scripts.contract_lint.source import CONTRACT as FILE
from scripts.docs import site as docs
from scripts.docs.pages import PAGES as NAMES
from scripts.docs.samples import samples
from scripts.docs.suite import VERDICTS, all_requirements
from scripts.node_packages import NODE
from tests.suite import ROOT
from tests.test_new_property import NAME, with_new_property

PAGES = [f"{name}.html" for name in NAMES]
VERSION = f"v{CONTRACT.document['info']['version']}"
SITE_URL = "https://docs.example.com/phone"
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
        for keyword in part.keys() & CONTRACT.document["x-vocabulary"].keys() - {"x-evidence", "x-group", "x-risk"}:
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
        for row in re.finditer(r'<tr id="(?P<id>.*?)">(?P<rest>.*?)</tr>', page, re.DOTALL)
    }
    assert rows.keys() == statements().keys()
    for statement in statements().values():
        assert statement.text in rows[statement.id]


def test_the_properties_are_in_their_groups_on_the_page_and_in_the_navigation(site: Path) -> None:
    page = read(site, "reference.html")
    for name, known in CONTRACT.properties.items():
        section = page.rpartition(f'<article class="property" id="{name}">')[0].rpartition("<section id=")[2]
        assert section.startswith(f'"group-{known.schema["x-group"].replace(" ", "-")}"'), name
    for each in PAGES:
        assert all(f'href="reference.html#{name}"' in read(site, each) for name in CONTRACT.properties)


def test_the_page_of_errors_has_every_status_code_and_header(site: Path) -> None:
    page = read(site, "errors.html")
    for operation in resolve(CONTRACT.document, CONTRACT.document["paths"][CONTRACT.resource_path]).values():
        for status, response in operation["responses"].items():
            assert f">{status}</code>" in page
            assert response["description"] in text_of(page)
            assert status.startswith("2") or f'<h3 id="{status}">' in page
            assert all(f"<code>{header}</code>" in page for header in response["headers"])


def test_samples_are_shown_as_they_are_tested(site: Path) -> None:
    for task, programs in samples(CONTRACT).items():
        for program in programs:
            assert f"\n{program.source}\n```" in read(site, "quickstart.md")
            page = "authentication.html" if task == "token" else "reference.html"
            shown = html.unescape(re.sub("</?span.*?>", "", read(site, page)))
            assert f"<code>{program.source}" in shown


def test_every_page_is_there_as_markdown(site: Path) -> None:
    summary = read(site, "llms.txt")
    for name in NAMES:
        text = read(site, f"{name}.md")
        assert text.startswith("# ")
        assert f"]({name}.md)" in summary
        assert f'<link rel="alternate" type="text/markdown" href="{name}.md"' in read(site, f"{name}.html")
        for target in re.findall(r"\]\(([^)#]+)[^)]*\)", re.sub("```.*?```", "", text, flags=re.DOTALL)):
            assert (site / target).is_file(), (name, target)
    words = read(site, "reference.md")
    for name, known in CONTRACT.properties.items():
        assert f"\n### {name}\n\n{known.schema['description'].strip()}\n" in words
        assert all(f"`{json.dumps(value)}`" in words for value in known.schema.get("examples", ()))


def test_the_index_of_the_search_has_every_property_and_page(site: Path) -> None:
    script = read(site, "assets/search-index.js")
    records = json.loads(script.removeprefix("window.SEARCH_RECORDS = ").removesuffix(";\n"))
    by_url = {record["url"]: record for record in records}
    assert len(by_url) == len(records)
    for name, known in CONTRACT.properties.items():
        record = by_url[f"reference.html#{name}"]
        assert record["title"] == name
        assert " ".join(known.schema["description"].split()).replace("`", "")[:40] in record["text"]
    assert {url.partition("#")[0] for url in by_url} == {*PAGES}
    for page, anchor in (url.split("#") for url in by_url if "#" in url):
        assert anchor in links_of(site / page).ids


def test_the_pages_of_recordings_have_the_bytes_per_minute_of_each_format(site: Path) -> None:
    page = read(site, "recordings.html")
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
    known = json.loads(script.removeprefix("window.CONTRACT = ").removesuffix(";\n"))
    assert known["path"] == CONTRACT.base_path + CONTRACT.resource_path
    assert known["tokenPath"] == CONTRACT.token_path
    risks = {name: facts["risk"] for name, facts in known["properties"].items()}
    assert risks == {name: each.risk for name, each in CONTRACT.properties.items()}
    assert read(site, "target.js") == "window.API_TARGET = null;\n"


def test_third_party_files_come_with_their_licences(site: Path) -> None:
    assert "Copyright 2022 Luca Ongaro" in read(site, "assets/licences/minisearch.txt")
    assert "Apache License" in read(site, "assets/licences/contract.txt")


def test_only_packages_that_are_named_are_installed() -> None:
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


@functools.cache
def links_of(file: Path) -> Links:
    return Links(file.read_text(encoding="utf-8"))


@pytest.mark.parametrize("page", [*PAGES, *(f"{VERSION}/{page}" for page in PAGES)])
def test_links_are_relative_and_their_targets_exist(page: str, site: Path) -> None:
    links = links_of(site / page)
    assert len(links.ids) == len(set(links.ids))
    assert links.targets
    for target in links.targets:
        assert not re.match(r"[a-z]+:|/", target), target
        file, fragment = urldefrag(target)
        place = ((site / page).parent / file if file else site / page).resolve()
        assert place.is_file(), target
        assert place.is_relative_to(site.resolve())
        assert not fragment or unquote(fragment) in links_of(place).ids, target


def test_the_version_has_pages_that_stay(site: Path) -> None:
    for page in PAGES:
        stays = read(site, f"{VERSION}/{page}")
        assert (
            stays.partition("<main")[2].partition("</main>")[0]
            == read(site, page).partition("<main")[2].partition("</main>")[0]
        )
        assert f'href="{VERSION}/{page}"' in read(site, page)
        assert f'href="../{VERSION}/{page}"' in stays
    assert (site / VERSION / "openapi.yaml").read_bytes() == FILE.read_bytes()


def test_without_an_address_nothing_names_one(site: Path) -> None:
    assert "og:url" not in read(site, "index.html")
    assert 'property="og:title" content="Quick start"' in read(site, "quickstart.html")
    locations = re.findall("<loc>(.*?)</loc>", read(site, "sitemap.xml"))
    assert locations[1] == f"{docs.LOCAL_URL}quickstart.html"
    for target in links_of(site / "404.html").targets - {"#content"}:
        assert (site / urldefrag(target)[0].removeprefix("/")).is_file(), target


def test_a_new_property_needs_no_other_edit(tmp_path: Path, site: Path) -> None:
    assert NAME not in read(site, "reference.html")
    file = tmp_path / "openapi.yaml"
    file.write_text(with_new_property(FILE.read_text(encoding="utf-8")), encoding="utf-8")
    docs.build(tmp_path / "site", Contract(file), SITE_URL)
    new = read(tmp_path / "site", "reference.html")
    assert '<section id="group-other">' in new.rpartition(f'id="{NAME}"')[0]
    words = text_of(article(new, NAME))
    assert "Whether callers hear a greeting." in words
    assert "default true stated" in words
    assert f"put_is_stored:{NAME}" in read(tmp_path / "site", "conformance.html")
    assert f'"{NAME}"' in read(tmp_path / "site", "assets/contract.js")
    assert f"### {NAME}\n" in read(tmp_path / "site", "reference.md")
    has_its_address(tmp_path / "site")


def has_its_address(site: Path) -> None:
    """Assert that a published site names where it is."""
    assert f'property="og:url" content="{SITE_URL}/"' in read(site, "index.html")
    assert f'property="og:url" content="{SITE_URL}/values.html"' in read(site, "values.html")
    assert f'property="og:image" content="{SITE_URL}/assets/icon.png"' in read(site, "values.html")
    assert (site / "assets" / "icon.png").is_file()
    assert f'rel="canonical" href="{SITE_URL}/values.html"' in read(site, f"{VERSION}/values.html")
    locations = ElementTree.fromstring(read(site, "sitemap.xml")).findall("*/*")
    assert [each.text for each in locations] == [f"{SITE_URL}/", *(f"{SITE_URL}/{page}" for page in PAGES[1:])]
    assert f"Sitemap: {SITE_URL}/sitemap.xml" in read(site, "robots.txt")
    assert f"]({SITE_URL}/values.md)" in read(site, "llms.txt")
    assert 'href="/phone/quickstart.html"' in read(site, "404.html")


def test_each_action_of_the_workflow_is_pinned_to_a_commit() -> None:
    lines = [line for file in (ROOT / ".github/workflows").iterdir() for line in file.read_text().splitlines()]
    uses = [line for line in lines if "uses:" in line and "uses: ./" not in line]  # that one is our own
    assert uses
    assert [line for line in uses if not re.search(r"uses: [\w-]+/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$", line)] == []
