"""Error responses, in the form of the contract's `Error` schema."""

from collections.abc import Mapping

from starlette.responses import JSONResponse


class Problem(Exception):  # noqa: N818 (the word of RFC 9457)
    """A request is refused.

    Args:
        code: HTTP status code.
        status: Error code for programs.
        message: Error message for people; names the property if one is the cause.
        headers: Further headers of the response.
    """

    def __init__(self, code: int, status: str, message: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.status = status
        self.message = message
        self.headers = headers

    def response(self) -> JSONResponse:
        """Build the error response."""
        return JSONResponse({"status": self.status, "message": self.message}, self.code, self.headers)


def bad_request(message: str) -> Problem:
    """Return the problem for a malformed request or an invalid value."""
    return Problem(400, "bad_request", message)


def method_not_allowed(methods: tuple[str, ...]) -> Problem:
    """Return the problem for a method that the resource does not offer (RFC 9110, 15.5.6, requires `Allow`)."""
    offer = " and ".join(methods)
    return Problem(405, "method_not_allowed", f"The resource offers {offer}", {"Allow": ", ".join(methods)})


def unauthorized(challenge: str) -> Problem:
    """Return the problem for a missing or invalid token (RFC 9110, 11.6.1, requires the challenge)."""
    return Problem(401, "unauthorized", "A valid access token is needed", {"WWW-Authenticate": challenge})
