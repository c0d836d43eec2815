# ruff: noqa: D102 (the class says what its one step does)
"""Protocol: methods, status codes, media types, headers."""

import asyncio
import json
from typing import Any

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from mock_server.faults.catalogue import fault
from mock_server.phone import Phone, Properties
from mock_server.problems import Problem


class _RefusedWrong(Phone):
    """A refusal with the status code `code` gets the status code `wrong`."""

    code: int
    wrong: int

    def refuse(self, request: Request, problem: Problem) -> Response:
        response = super().refuse(request, problem)
        if response.status_code == self.code:
            response.status_code = self.wrong
        return response


class _MethodAccepted(Phone):
    """A method that the contract does not declare is accepted."""

    method: str

    async def answer(self, request: Request, extension_id: str) -> Response:
        if request.method == self.method:
            return Response(status_code=204)
        return await super().answer(request, extension_id)


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
    """The answer is declared as text/html."""

    def respond(self, request: Request, properties: Properties) -> Response:
        return HTMLResponse(super().respond(request, properties).body)


@fault
class AnswerWithoutMediaType(Phone):
    """The answer has no Content-Type."""

    def respond(self, request: Request, properties: Properties) -> Response:
        response = super().respond(request, properties)
        del response.headers["content-type"]
        return response


@fault
class AnswerInLatin1(Phone):
    """The answer is encoded in Latin-1."""

    def respond(self, request: Request, properties: Properties) -> Response:  # noqa: ARG002
        text = json.dumps(properties, ensure_ascii=False)
        return Response(text.encode("latin-1", "replace"), media_type="application/json")


@fault
class AnswerCutOff(Phone):
    """The last character of the answer is missing."""

    def respond(self, request: Request, properties: Properties) -> Response:
        return Response(bytes(super().respond(request, properties).body)[:-1], media_type="application/json")


@fault
class AnswerWithByteOrderMark(Phone):
    """The answer begins with a byte order mark."""

    def respond(self, request: Request, properties: Properties) -> Response:
        body = b"\xef\xbb\xbf" + bytes(super().respond(request, properties).body)
        return Response(body, media_type="application/json")


@fault
class RefusalAsHtml(Phone):
    """A refusal is an HTML page."""

    def refuse(self, request: Request, problem: Problem) -> Response:  # noqa: ARG002
        return HTMLResponse(f"<h1>{problem.code}</h1>", problem.code, problem.headers)


@fault
class RefusalAs200(Phone):
    """A refusal has the status code 200."""

    def refuse(self, request: Request, problem: Problem) -> Response:
        response = super().refuse(request, problem)
        response.status_code = 200
        return response


@fault
class InvalidValueAs422(_RefusedWrong):
    """An invalid value is answered with 422, which the contract does not declare."""

    code, wrong = 400, 422


@fault
class InvalidValueAs500(_RefusedWrong):
    """An invalid value is answered with 500."""

    code, wrong = 400, 500


@fault
class UnauthorizedAs403(_RefusedWrong):
    """A missing or unknown token is answered with 403."""

    code, wrong = 401, 403


@fault
class UnauthorizedWithoutChallenge(Phone):
    """A 401 has no WWW-Authenticate."""

    def refuse(self, request: Request, problem: Problem) -> Response:
        response = super().refuse(request, problem)
        if problem.code == 401:
            del response.headers["www-authenticate"]
        return response


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
class AllowMissing(Phone):
    """A 405 has no Allow."""

    def refuse(self, request: Request, problem: Problem) -> Response:
        response = super().refuse(request, problem)
        if problem.code == 405:
            del response.headers["allow"]
        return response


@fault
class AllowWrong(Phone):
    """The Allow of a 405 offers DELETE, and not PUT."""

    def refuse(self, request: Request, problem: Problem) -> Response:
        response = super().refuse(request, problem)
        if problem.code == 405:
            response.headers["allow"] = "GET, DELETE"
        return response


@fault
class RateLimitInWords(Phone):
    """X-RateLimit-Remaining is a sentence, no number."""

    def respond(self, request: Request, properties: Properties) -> Response:
        response = super().respond(request, properties)
        response.headers["X-RateLimit-Remaining"] = "plenty"
        return response


@fault
class MalformedJsonNeverAnswered(Phone):
    """A request whose body is not valid JSON gets no answer."""

    async def read_body(self, request: Request) -> bytes:
        body = await super().read_body(request)
        try:
            json.loads(body)
        except ValueError:
            await asyncio.Event().wait()
        return body


@fault
class MethodNotAllowedAs404(_RefusedWrong):
    """A method that the contract does not declare is answered with 404."""

    code, wrong = 405, 404


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
    """NaN, duplicate keys and other encodings than UTF-8 are accepted."""

    def decode(self, body: bytes) -> Properties:
        try:
            document: Any = json.loads(body.decode("latin-1"))
        except ValueError:
            document = None
        return document if isinstance(document, dict) else super().decode(body)


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
