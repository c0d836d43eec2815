"""The contract's lint: what `openapi.yaml` must keep beyond being valid OpenAPI."""
