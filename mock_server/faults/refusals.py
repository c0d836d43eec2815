# ruff: noqa: D102 (the docstring of the class describes the method)
"""Refusals: the correct requests are refused, but with the wrong response."""

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from mock_server.faults.catalogue import fault
from mock_server.phone import Phone
from mock_server.problems import Problem


class _RefusedWrong(Phone):
    """A refusal has the status code `wrong` instead of `code`."""

    code: int
    wrong: int

    def refuse(self, request: Request, problem: Problem) -> Response:
        response = super().refuse(request, problem)
        if response.status_code == self.code:
            response.status_code = self.wrong
        return response


@fault
class RefusalAsHtml(Phone):
    """A refusal is an HTML page."""

    def refuse(self, request: Request, problem: Problem) -> Response:  # noqa: ARG002
        return HTMLResponse(f"<h1>{problem.code}</h1>", problem.code, problem.headers)


@fault
class RefusalAs200(Phone):
    """A refusal has the status code 200."""

    def refuse(self, request: Request, problem: Problem) -> Response:
        response = super().refuse(request, problem)
        response.status_code = 200
        return response


@fault
class InvalidValueAs422(_RefusedWrong):
    """An invalid value is refused with 422, which the contract does not declare."""

    code, wrong = 400, 422


@fault
class InvalidValueAs500(_RefusedWrong):
    """An invalid value is refused with 500."""

    code, wrong = 400, 500


@fault
class UnauthorizedAs403(_RefusedWrong):
    """A missing or unknown token is refused with 403."""

    code, wrong = 401, 403


@fault
class UnauthorizedWithoutChallenge(Phone):
    """A 401 has no WWW-Authenticate."""

    def refuse(self, request: Request, problem: Problem) -> Response:
        response = super().refuse(request, problem)
        if problem.code == 401:
            del response.headers["www-authenticate"]
        return response


@fault
class MethodNotAllowedAs404(_RefusedWrong):
    """A method that the contract does not declare is refused with 404."""

    code, wrong = 405, 404


@fault
class AllowMissing(Phone):
    """A 405 has no Allow."""

    def refuse(self, request: Request, problem: Problem) -> Response:
        response = super().refuse(request, problem)
        if problem.code == 405:
            del response.headers["allow"]
        return response


@fault
class AllowWrong(Phone):
    """The Allow of a 405 lists DELETE instead of PUT."""

    def refuse(self, request: Request, problem: Problem) -> Response:
        response = super().refuse(request, problem)
        if problem.code == 405:
            response.headers["allow"] = "GET, DELETE"
        return response
