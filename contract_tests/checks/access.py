"""Who may ask, and which extension is meant."""

from __future__ import annotations

from http import HTTPStatus

from contract_tests.checks.catalogue import Judgements, check, finding
from contract_tests.checks.history import History
from contract_tests.contract.json_values import in_json
from contract_tests.contract.property import Evidence
from contract_tests.plan.wire import CHANGES, SCHEME_CASE
from contract_tests.record.exchange import Exchange
from contract_tests.record.step import Kind

ME = "@me"


@check
def token_is_issued(history: History) -> Judgements:
    """Client id and secret get an access token.

    > If the application data is correct, the response holds access_token
    """
    for seen in history.record.of(Kind.token):
        is_token = isinstance((seen.shown or {}).get("access_token"), str)
        yield "", None if is_token else finding(Evidence.stated, "the answer holds no access_token", seen)


@check
def token_is_required(history: History) -> Judgements:
    """A request without a valid token is not served.

    > Requests carry Authorization: Bearer <access_token>
    """
    for seen in _without_token(history):
        text = f"{seen.step.method} {seen.step.case} was answered with {seen.status}"
        yield "", finding(Evidence.stated, text, seen) if seen.is_success else None


@check
def missing_token_is_401(history: History) -> Judgements:
    """The refusal of a request without a valid token is 401, and says how to authenticate.

    > RFC 9110, 15.5.2: 401 with a WWW-Authenticate header
    """
    for seen in _without_token(history):
        if seen.status == HTTPStatus.UNAUTHORIZED:
            is_told = "bearer" in seen.headers.get("www-authenticate", "").lower()
            yield "", None if is_told else finding(Evidence.inferred, "a 401 without WWW-Authenticate: Bearer", seen)
        elif 400 <= seen.status < 500 and seen.step.case in CHANGES:  # a malformed header may be a 400 (RFC 6750, 3.1)
            yield "", finding(Evidence.inferred, f"{seen.step.case}: {seen.status} instead of 401", seen)


def _without_token(history: History) -> list[Exchange]:
    return [seen for seen in history.record.of(Kind.credentials) if seen.step.case != SCHEME_CASE]


@check
def scheme_is_case_insensitive(history: History) -> Judgements:
    """The scheme may be written `bearer`.

    > RFC 9110, 11.1: the scheme is case-insensitive
    """
    for seen in history.record.of(Kind.credentials):
        if seen.step.case == SCHEME_CASE:
            is_refused = seen.status == HTTPStatus.UNAUTHORIZED
            yield "", finding(Evidence.inferred, "`bearer` is refused, `Bearer` is not", seen) if is_refused else None


@check
def unknown_extension_is_refused(history: History) -> Judgements:
    """An id that is none, or nobody's, is answered with 404, 400 or 403.

    > extension_id: unique identifier of the internal number
    """
    for seen in _unknown(history):
        text = f"GET of {seen.step.case} was answered with {seen.status}"
        yield "", finding(Evidence.inferred, text, seen) if seen.is_success else None


def _unknown(history: History) -> list[Exchange]:
    named = {history.path_of("foreign"), history.path_of("me"), history.contract.path_to(ME)}
    return [seen for seen in history.record.of(Kind.address) if seen.step.path not in named]


@check
def foreign_extension_is_refused(history: History) -> Judgements:
    """Another client's extension can be neither read nor changed.

    > Some resources may be unavailable because of the application type
    """
    foreign = history.path_of("foreign")
    for seen in history.record.of(Kind.address):
        if seen.step.path == foreign:
            text = f"{seen.step.method} of another client's extension was answered with {seen.status}"
            yield "", finding(Evidence.inferred, text, seen) if seen.is_success else None


@check
def me_is_own_extension(history: History) -> Judgements:
    """`@me` is the extension of the user, with the same settings as by its id.

    > extension_id may be @me for a user of type internal number
    """
    meant = history.path_of("me")
    if meant is None:
        return
    exchanges = history.record.exchanges
    for index, seen in enumerate(exchanges):
        if seen.step.path == history.contract.path_to(ME) and seen.step.method == "GET":
            near = [*exchanges[:index][::-1], *exchanges[index:]]
            by_id = next((other for other in near if other.step.path == meant and other.shown), None)
            if seen.shown is None or not seen.is_success:
                yield "", finding(Evidence.stated, f"GET of @me was answered with {seen.status}", seen)
            elif by_id:
                different = history.contract.differences(by_id.shown or {}, seen.shown)
                text = "; ".join(
                    f"{name}: {in_json(by_id)} by id, {in_json(me)} by @me" for name, (by_id, me) in different.items()
                )
                yield "", finding(Evidence.stated, f"@me is another extension: {text}", seen) if different else None


@check
def refusal_is_not_401(history: History) -> Judgements:
    """What an application may not do is refused with a 4xx that is not 401, which tells a client to log in anew.

    > Some resources may be unavailable because of the application type
    """
    foreign = history.path_of("foreign")
    for seen in history.record.of(Kind.address, Kind.identity):
        if (seen.step.path == foreign or seen.step.kind is Kind.identity) and 400 <= seen.status < 500:
            is_401 = seen.status == HTTPStatus.UNAUTHORIZED
            yield "", finding(Evidence.inferred, "401, although the token is valid", seen) if is_401 else None
