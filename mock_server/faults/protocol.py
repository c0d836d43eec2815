# ruff: noqa: D102 (the docstring of the class describes the method)
"""Protocol: methods, status codes, media types, headers."""

import json
from typing import Any

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from mock_server.faults.catalogue import fault
from mock_server.phone import Phone, Properties
from mock_server.problems import Problem


class _MethodAccepted(Phone):
    """A method that the contract does not declare is accepted."""

    method: str

    async def handle(self, request: Request, extension_id: str) -> Response:
        if request.method == self.method:
            return Response(status_code=204)
        return await super().handle(request, extension_id)


@fault
class PutAnswers201(Phone):
    """PUT answers with 201."""

    def respond(self, request: Request, properties: Properties) -> Response:
        response = super().respond(request, properties)
        response.status_code = 201 if request.method == "PUT" else 200
        return response


@fault
class PutAnswers204(Phone):
    """PUT answers with 204 and no body."""

    def respond(self, request: Request, properties: Properties) -> Response:
        return Response(status_code=204) if request.method == "PUT" else super().respond(request, properties)


@fault
class AnswerAsHtml(Phone):
    """The Content-Type of the response is text/html."""

    def respond(self, request: Request, properties: Properties) -> Response:
        return HTMLResponse(super().respond(request, properties).body)


@fault
class AnswerWithoutMediaType(Phone):
    """The response has no Content-Type."""

    def respond(self, request: Request, properties: Properties) -> Response:
        response = super().respond(request, properties)
        del response.headers["content-type"]
        return response


@fault
class AnswerInLatin1(Phone):
    """The response is encoded in Latin-1."""

    def respond(self, request: Request, properties: Properties) -> Response:  # noqa: ARG002
        text = json.dumps(properties, ensure_ascii=False)
        return Response(text.encode("latin-1", "replace"), media_type="application/json")


@fault
class AnswerCutOff(Phone):
    """The last character of the response is missing."""

    def respond(self, request: Request, properties: Properties) -> Response:
        return Response(bytes(super().respond(request, properties).body)[:-1], media_type="application/json")


@fault
class AnswerWithByteOrderMark(Phone):
    """The response begins with a byte order mark."""

    def respond(self, request: Request, properties: Properties) -> Response:
        body = b"\xef\xbb\xbf" + bytes(super().respond(request, properties).body)
        return Response(body, media_type="application/json")


@fault
class Teapot(Phone):
    """A change is answered with 418, which the contract does not declare."""

    async def apply(self, extension: str, document: Properties) -> Properties:
        await super().apply(extension, document)
        raise Problem(418, "teapot", "I am a teapot")


@fault
class DeleteAccepted(_MethodAccepted):
    """DELETE is accepted."""

    method = "DELETE"


@fault
class PatchAccepted(_MethodAccepted):
    """PATCH is accepted."""

    method = "PATCH"


@fault
class PostAccepted(_MethodAccepted):
    """POST is accepted."""

    method = "POST"


@fault
class RateLimitInWords(Phone):
    """X-RateLimit-Remaining is a word instead of a number."""

    def respond(self, request: Request, properties: Properties) -> Response:
        response = super().respond(request, properties)
        response.headers["X-RateLimit-Remaining"] = "plenty"
        return response


@fault
class MalformedJsonNeverAnswered(Phone):
    """A request whose body is not valid JSON gets no response."""

    async def read_body(self, request: Request) -> bytes:
        body = await super().read_body(request)
        try:
            json.loads(body)
        except (ValueError, RecursionError):
            while (await request.receive())["type"] != "http.disconnect":
                pass  # wait until the client closes the connection
        return body


@fault
class HeadRefused(Phone):
    """HEAD is refused, although GET is offered."""

    def check_method(self, request: Request) -> None:
        super().check_method(request)
        if request.method == "HEAD":
            raise Problem(405, "method_not_allowed", "No HEAD", {"Allow": "GET, PUT"})


@fault
class MalformedJsonAsEmpty(Phone):
    """A body that is not valid JSON counts as an update that sets nothing."""

    def decode(self, body: bytes) -> Properties:
        try:
            return super().decode(body)
        except Problem:
            return {}


@fault
class LenientJson(Phone):
    """NaN, duplicate keys and encodings other than UTF-8 are accepted."""

    def decode(self, body: bytes) -> Properties:
        try:
            document: Any = json.loads(body.decode("latin-1"))
            json.dumps(document, ensure_ascii=False).encode()  # a lone surrogate could not be answered
        except (ValueError, RecursionError):
            document = None
        return document if isinstance(document, dict) else super().decode(body)


@fault
class JsonMediaTypeRefused(Phone):
    """A body that is declared as application/json is refused: a form is expected."""

    def check_media_type(self, request: Request) -> None:  # noqa: ARG002
        raise Problem(415, "unsupported_media_type", "A form is expected")


@fault
class MediaTypeIgnored(Phone):
    """Any Content-Type is accepted."""

    def check_media_type(self, request: Request) -> None:
        pass


@fault
class MediaTypeParametersRefused(Phone):
    """A Content-Type with a parameter is refused."""

    def check_media_type(self, request: Request) -> None:
        super().check_media_type(request)
        if ";" in request.headers["content-type"]:
            raise Problem(415, "unsupported_media_type", "No parameters")
