"""How answers are written: the page shows a document, not its bytes, and no error body at all."""

import json
import random

from tests.servers.core import Server
from tests.servers.messages import Extension, Refused, Response
from tests.servers.page import PROPERTIES, Json
from tests.servers.registry import conforming


@conforming("pretty_printed", "O-01", remark="none")
class PrettyPrinted(Server):
    """Indents its JSON, as the example of the page does, with blank lines around it."""

    def encode(self, document: Json) -> bytes:
        """Indent."""
        return b"\r\n" + json.dumps(document, indent=4).encode() + b"\n\n"


@conforming("keys_shuffled", "O-01", remark="none")
class KeysShuffled(Server):
    """Answers the keys in another order every time: an object of JSON has no order."""

    def render(self, extension: Extension) -> Json:
        """Shuffle."""
        items = list(super().render(extension).items())
        random.shuffle(items)
        return dict(items)


@conforming("raw_utf8", "P01-t", remark="none")
class RawUtf8(Server):
    """Writes letters as UTF-8 and not as escapes: both are JSON."""

    def encode(self, document: Json) -> bytes:
        """Write UTF-8."""
        return json.dumps(document, ensure_ascii=False).encode()


@conforming("slashes_escaped", "P24-t", remark="none")
class SlashesEscaped(Server):
    r"""Writes `\/` for a slash and every letter beyond ASCII as an escape, as PHP does: the same JSON text."""

    def encode(self, document: Json) -> bytes:
        """Escape slashes."""
        return super().encode(document).replace(b"/", b"\\/")


@conforming("more_keys", "E-02", remark="none")
class MoreKeys(Server):
    """Answers keys that the page does not know, nested too: the real platform has such keys."""

    def render(self, extension: Extension) -> Json:
        """Add what a newer version may hold."""
        more = {"id": int(extension.id), "codecs": ["opus", {"name": "g722", "rate": 16000}], "sip": {"null": None}}
        return more | super().render(extension)


@conforming("errors_as_text", "O-07", remark="none")
class ErrorsAsText(Server):
    """Answers refusals as plain text; the page leaves error bodies open."""

    def refuse(self, refusal: Refused) -> Response:
        """One line of text."""
        return Response(refusal.status, refusal.message.encode(), {"Content-Type": "text/plain"} | refusal.headers)


@conforming("errors_as_html", "O-07", remark="none")
class ErrorsAsHtml(Server):
    """Answers refusals as a page of HTML, as a web server in front does."""

    def refuse(self, refusal: Refused) -> Response:
        """A page."""
        body = f"<!doctype html><title>{refusal.status}</title><h1>{refusal.message}</h1>".encode()
        return Response(refusal.status, body, {"Content-Type": "text/html; charset=utf-8"} | refusal.headers)


@conforming("errors_empty", "O-07", remark="none")
class ErrorsEmpty(Server):
    """Answers refusals without a body and without a media type."""

    def refuse(self, refusal: Refused) -> Response:
        """Only a status."""
        return Response(refusal.status, b"", refusal.headers)


@conforming("errors_as_problem", "O-07", remark="none")
class ErrorsAsProblem(Server):
    """Answers refusals as RFC 9457 has it, as application/problem+json and with 422 for a wrong value."""

    def refuse(self, refusal: Refused) -> Response:
        """A problem document."""
        status = 422 if refusal.status == 400 else refusal.status
        body = json.dumps({"type": "about:blank", "title": refusal.message, "status": status, "errors": []}).encode()
        return Response(status, body, {"Content-Type": "application/problem+json"} | refusal.headers)


@conforming("errors_echo_request", "O-07", remark="none")
class ErrorsEchoRequest(Server):
    """Names the stored settings in each refusal, so that an error looks much like an answer."""

    def convert(self, name: str, value: Json, extension: Extension) -> Json:
        """Add the stored value to the refusal."""
        try:
            return super().convert(name, value, extension)
        except Refused as refusal:
            refusal.details = {name: extension.settings[name], "auth_type": "digest", "wrong": [name]}
            raise


@conforming("vendor_media_type", "O-01", remark="a warning at most: another media type than application/json")
class VendorMediaType(Server):
    """Answers application/vnd.pbx.phone+json; the page names a media type for requests only (A-05)."""

    json_type = "application/vnd.pbx.phone+json"


@conforming("media_type_with_charset", "O-01", remark="none")
class MediaTypeWithCharset(Server):
    """Answers `Application/JSON; Charset=UTF-8`: media types have no case."""

    json_type = 'Application/JSON; Charset="UTF-8"'


@conforming("media_type_not_checked", "A-05", remark="a note at most")
class MediaTypeNotChecked(Server):
    """Takes JSON under every media type; A-05 tells the client what to send, not the server what to refuse."""

    def check_media_type(self, request: Json) -> None:
        """Take all."""


@conforming("only_page_keys", "E-02", remark="none")
class OnlyPageKeys(Server):
    """Answers the 31 properties and nothing else, and keeps its own keys to itself."""

    def render(self, extension: Extension) -> Json:
        """Leave its own keys out."""
        return {name: value for name, value in super().render(extension).items() if name in PROPERTIES}
