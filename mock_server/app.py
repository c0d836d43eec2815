"""The mock as an ASGI application: its routes, and what surrounds them."""

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
from mock_server.middleware import RESET_PATH, RequestBudget, RequestLog
from mock_server.phone import Phone
from mock_server.problems import Problem, method_not_allowed
from mock_server.seed import Seed
from mock_server.settings import Settings


def build(phone: Phone, seed: Seed, settings: Settings) -> Starlette:
    """Put the application together.

    Args:
        phone: The behaviour of the resource.
        seed: What the state starts with, and goes back to.
        settings: Of the surroundings.
    """
    storage = phone.storage

    async def reset(_: Request) -> Response:
        storage.reset(seed)
        return Response(status_code=204)

    middleware = [Middleware(RequestLog, settings.latency_ms)]
    if settings.rate_limit is not None:
        middleware.append(Middleware(RequestBudget, phone, settings.rate_limit))
    routes = [
        Route(BASE_PATH + PATH, phone),
        Route(TOKEN_PATH, TokenEndpoint(seed, storage, settings.token_lifetime, phone.grant).issue, methods=["POST"]),
        Route(RESET_PATH, reset, methods=["POST"]),
    ]
    for route in routes:  # `$`, with which Starlette ends a path, would let a line feed follow
        route.path_regex = re.compile(route.path_regex.pattern.removesuffix("$") + r"\Z")
    app = Starlette(
        routes=[*routes, *documentation(SITE)],
        middleware=middleware,
        exception_handlers={Problem: _explain, HTTPException: _explain_unrouted},
    )
    # A redirect would lose the body of a PUT, and the contract knows no such answer.
    app.router.redirect_slashes = False
    return app


def _explain(_: Request, problem: Exception) -> Response:
    assert isinstance(problem, Problem)
    return problem.response()


def _explain_unrouted(_: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    if error.headers and "Allow" in error.headers:
        return method_not_allowed((error.headers["Allow"],)).response()
    return Problem(404, "not_found", "There is nothing at this path").response()
