"""Write the site: its pages, the contract for download, the API browser and its licences."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markdown_it import MarkdownIt
from markupsafe import Markup

from contract_tests.contract.document import Contract, resolve
from contract_tests.contract.json_values import Json
from contract_tests.report.html import LEVELS, SYMBOLS, breakable
from contract_tests.report.verdict import counted
from scripts import coverage, openapi30
from scripts.docs.entries import as_text, entries, facts, label
from scripts.docs.suite import VERDICTS, all_requirements, by_theme
from scripts.node_packages import NODE, install

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
COMPONENT = NODE / "node_modules" / "rapidoc"
THIRD_PARTY = {
    "rapidoc-min.js": COMPONENT / "dist" / "rapidoc-min.js",
    "licences/rapidoc.txt": COMPONENT / "LICENSE.txt",
    "licences/rapidoc-bundled.txt": COMPONENT / "dist" / "rapidoc-min.js.LICENSE.txt",
}
"""Third-party files of the site, by their path in the folder `assets`."""
PAGES = {
    "index": "Overview",
    "reference": "Reference",
    "browser": "Try it",
    "conformance": "Conformance",
    "coverage": "Coverage",
    "changelog": "Changelog",
}
"""The pages by file name, in the order of the navigation."""

_markdown = MarkdownIt("commonmark", {"html": False}).enable("table")


def build(output: Path, contract: Contract | None = None) -> None:
    """Write the site into a folder, and delete everything else in it.

    Raises:
        NotRunError: npm is not installed, or it failed.
    """
    install(NODE)
    contract = contract or Contract()
    shutil.rmtree(output, ignore_errors=True)
    shutil.copytree(HERE / "assets", output / "assets")
    for name, source in THIRD_PARTY.items():
        target = output / "assets" / name
        target.parent.mkdir(exist_ok=True)
        shutil.copyfile(source, target)
    shutil.copyfile(ROOT / "LICENSE", output / "assets" / "licences" / "contract.txt")
    shutil.copyfile(contract.path, output / "openapi.yaml")
    for name, text in _texts(contract).items():
        (output / name).write_text(text, encoding="utf-8")


def _texts(contract: Contract) -> Mapping[str, str]:
    """Return the generated files: their text by file name."""
    environment, variables = _environment(), _variables(contract)
    pages = {
        f"{page}.html": environment.get_template(f"{page}.html.jinja").render(variables, page=page, title=title)
        for page, title in PAGES.items()
    }
    return pages | {
        "openapi.json": json.dumps(contract.document, indent=2, ensure_ascii=False) + "\n",
        "openapi-3.0.yaml": openapi30.text(contract.document),
        # A script instead of JSON, because a page that is opened as a file must not fetch other files.
        "assets/contract.js": f"window.CONTRACT = {json.dumps(_for_browser(contract))};\n",
        # A server of the site and an API serves another target.js, with the name of the API.
        "target.js": "window.API_TARGET = null;\n",
    }


def _for_browser(contract: Contract) -> Json:
    """Return the contract for the API browser, with the same origin as server.

    References in schemas are resolved, because RapiDoc ignores the keywords beside a `$ref`.
    """
    document = contract.document
    schemas = resolve(document, document["components"]["schemas"])
    components = {**document["components"], "schemas": schemas}
    return {**document, "servers": [{"url": contract.base_path}], "components": components}


def _variables(contract: Contract) -> Mapping[str, Json]:
    """Return the variables of the templates."""
    requirements = all_requirements(contract)
    schemes = contract.document["components"]["securitySchemes"]
    schemas = contract.document["components"]["schemas"]
    answer, update = (name.rpartition("/")[2] for name in (contract.resource.answer, contract.resource.update))
    return {
        "contract": contract,
        "document": contract.document,
        "info": contract.document["info"],
        "host": contract.document["servers"][0]["url"].removesuffix(contract.base_path),
        "paths": resolve(contract.document, contract.document["paths"]),
        "schemes": schemes,
        "bearer": next(name for name, scheme in schemes.items() if scheme.get("scheme") == "bearer"),
        "entries": entries(contract),
        "objects": {name: schemas[name] for name in (answer, update)},
        "update": schemas[update],
        "formats": [*_formats(contract)],
        "themes": by_theme(requirements),
        "requirements": requirements,
        "coverage": coverage.lines([requirement.id for requirement in requirements], coverage.matrix()),
        "changelog": (ROOT / "CHANGELOG.md").read_text(encoding="utf-8").partition("\n")[2],
    }


def _formats(contract: Contract) -> list[Json]:
    """Return the recording formats, each with its number of bytes per minute."""
    return [{**row, "bytes_a_minute": row["bit_rate_kbit_s"] * 1000 // 8 * 60} for row in contract.recording_formats]


def _prose(text: str) -> Markup:
    return Markup(_markdown.render(text))  # noqa: S704 - markdown-it escapes the HTML of these texts


def _line(text: str) -> Markup:
    return Markup(_markdown.renderInline(text.strip()))  # noqa: S704 - see above


def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "breakable": breakable,
        "facts": facts,
        "label": label,
        "json": as_text,
        "line": _line,
        "pretty": lambda value: json.dumps(value, indent=2, ensure_ascii=False),
        "prose": _prose,
    }
    environment.globals |= {
        "PAGES": PAGES,
        "LEVELS": LEVELS,
        "SYMBOLS": SYMBOLS,
        "VERDICTS": VERDICTS,
        "counted": counted,
    }
    return environment
