"""HTTP: status codes, media types, headers, methods."""

from __future__ import annotations

import datetime
import json
import re
from collections import Counter
from http import HTTPStatus

from contract_tests.checks.catalogue import check
from contract_tests.checks.history import VALID, History, Span
from contract_tests.checks.judgement import Judgement, Judgements, expect
from contract_tests.contract.json_values import Json
from contract_tests.contract.property import Evidence
from contract_tests.contract.weight import server_error
from contract_tests.record.exchange import Exchange
from contract_tests.record.step import Kind
from contract_tests.report.reasons import Change, Place

ABOUT_THE_RESOURCE = VALID | {Kind.read, Kind.invalid, Kind.mixed, Kind.body, Kind.credentials, Kind.address}
"""Requests with a method that the contract offers, and whose response it declares."""
MAX_DROPPED = 5
"""How often a server may close a connection that it kept open just when the next request comes."""
UNDECLARED_METHODS = {"TRACE", "POST", "PATCH", "DELETE"}
NO_OPERATION = {HTTPStatus.NOT_FOUND, HTTPStatus.METHOD_NOT_ALLOWED, HTTPStatus.NOT_IMPLEMENTED}
OF_CACHES = {"age", "x-cache", "x-cache-status", "cf-cache-status", "x-cache-hits", "cache-status", "x-varnish", "via"}
"""Headers by which a cache tells that it answered."""
BYTE_ORDER_MARK = b"\xef\xbb\xbf"


@check(Evidence.inferred)
def every_request_is_answered(history: History) -> Judgements:
    """Every request gets a response.

    > RFC 9110, 3.4: A server responds to a client's request by sending one or more "response" messages
    """
    for exchange in history.record:
        # A server may close the connection before it has read a body that is too large.
        is_right = exchange.step.kind is Kind.question or exchange.status > 0
        yield expect(is_right, Evidence.inferred, f"no answer ({exchange.error})", exchange)
    dropped = [exchange for exchange in history.record if exchange.dropped]
    if len(dropped) > MAX_DROPPED:
        text = f"{len(dropped)} requests got a response only when they were repeated; this is the first of them"
        yield expect(False, Evidence.inferred, text, dropped[0])


@check(Evidence.stated, statements="O-01 O-04")
def valid_request_is_no_server_error(history: History) -> Judgements:
    """A valid request is not answered with a 5xx.

    > RFC 9110, 15.6: The 5xx (Server Error) class of status code indicates that the server is aware that it has erred
    """
    for exchange in history.record.of(*VALID, Kind.read):
        evidence = server_error(history.contract, exchange.status, exchange.step.update, is_own=True)
        text = f"a valid request was answered with {exchange.status}"
        # A 501 says that there is no such operation, which is judged by itself.
        yield expect(exchange.status < 500 or exchange.status in NO_OPERATION, evidence, text, exchange)


@check(Evidence.inferred)
def invalid_request_is_no_server_error(history: History) -> Judgements:
    """A wrong or unusual request is refused, not answered with a 5xx.

    > RFC 9110, 15.6: The 5xx (Server Error) class of status code indicates that the server is aware that it has erred
    """
    for exchange in history.record:
        if exchange.step.kind not in VALID | {Kind.read}:
            is_right = exchange.status < 500 or exchange.status == HTTPStatus.NOT_IMPLEMENTED
            text = f"{exchange.step.about or exchange.step.kind}: answered with {exchange.status}"
            yield expect(is_right, Evidence.inferred, text, exchange)


@check(Evidence.inferred)
def status_code_is_declared(history: History) -> Judgements:
    """The status code is one that the contract declares.

    > not said by the page; inferred from the responses that the contract lists
    """
    for exchange in history.record.of(*ABOUT_THE_RESOURCE):
        declared = history.contract.responses[exchange.step.method]
        # A 5xx and a missing response have checks of their own.
        is_right = str(exchange.status) in declared or exchange.status >= 500 or not exchange.status
        text = f"{exchange.step.method} was answered with {exchange.status}, which the contract does not declare"
        yield expect(is_right, Evidence.inferred, text, exchange)


@check(Evidence.stated, statements="O-01 O-04")
def operation_exists(history: History) -> Judgements:
    """GET and PUT exist."""
    answered = [exchange for exchange in history.record.of(*VALID, Kind.read) if _is_own(history, exchange)]
    for method in history.contract.responses:
        requests = [exchange for exchange in answered if exchange.step.method == method]
        if requests:
            is_missing = all(exchange.status in NO_OPERATION for exchange in requests)
            text = f"{method} was answered with {requests[0].status} each time"
            yield expect(not is_missing, Evidence.stated, text, requests[0])


def _is_own(history: History, exchange: Exchange) -> bool:
    return exchange.step.path == history.own_path


@check(Evidence.inferred, statements="O-01 O-04")
def change_is_shown_at_once(history: History) -> Judgements:
    """GET shows a change as soon as the PUT is answered."""
    late = [span for span in history.spans if span.stale and span.puts]
    for span in history.spans:
        if span.puts and span not in late:
            yield "", None
    if late:
        span = max(late, key=_delay)
        headers = [f"{name.title()}: {value}" for name, value in span.stale[0].headers.items() if name in OF_CACHES]
        where = f"; GET is answered from a cache ({', '.join(headers)})" if headers else ""
        text = f"GET showed a change {_delay(span):.1f} s after the PUT was answered, and the old value before{where}"
        yield expect(False, Evidence.inferred, text, span.stale[0], change=Change(Place.late))


def _delay(span: Span) -> float:
    """The seconds between the answer to the last PUT and the first read that shows it and is followed by no stale one.

    The reads that follow it only confirm it.
    """
    put = span.puts[-1]
    first = next(read for read in (*span.stale, span.after) if read.json_object == span.after.json_object)
    end = datetime.datetime.fromisoformat(put.started) + datetime.timedelta(milliseconds=put.milliseconds)
    return max(0.0, (datetime.datetime.fromisoformat(first.started) - end).total_seconds())


@check(Evidence.example, statements="E-02")
def answer_is_json(history: History) -> Judgements:
    """Settings are answered in JSON, as `application/json`, in UTF-8.

    > RFC 8259, 8.1: JSON text exchanged between systems that are not part of a closed ecosystem MUST be encoded using
    > UTF-8
    """
    for exchange in history.record.of(*VALID, Kind.read):
        if exchange.shows_settings:  # what is no JSON object at all, other checks tell
            media_type = exchange.headers.get("content-type", "").partition(";")[0].strip().lower()
            text = f"the settings are declared as {media_type or 'nothing'}, not as application/json"
            yield expect(media_type == "application/json", Evidence.inferred, text, exchange)
            yield _is_json(exchange)


def _is_json(exchange: Exchange) -> Judgement:
    """Whether the body of a response is JSON in UTF-8, with each key once."""
    if exchange.body.startswith(BYTE_ORDER_MARK):
        return expect(False, Evidence.inferred, "the response begins with a byte order mark", exchange)
    charset = re.search('charset="?([^";]+)', exchange.headers.get("content-type", ""))
    if charset and charset[1].strip().lower() not in {"utf-8", "utf8"}:
        return expect(False, Evidence.inferred, f"the response is declared as {charset[1]}, JSON is UTF-8", exchange)
    try:
        repeated = _repeated_key(exchange.body)
    except (ValueError, RecursionError) as error:
        return expect(False, Evidence.example, f"the response is not JSON ({error})", exchange)
    return expect(not repeated, Evidence.inferred, f"{repeated} stands twice in the answer", exchange)


def _repeated_key(document: bytes) -> str:
    """A key that some object of a JSON document has twice; empty where no object has."""
    repeated: list[str] = []

    def collect(pairs: list[tuple[str, Json]]) -> None:
        names = [name for name, _ in pairs]
        repeated.extend(name for name, count in Counter(names).items() if count > 1)

    json.loads(document, object_pairs_hook=collect)
    return repeated[0] if repeated else ""


@check(Evidence.example, statements="E-02")
def put_answers_200(history: History) -> Judgements:
    """An accepted PUT is answered with 200 and the settings."""
    for put in history.record.of(*VALID):
        if put.is_success:
            text = f"an accepted PUT was answered with {put.status} and {'a' if put.json_object else 'no'} JSON object"
            evidence = Evidence.inferred if put.json_object else Evidence.example
            yield expect(put.shows_settings, evidence, text, put)


@check(Evidence.inferred)
def refusal_is_explained_in_json(history: History) -> Judgements:
    """A refusal is a JSON object.

    > not said by the page; inferred from the JSON of all other responses
    """
    for exchange in history.record.of(*ABOUT_THE_RESOURCE):
        if 400 <= exchange.status < 500:
            yield expect(exchange.json_object is not None, Evidence.inferred, "it is no JSON object", exchange)


@check(Evidence.inferred)
def header_has_its_type(history: History) -> Judgements:
    """A header that the contract declares has the type that it declares.

    > not said by the page; inferred from the headers that the contract declares
    """
    for exchange in history.record.of(*ABOUT_THE_RESOURCE):
        response = history.contract.responses[exchange.step.method].get(str(exchange.status), {})
        for name, header in response.get("headers", {}).items():
            value = exchange.headers.get(name.lower())
            if value is not None:
                types = [schema["type"] for schema in header["schema"].get("anyOf", [header["schema"]])]
                is_right = types != ["integer"] or value.removeprefix("-").isdecimal()
                yield expect(is_right, Evidence.inferred, f"{name}: {value!r} is no number", exchange)


@check(Evidence.inferred)
def undeclared_method_is_refused(history: History) -> Judgements:
    """A method that the contract does not offer is refused with 405, 501 or, by a gateway, 403.

    > RFC 9110, 15.5.6: The 405 (Method Not Allowed) status code indicates that the method received in the request-line
    > is known by the origin server but not supported by the target resource
    """
    refusals = {HTTPStatus.METHOD_NOT_ALLOWED, HTTPStatus.NOT_IMPLEMENTED, HTTPStatus.FORBIDDEN}
    for exchange in history.record.of(Kind.method):
        if exchange.step.method in UNDECLARED_METHODS:
            text = f"{exchange.step.method} was answered with {exchange.status}"
            yield expect(exchange.status in refusals, Evidence.inferred, text, exchange)


@check(Evidence.inferred)
def allow_names_the_methods(history: History) -> Judgements:
    """A 405 names GET and PUT in `Allow`, and not the method that was refused; so does an answer to OPTIONS.

    > RFC 9110, 15.5.6: The origin server MUST generate an Allow header field in a 405 response containing a list of the
    > target resource's currently supported methods
    """
    for exchange in history.record.of(Kind.method):
        is_refused = exchange.status == HTTPStatus.METHOD_NOT_ALLOWED
        if is_refused or (exchange.step.method == "OPTIONS" and "allow" in exchange.headers):
            allowed = {method.strip() for method in exchange.headers.get("allow", "").split(",")}
            is_right = {"GET", "PUT"} <= allowed and not (is_refused and exchange.step.method in allowed)
            text = f"{exchange.step.method} was answered with Allow: {exchange.headers.get('allow', 'missing')}"
            yield expect(is_right, Evidence.inferred, text, exchange)


@check(Evidence.inferred)
def head_is_get_without_content(history: History) -> Judgements:
    """HEAD is answered like GET, without content.

    > RFC 9110, 9.3.2: The HEAD method is identical to GET except that the server MUST NOT send content in the response
    """
    for head in history.record.of(Kind.method):
        if head.step.method == "HEAD":
            read = next(iter(history.reads(history.own_path)), head)
            media_type = head.headers.get("content-type")
            is_alike = (head.status, media_type) == (read.status, read.headers.get("content-type"))
            text = f"HEAD was answered with {head.status} and {media_type}"
            yield expect(is_alike and not head.body, Evidence.inferred, text, head)
