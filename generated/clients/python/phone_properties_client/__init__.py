"""Typed client for the PhoneProperties resource. The models are in `phone_properties_client.models`."""

from .auth import BearerToken, ClientCredentials
from .client import AsyncPhoneClient, PhoneClient
from .errors import (
    ApiError,
    BadRequestError,
    ForbiddenError,
    NotFoundError,
    TokenError,
    TooManyRequestsError,
    UnauthorizedError,
    UnreadableAnswerError,
)

__all__ = (
    "ApiError",
    "AsyncPhoneClient",
    "BadRequestError",
    "BearerToken",
    "ClientCredentials",
    "ForbiddenError",
    "NotFoundError",
    "PhoneClient",
    "TokenError",
    "TooManyRequestsError",
    "UnauthorizedError",
    "UnreadableAnswerError",
)
