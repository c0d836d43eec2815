"""The exceptions. None contains a secret, not even one that the server repeats in a response."""

import json

import httpx

from .headers import RequestBudget, retry_after
from .models import Error


class TokenError(Exception):
    """The token endpoint gave no token. Usually the client id or the client secret is wrong.

    Attributes:
        status_code: The status code of its response.
    """

    def __init__(self, status_code: int) -> None:
        super().__init__(f"no access token: the token endpoint answered {status_code} without a valid token")
        self.status_code = status_code


class ApiError(Exception):
    """The response of the server is not the settings.

    Attributes:
        status_code: The status code of the response.
        error: The body, if it is an `Error` of the contract.
        retry_after: Seconds to wait before the next request, if the server sends them.
        budget: The request budget.
        headers: The headers of the response.
    """

    def __init__(self, response: httpx.Response) -> None:
        self.status_code = response.status_code
        self.error = _body(response)
        self.headers = response.headers
        self.retry_after = retry_after(response.headers)
        self.budget = RequestBudget.of(response.headers)
        error = self.error
        reasons = (response.reason_phrase,) if error is None else (error.status, error.message)
        super().__init__(f"{self.status_code} {': '.join(str(reason) for reason in reasons if reason)}".rstrip())


class BadRequestError(ApiError):
    """400: a value is invalid; nothing was changed."""


class UnauthorizedError(ApiError):
    """401: the token is missing, unknown or expired."""


class ForbiddenError(ApiError):
    """403: the application may not do this, or the internal number belongs to another client."""


class NotFoundError(ApiError):
    """404: there is no such internal number."""


class TooManyRequestsError(ApiError):
    """429: the request budget is used up; see `retry_after`."""


class UnreadableAnswerError(ApiError):
    """The status code is a success, but the body is not the settings of the contract."""


_BY_STATUS = {
    400: BadRequestError,
    401: UnauthorizedError,
    403: ForbiddenError,
    404: NotFoundError,
    429: TooManyRequestsError,
}


def error_of(response: httpx.Response) -> ApiError:
    """Return the exception for an error response."""
    return _BY_STATUS.get(response.status_code, ApiError)(response)


def _body(response: httpx.Response) -> Error | None:
    token = response.request.headers.get("Authorization", "").removeprefix("Bearer ")
    text = response.text.replace(token, "***") if token else response.text
    try:
        content = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return Error.from_dict(content) if isinstance(content, dict) else None
