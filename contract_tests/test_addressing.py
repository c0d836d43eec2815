"""Which internal number a request reaches."""

from __future__ import annotations

import pytest

from contract_tests.client import Client
from contract_tests.contract import Evidence
from contract_tests.results import Finding, Results
from contract_tests.target import Target

CHECK = "foreign_extension_is_refused"


def test_foreign_extension_is_refused(client: Client, target: Target, results: Results) -> None:
    """An internal number of another client is not readable with this client's token.

    > RFC 9110, 15.5.4: the server refuses what it understood. The page does not speak of it (inferred).
    """
    result = results.declare(CHECK, test_foreign_extension_is_refused.__doc__ or "")
    result.reason = "no --foreign-extension-id was named"
    if not target.foreign_extension_id:
        pytest.skip(f"not testable: {result.reason}")
    response = client.get(target.foreign_extension_id)
    finding = None
    if response.ok:
        message = (
            f"GET of extension {target.foreign_extension_id} answered {response.status_code}, expected a 403 or 404"
        )
        finding = Finding(Evidence.inferred, message, f'curl -H "Authorization: Bearer $TOKEN" {response.url}')
    result.add(finding)
