"""Which internal number a request reaches."""

from __future__ import annotations

from contract_tests.client import Client, is_success
from contract_tests.contract import Evidence
from contract_tests.results import Finding, Results
from contract_tests.target import Target
from contract_tests.verdict import conclude

CHECK = "foreign_extension_is_refused"


def test_foreign_extension_is_refused(client: Client, target: Target, results: Results) -> None:
    """An internal number of another client is not readable with this client's token.

    > RFC 9110, 15.5.4: the server refuses what it understood. The page does not speak of it (inferred).
    """
    description = test_foreign_extension_is_refused.__doc__ or ""
    result = results.declare(CHECK, description)
    result.reason = "no --foreign-extension-id was named"
    if target.foreign_extension_id:
        response = client.get(target.foreign_extension_id)
        message = f"GET of extension {target.foreign_extension_id} answered {response.status_code}, not 403 or 404"
        curl = f'curl -H "Authorization: Bearer $TOKEN" {response.url}'
        result.add(Finding(Evidence.inferred, message, curl) if is_success(response) else None)
    conclude(result, description)
