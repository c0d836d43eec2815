"""Write the site: its pages as HTML and Markdown, the contract for download, the search, and what others may read."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from contract_tests.contract.document import Contract, resolve
from contract_tests.contract.json_values import Json
from contract_tests.report.html import LEVELS, SYMBOLS, breakable
from contract_tests.report.verdict import counted
from scripts import coverage, openapi30
from scripts.contract_diff.versions import of_revision
from scripts.docs import history, samples
from scripts.docs.entries import as_text, by_group, entries, facts, first_value, label
from scripts.docs.pages import LESS_SOUGHT, PAGES, SECTIONS
from scripts.docs.prose import code, line, prose, slug, tabs
from scripts.docs.search import records
from scripts.docs.suite import VERDICTS, all_requirements, by_theme
from scripts.node_packages import NODE, install

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
SEARCH = NODE / "node_modules" / "minisearch"
THIRD_PARTY = {
    "minisearch.js": SEARCH / "dist" / "umd" / "index.js",
    "licences/minisearch.txt": SEARCH / "LICENSE.txt",
}
"""Third-party files of the site, by their path in the folder `assets`."""
LOCAL_URL = "http://127.0.0.1:8055/"
"""Where `make docs-serve` shows the site."""
NOT_FOUND = "404"
SYNTAX = {"Shell": "sh", "Python": "python"}
"""What the samples of the provider's page are written in, by their names in the contract."""


def build(output: Path, contract: Contract | None = None, site_url: str = "") -> None:
    """Write the site into a folder, and delete everything else in it.

    The newest version is at the top; the same pages are in a folder with the name of the version, so that their
    addresses still hold when a newer version takes the top.

    Args:
        output: The folder.
        contract: The contract; that of this repository by default.
        site_url: Where the site is published, for what needs whole URLs.

    Raises:
        NotRunError: npm is not installed, or it failed.
    """
    install(NODE)
    contract = contract or Contract()
    shutil.rmtree(output, ignore_errors=True)
    site = _Site(contract, site_url)
    site.write(output, root="")
    site.write(output / site.version, root="../")
    for name, text in site.for_the_top().items():
        file = output / name
        file.parent.mkdir(exist_ok=True)
        file.write_text(text, encoding="utf-8")


class _Site:
    """The site of one contract."""

    def __init__(self, contract: Contract, site_url: str) -> None:
        self._contract = contract
        self._site_url = site_url and site_url.rstrip("/") + "/"
        self._environment = _environment()
        self._variables = _variables(contract) | {"site_url": self._site_url}
        self.version = f"v{contract.document['info']['version']}"

    def write(self, folder: Path, root: str) -> None:
        """Write the pages and all that they need; `root` leads from there to the top of the site."""
        shutil.copytree(HERE / "assets", folder / "assets")
        for name, source in THIRD_PARTY.items():
            target = folder / "assets" / name
            target.parent.mkdir(exist_ok=True)
            shutil.copyfile(source, target)
        shutil.copyfile(ROOT / "LICENSE", folder / "assets" / "licences" / "contract.txt")
        shutil.copyfile(self._contract.path, folder / "openapi.yaml")
        for name, text in self._texts(root).items():
            (folder / name).write_text(text, encoding="utf-8")

    def for_the_top(self) -> Mapping[str, str]:
        """Return the files that exist only at the top of the site."""
        url = self._site_url or LOCAL_URL
        pages = "".join(f"  <url><loc>{url}{'' if name == 'index' else f'{name}.html'}</loc></url>\n" for name in PAGES)
        place = urlsplit(url).path  # a server sends this page for any path, so its links cannot be relative
        older = {
            f"{release.name}/openapi.yaml": of_revision(f"refs/tags/{release.name}", self._contract.path).decode()
            for release in self._variables["releases"]
            if release.document and release.name not in {history.UNRELEASED, self.version}
        }
        return older | {
            f"{NOT_FOUND}.html": self._html(NOT_FOUND, root=place, here=place, title="Page not found", markdown=""),
            "llms.txt": self._render("llms.txt.jinja", url=self._site_url),
            "robots.txt": f"User-agent: *\nAllow: /\nSitemap: {url}sitemap.xml\n",
            "sitemap.xml": '<?xml version="1.0" encoding="UTF-8"?>\n'
            f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n{pages}</urlset>\n',
            # A server of the site and an API serves another target.js, with the name of the API.
            "target.js": "window.API_TARGET = null;\n",
        }

    def _texts(self, root: str) -> Mapping[str, str]:
        """Return the generated files of a folder: their text by file name."""
        document = self._contract.document
        markdown = {name: _tidy(self._render(f"pages/{name}.md.jinja", root=root)) for name in PAGES}
        html = {
            name: self._html(name, root=root, here="", title=page.title, markdown=markdown[name])
            for name, page in PAGES.items()
        }
        titles = {name: page.title for name, page in PAGES.items()}
        found = [record | {"weight": _weight(record["url"])} for record in records(html, titles)]
        return {
            **{f"{name}.md": text for name, text in markdown.items()},
            **{f"{name}.html": text for name, text in html.items()},
            "openapi.json": json.dumps(document, indent=2, ensure_ascii=False) + "\n",
            "openapi-3.0.yaml": openapi30.text(document),
            # Scripts instead of JSON, because a page that is opened as a file must not fetch other files.
            "assets/contract.js": _script("CONTRACT", self._for_browser()),
            "assets/search-index.js": _script("SEARCH_RECORDS", found),
        }

    def _html(self, name: str, **variables: str) -> str:
        own = f"{name}.html.jinja"
        is_own = (HERE / "templates" / own).exists()
        return self._render(f"templates/{own if is_own else 'guide.html.jinja'}", name=name, **variables)

    def _render(self, template: str, **variables: str) -> str:
        return self._environment.get_template(template).render(self._variables, **variables)

    def _for_browser(self) -> Json:
        """Return what the page "Try it" must know of the contract."""
        properties = {
            entry.name: {
                "group": entry.group,
                "risk": entry.risk,
                "first": first_value(self._contract.properties[entry.name].schema),
            }
            for entry in self._variables["entries"]
        }
        path = self._contract.base_path + self._contract.resource_path
        return {"path": path, "tokenPath": self._contract.token_path, "properties": properties}


def _weight(url: str) -> float:
    """Return how far up the search shows a place."""
    return 0.3 if PAGES[url.partition(".")[0]].section in LESS_SOUGHT else 1.0


def _tidy(markdown: str) -> str:
    """Return the text without the empty lines that a template leaves."""
    return re.sub(r"\n{3,}", "\n\n", markdown).strip() + "\n"


def _script(name: str, value: Json) -> str:
    return f"window.{name} = {json.dumps(value, ensure_ascii=False)};\n"


def _variables(contract: Contract) -> dict[str, Json]:
    """Return the variables of the templates."""
    document = contract.document
    requirements = all_requirements(contract)
    schemes = document["components"]["securitySchemes"]
    schemas = document["components"]["schemas"]
    answer, update = (name.rpartition("/")[2] for name in (contract.resource.answer, contract.resource.update))
    properties = entries(contract)
    paths = resolve(document, document["paths"])
    return {
        "contract": contract,
        "document": document,
        "info": document["info"],
        "base": document["servers"][0]["url"],
        "paths": paths,
        "operations": {name: paths[contract.resource_path][name] for name in contract.resource.operations},
        "schemes": schemes,
        "entries": properties,
        "groups": by_group(properties),
        "objects": {name: schemas[name] for name in (answer, update)},
        "update": schemas[update],
        "formats": [*_formats(contract)],
        "statuses": _statuses(paths[contract.resource_path]),
        "themes": by_theme(requirements),
        "requirements": requirements,
        "coverage": coverage.lines([requirement.id for requirement in requirements], coverage.matrix()),
        "releases": history.releases(contract),
        "changelog": (ROOT / "CHANGELOG.md").read_text(encoding="utf-8").partition("\n")[2],
        "samples": samples.samples(contract),
        "harmless": samples.harmless(contract),
        "example_id": samples.example_id(contract),
    }


def _formats(contract: Contract) -> Iterator[Json]:
    """Yield the recording formats, each with its number of bytes per minute."""
    for row in contract.recording_formats:
        yield {**row, "bytes_a_minute": row["bit_rate_kbit_s"] * 1000 // 8 * 60}


def _statuses(operations: Mapping[str, Json]) -> Mapping[str, Json]:
    """Return every response of the operations by status code, with the methods that have it."""
    statuses: dict[str, Json] = {}
    for method, operation in operations.items():
        for status, response in operation["responses"].items():
            statuses.setdefault(status, {**response, "methods": []})["methods"].append(method.upper())
    return dict(sorted(statuses.items()))


def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(HERE),
        autoescape=select_autoescape(["html.jinja"]),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "breakable": breakable,
        "cell": lambda text: " ".join(str(text).replace("|", "\\|").split()),
        "code": code,
        "facts": facts,
        "label": label,
        "json": as_text,
        "line": line,
        "pretty": partial(json.dumps, indent=2, ensure_ascii=False),
        "prose": prose,
        "samples": lambda programs: [(each.language.label, each.source, each.language.syntax) for each in programs],
        "of_page": lambda programs: [(each["label"], each["source"], SYNTAX[each["lang"]]) for each in programs],
        "slug": slug,
        "tabs": tabs,
    }
    environment.globals |= {
        "PAGES": PAGES,
        "SECTIONS": SECTIONS,
        "LEVELS": LEVELS,
        "SYMBOLS": SYMBOLS,
        "VERDICTS": VERDICTS,
        "counted": counted,
    }
    return environment
