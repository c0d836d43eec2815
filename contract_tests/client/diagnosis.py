"""What a target answered instead of what was asked for, in a line that names the likely reason."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator

from contract_tests.record.exchange import Exchange
from contract_tests.record.text import excerpt, visible

MAX_QUOTED = 300
"""Characters of a body, or of a header, that are quoted."""
MAX_READ = 20_000
"""Characters of a body in which the text of a page is looked for."""
_UNSEEN = re.compile(r"<(script|style)\b.*?(?:</\1\s*>|\Z)|<!--.*?(?:-->|\Z)|<[^>]*(?:>|\Z)", re.DOTALL | re.IGNORECASE)


def describe_refusal(exchange: Exchange) -> str:
    """What came back, as one line that is safe to print: status, where it leads, how it is encoded, what it says.

    Args:
        exchange: Masked, as the client returns it.
    """
    if not exchange.status:
        return f"no answer ({visible(exchange.error)})"
    return "; ".join([f"{exchange.status}", *_headers(exchange), *_body(exchange)])


def _headers(exchange: Exchange) -> Iterator[str]:
    location = exchange.headers.get("location", "")
    if 300 <= exchange.status < 400:
        yield f"Location: {_quoted(location)} (redirects are not followed)" if location else "without a Location"
    if encoding := _unreadable_encoding(exchange):
        yield f"Content-Encoding: {_quoted(encoding)} (the request did not offer it)"
    for name in ("WWW-Authenticate", "Server"):
        if value := exchange.headers.get(name.lower()):
            yield f"{name}: {_quoted(value)}"


def _body(exchange: Exchange) -> Iterator[str]:
    if _unreadable_encoding(exchange):
        yield f"{len(exchange.body):,} bytes that cannot be read"
        return
    media_type = exchange.headers.get("content-type", "").partition(";")[0].strip()
    text = _text(exchange.body[:MAX_READ].decode("utf-8", "backslashreplace"))
    yield f"{_quoted(media_type) or 'no Content-Type'}: {_quoted(text)}" if text else "without a body"


def _unreadable_encoding(exchange: Exchange) -> str:
    """How the body is encoded, where the request did not offer that; empty else."""
    sent = {name.lower(): value for name, value in exchange.sent_headers.items()}
    offered = {part.partition(";")[0].strip().lower() for part in sent.get("accept-encoding", "").split(",")}
    encoding = exchange.headers.get("content-encoding", "").strip()
    return "" if encoding.lower() in offered | {"", "identity"} else encoding


def _text(content: str) -> str:
    """The text of a body, without the tags of a page, on one line."""
    if content.lstrip().startswith("<"):
        content = html.unescape(_UNSEEN.sub(" ", content))
    return " ".join(content.split())


def _quoted(text: str) -> str:
    return visible(excerpt(text, 0, MAX_QUOTED))
