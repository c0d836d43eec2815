"""Values of openapi.yaml that the generator does not write."""

VERSION = "0.1.0"
TOKEN_URL = "/oauth/token"
