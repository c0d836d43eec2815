"""The first look at an extension: can it be reached, read, and restored?"""

from __future__ import annotations

import time
from collections.abc import Callable
from http import HTTPStatus

from contract_tests.client.client import Client
from contract_tests.client.diagnosis import describe_refusal
from contract_tests.contract.document import Contract
from contract_tests.contract.json_values import Settings
from contract_tests.errors import UsageError
from contract_tests.record.exchange import Exchange
from contract_tests.target.target import Target

PAUSES = (0.5, 1.0, 2.0)
"""Seconds between two tries, for a server that is starting."""
REFUSALS = {401, 403, 404}


def first_look(
    client: Client, target: Target, contract: Contract, sleep: Callable[[float], None] = time.sleep
) -> Settings | None:
    """The settings before the first write; None where GET answers something else, so that nothing may be written.

    Raises:
        UsageError: The token does not open the extension, or the extension may not be written to.
        StoppedError: It cannot be reached, is not available, or a server that is starting shows no settings.
    """
    exchange = client.stop_unless_reachable()
    for pause in PAUSES:
        if _is_settled(exchange, contract):
            break
        sleep(pause)
        exchange = client.stop_unless_reachable()
    settings = _settings(exchange, contract)
    if 300 <= exchange.status < 400:
        client.stop(f"GET {exchange.url} answered {describe_refusal(exchange)}; is the base URL right?")
    if settings is None and _is_refusal(exchange):
        raise UsageError(
            f"GET {exchange.url} answered {describe_refusal(exchange)}: is the base URL right, is the token valid, and "
            f"does extension {target.extension_id} belong to its client?"
        )
    client.stop_if_shut_out(exchange.status, exchange.headers)
    if exchange.status == HTTPStatus.SERVICE_UNAVAILABLE:
        client.stop(f"the server is not available: GET {exchange.url} still answered {describe_refusal(exchange)}")
    if exchange.status != 200:
        return None
    if _may_be_starting(exchange, contract):
        client.stop(
            f"GET {exchange.url} answered {describe_refusal(exchange)}, without one property of the contract: "
            "is the server still starting? Nothing was written"
        )
    if target.may_write:
        if settings:
            exchange = _confirmed(client, target, contract, exchange, sleep)
            settings = _settings(exchange, contract)
        _refuse_to_write(client, target, contract, exchange, settings)
    return settings


def _confirmed(
    client: Client, target: Target, contract: Contract, exchange: Exchange, sleep: Callable[[float], None]
) -> Exchange:
    """The read whose settings the one before it showed too: a server that is starting may show some at first.

    Raises:
        StoppedError: Off loopback, GET answers something else each time, so the original values are not known.
    """
    for pause in (0.0, *PAUSES):
        sleep(pause)
        again = client.stop_unless_reachable()
        is_confirmed = _is_same(contract, _settings(exchange, contract), _settings(again, contract))
        exchange = again if _settings(again, contract) else exchange
        if is_confirmed:
            return exchange
    if not target.is_loopback:
        client.stop("GET shows other settings each time, so the original values are not known: nothing was written")
    return exchange


def _is_same(contract: Contract, before: Settings | None, after: Settings | None) -> bool:
    if before is None or after is None:
        return False
    names = contract.properties.keys()
    return before.keys() & names == after.keys() & names and not contract.differences(before, after)


def _is_settled(exchange: Exchange, contract: Contract) -> bool:
    """Whether another try would show the same: the server shows settings, or refuses to."""
    return _settings(exchange, contract) is not None or _is_refusal(exchange) or exchange.status == 429


def _is_refusal(exchange: Exchange) -> bool:
    return 300 <= exchange.status < 400 or exchange.status in REFUSALS


def _may_be_starting(exchange: Exchange, contract: Contract) -> bool:
    """Whether the server says something else than settings; `{}` and settings inside a member are wrong settings."""
    answer = exchange.json_object
    names = contract.properties.keys()
    parts = [part.keys() for part in (answer, *(answer or {}).values()) if isinstance(part, dict)]
    return bool(answer) and not any(part & names for part in parts)


def _settings(exchange: Exchange, contract: Contract) -> Settings | None:
    """The object of an answer that holds at least one property of the contract."""
    answer = exchange.json_object
    return answer if answer and answer.keys() & contract.properties.keys() else None


def _refuse_to_write(
    client: Client, target: Target, contract: Contract, exchange: Exchange, settings: Settings | None
) -> None:
    if settings is None:
        return
    if reason := target.why_not_written(contract, settings):
        raise UsageError(f"extension {target.extension_id} is not written to: {reason}; use --mode read")
    if exchange.held_secrets:
        client.stop(
            f"GET {exchange.url} shows the token or the secret: masked settings cannot be restored, so nothing is "
            "written; use --mode read"
        )
