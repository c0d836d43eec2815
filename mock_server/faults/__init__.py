"""The catalogue of named single faults."""

from mock_server.phone import Phone

CATALOGUE: dict[str, type[Phone]] = {}
