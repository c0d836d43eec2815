"""A request of the plan."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property

from contract_tests.contract.json_values import Settings, json_object


class Kind(StrEnum):
    """Why a request is sent."""

    token = "token"  # noqa: S105
    read = "read"
    identity = "identity"
    change = "change"
    repeat = "repeat"
    concurrent = "concurrent"
    invalid = "invalid"
    mixed = "mixed"
    put_back = "put_back"
    body = "body"
    credentials = "credentials"
    address = "address"
    method = "method"
    question = "question"


@dataclass(frozen=True)
class Step:
    """A request of the plan.

    Attributes:
        kind: Why it is sent.
        method: The HTTP method.
        path: Below the base URL; a full URL for the token endpoint.
        body: As it goes over the wire.
        headers: On top of the bearer token and, with a body, `Content-Type: application/json`; None leaves one out.
        subject: The property under test, if it is one.
        case: What is special about it, in words.
        together: Steps with the same number above 0 are sent at once.
    """

    kind: Kind
    method: str
    path: str
    body: bytes | None = None
    headers: Mapping[str, str | None] = field(default_factory=dict)
    subject: str = ""
    case: str = ""
    together: int = 0

    @cached_property
    def update(self) -> Settings | None:
        """The JSON object that the body holds, if it does."""
        return json_object(self.body)
