"""The documentation site in Chromium, without DNS: offline, accessible, and the flow of the provider's page."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Response, expect, sync_playwright
from starlette.applications import Starlette
from starlette.routing import Mount
from starlette.staticfiles import StaticFiles

from contract_tests.contract import CONTRACT
from mock_server import app, embedded
from mock_server.embedded import Mock
from scripts.docs.pages import PAGES
from scripts.docs.proxy import create_app
from scripts.node_packages import NODE
from tests.suite import lacking
from tests.web import running

EXAMPLE = "+12025550142"
SUB_PATH = "/some/where"
ALONE = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1",
]
VIEWS = [("light", 1280), ("dark", 1280), ("dark", 390), ("light", 390)]
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
OF_THIRD_PARTY = "rapi-doc"
AXE = f"""async () => {{
  const count = async (context) => {{
    const {{ violations }} = await axe.run(context, {{ runOnly: {RULES} }});
    return Object.fromEntries(violations.map(({{ id, nodes }}) => [id, nodes.length]));
  }};
  const third = document.querySelector("{OF_THIRD_PARTY}");
  return [await count({{ exclude: ["{OF_THIRD_PARTY}"] }}), third ? await count("{OF_THIRD_PARTY}") : {{}}];
}}"""
"""Rules of WCAG A and AA with the number of nodes that break them: on our part of a page, and on the third party's."""
THIRD_PARTY_VIOLATIONS: dict[str, int] = {}
"""The known violations of RapiDoc, after the corrections in assets/browser.js: none."""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    path = shutil.which("chromium")
    if path is None:
        lacking("chromium")
    expect.set_options(timeout=20_000)  # long enough for a machine that runs all tests in parallel
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=ALONE)
        yield browser
        browser.close()


class Visit:
    """A browser window, the URLs that it requested, and the errors and messages of its console."""

    def __init__(self, context: BrowserContext) -> None:
        self.page: Page = context.new_page()
        self.urls: list[str] = []
        self.messages: list[str] = []
        self.page.on("request", lambda request: self.urls.append(request.url))
        self.page.on("console", lambda message: self.messages.append(message.text))
        self.page.on("pageerror", lambda error: self.messages.append(str(error)))

    def others(self, origin: str) -> list[str]:
        """Return the requested URLs of other origins."""
        return [url for url in self.urls if not url.startswith((origin, "data:", "blob:"))]


@pytest.fixture
def visit(browser: Browser) -> Iterator[Visit]:
    context = browser.new_context()
    yield Visit(context)
    context.close()


@pytest.fixture(scope="module")
def below(site: Path) -> Iterator[str]:
    """The site as on GitHub Pages: below a path, and without an API."""
    with running(Starlette(routes=[Mount(SUB_PATH, StaticFiles(directory=site, html=True))])) as origin:
        yield origin + SUB_PATH


@pytest.fixture(scope="module")
def proxied(site: Path, mock: Mock) -> Iterator[str]:
    """The site as `make docs-serve TARGET=…` serves it."""
    with running(create_app(site, mock.origin, CONTRACT)) as origin:
        yield origin


def is_loaded(page: Page) -> None:
    """Wait until RapiDoc shows both operations, if the page has it."""
    if page.locator(OF_THIRD_PARTY).count():
        for operation in CONTRACT.document["paths"][CONTRACT.resource_path].values():
            expect(page.get_by_role("heading", name=operation["summary"])).to_be_visible()


def violations(page: Page) -> Any:  # noqa: ANN401 (JSON)
    page.evaluate((NODE / "node_modules" / "axe-core" / "axe.min.js").read_text(encoding="utf-8"))
    return page.evaluate(AXE)


def test_violations_are_found_on_both_parts(visit: Visit) -> None:
    visit.page.set_content("<html lang=en><title>t</title><img src='data:,'><rapi-doc><input><input></rapi-doc>")
    assert violations(visit.page) == [{"image-alt": 1}, {"label": 2}]


@pytest.mark.parametrize("name", PAGES)
def test_a_page_below_a_path_requests_no_other_origin_and_breaks_no_rule_of_wcag(
    name: str, below: str, visit: Visit
) -> None:
    page = visit.page
    page.goto(f"{below}/{name}.html")
    for scheme, width in VIEWS:
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        page.set_viewport_size({"width": width, "height": 900})
        is_loaded(page)
        ours, third_party = violations(page)
        assert (ours, third_party) == ({}, THIRD_PARTY_VIOLATIONS), (scheme, width)
        assert page.evaluate("document.documentElement.scrollWidth") == width
    assert visit.messages == []
    assert visit.others(below) == []
    assert visit.urls


def test_every_page_works_as_a_file(site: Path, visit: Visit) -> None:
    for name in PAGES:
        visit.page.goto((site / f"{name}.html").as_uri())
        is_loaded(visit.page)
        expect(visit.page.locator("h1").first).to_have_css("font-weight", "700")
    assert visit.messages == []
    assert visit.others(site.as_uri()) == []


def test_without_an_api_nothing_can_be_sent(below: str, visit: Visit) -> None:
    visit.page.goto(f"{below}/browser.html")
    is_loaded(visit.page)
    expect(visit.page.get_by_text("These pages are served without an API")).to_be_visible()
    expect(visit.page.get_by_label("client_secret")).to_be_hidden()
    expect(visit.page.get_by_role("button", name="TRY", exact=True)).to_have_count(0)


def test_properties_can_be_searched(below: str, visit: Visit) -> None:
    page = visit.page
    page.goto(f"{below}/reference.html")
    visible = page.locator("article.property:visible")
    expect(visible).to_have_count(len(CONTRACT.properties))
    page.get_by_label("Search").fill("sound file NULL")
    expect(page.locator("#hold_music")).to_be_visible()
    expect(page.locator("#auth_type")).to_be_hidden()
    expect(page.get_by_role("status")).to_have_text(f"{visible.count()} of {len(CONTRACT.properties)}")
    expect(page.locator("tr[data-of]:visible")).to_have_count(visible.count())
    page.get_by_label("Search").fill("")
    page.get_by_label("Risk").select_option("critical")
    critical = [name for name, known in CONTRACT.properties.items() if known.risk == "critical"]
    expect(visible).to_have_count(len(critical))


def test_the_keyboard_reaches_the_content_first(below: str, visit: Visit) -> None:
    page = visit.page
    page.goto(f"{below}/reference.html")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()
    page.get_by_label("Search").focus()
    page.keyboard.type("intercom")
    page.keyboard.press("Tab")
    expect(page.get_by_label("Risk")).to_be_focused()


def send(page: Page, method: str) -> Response:
    """Press the button of an operation; returns the response as soon as the page shows it."""
    operation = page.locator(f'api-request[method="{method.lower()}"]')
    with page.expect_response(lambda response: response.request.method == method) as response:
        operation.get_by_role("button", name="TRY", exact=True).click()
    expect(operation.get_by_text(f"Response Status: {'OK:' if response.value.ok else ''}")).to_be_visible()
    return response.value


def test_the_flow_of_the_page_with_client_credentials(
    proxied: str,
    mock: Mock,
    visit: Visit,
    reset_mock: None,  # noqa: ARG001
) -> None:
    page = visit.page
    page.goto(f"{proxied}/browser.html")
    expect(page.locator("#target")).to_have_text(mock.origin)
    page.get_by_label("client_id").fill(mock.client_id)
    page.get_by_label("client_secret").fill(mock.client_secret)
    page.get_by_role("button", name="Get token").click()
    expect(page.get_by_text("The token is set")).to_be_visible()
    token = page.get_by_label("Access token").input_value()
    assert len(token) == 30
    expect(page.locator("#granted")).to_contain_text(f'"access_token":"{token}"')

    before = send(page, "GET").json()
    assert (before.keys(), before["external_number"]) == (CONTRACT.properties.keys(), None)
    changed = send(page, "PUT")
    assert changed.request.post_data_json == {"external_number": EXAMPLE}
    assert changed.request.headers["authorization"] == f"Bearer {token}"
    expect(page.locator('api-request[method="put"]')).to_contain_text('"hangup_timeout": 60')
    assert changed.json() == before | {"external_number": EXAMPLE}
    assert send(page, "GET").json() == changed.json()
    assert violations(page) == [{}, THIRD_PARTY_VIOLATIONS]
    assert page.evaluate("Object.keys({ ...localStorage, ...sessionStorage })") == []
    assert visit.others(proxied) == []


def test_a_pasted_token_is_set_and_forgotten(proxied: str, mock: Mock, visit: Visit) -> None:
    page = visit.page
    page.goto(f"{proxied}/browser.html")
    is_loaded(page)
    assert send(page, "GET").status == 401
    page.get_by_label("Access token").fill(mock.token)
    page.get_by_role("button", name="Set token").click()
    assert send(page, "GET").status == 200
    page.get_by_role("button", name="Forget").click()
    assert send(page, "GET").status == 401
    expect(page.get_by_text("No token is set.")).to_be_visible()


def test_wrong_credentials_show_the_error_and_set_no_token(proxied: str, mock: Mock, visit: Visit) -> None:
    page = visit.page
    page.goto(f"{proxied}/browser.html")
    page.get_by_label("client_id").fill(mock.client_id)
    page.get_by_label("client_secret").fill("wrong")
    page.get_by_role("button", name="Get token").click()
    expect(page.locator("#granted")).to_contain_text("401")
    expect(page.get_by_text("No token is set.")).to_be_visible()


def test_the_mock_serves_the_site_and_answers_its_requests(
    site: Path, visit: Visit, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(app, "SITE", site)
    with embedded.serve() as mock:
        visit.page.goto(f"{mock.origin}/docs")
        visit.page.get_by_role("link", name="Try it").first.click()
        is_loaded(visit.page)
        visit.page.get_by_label("Access token").fill(mock.token)
        visit.page.get_by_role("button", name="Set token").click()
        assert send(visit.page, "GET").json().keys() == CONTRACT.properties.keys()
        assert visit.others(mock.origin) == []
