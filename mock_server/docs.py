"""The documentation pages, served by the mock itself: one origin, so a browser needs no CORS.

The mock serves the site of `make docs` if that is built. Otherwise it serves one page made from the contract.
"""

import functools
import json
from pathlib import Path

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import Receive, Scope, Send

from mock_server.contract import (
    ANSWER_SCHEMA,
    BASE_PATH,
    DOCUMENT,
    FRESH,
    IN_REPO,
    METHODS,
    OPENAPI_FILE,
    PATH,
    ROOT,
    SCHEMAS,
)

DOCS_PATH = "/docs"
SITE = ROOT / "site"
"""The folder into which `make docs` writes the site."""


class _Site(StaticFiles):
    """The files of the site. `make docs` may create them while the mock runs."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if not Path(str(self.directory)).is_dir():  # without this check, Starlette raises a RuntimeError
            raise HTTPException(404)
        await super().__call__(scope, receive, send)


def documentation(site: Path) -> list[BaseRoute]:
    """Return the routes of the documentation; `site` is the folder of the built site."""

    async def start_page(request: Request) -> Response:
        if request.url.path == DOCS_PATH:  # the links of the pages are relative
            return RedirectResponse(f"{DOCS_PATH}/")
        index = site / "index.html"
        return FileResponse(index) if index.exists() else HTMLResponse(_short_page())

    async def target_script(_: Request) -> Response:
        return Response("window.API_TARGET = location.origin;\n", media_type="text/javascript")

    async def contract(_: Request) -> Response:
        # A browser shows plain text; it would download YAML.
        return FileResponse(OPENAPI_FILE, media_type="text/plain; charset=utf-8")

    return [
        Route(DOCS_PATH, start_page),
        Route(f"{DOCS_PATH}/", start_page),
        Route(f"{DOCS_PATH}/target.js", target_script),
        Route(f"{DOCS_PATH}/openapi.yaml", contract),
        Mount(DOCS_PATH, _Site(directory=site, check_dir=False)),
    ]


@functools.cache
def _short_page() -> str:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined  # takes a tenth of the mock's start

    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent), autoescape=True, undefined=StrictUndefined
    )
    return environment.get_template("contract.html.jinja").render(
        info=DOCUMENT["info"],
        path=BASE_PATH + PATH,
        operations={name: DOCUMENT["paths"][PATH][name.lower()]["summary"] for name in METHODS},
        properties=[(name, json.dumps(value), _description(name)) for name, value in FRESH.items()],
        in_repo=IN_REPO,
    )


def _description(name: str) -> str:
    schema = ANSWER_SCHEMA["properties"][name]
    component = SCHEMAS[schema["$ref"].rpartition("/")[2]] if "$ref" in schema else schema
    return str(component["description"])
