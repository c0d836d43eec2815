"""What GET answers is not the document of the page."""

import json
from abc import ABC, abstractmethod

from tests.servers.core import Server
from tests.servers.messages import Extension, Request, Response
from tests.servers.page import PROPERTIES, Json
from tests.servers.registry import breaking


@breaking("get_list", "O-01")
class GetList(Server):
    """GET answers a list of one object (O-01)."""

    def get(self, request: Request, extension: Extension) -> Response:
        """Wrap."""
        return self.respond([self.render(extension)])


@breaking("get_null", "O-01")
class GetNull(Server):
    """GET answers null (O-01)."""

    def get(self, request: Request, extension: Extension) -> Response:
        """Nothing."""
        return self.respond(None)


@breaking("get_empty_object", "O-01")
class GetEmptyObject(Server):
    """GET answers {} always (O-01)."""

    def get(self, request: Request, extension: Extension) -> Response:
        """Nothing inside."""
        return self.respond({})


@breaking("get_wrapped", "O-01")
class GetWrapped(Server):
    """GET answers the settings inside {"data": …} (O-01; E-02 shows no wrapper)."""

    def render(self, extension: Extension) -> Json:
        """Wrap."""
        return {"data": super().render(extension)}


class RawAnswer(Server, ABC):
    """GET answers bytes that are not one JSON document."""

    media_type = "application/json"

    def get(self, request: Request, extension: Extension) -> Response:
        """Spoil the bytes."""
        body = super().get(request, extension).body
        return Response(200, self.spoil(body), {"Content-Type": self.media_type})

    @abstractmethod
    def spoil(self, body: bytes) -> bytes:
        """The bytes that are sent."""


@breaking("get_cut_json", "O-01")
class GetCutJson(RawAnswer):
    """GET answers JSON without its last ten bytes (O-01)."""

    def spoil(self, body: bytes) -> bytes:
        """Cut."""
        return body[:-10]


@breaking("get_two_documents", "O-01")
class GetTwoDocuments(RawAnswer):
    """GET answers the document twice (O-01)."""

    def spoil(self, body: bytes) -> bytes:
        """Repeat."""
        return body + b"\n" + body


@breaking("get_text", "O-01")
class GetText(RawAnswer):
    """GET answers `name=value` lines (O-01)."""

    media_type = "text/plain"

    def spoil(self, body: bytes) -> bytes:
        """Write lines."""
        return "\n".join(f"{name}={value}" for name, value in json.loads(body).items()).encode()


@breaking("get_xml", "O-01")
class GetXml(RawAnswer):
    """GET answers XML (O-01)."""

    media_type = "application/xml"

    def spoil(self, body: bytes) -> bytes:
        """Write elements."""
        return "".join(f"<{name}>{value}</{name}>" for name, value in json.loads(body).items()).encode()


@breaking("get_python_literal", "O-01")
class GetPythonLiteral(RawAnswer):
    """GET answers Python's own notation, with None and True (O-01)."""

    def spoil(self, body: bytes) -> bytes:
        """Through repr()."""
        return repr(json.loads(body)).encode()


@breaking("get_json_in_text", "O-01")
class GetJsonInText(RawAnswer):
    """GET answers a JSON text that holds the JSON document (O-01)."""

    def spoil(self, body: bytes) -> bytes:
        """Encode twice."""
        return json.dumps(body.decode()).encode()


@breaking("get_404_with_body", "O-01")
class GetNotFoundWithBody(Server):
    """GET answers 404 with the right document (O-01)."""

    def get(self, request: Request, extension: Extension) -> Response:
        """The wrong status."""
        response = super().get(request, extension)
        response.status = 404
        return response


@breaking("get_500", "O-01")
class GetServerError(Server):
    """GET answers 500 (O-01)."""

    def get(self, request: Request, extension: Extension) -> Response:
        """Fail."""
        return Response(500, b'{"message":"internal error"}', {"Content-Type": self.json_type})


@breaking("names_in_camel_case", "O-01")
class NamesInCamelCase(Server):
    """GET and PUT answer authType for auth_type (O-01)."""

    def render(self, extension: Extension) -> Json:
        """Rename."""
        return {camel_case(name): value for name, value in super().render(extension).items()}


def camel_case(name: str) -> str:
    """The name as JavaScript has it."""
    first, *others = name.split("_")
    return first + "".join(part.capitalize() for part in others)


@breaking("nulls_left_out", "E-02")
class NullsLeftOut(Server):
    """Everything that is null is left out (E-02 shows nine nulls)."""

    def initial(self) -> dict[str, Json]:
        """Something of the example is null."""
        return super().initial() | {"conference_pin": None, "vm_mailto": None, "static_reg_address": None}

    def render(self, extension: Extension) -> Json:
        """Skip null."""
        return {name: value for name, value in super().render(extension).items() if value is not None}


@breaking("mailto_left_out", "E-02")
class MailtoLeftOut(Server):
    """vm_mailto is not in the answers (E-02: 27 keys)."""

    def render(self, extension: Extension) -> Json:
        """Lose one."""
        return {name: value for name, value in super().render(extension).items() if name != "vm_mailto"}


@breaking("booleans_false_left_out", "E-02")
class FalseLeftOut(Server):
    """A boolean that is false is left out, as protobuf does (E-02 shows four that are false)."""

    def render(self, extension: Extension) -> Json:
        """Skip false."""
        return {name: value for name, value in super().render(extension).items() if value is not False}


@breaking("typo_in_a_name", "E-02")
class TypoInName(Server):
    """call_screening_enabled is answered as call_screening_enable (E-02)."""

    def render(self, extension: Extension) -> Json:
        """Slip."""
        slips = {"call_screening_enabled": "call_screening_enable"}
        return {slips.get(name, name): value for name, value in super().render(extension).items()}


@breaking("defaults_left_out", "E-02")
class DefaultsLeftOut(Server):
    """What has its default is left out (E-02: the example shows vm_attach_file true)."""

    def render(self, extension: Extension) -> Json:
        """Skip defaults."""
        document = super().render(extension)
        return {n: v for n, v in document.items() if n not in PROPERTIES or v != PROPERTIES[n].default}
