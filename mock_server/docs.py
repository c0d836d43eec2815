"""The documentation site beside the mock, so that it can be tried from there (one origin, no CORS)."""

from pathlib import Path

from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

DOCS_PATH = "/docs"
SITE = Path(__file__).parents[1] / "site"
"""Where `make docs` builds it."""
NOT_BUILT = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta name="color-scheme" content="light dark">
<title>Documentation</title>
<h1>The documentation is not built</h1>
<p>Run <code>make docs</code>, and load this page again.
</html>
"""


def documentation(site: Path) -> list[BaseRoute]:
    """The routes of the site in a folder, which may be built while the mock runs."""

    async def enter(request: Request) -> Response:
        if not (site / "index.html").exists():
            return HTMLResponse(NOT_BUILT, 404)
        if request.url.path == DOCS_PATH:  # the links of the pages are relative
            return RedirectResponse(f"{DOCS_PATH}/")
        return FileResponse(site / "index.html")

    async def name_target(_: Request) -> Response:
        return Response('window.API_TARGET = "this mock";\n', media_type="text/javascript")

    return [
        Route(DOCS_PATH, enter),
        Route(f"{DOCS_PATH}/", enter),
        Route(f"{DOCS_PATH}/target.js", name_target),
        Mount(DOCS_PATH, StaticFiles(directory=site, check_dir=False)),
    ]
