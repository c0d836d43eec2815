"""From openapi.yaml, which the generator does not read for it."""

VERSION = "0.1.0"
TOKEN_URL = "/oauth/token"
