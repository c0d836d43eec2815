"""Pages that show the contract to people, opened in Chromium without a network."""

from __future__ import annotations

import functools
import http.server
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Error, sync_playwright

from contract_tests.contract import CONTRACT
from scripts.tools import installed

ALONE = ["--no-sandbox", "--disable-gpu", "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1"]
SIGNS_OF_A_FAULT = ("undefined", "[object Object]", "Something went wrong", "Could not resolve", "Failed to load")


@dataclass(frozen=True)
class Page:
    """A viewer: its package, the folder of its files, and a page that opens `contract.yaml` with all parts expanded."""

    package: str
    files: str
    html: str


SWAGGER_UI = Page(
    "swagger-ui-dist",
    "",
    """<link rel="stylesheet" href="viewer/swagger-ui.css"><div id="view"></div>
<script src="viewer/swagger-ui-bundle.js"></script>
<script>SwaggerUIBundle({url: "contract.yaml", dom_id: "#view", docExpansion: "full", validatorUrl: null,
  defaultModelRendering: "model", defaultModelExpandDepth: 9, defaultModelsExpandDepth: 9})</script>""",
)
REDOC = Page(
    "redoc",
    "bundles",
    """<div id="view"></div><script src="viewer/redoc.standalone.js"></script>
<script>Redoc.init("contract.yaml", {schemaExpansionLevel: "all", expandResponses: "all"},
  document.all.view)</script>""",
)
SCALAR = Page(
    "@scalar/api-reference",
    "dist/browser",
    """<div id="view"></div><script src="viewer/standalone.js"></script>
<script>Scalar.createApiReference("#view", {url: "contract.yaml", telemetry: false, withDefaultFonts: false,
  expandAllResponses: true, expandAllModelSections: true, expandAllSchemaProperties: true})</script>""",
)


def problem(page: Page, contract: Path, folder: Path) -> str:
    """Return what is wrong with the display of a contract; empty if nothing is.

    Raises:
        FileNotFoundError: Chromium is not installed.
    """
    chromium = shutil.which("chromium")
    if chromium is None:
        raise FileNotFoundError(2, "not found", "chromium")
    (folder / "viewer").symlink_to(installed.node_file(page.package, page.files))
    shutil.copy(contract, folder / "contract.yaml")
    head = '<!doctype html><meta charset="utf-8"><link rel="icon" href="data:,"><title>Contract</title>'
    (folder / "index.html").write_text(f"{head}<body>{page.html}</body>", encoding="utf-8")
    try:
        return _problem(chromium, folder)
    except Error as error:
        return error.message.splitlines()[0]


def _problem(chromium: str, folder: Path) -> str:
    """Open the page in `folder`, and return what is wrong with it."""
    errors: list[str] = []
    with _served(folder) as origin, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=ALONE)
        window = browser.new_page()
        window.on("pageerror", lambda error: errors.append(str(error)))
        window.goto(origin)
        window.get_by_text("Change phone terminal properties").first.wait_for(state="attached")
        window.wait_for_timeout(3_000)
        for _ in range(40):  # Scalar renders a part of the page when it comes into view
            window.mouse.wheel(0, 2_000)
            window.wait_for_timeout(50)
        visible = window.locator("body").inner_text()
        everything = window.locator("#view").text_content() or ""  # with what opens at a click
        browser.close()
    missing = [word for word in _words() if word not in everything]
    signs = [sign for sign in SIGNS_OF_A_FAULT if sign in visible]
    findings = [*errors, *(f"it does not show {word}" for word in missing), *(f"it shows {sign}" for sign in signs)]
    return findings[0].splitlines()[0] if findings else ""


def _words() -> Iterator[str]:
    """Yield what a page must show: each property, the members of each enum, and the defaults that are numbers."""
    for known in CONTRACT.properties.values():
        yield known.name
        yield from (str(member) for member in known.enum if member is not None)
        if type(known.default) is int:
            yield str(known.default)


@contextmanager
def _served(folder: Path) -> Iterator[str]:
    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=folder))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/"
    finally:
        server.shutdown()
        thread.join()
