"""The mock as an ASGI application: routes, middleware and error handlers."""

import re

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from mock_server.contract import BASE_PATH, PATH, TOKEN_PATH
from mock_server.credentials import TokenEndpoint
from mock_server.docs import SITE, documentation
from mock_server.middleware import RESET_PATH, LoopbackNames, RequestBudget, RequestLog
from mock_server.phone import Phone
from mock_server.problems import Problem, method_not_allowed
from mock_server.seed import Seed
from mock_server.settings import Settings


def build(phone: Phone, seed: Seed, settings: Settings) -> Starlette:
    """Build the application.

    Args:
        phone: The behaviour of the resource, correct or with a fault.
        seed: The initial state; a reset restores it.
        settings: The options of the mock, such as its delay and its rate limit.
    """
    storage = phone.storage

    async def reset(request: Request) -> Response:
        if "origin" in request.headers or request.headers.get("sec-fetch-site", "none") != "none":
            raise Problem(403, "forbidden", "A web page may not reset the mock")
        storage.reset(seed)
        return Response(status_code=204)

    middleware = [Middleware(RequestLog, settings.latency_ms), Middleware(LoopbackNames)]
    if settings.rate_limit is not None:
        middleware.append(Middleware(RequestBudget, phone, settings.rate_limit))
    routes = [
        Route(BASE_PATH + PATH, phone),
        Route(
            TOKEN_PATH,
            TokenEndpoint(seed, storage, settings.token_lifetime, phone.grant, phone.is_secret).issue,
            methods=["POST"],
        ),
        Route(RESET_PATH, reset, methods=["POST"]),
    ]
    for route in routes:  # Starlette ends the pattern with `$`, which also accepts a line feed at the end
        route.path_regex = re.compile(route.path_regex.pattern.removesuffix("$") + r"\Z")
    app = Starlette(
        routes=[*routes, *documentation(SITE)],
        middleware=middleware,
        exception_handlers={Problem: _problem_response, HTTPException: _routing_error_response},
    )
    # A client would lose the body of a PUT by following a redirect, and the contract declares no redirect.
    app.router.redirect_slashes = False
    return app


def _problem_response(_: Request, problem: Exception) -> Response:
    assert isinstance(problem, Problem)
    return problem.response()


def _routing_error_response(_: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    if error.headers and "Allow" in error.headers:
        return method_not_allowed((error.headers["Allow"],)).response()
    return Problem(404, "not_found", "There is nothing at this path").response()
