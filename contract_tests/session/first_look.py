"""The first look at an extension: can it be reached, read, and restored?"""

from __future__ import annotations

from contract_tests.client.client import Client
from contract_tests.contract.document import Contract
from contract_tests.contract.json_values import Settings
from contract_tests.errors import UsageError
from contract_tests.target.target import Target


def first_look(client: Client, target: Target, contract: Contract) -> Settings:
    """What the extension shows before anything else is sent; empty where a run that only reads gets no JSON object.

    Raises:
        UsageError: The token does not open it, or it may not be written to.
        StoppedError: It cannot be reached, or it cannot be read and so could not be restored.
    """
    first = client.stop_unless_reachable()
    if first.status >= 500 or first.json_object is None:  # once more, since what cannot be read cannot be restored
        first = client.stop_unless_reachable()
    if 300 <= first.status < 400 or first.status in {401, 403, 404}:
        raise UsageError(
            f"GET {first.url} answered {first.status}: is the base URL right, is the token valid, and "
            f"does extension {target.extension_id} belong to its client?"
        )
    client.stop_if_shut_out(first.status, first.headers)
    if not target.may_write:
        return first.json_object or {}
    if first.status != 200 or first.json_object is None:
        client.stop(
            f"GET {first.url} answered {first.status} and no JSON object: settings that cannot be read cannot be "
            "restored, so nothing is written; use --mode read"
        )
    if reason := target.why_not_written(contract, first.json_object):
        raise UsageError(f"extension {target.extension_id} is not written to: {reason}; use --mode read")
    if first.held_secrets:
        client.stop(
            f"GET {first.url} shows the token or the secret: masked settings cannot be restored, so nothing is "
            "written; use --mode read"
        )
    return first.json_object
