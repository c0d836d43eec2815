# ruff: noqa: D102 (the docstring of the class describes the method)
"""Authentication, authorisation, and the extension id in the path."""

import time
from abc import ABC, abstractmethod

from starlette.requests import Request
from starlette.responses import Response

from mock_server.faults.catalogue import fault
from mock_server.phone import Phone, Properties
from mock_server.problems import Problem, unauthorized
from mock_server.seed import Application


class _Trusting(Phone, ABC):
    """If authentication fails, and `trusts` is true, the request counts as one of the seed's first application."""

    def authenticate(self, request: Request) -> Application:
        try:
            return super().authenticate(request)
        except Problem:
            if self.trusts(request):
                return next(iter(self.applications.values()))
            raise

    @abstractmethod
    def trusts(self, request: Request) -> bool: ...


@fault
class AuthIgnored(_Trusting):
    """No token is needed."""

    def trusts(self, request: Request) -> bool:  # noqa: ARG002
        return True


@fault
class AuthIgnoredOnPut(_Trusting):
    """PUT needs no token."""

    def trusts(self, request: Request) -> bool:
        return request.method == "PUT"


@fault
class MissingTokenAccepted(_Trusting):
    """A request without a token is accepted; a wrong token is refused."""

    def trusts(self, request: Request) -> bool:
        return "authorization" not in request.headers


@fault
class AnyTokenAccepted(_Trusting):
    """Any bearer token is valid."""

    def trusts(self, request: Request) -> bool:
        return request.headers.get("authorization", "").startswith("Bearer ")


@fault
class AnySchemeAccepted(_Trusting):
    """A valid token is accepted under any scheme."""

    def trusts(self, request: Request) -> bool:
        token = request.headers.get("authorization", "").rpartition(" ")[2]
        return self.storage.token_owner(token, time.time()) is not None


@fault
class SchemeCaseMatters(Phone):
    """The scheme is accepted only in the spelling `Bearer`."""

    def authenticate(self, request: Request) -> Application:
        if not request.headers.get("authorization", "Bearer").startswith("Bearer"):
            raise Problem(401, "unauthorized", "Write Bearer", {"WWW-Authenticate": "Bearer"})
        return super().authenticate(request)


@fault
class ForeignExtensionReadable(Phone):
    """The extension of another client may be read."""

    def authorise(self, application: Application, extension: str, method: str) -> None:
        if method == "PUT":
            super().authorise(application, extension, method)


@fault
class ForeignExtensionWritable(Phone):
    """The extension of another client may be changed, although it may not be read."""

    def authorise(self, application: Application, extension: str, method: str) -> None:
        if method != "PUT":
            super().authorise(application, extension, method)


@fault
class ForeignExtensionAs401(Phone):
    """The extension of another client is answered with 401, as if the token were wrong."""

    def authorise(self, application: Application, extension: str, method: str) -> None:
        if self.clients[extension] != application.client:
            raise unauthorized("Bearer")
        super().authorise(application, extension, method)


@fault
class TokenUnderAnotherName(Phone):
    """The token endpoint answers with `token` instead of `access_token`."""

    def grant(self, token: str, lifetime: int) -> Properties:
        return {"token": token, "expires_in": lifetime}


@fault
class CredentialsUnderOtherNames(Phone):
    """The token endpoint knows neither client_id nor client_secret, and says so with 200."""

    def grant(self, token: str, lifetime: int) -> Properties:  # noqa: ARG002
        return {"error": "invalid_request", "error_description": "application_id is missing"}


@fault
class WrongSecretAccepted(Phone):
    """The token endpoint does not look at the client secret."""

    def is_secret(self, secret: str, expected: str) -> bool:  # noqa: ARG002
        return True


@fault
class MeIsAnotherExtension(Phone):
    """`@me` means another extension of the client."""

    def resolve(self, application: Application, extension_id: str) -> str:
        own = super().resolve(application, extension_id)
        others = (id_ for id_, client in self.clients.items() if client == application.client and id_ != own)
        return next(others) if extension_id == "@me" else own


@fault
class MeUnknown(Phone):
    """`@me` is unknown."""

    def resolve(self, application: Application, extension_id: str) -> str:
        return super().resolve(application, extension_id.removeprefix("@"))


@fault
class GetIgnoresId(Phone):
    """GET answers with the extension of the user, whichever extension of the client the path has."""

    async def handle(self, request: Request, extension_id: str) -> Response:
        is_own_client = self.clients.get(extension_id) == next(iter(self.clients.values()))
        return await super().handle(request, "@me" if request.method == "GET" and is_own_client else extension_id)


@fault
class ExtensionsMixedUp(Phone):
    """All extensions of a client share one state."""

    def resolve(self, application: Application, extension_id: str) -> str:
        meant = super().resolve(application, extension_id)
        return next(id_ for id_, client in self.clients.items() if client == self.clients[meant])


@fault
class UnknownIdAnswered(Phone):
    """An unknown extension id means the first extension of the seed."""

    def resolve(self, application: Application, extension_id: str) -> str:
        known = extension_id == "@me" or extension_id in self.clients
        return super().resolve(application, extension_id if known else next(iter(self.clients)))


@fault
class LeadingZerosAccepted(Phone):
    """An extension id may have leading zeros."""

    def resolve(self, application: Application, extension_id: str) -> str:
        return super().resolve(application, extension_id.lstrip("0"))


@fault
class IdReadLikeStrtol(Phone):
    """An extension id is read up to the first character that is not a digit."""

    def resolve(self, application: Application, extension_id: str) -> str:
        digits = extension_id[: len(extension_id) - len(extension_id.lstrip("0123456789"))]
        return super().resolve(application, digits or extension_id)
