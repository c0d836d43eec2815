"""Refusals, in the form of the contract's `Error` schema."""

from collections.abc import Mapping

from starlette.responses import JSONResponse


class Problem(Exception):  # noqa: N818 (the word of RFC 9457)
    """A request is refused.

    Args:
        code: HTTP status code.
        status: Word for programs.
        message: Sentence for people; names the property if there is one to name.
        headers: Further headers of the answer.
    """

    def __init__(self, code: int, status: str, message: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.status = status
        self.message = message
        self.headers = headers

    def response(self) -> JSONResponse:
        """Give the answer that tells of the problem."""
        return JSONResponse({"status": self.status, "message": self.message}, self.code, self.headers)


def bad_request(message: str) -> Problem:
    """Give the problem of a malformed request or an invalid value."""
    return Problem(400, "bad_request", message)


def method_not_allowed(methods: tuple[str, ...]) -> Problem:
    """Give the problem of a method that the resource does not offer (RFC 9110, 15.5.6: `Allow` is required)."""
    offer = " and ".join(methods)
    return Problem(405, "method_not_allowed", f"The resource offers {offer}", {"Allow": ", ".join(methods)})


def unauthorized(challenge: str) -> Problem:
    """Give the problem of a missing or useless token; RFC 9110, 11.6.1, requires the challenge."""
    return Problem(401, "unauthorized", "A valid access token is needed", {"WWW-Authenticate": challenge})
