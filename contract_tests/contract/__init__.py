"""The contract: the OpenAPI document, the page's statements, and JSON values."""

from contract_tests.contract.document import Contract

CONTRACT = Contract()
"""The contract that this suite tests, read once."""
