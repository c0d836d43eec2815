"""Credentials, and the extension that a request names."""

from __future__ import annotations

import re
from collections.abc import Sequence
from http import HTTPStatus

from contract_tests.checks.catalogue import check
from contract_tests.checks.history import History, is_refused
from contract_tests.checks.judgement import Judgement, Judgements, expect
from contract_tests.contract.json_values import describe
from contract_tests.contract.property import Evidence
from contract_tests.record.exchange import Exchange
from contract_tests.record.step import Case, Kind

ME = "@me"


@check(Evidence.stated, statements="A-01 A-02")
def token_is_issued(history: History) -> Judgements:
    """Client id and secret get an access token."""
    for exchange in history.record.of(Kind.token):
        if exchange.step.case is not Case.wrong_secret:
            text = "the response holds no access_token that can be sent"
            yield expect(_issues_token(exchange), Evidence.stated, text, exchange)


def _issues_token(exchange: Exchange) -> bool:
    token = (exchange.json_object or {}).get("access_token")
    return exchange.is_success and isinstance(token, str) and bool(token) and not re.search(r"\s", token)


@check(Evidence.stated, statements="A-02")
def wrong_secret_gets_no_token(history: History) -> Judgements:
    """A wrong client secret gets no access token."""
    for exchange in history.record.of(Kind.token):
        if exchange.step.case is Case.wrong_secret:
            text = f"a wrong client secret was answered with {exchange.status} and an access_token"
            yield expect(not _issues_token(exchange), Evidence.stated, text, exchange)


@check(Evidence.stated, statements="A-03")
def token_is_required(history: History) -> Judgements:
    """A request without a valid token is not served."""
    for exchange in _without_valid_token(history):
        text = f"{exchange.step.method} {exchange.step.about} was answered with {exchange.status}"
        shows = len(history.contract.known(exchange.json_object or {})) >= len(history.contract.required) / 2
        text += " and the settings" if shows else ""
        is_served = shows or (exchange.is_success and not _is_page(exchange))
        if exchange.step.method == "PUT" and not is_served:
            _, after = history.settings_around(exchange)
            is_served = any((after or {}).get(name) == value for name, value in (exchange.step.update or {}).items())
            text += ", and the change was made" if is_served else ""
        yield expect(not is_served, Evidence.stated, text, exchange)


def _is_page(exchange: Exchange) -> bool:
    """Whether a response is a page for people, such as one to log in."""
    return "html" in exchange.headers.get("content-type", "")


@check(Evidence.inferred)
def missing_token_is_401(history: History) -> Judgements:
    """The refusal of a request without a valid token is 401, and says how to authenticate.

    > RFC 9110, 15.5.2: The server generating a 401 response MUST send a WWW-Authenticate header field
    """
    for exchange in _without_valid_token(history):
        if exchange.status == HTTPStatus.UNAUTHORIZED:
            names_scheme = "bearer" in exchange.headers.get("www-authenticate", "").lower()
            yield expect(names_scheme, Evidence.inferred, "a 401 without WWW-Authenticate: Bearer", exchange)
        elif 400 <= exchange.status < 500 and exchange.step.case in {Case.no_token, Case.changed_token}:
            text = f"{exchange.step.about}: {exchange.status} instead of 401"
            yield expect(False, Evidence.inferred, text, exchange)
        # Other credentials may count as malformed, and a 400 is right for those (RFC 6750, 3.1).


def _without_valid_token(history: History) -> list[Exchange]:
    requests = history.record.of(Kind.credentials)
    return [exchange for exchange in requests if exchange.step.case is not Case.scheme_in_lower_case]


@check(Evidence.inferred)
def scheme_is_case_insensitive(history: History) -> Judgements:
    """The scheme may be written `bearer`.

    > RFC 9110, 11.1: It uses a case-insensitive token to identify the authentication scheme
    """
    for exchange in history.record.of(Kind.credentials):
        if exchange.step.case is Case.scheme_in_lower_case:
            is_accepted = exchange.status != HTTPStatus.UNAUTHORIZED
            yield expect(is_accepted, Evidence.inferred, "`bearer` is refused, `Bearer` is not", exchange)


@check(Evidence.inferred, statements="O-02")
def unknown_extension_is_refused(history: History) -> Judgements:
    """An id that is malformed or not assigned is answered with 404, 400 or 403."""
    named = {history.path_of("foreign"), history.path_of("me"), history.contract.path_to(ME)}
    for exchange in history.record.of(Kind.address):
        if exchange.step.path not in named:
            text = f"GET of {exchange.step.about} was answered with {exchange.status}"
            yield expect(not exchange.is_success, Evidence.inferred, text, exchange)


@check(Evidence.inferred, statements="G-02")
def foreign_extension_is_refused(history: History) -> Judgements:
    """Another client's extension can be neither read nor changed."""
    foreign = history.path_of("foreign")
    for exchange in history.record.of(Kind.address):
        if exchange.step.path == foreign:
            text = f"{exchange.step.method} of another client's extension was answered with {exchange.status}"
            yield expect(not exchange.is_success, Evidence.inferred, text, exchange)


@check(Evidence.stated, statements="O-03 O-06")
def me_is_own_extension(history: History) -> Judgements:
    """`@me` is the extension of the user, with the same settings as by its id."""
    own = history.path_of("me")
    for put in history.record.of(Kind.change):
        is_by_me = own and put.step.method == "PUT" and put.step.path == history.contract.path_to(ME)
        if is_by_me and (put.is_success or (history.has_taken_like(put) and is_refused(put))):
            text = f"PUT to @me was answered with {put.status}, PUTs by id were accepted"
            yield expect(put.is_success, Evidence.stated, text, put)
    exchanges = history.record.exchanges
    for index, exchange in enumerate(exchanges):
        if own and exchange.step.path == history.contract.path_to(ME) and exchange.step.kind is Kind.address:
            by_id = _nearest([*exchanges[:index][::-1], *exchanges[index:]], own)
            if exchange.is_success and exchange.json_object is None and by_id is None:
                continue  # a GET by the id shows no settings either
            if not exchange.is_success or exchange.json_object is None:
                text = f"GET of @me was answered with {exchange.status}"
                evidence = Evidence.stated if is_refused(exchange) or exchange.is_success else Evidence.inferred
                yield expect(False, evidence, text, exchange)
            elif by_id:
                yield _is_same_extension(history, by_id, exchange)


def _nearest(exchanges: Sequence[Exchange], path: str) -> Exchange | None:
    """The first of these exchanges that shows what stands at a path."""
    return next((exchange for exchange in exchanges if exchange.step.path == path and exchange.shows_settings), None)


def _is_same_extension(history: History, by_id: Exchange, by_me: Exchange) -> Judgement:
    differences = history.contract.differences(by_id.json_object or {}, by_me.json_object or {})
    text = f"@me is another extension: {describe(differences, 'by id', 'by @me')}"
    return expect(not differences, Evidence.stated, text, by_me)


@check(Evidence.inferred, statements="G-02")
def refusal_is_not_401(history: History) -> Judgements:
    """What an application may not do is refused with a 4xx other than 401, since 401 makes a client log in again."""
    foreign = history.path_of("foreign")
    for exchange in history.record.of(Kind.address, Kind.identity):
        is_forbidden = exchange.step.path == foreign or exchange.step.kind is Kind.identity
        if is_forbidden and 400 <= exchange.status < 500:
            is_right = exchange.status != HTTPStatus.UNAUTHORIZED
            yield expect(is_right, Evidence.inferred, "401, although the token is valid", exchange)
