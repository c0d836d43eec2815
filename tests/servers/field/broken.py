"""Forms of the page that are refused, methods that are missing, first answers that are no settings."""

from tests.servers.breaking.documents import (
    GetCutJson,
    GetList,
    GetNotFoundWithBody,
    GetNull,
    GetText,
    GetTwoDocuments,
    GetXml,
)
from tests.servers.breaking.identity import NoPut
from tests.servers.core import Server
from tests.servers.messages import Extension, Request, Response
from tests.servers.registry import field

from .state import StrictForm


@field("strict_forms", 1, statements=("P10-s2", "P11-s2", "P24-s3", "P29-s2", "P31-s2"), may_keep=())
class StrictForms(StrictForm):
    """Refuses all at once: two mail addresses, two countries, `+`, a port, two bundle entries.

    Nothing of the stored settings of its extension has one of these forms.
    """

    marks = {"vm_mailto": ",", "geo_list": " ", "external_number": "+", "static_reg_address": ":"}
    bundle_entries = 1

    def initial(self) -> dict[str, object]:
        """Settings of its own narrow forms."""
        narrow = {"geo_list": "DE", "external_number": "12025550143", "static_reg_address": "192.0.2.10"}
        return super().initial() | narrow


@field("put_405", 1, statements=("O-04",), may_keep=())
class Put405(NoPut):
    """Has no PUT: 405."""


@field("put_404", 1, statements=("O-04",), may_keep=())
class Put404(NoPut):
    """Has no PUT: 404."""

    status = 404


@field("put_501", 1, statements=("O-04",), may_keep=())
class Put501(NoPut):
    """Has no PUT: 501."""

    status = 501


@field("put_403", 1, 3, 4, remark="one clear line, not green", names=("403",), may_keep=())
class Put403(NoPut):
    """Every PUT gets 403, as for an application with read-only access."""

    status = 403


@field("first_answer_list", 1, statements=("O-01",), may_keep=(), no_writes=True)
class FirstAnswerList(GetList):
    """GET answers a list."""


@field("first_answer_null", 1, statements=("O-01",), may_keep=(), no_writes=True)
class FirstAnswerNull(GetNull):
    """GET answers null."""


@field("first_answer_text", 1, statements=("O-01",), may_keep=(), no_writes=True)
class FirstAnswerText(GetText):
    """GET answers text."""


@field("first_answer_xml", 1, statements=("O-01",), may_keep=(), no_writes=True)
class FirstAnswerXml(GetXml):
    """GET answers XML."""


@field("first_answer_cut", 1, statements=("O-01",), may_keep=(), no_writes=True)
class FirstAnswerCut(GetCutJson):
    """GET answers JSON that is cut."""


@field("first_answer_two_documents", 1, statements=("O-01",), may_keep=(), no_writes=True)
class FirstAnswerTwoDocuments(GetTwoDocuments):
    """GET answers two documents."""


@field("first_answer_404", 1, statements=("O-01",), may_keep=(), no_writes=True)
class FirstAnswer404(GetNotFoundWithBody):
    """GET answers 404 with the right body."""


@field("first_answer_number", 1, statements=("O-01",), may_keep=(), no_writes=True)
class FirstAnswerNumber(Server):
    """GET answers the number 200."""

    def get(self, request: Request, extension: Extension) -> Response:
        """A number."""
        return self.respond(200)


@field("first_answer_empty", 1, statements=("O-01",), may_keep=(), no_writes=True)
class FirstAnswerEmpty(Server):
    """GET answers 200 without a body."""

    def get(self, request: Request, extension: Extension) -> Response:
        """No body."""
        return Response(200, b"", {"Content-Type": self.json_type})
