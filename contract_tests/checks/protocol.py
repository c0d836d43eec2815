"""HTTP: status codes, media types, headers, methods."""

from __future__ import annotations

import json
import re
from http import HTTPStatus

from contract_tests.checks.catalogue import Judgements, check, finding
from contract_tests.checks.history import VALID, History
from contract_tests.contract.json_values import Json
from contract_tests.contract.property import Evidence
from contract_tests.record.exchange import Exchange
from contract_tests.record.step import Kind
from contract_tests.report.results import Finding

ABOUT_THE_RESOURCE = VALID | {Kind.read, Kind.invalid, Kind.mixed, Kind.body, Kind.credentials, Kind.address}
"""Requests with a method that the contract offers, and whose answer it declares."""
MOST_DROPPED = 5
"""So often a server may close a connection that it kept open, just when the next request comes."""
UNDECLARED_METHODS = {"TRACE", "POST", "PATCH", "DELETE"}


@check
def every_request_is_answered(history: History) -> Judgements:
    """Every request gets an answer.

    > RFC 9110, 3.4: a server answers each request with one or more responses
    """
    for seen in history.record:
        # A server may hang up on a body that is too large, before it was sent as a whole.
        is_due = seen.step.kind is not Kind.question
        yield "", finding(Evidence.inferred, f"no answer ({seen.error})", seen) if is_due and not seen.status else None
    dropped = [seen for seen in history.record if seen.dropped]
    if len(dropped) > MOST_DROPPED:
        text = f"{len(dropped)} requests got an answer only when they were repeated, the first of them this one"
        yield "", finding(Evidence.inferred, text, dropped[0])


@check
def valid_request_is_no_server_error(history: History) -> Judgements:
    """A valid request is not answered with a 5xx.

    > RFC 9110, 15.6: the server is aware that it has erred
    """
    for seen in history.record.of(*VALID, Kind.read):
        # A server that is busy or under maintenance says so (RFC 9110, 15.6.4), and errs in nothing.
        evidence = Evidence.inferred if seen.status == HTTPStatus.SERVICE_UNAVAILABLE else Evidence.stated
        text = f"a valid request was answered with {seen.status}"
        yield "", finding(evidence, text, seen) if seen.status >= 500 else None


@check
def invalid_request_is_no_server_error(history: History) -> Judgements:
    """A wrong or unusual request is refused, not answered with a 5xx.

    > RFC 9110, 15.6: a 5xx tells of the server's own fault
    """
    for seen in history.record:
        if seen.step.kind not in VALID | {Kind.read}:
            is_error = seen.status >= 500 and seen.status != HTTPStatus.NOT_IMPLEMENTED
            text = f"{seen.step.case or seen.step.kind}: answered with {seen.status}"
            yield "", finding(Evidence.inferred, text, seen) if is_error else None


@check
def status_code_is_declared(history: History) -> Judgements:
    """The status code is one that the contract declares.

    > RFC 9110, 15; the page names none
    """
    for seen in history.record.of(*ABOUT_THE_RESOURCE):
        declared = history.contract.responses[seen.step.method]
        is_known = str(seen.status) in declared or seen.status >= 500 or not seen.status
        text = f"{seen.step.method} was answered with {seen.status}, which the contract does not declare"
        yield "", None if is_known else finding(Evidence.inferred, text, seen)


@check
def answer_is_json(history: History) -> Judgements:
    """Settings are answered as `application/json`, in UTF-8.

    > System response: a JSON object; RFC 8259, 8.1
    """
    for seen in history.record.of(*VALID, Kind.read):
        if seen.status == HTTPStatus.OK:
            media_type = seen.headers.get("content-type", "").partition(";")[0].strip().lower()
            text = f"the settings are declared as {media_type or 'nothing'}, not as application/json"
            is_json = media_type == "application/json"
            yield "", (None if is_json else finding(Evidence.example, text, seen)) or _not_json(seen)


def _not_json(seen: Exchange) -> Finding | None:
    if seen.body.startswith(b"\xef\xbb\xbf"):
        return finding(Evidence.inferred, "the answer begins with a byte order mark", seen)
    charset = re.search('charset="?([^";]+)', seen.headers.get("content-type", ""))
    if charset and charset[1].strip().lower() not in {"utf-8", "utf8"}:
        return finding(Evidence.inferred, f"the answer is declared as {charset[1]}, JSON is UTF-8", seen)
    repeated: list[str] = []

    def look(pairs: list[tuple[str, Json]]) -> None:
        names = [name for name, _ in pairs]
        repeated.extend(name for name in {*names} if names.count(name) > 1)

    try:
        json.loads(seen.body, object_pairs_hook=look)
    except (ValueError, RecursionError) as error:
        return finding(Evidence.example, f"the answer is not JSON ({error})", seen)
    return finding(Evidence.inferred, f"{repeated[0]} stands twice in the answer", seen) if repeated else None


@check
def put_answers_200(history: History) -> Judgements:
    """An accepted PUT is answered with 200 and the settings.

    > System response: the whole object
    """
    for seen in history.record.of(*VALID):
        if seen.is_success:
            is_whole = seen.status == HTTPStatus.OK and seen.shown is not None
            text = f"an accepted PUT was answered with {seen.status} and {'a' if seen.shown else 'no'} JSON object"
            evidence = Evidence.inferred if seen.shown else Evidence.example
            yield "", None if is_whole else finding(evidence, text, seen)


@check
def refusal_is_explained_in_json(history: History) -> Judgements:
    """A refusal is a JSON object.

    > Inferred: an interface that speaks JSON refuses in JSON
    """
    for seen in history.record.of(*ABOUT_THE_RESOURCE):
        if 400 <= seen.status < 500:
            yield "", None if seen.shown is not None else finding(Evidence.inferred, "it is no JSON object", seen)


@check
def header_has_its_type(history: History) -> Judgements:
    """A header that the contract declares has the type that it declares.

    > RFC 9110, 5.5; the page names no header
    """
    for seen in history.record.of(*ABOUT_THE_RESOURCE):
        headers = history.contract.responses[seen.step.method].get(str(seen.status), {}).get("headers", {})
        for name, header in headers.items():
            value = seen.headers.get(name.lower())
            if value is not None:
                wrong = header["schema"]["type"] == "integer" and not value.removeprefix("-").isdecimal()
                yield "", finding(Evidence.inferred, f"{name}: {value!r} is no number", seen) if wrong else None


@check
def undeclared_method_is_refused(history: History) -> Judgements:
    """A method that the contract does not offer is refused with 405, 501 or, by a gateway, 403.

    > RFC 9110, 15.5.6: 405 for a method that the resource does not support
    """
    for seen in _undeclared(history):
        is_refused = seen.status in {405, 501, 403}
        text = f"{seen.step.method} was answered with {seen.status}"
        yield "", None if is_refused else finding(Evidence.inferred, text, seen)


@check
def allow_names_the_methods(history: History) -> Judgements:
    """A 405 names GET and PUT in `Allow`, and not the method that was refused; so does an answer to OPTIONS.

    > RFC 9110, 15.5.6: the server must send Allow with the methods that the resource supports
    """
    for seen in history.record.of(Kind.method):
        is_refused = seen.status == HTTPStatus.METHOD_NOT_ALLOWED
        if is_refused or (seen.step.method == "OPTIONS" and "allow" in seen.headers):
            allowed = {method.strip() for method in seen.headers.get("allow", "").split(",")}
            is_right = {"GET", "PUT"} <= allowed and not (is_refused and seen.step.method in allowed)
            text = f"{seen.step.method} was answered with Allow: {seen.headers.get('allow', 'missing')}"
            yield "", None if is_right else finding(Evidence.inferred, text, seen)


@check
def head_is_get_without_content(history: History) -> Judgements:
    """HEAD is answered like GET, without content.

    > RFC 9110, 9.1: a general-purpose server must support GET and HEAD
    """
    for seen in history.record.of(Kind.method):
        if seen.step.method == "HEAD":
            read = next(iter(history.reads(history.own_path)), seen)
            media_type = seen.headers.get("content-type")
            is_right = seen.status == read.status and media_type == read.headers.get("content-type") and not seen.body
            text = f"HEAD was answered with {seen.status} and {media_type}"
            yield "", None if is_right else finding(Evidence.inferred, text, seen)


def _undeclared(history: History) -> list[Exchange]:
    return [seen for seen in history.record.of(Kind.method) if seen.step.method in UNDECLARED_METHODS]
