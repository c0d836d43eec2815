"""The contract: the OpenAPI document, the page's statements, and JSON values."""
