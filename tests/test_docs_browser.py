"""The documentation site in Chromium, without DNS: offline, accessible, and the flow of the provider's page."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, Request, Response, expect, sync_playwright
from starlette.applications import Starlette
from starlette.routing import Mount
from starlette.staticfiles import StaticFiles

from contract_tests.contract import CONTRACT
from mock_server import app, embedded
from mock_server.embedded import Mock
from scripts.docs.pages import PAGES
from scripts.docs.proxy import create_app
from scripts.docs.samples import LANGUAGES
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
CORNERS = [("light", 1280), ("dark", 390)]
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
OF_COLOURS = ["color-contrast"]
"""What depends on the theme."""
AXE = """async (runOnly) => {
  const { violations } = await axe.run({ runOnly, resultTypes: ["violations"] });
  return Object.fromEntries(violations.map(({ id, nodes }) => [id, nodes.map(({ target }) => target.join(" "))]));
}"""
"""The rules of WCAG A and AA, and what else axe advises, with the elements that break them."""
SHIFTS = """() => new Promise((resolve) => {
  let shifts = 0;
  new PerformanceObserver((list) => list.getEntries().forEach(({ value }) => (shifts += value)))
    .observe({ type: "layout-shift", buffered: true });
  requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(() => resolve(shifts))));
})"""
"""How much the layout moved since the page was opened."""
SEEN_SHIFT = 0.001
"""Of a layout shift score; below that, less than a pixel of a line moved. Browsers call 0.1 good."""
LARGEST_FIRST_PAGE = 150_000


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
    """A browser window, the requests that it sent, and the errors and messages of its console."""

    def __init__(self, context: BrowserContext) -> None:
        self.page: Page = context.new_page()
        self.requests: list[Request] = []
        self.messages: list[str] = []
        self.page.on("request", lambda request: self.requests.append(request))
        self.page.on("console", lambda message: self.messages.append(message.text))
        self.page.on("pageerror", lambda error: self.messages.append(str(error)))

    def begin(self) -> None:
        """Forget the test before; a window for each test would cost a second of processor time."""
        self.page.goto("about:blank")
        view(self.page, "light", 1280)
        self.requests.clear()
        self.messages.clear()

    def others(self, origin: str) -> list[str]:
        """Return the requested URLs of other origins."""
        urls = [request.url for request in self.requests]
        return [url for url in urls if not url.startswith((origin, "data:", "blob:"))]

    def sent(self, method: str) -> list[Request]:
        """Return the requests with this method."""
        return [request for request in self.requests if request.method == method]


@pytest.fixture(scope="module")
def window(browser: Browser) -> Iterator[Visit]:
    context = browser.new_context()
    yield Visit(context)
    context.close()


@pytest.fixture
def visit(window: Visit) -> Visit:
    window.begin()
    return window


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


def violations(page: Page, rules: list[str] = RULES) -> Any:  # noqa: ANN401 (JSON)
    if not page.evaluate("'axe' in window"):
        page.evaluate((NODE / "node_modules" / "axe-core" / "axe.min.js").read_text(encoding="utf-8"))
    return page.evaluate(AXE, rules)


def view(page: Page, scheme: str, width: int) -> None:
    page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    page.set_viewport_size({"width": width, "height": 900})


def test_violations_are_found(visit: Visit) -> None:
    visit.page.set_content("<html lang=en><title>t</title><main><h1>t</h1><img src='data:,'><input></main>")
    assert violations(visit.page).keys() == {"image-alt", "label"}


@pytest.mark.parametrize("name", [*PAGES, "404"])
def test_a_page_below_a_path_requests_no_other_origin_and_breaks_no_rule_of_wcag(
    name: str, below: str, visit: Visit
) -> None:
    page = visit.page
    page.goto(f"{below}/{name}.html")
    for scheme, width in VIEWS:
        view(page, scheme, width)
        assert violations(page, RULES if scheme == "light" else OF_COLOURS) == {}, (scheme, width)
        assert page.evaluate("document.documentElement.scrollWidth") == width
    if name in PAGES:  # the other page has its place in its links
        assert visit.messages == []
    assert visit.others(below.removesuffix(SUB_PATH)) == []
    assert visit.requests


def test_every_page_works_as_a_file(site: Path, visit: Visit) -> None:
    for name in PAGES:
        visit.page.goto((site / f"{name}.html").as_uri())
        expect(visit.page.locator("h1")).to_have_css("font-weight", "700")
    search(visit.page, "hangup").press("Enter")
    expect(visit.page).to_have_url((site / "reference.html").as_uri() + "#hangup_timeout")
    assert visit.messages == []
    assert visit.others(site.as_uri()) == []


@pytest.mark.parametrize("width", [1280, 390])
def test_the_first_page_is_small_and_nothing_on_it_moves(below: str, visit: Visit, width: int) -> None:
    view(visit.page, "dark", width)
    visit.page.goto(f"{below}/", wait_until="load")
    assert visit.page.evaluate(SHIFTS) < SEEN_SHIFT
    responses = [request.response() for request in visit.requests]
    assert 10_000 < sum(len(response.body()) for response in responses if response) <= LARGEST_FIRST_PAGE


def search(page: Page, words: str) -> Locator:
    """Type into the search; returns the field as soon as there is a hit."""
    field = page.get_by_label("Search all pages")
    field.fill(words)
    expect(page.locator("#hits li").first).to_be_visible()
    return field


def test_the_search_leads_to_the_place_of_a_hit_on_any_page(below: str, visit: Visit) -> None:
    page = visit.page
    page.goto(f"{below}/changelog.html")
    page.keyboard.press("/")
    page.keyboard.type("request budget")
    expect(page.locator("#hits a").first).to_contain_text("Errors and limits")
    search(page, "greting")  # a spelling mistake
    expect(page.locator("#hits")).to_contain_text("vm_greeting")
    search(page, "hold music").press("ArrowDown")
    first = page.locator("#hits a").first
    expect(first).to_be_focused()
    expect(first).to_contain_text("hold_music")
    page.keyboard.press("Enter")
    expect(page).to_have_url(f"{below}/reference.html#hold_music")
    expect(page.locator("#hold_music")).to_be_in_viewport()
    search(page, "intercom").press("Enter")  # on the same page
    expect(page.locator("#intercom")).to_be_in_viewport()
    search(page, "zzzz")
    expect(page.locator("#hits")).to_have_text("Nothing found.")
    page.keyboard.press("Escape")
    expect(page.locator("#hits")).to_be_hidden()
    assert visit.messages == []


def test_a_hit_breaks_no_rule_of_wcag(below: str, visit: Visit) -> None:
    visit.page.goto(f"{below}/bundle.html")
    for scheme, width in CORNERS:
        view(visit.page, scheme, width)
        search(visit.page, "recording")
        assert violations(visit.page) == {}, (scheme, width)


def test_the_theme_can_be_switched_and_stays(below: str, visit: Visit) -> None:
    page = visit.page
    page.goto(f"{below}/index.html")
    dark = page.get_by_role("button", name="Dark theme")
    expect(dark).to_have_attribute("aria-pressed", "false")
    dark.click()
    expect(page.locator("body")).to_have_css("background-color", "rgb(20, 23, 26)")
    page.goto(f"{below}/values.html")
    expect(dark).to_have_attribute("aria-pressed", "true")
    expect(page.locator("body")).to_have_css("background-color", "rgb(20, 23, 26)")
    dark.click()
    expect(page.locator("body")).to_have_css("background-color", "rgb(255, 255, 255)")
    assert page.evaluate("localStorage.length") == 0  # it follows the system again


def test_a_sample_can_be_chosen_by_keyboard_and_copied(below: str, visit: Visit) -> None:
    page = visit.page
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto(f"{below}/quickstart.html")
    first = page.locator(".tabs").first
    first.get_by_role("radio", name="cURL").focus()
    for language in LANGUAGES[1:]:
        page.keyboard.press("ArrowRight")
        expect(first.get_by_role("radio", name=language.label)).to_be_focused()
        for group in page.locator(".tabs").all():
            expect(group.locator(".panel:visible")).to_have_count(1)
            expect(group.get_by_role("radio", name=language.label)).to_be_checked()
    shown = first.locator(".panel:visible")
    shown.get_by_role("button", name="Copy").click()
    expect(shown.get_by_role("button", name="Copied")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == shown.locator("code").text_content()


def test_the_keyboard_reaches_the_content_first(below: str, visit: Visit) -> None:
    page = visit.page
    page.goto(f"{below}/reference.html")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()


def test_a_phone_has_the_navigation_in_a_menu(below: str, visit: Visit) -> None:
    page = visit.page
    view(page, "light", 390)
    page.goto(f"{below}/index.html")
    navigation = page.get_by_role("navigation", name="Pages")
    expect(navigation).to_be_hidden()
    page.get_by_role("button", name="Menu").press("Enter")
    expect(navigation).to_be_visible()
    assert violations(page) == {}
    page.keyboard.press("Escape")
    expect(navigation).to_be_hidden()
    page.get_by_role("button", name="Menu").click()
    navigation.get_by_text("Voice mail").click()
    navigation.get_by_role("link", name="vm_greeting").click()
    expect(page).to_have_url(f"{below}/reference.html#vm_greeting")


def test_without_scripts_everything_can_be_read(site: Path, browser: Browser) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto((site / "quickstart.html").as_uri())
    expect(page.get_by_label("Search all pages")).to_be_hidden()
    page.locator(".tabs").first.get_by_text("Python requests").click()
    expect(page.locator(".tabs").first.locator(".panel:visible")).to_contain_text("import requests")
    context.close()


def test_without_an_api_nothing_can_be_sent(below: str, visit: Visit) -> None:
    visit.page.goto(f"{below}/browser.html")
    expect(visit.page.get_by_text("There is no API behind these pages")).to_be_visible()
    expect(visit.page.get_by_label("client_secret")).to_be_hidden()
    expect(visit.page.get_by_role("button", name="Send")).to_have_count(0)
    expect(visit.page.locator(".tabs").first).to_be_visible()


@pytest.fixture
def console(proxied: str, mock: Mock, visit: Visit, reset_mock: None) -> Page:  # noqa: ARG001
    """The page "Try it" with a token, and with the extension of the mock."""
    visit.page.goto(f"{proxied}/browser.html")
    visit.page.get_by_label("Access token").fill(mock.token)
    visit.page.get_by_role("button", name="Set token").click()
    visit.page.get_by_label("extension_id").fill(mock.extension_id)
    return visit.page


def operation(page: Page, method: str) -> Locator:
    return page.locator(f'[data-method="{method}"]')


def read(page: Page) -> Response:
    """Send the GET; returns the response as soon as the page shows it."""
    with page.expect_response(lambda response: response.request.method == "GET") as response:
        operation(page, "GET").get_by_role("button", name="Send").click()
    expect(operation(page, "GET").get_by_text(f"Status: {response.value.status}")).to_be_visible()
    return response.value


def ask_for(page: Page, body: str) -> Locator:
    """Ask for a change; returns the question."""
    operation(page, "PUT").get_by_label("Body").fill(body)
    operation(page, "PUT").get_by_role("button", name="Review and send").click()
    question = page.get_by_role("dialog")
    expect(question).to_be_visible()
    return question


def rows(table: Locator) -> list[list[str]]:
    return [row.locator("th, td").all_inner_texts() for row in table.locator("tbody tr").all()]


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
    expect(page.get_by_text("The token is set:")).to_be_visible()
    token = page.get_by_label("Access token").input_value()
    assert len(token) == 30
    expect(page.locator("#granted")).to_contain_text(f'"access_token":"{token}"')

    page.get_by_label("extension_id").fill(mock.extension_id)
    before = read(page).json()
    assert (before.keys(), before["external_number"]) == (CONTRACT.properties.keys(), None)
    ask_for(page, json.dumps({"external_number": EXAMPLE}))
    with page.expect_response(lambda response: response.request.method == "PUT") as response:
        page.get_by_role("button", name="Send the change").click()
    changed = response.value
    assert changed.request.post_data_json == {"external_number": EXAMPLE}
    assert changed.request.headers["authorization"] == f"Bearer {token}"
    assert changed.json() == before | {"external_number": EXAMPLE}
    expect(operation(page, "PUT").locator(".body")).to_contain_text('"hangup_timeout": 60')
    assert rows(operation(page, "PUT").locator(".changes")) == [["external_number", "null", f'"{EXAMPLE}"']]
    assert read(page).json() == changed.json()
    for scheme, width in CORNERS:
        view(page, scheme, width)
        assert violations(page) == {}, (scheme, width)
    assert page.evaluate("Object.keys({ ...localStorage, ...sessionStorage })") == []
    assert visit.others(proxied) == []


def test_a_change_is_shown_beside_what_is_there_and_sent_only_when_confirmed(
    console: Page, mock: Mock, visit: Visit
) -> None:
    large = 9007199254740993  # JavaScript rounds it
    wanted = {"hangup_timeout": 31, "external_number": EXAMPLE, "hold_music": large, "label": None, "x": 1}
    question = ask_for(console, json.dumps(wanted))
    expect(question).to_contain_text(f"PUT to {mock.origin}{CONTRACT.base_path}{CONTRACT.path_to(mock.extension_id)}")
    assert rows(question) == [
        ["hangup_timeout", "60", "31", "medium risk"],
        ["external_number", "null", f'"{EXAMPLE}"', "critical risk"],
        ["hold_music", "0", "9007199254740993", "medium risk"],
        ["label", "null", "no change", "low risk"],
        ["x", "not there", "1", "not in the contract"],
    ]
    expect(question.locator(".notice")).to_be_visible()
    expect(question.get_by_role("button", name="Cancel")).to_be_focused()
    for scheme, width in CORNERS:
        view(console, scheme, width)
        assert violations(console) == {}, (scheme, width)
    console.keyboard.press("Escape")
    expect(question).to_be_hidden()
    ask_for(console, '{"label": "Reception"}')
    expect(question.locator(".notice")).to_be_hidden()
    console.keyboard.press("Enter")  # on "Cancel"
    expect(question).to_be_hidden()
    assert visit.sent("PUT") == []


def test_nothing_is_filled_in_that_may_be_in_use(console: Page, proxied: str, visit: Visit) -> None:
    visit.page.goto(f"{proxied}/browser.html")  # a server of somebody: only the user knows which extension is theirs
    expect(console.get_by_label("extension_id")).to_have_value("")
    expect(operation(console, "PUT").get_by_label("Body")).to_have_value("{}")
    expect(console.locator("#address")).to_be_empty()
    operation(console, "GET").get_by_role("button", name="Send").click()
    for name in CONTRACT.properties:
        operation(console, "PUT").get_by_label("Add a property").select_option(name)
        operation(console, "PUT").get_by_role("button", name="Add").click()
    filled = json.loads(operation(console, "PUT").get_by_label("Body").input_value())
    assert filled.keys() == CONTRACT.properties.keys()
    assert CONTRACT.update_violations(filled) == []
    assert filled["external_number"] == EXAMPLE
    assert filled["bundle"] == {"bundle_list": None, "bundle_id": None}
    assert [request for request in visit.requests if CONTRACT.base_path in request.url] == []


def test_a_property_is_added_with_its_value_after_a_read(console: Page) -> None:
    read(console)
    operation(console, "PUT").get_by_label("Add a property").select_option("hangup_timeout")
    operation(console, "PUT").get_by_role("button", name="Add").click()
    assert json.loads(operation(console, "PUT").get_by_label("Body").input_value()) == {"hangup_timeout": 60}


def test_what_is_no_object_is_not_sent(console: Page, visit: Visit) -> None:
    for body in ("{", "[]", "null", "5", '{"label": }'):
        operation(console, "PUT").get_by_label("Body").fill(body)
        operation(console, "PUT").get_by_role("button", name="Review and send").click()
        expect(operation(console, "PUT").get_by_role("alert")).to_contain_text("This is not a JSON object")
        operation(console, "PUT").get_by_label("Body").fill("{}")
        operation(console, "PUT").get_by_role("alert").evaluate("(told) => (told.textContent = '')")
    assert [request for request in visit.requests if CONTRACT.base_path in request.url] == []


def test_an_extension_that_cannot_be_read_is_not_changed(console: Page, visit: Visit) -> None:
    console.get_by_label("extension_id").fill("999")
    operation(console, "PUT").get_by_label("Body").fill('{"label": "Reception"}')
    operation(console, "PUT").get_by_role("button", name="Review and send").click()
    message = "The settings could not be read, so nothing was sent. Status: 404"
    expect(operation(console, "PUT").get_by_text(message)).to_be_visible()
    assert visit.sent("PUT") == []


def test_a_pasted_token_is_set_and_forgotten(console: Page) -> None:
    assert read(console).status == 200
    console.get_by_role("button", name="Forget").click()
    assert read(console).status == 401
    expect(console.get_by_text("No token is set.")).to_be_visible()


def test_wrong_credentials_show_the_error_and_set_no_token(proxied: str, mock: Mock, visit: Visit) -> None:
    page = visit.page
    page.goto(f"{proxied}/browser.html")
    page.get_by_label("client_id").fill(mock.client_id)
    page.get_by_label("client_secret").fill("wrong")
    page.get_by_role("button", name="Get token").click()
    expect(page.locator("#granted")).to_contain_text("401")
    expect(page.get_by_text("No token is set.")).to_be_visible()


def test_a_wrong_address_shows_a_page_at_any_depth(proxied: str, visit: Visit) -> None:
    answer = visit.page.goto(f"{proxied}/no/such/page")
    assert answer
    assert answer.status == 404
    expect(visit.page.locator("h1")).to_have_css("font-weight", "700")
    visit.page.get_by_role("main").get_by_role("link", name="Quick start").click()
    expect(visit.page).to_have_url(f"{proxied}/quickstart.html")


def test_the_mock_serves_the_site_and_answers_its_requests(
    site: Path, visit: Visit, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(app, "SITE", site)
    with embedded.serve() as mock:
        visit.page.goto(f"{mock.origin}/docs")
        visit.page.get_by_role("link", name="Try it").first.click()
        expect(visit.page.locator("#target")).to_have_text(mock.origin)
        visit.page.get_by_label("Access token").fill(mock.token)
        visit.page.get_by_label("extension_id").fill(mock.extension_id)
        assert read(visit.page).json().keys() == CONTRACT.properties.keys()
        version = CONTRACT.document["info"]["version"]
        visit.page.get_by_role("link", name=f"v{version}/").click()
        expect(visit.page).to_have_url(f"{mock.origin}/docs/v{version}/browser.html")
        expect(visit.page.locator("#target")).to_have_text(mock.origin)
        assert visit.others(mock.origin) == []
