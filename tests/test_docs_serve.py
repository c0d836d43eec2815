"""What serves the site beside an API: the proxy forwards to one place only, and the mock has the pages at /docs."""

from __future__ import annotations

import asyncio
import html
import json
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from pathlib import Path

import pytest
import requests
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from contract_tests.client.transport import MAX_BYTES
from contract_tests.contract import CONTRACT
from mock_server import app, embedded
from scripts.docs import proxy, serve
from tests.mock_client import TIMEOUT
from tests.suite import ROOT, in_process
from tests.web import running

API = CONTRACT.base_path
COMMAND = [sys.executable, "-m", "scripts.docs.serve"]


HOSTILE = {
    "Set-Cookie": "a=b",
    "Strict-Transport-Security": "max-age=9",
    "Service-Worker-Allowed": "/",
    "Clear-Site-Data": '"*"',
    "Access-Control-Allow-Origin": "*",
    "Content-Security-Policy": "script-src *",
    "Refresh": "0; url=http://192.0.2.1/",
    "Link": "</x>; rel=preload",
    "WWW-Authenticate": 'Basic realm="x"',
    "SourceMap": "/x",
    "X-Unknown": "1",
}
"""What a browser would act on for this origin."""
RELEASED = threading.Event()
"""Slow requests are answered after that."""


async def echo(request: Request) -> Response:
    """Answer what was asked, or what the path calls for."""
    match request.path_params["path"].rpartition("/")[2]:
        case "redirect":
            return RedirectResponse("http://192.0.2.1/elsewhere")
        case "large":
            return Response(b" " * (MAX_BYTES + 1))
    received = {
        "path": request.scope["raw_path"].decode(),
        "query": request.url.query,
        "headers": dict(request.headers),
    }
    headers = dict(HOSTILE) | {"X-RateLimit-Limit": "7"}
    if request.path_params["path"].endswith("slow"):
        await asyncio.to_thread(RELEASED.wait)
    if request.path_params["path"].endswith("page"):
        return HTMLResponse("<script>navigator.serviceWorker.register('/api/ver1.0/x')</script>", 200, headers)
    return JSONResponse(received | {"body": (await request.body()).decode()}, 207, headers)


@pytest.fixture(scope="module")
def served(site: Path) -> Iterator[str]:
    """The site in front of a target that tells what it was asked."""
    methods = ["GET", "PUT", "POST", "DELETE"]
    echoes = Starlette(routes=[Route("/{path:path}", echo, methods=methods)])
    with running(echoes) as target, running(proxy.create_app(site, target, CONTRACT)) as origin:
        yield origin


def ask(url: str, method: str = "GET", **options: object) -> requests.Response:
    """Send a request with the path as it is written."""
    with requests.Session() as session:
        prepared = requests.Request(method, url, **options).prepare()
        prepared.url = url
        return session.send(prepared, timeout=TIMEOUT, allow_redirects=False)


def test_a_request_and_its_answer_are_passed_on(served: str) -> None:
    headers = {"Authorization": "Bearer t", "Content-Type": "application/json", "Cookie": "mine=1", "X-Other": "1"}
    answer = ask(f"{served}{API}/extension/@me/phone/?a=%20b", "PUT", data=b'{"a": 1}', headers=headers)
    received = answer.json()
    assert answer.status_code == 207
    assert (received["path"], received["query"], received["body"]) == (
        f"{API}/extension/@me/phone/",
        "a=%20b",
        '{"a": 1}',
    )
    assert (received["headers"]["authorization"], received["headers"]["content-type"]) == (
        "Bearer t",
        "application/json",
    )
    assert not {"cookie", "x-other", "origin"} & received["headers"].keys()
    assert answer.headers["x-ratelimit-limit"] == "7"
    assert {name.lower() for name in HOSTILE} & {name.lower() for name in answer.headers} == {"content-security-policy"}


def test_the_token_path_takes_a_form(served: str) -> None:
    answer = ask(f"{served}{CONTRACT.token_path}", "POST", data={"grant_type": "client_credentials"})
    assert (answer.status_code, answer.json()["body"]) == (207, "grant_type=client_credentials")


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/mock/reset", 404),
        ("POST", "/mock/reset", 405),
        ("GET", "/api/ver2.0/extension/54/phone/", 404),
        ("GET", f"{API}x/", 404),
        ("GET", CONTRACT.token_path, 404),
        ("POST", f"{CONTRACT.token_path}/more", 405),
        ("DELETE", f"{API}/extension/54/phone/", 405),
        ("POST", f"{API}/extension/54/phone/", 405),
        ("GET", f"{API}/../../mock/reset", 400),
        ("GET", f"{API}/%2e%2E/x", 400),
        ("GET", f"{API}/%252e%252e/x", 400),
        ("GET", f"{API}/a%2f..%2f..%2fx", 400),
        ("GET", f"{API}/..%5Cx", 400),
        ("GET", f"{API}/x\\y", 400),
        ("GET", f"{API}/..;/x", 400),
        ("GET", f"{API}/.%2e;a=b/x", 400),
        ("GET", f"{API}/%2e%2e%3b/x", 400),
        ("GET", f"{API}/..%20/x", 400),
        ("GET", f"{API}//x", 400),
        ("GET", f"{API}/a%2f%2fx", 400),
        ("GET", f"{API}/a%00", 400),
        ("GET", f"{API}/a%0d%0aX-A:%20b", 404),
        ("GET", "/../openapi.yaml", 404),
        ("GET", f"{API}/redirect", 502),
        ("GET", f"{API}/large", 502),
    ],
)
def test_nothing_else_is_passed_on(served: str, method: str, path: str, status: int) -> None:
    answer = ask(served + path, method)
    assert answer.status_code == status
    assert "location" not in answer.headers


def test_an_answer_that_is_opened_as_a_page_can_do_nothing(served: str) -> None:
    for path in (f"{API}/page", f"{API}//x", f"{API}/redirect"):
        answer = ask(served + path)
        assert answer.headers["content-security-policy"].startswith("sandbox; default-src 'none'")
        assert answer.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize("path", [f"{API}/x", "/target.js", "/assets/site.css", "/"])
def test_no_service_worker_gets_its_script(served: str, path: str) -> None:
    assert ask(served + path, headers={"Service-Worker": "script"}).status_code == 403


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Sec-Fetch-Site": "same-origin"}, 207),
        ({"Sec-Fetch-Site": "none"}, 207),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Origin": "http://evil.test"}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": "http://localhost:1"}, 403),
    ],
)
def test_only_its_own_pages_may_ask(served: str, headers: dict[str, str], status: int) -> None:
    assert ask(f"{served}{API}/x", "PUT", headers=headers).status_code == status
    assert ask(f"{served}{CONTRACT.token_path}", "POST", headers=headers).status_code == status
    assert ask(f"{served}/target.js", headers=headers).status_code == (200 if status == 207 else status)
    assert ask(f"{served}/", headers=headers).status_code == 200
    assert ask(f"{served}{API}/x", "PUT", headers={"Origin": served}).status_code == 207


def test_slow_answers_hold_up_neither_the_pages_nor_each_other_without_end(
    served: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(proxy, "TIMEOUT", TIMEOUT)
    most = proxy.AT_ONCE + proxy.MAX_WAITING
    RELEASED.clear()
    with ThreadPoolExecutor(most + 9) as pool:
        try:
            waiting = [pool.submit(ask, f"{served}{API}/slow") for _ in range(most + 9)]
            refused = wait(waiting, return_when=FIRST_COMPLETED).done
            assert {future.result().status_code for future in refused} == {503}
            assert ask(f"{served}/").status_code == 200
        finally:
            RELEASED.set()
        statuses = [future.result().status_code for future in waiting]
    assert {*statuses} == {207, 503}
    assert statuses.count(207) >= most


def test_a_body_has_a_limit(served: str) -> None:
    assert ask(f"{served}{API}/x", "PUT", data=b" " * (proxy.LARGEST + 1)).status_code == 413


@pytest.mark.parametrize(("host", "status"), [("evil.test", 400), ("evil.test:80", 400), ("localhost", 200)])
@pytest.mark.parametrize("path", ["/", "/target.js"])
def test_another_name_for_this_address_is_refused(served: str, host: str, status: int, path: str) -> None:
    assert ask(served + path, headers={"Host": host}).status_code == status


def test_the_pages_are_told_of_the_target(site: Path) -> None:
    with running(proxy.create_app(site, "https://pbx.test", CONTRACT)) as origin:
        named = 'window.API_TARGET = "https://pbx.test";\nwindow.API_EXTENSION_ID = null;\n'
        assert ask(f"{origin}/target.js").text == named
        assert "<!doctype html>" in ask(f"{origin}/").text


def test_a_target_that_is_not_there_is_told_of_in_one_line(site: Path) -> None:
    with running(proxy.create_app(site, "http://127.0.0.1:1", CONTRACT)) as origin:
        answer = ask(f"{origin}{API}/extension/54/phone/")
    assert answer.status_code == 502
    assert answer.json() == {"status": "bad_gateway", "message": "http://127.0.0.1:1 cannot be reached"}


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["nowhere"], "docs-serve: nowhere/index.html is not there: make docs"),
        (["SITE", "--target", "pbx.test"], "'pbx.test': give an origin, such as https://pbx.test"),
        (["SITE", "--target", "https://pbx.test/api"], "'https://pbx.test/api': give an origin"),
        (["SITE", "--target", "https://me:secret@pbx.test"], "'https://pbx.test': give an origin without a user"),
        (["SITE", "--target", "http://x:99999"], "give an origin"),
        (["SITE", "--port", "99999"], "docs-serve: port 99999: "),
        (["SITE", "--port", "x"], "invalid int value: 'x'"),
    ],
)
def test_mistakes_are_told_in_one_line(site: Path, arguments: list[str], message: str) -> None:
    arguments = [argument.replace("SITE", str(site)) for argument in arguments]
    done = in_process(serve.main, *arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert message in done.stderr
    assert done.stderr.count("\n") == 1
    assert "secret" not in done.stderr


@pytest.mark.parametrize("with_target", [False, True])
def test_it_says_where_it_is_and_never_what_was_sent(site: Path, mock: embedded.Mock, with_target: bool) -> None:
    command = [*COMMAND, str(site), "--port", "0", *(["--target", mock.origin] if with_target else [])]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as server:
        assert server.stdout and server.stderr
        printed = "".join(iter(server.stdout.readline, "Stop it with Ctrl-C.\n"))
        origin = printed.split()[1].rstrip("/")
        form = {"grant_type": "client_credentials", "client_id": mock.client_id, "client_secret": mock.client_secret}
        token = ask(f"{origin}{CONTRACT.token_path}", "POST", data=form).json()["access_token"]
        answer = ask(f"{origin}{API}/extension/54/phone/", headers={"Authorization": f"Bearer {token}"})
        prefilled = 'window.API_EXTENSION_ID = "54";' in ask(f"{origin}/target.js").text
        server.terminate()
        rest = server.stdout.read() + server.stderr.read()
    assert origin.startswith("http://127.0.0.1:")
    assert (answer.status_code, rest) == (200, "")
    assert (mock.client_secret in printed, mock.origin in printed) == (not with_target, with_target)
    assert prefilled is not with_target


def test_the_mock_shows_the_contract_where_the_site_is_not_built(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(app, "SITE", tmp_path / "site")
    with embedded.serve() as mock:
        assert ask(f"{mock.origin}/docs").headers["location"] == "/docs/"
        page = ask(f"{mock.origin}/docs/")
        contract = ask(f"{mock.origin}/docs/openapi.yaml")
        missing = ask(f"{mock.origin}/docs/reference.html")
    assert (page.status_code, contract.status_code, missing.status_code) == (200, 200, 404)
    assert contract.content == CONTRACT.path.read_bytes()
    rows = re.findall('<th scope="row">(.*?)<td><code>(.*?)</code><td>(.+)', html.unescape(page.text))
    assert [(name, json.loads(value)) for name, value, _ in rows] == [
        (known.name, known.default if known.has_default else CONTRACT.unset_value.value)
        for known in CONTRACT.properties.values()
    ]
    assert "<code>make docs</code>" in page.text
    assert 'href="openapi.yaml"' in page.text


def test_the_mock_serves_the_site_beside_its_budget(site: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(app, "SITE", site)
    with embedded.serve(rate_limit=1) as mock:
        assert ask(f"{mock.origin}/docs").headers["location"] == "/docs/"
        for path in ("/docs/", "/docs/reference.html", "/docs/assets/site.css"):
            answer = ask(mock.origin + path)
            assert (answer.status_code, "x-ratelimit-limit" in answer.headers) == (200, False)
        assert ask(f"{mock.origin}/docs/target.js").text == "window.API_TARGET = location.origin;\n"
        assert ask(f"{mock.origin}/docs/../openapi.yaml").status_code == 404
