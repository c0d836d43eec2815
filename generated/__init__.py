"""What `make generate` writes from openapi.yaml. Never edited by hand."""
