"""Which extension is read or written: the id of the path, or `@me`."""

from abc import ABC, abstractmethod

from tests.servers.core import CLIENT, Server
from tests.servers.messages import Extension, Refused, Request, Response
from tests.servers.page import Settings
from tests.servers.registry import breaking


class OneMethod(Server, ABC):
    """Treats the two methods in different ways."""

    def route(self, request: Request) -> Response:
        """Look at the method and the path first."""
        self.screen(request)
        return super().route(request)

    @abstractmethod
    def screen(self, request: Request) -> None:
        """Refuse some requests."""


def is_me(request: Request) -> bool:
    """Whether the path names `@me`."""
    return "/@me/" in request.path or "/%40me/" in request.path


@breaking("get_me_refused", "O-03")
class GetMeRefused(OneMethod):
    """GET of @me gets 404 (O-03)."""

    def screen(self, request: Request) -> None:
        """Know numbers only."""
        if request.method == "GET" and is_me(request):
            raise Refused(404, "not found")


@breaking("put_me_refused", "O-06")
class PutMeRefused(OneMethod):
    """PUT of @me gets 403, only GET has it (O-06)."""

    def screen(self, request: Request) -> None:
        """Know numbers only, for PUT."""
        if request.method == "PUT" and is_me(request):
            raise Refused(403, "access_denied")


@breaking("me_is_another", "O-03")
class MeIsAnother(Server):
    """@me is the first extension of the client, not the one of the user (O-03)."""

    def find(self, name: str, client: str) -> Extension:
        """Take another."""
        return super().find(self.fresh if name == "@me" else name, client)


@breaking("put_me_writes_another", "O-06")
class PutMeWritesAnother(Server):
    """PUT of @me changes another extension and answers it, GET of @me is right (O-06)."""

    def put(self, request: Request, extension: Extension) -> Response:
        """Take another."""
        return super().put(request, self.extensions["56"] if is_me(request) else extension)


@breaking("put_id_writes_me", "O-05")
class PutIdWritesMe(Server):
    """PUT always changes the extension of the user, whatever the path says (O-05)."""

    def put(self, request: Request, extension: Extension) -> Response:
        """Ignore the path."""
        own = extension.id in (self.fresh, "56")
        return super().put(request, self.extensions[self.me] if own else extension)


@breaking("put_writes_all", "O-05")
class PutWritesAll(Server):
    """`UPDATE` without `WHERE`: PUT changes every extension of the client (O-05)."""

    def apply(self, changes: Settings, extension: Extension) -> None:
        """Change all."""
        for other in self.extensions.values():
            if other.client == CLIENT:
                super().apply(changes, other)


@breaking("get_answers_last_written", "O-02")
class GetAnswersLastWritten(Server):
    """GET answers the extension that was written last: the key of its cache lacks the id (O-02)."""

    def __init__(self) -> None:
        super().__init__()
        self.last: Extension | None = None

    def put(self, request: Request, extension: Extension) -> Response:
        """Fill the cache."""
        self.last = extension
        return super().put(request, extension)

    def get(self, request: Request, extension: Extension) -> Response:
        """Answer from the cache."""
        return super().get(request, self.last or extension)


@breaking("fresh_shares_object", "O-05")
class FreshSharesObject(Server):
    """All extensions share one bundle object: writing it changes the others (O-05)."""

    def apply(self, changes: Settings, extension: Extension) -> None:
        """Write into the shared object."""
        super().apply(changes, extension)
        if "bundle" in changes:
            for other in self.extensions.values():
                other.settings["bundle"] = changes["bundle"]


class NoPut(OneMethod):
    """Has no PUT."""

    status = 405

    def screen(self, request: Request) -> None:
        """Refuse PUT after the token."""
        if request.method == "PUT":
            self.authenticate(request)
            raise Refused(self.status, "no such method", {"Allow": "GET, HEAD"})


@breaking("no_put_405", "O-04")
class NoPut405(NoPut):
    """PUT gets 405 (O-04)."""


@breaking("no_put_404", "O-04")
class NoPut404(NoPut):
    """PUT gets 404 (O-04)."""

    status = 404


@breaking("no_put_501", "O-04")
class NoPut501(NoPut):
    """PUT gets 501 (O-04)."""

    status = 501


@breaking("put_500", "O-04")
class Put500(NoPut):
    """PUT gets 500 (O-04)."""

    status = 500


@breaking("post_instead_of_put", "O-04")
class PostInsteadOfPut(Server):
    """Changes come by POST, PUT gets 405 (O-04)."""

    def route(self, request: Request) -> Response:
        """Swap the two."""
        if request.path == self.token_path:
            return super().route(request)
        method = {"PUT": "POST", "POST": "PUT"}.get(request.method, request.method)
        return super().route(Request(method, request.path, request.query, request.headers, request.body))
