"""Typed client for the PhoneProperties resource. The models are in `phone_properties_client.models`."""

from .auth import BearerToken, ClientCredentials
from .client import AsyncPhoneClient, PhoneClient, PhoneResponse
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
from .headers import RequestBudget
from .options import AsyncClientOptions, AsyncHooks, CallOptions, ClientOptions, Hooks
from .record import UNSET

__all__ = (
    "UNSET",
    "ApiError",
    "AsyncClientOptions",
    "AsyncHooks",
    "AsyncPhoneClient",
    "BadRequestError",
    "BearerToken",
    "CallOptions",
    "ClientCredentials",
    "ClientOptions",
    "ForbiddenError",
    "Hooks",
    "NotFoundError",
    "PhoneClient",
    "PhoneResponse",
    "RequestBudget",
    "TokenError",
    "TooManyRequestsError",
    "UnauthorizedError",
    "UnreadableAnswerError",
)
