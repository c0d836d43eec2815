"""A request of the plan."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import cached_property

from contract_tests.contract.json_values import Settings, encode, json_object


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


class Case(StrEnum):
    """What a check looks for among the requests of a kind; `plain` where no check looks for anything special."""

    plain = "plain"
    # changes
    first_change = "first_change"
    one_property = "one_property"
    escapes = "escapes"
    media_type_parameter = "media_type_parameter"
    other_state = "other_state"
    same_state = "same_state"
    # reads
    settled = "settled"
    # bodies
    malformed = "malformed"
    other_media_type = "other_media_type"
    # credentials
    no_token = "no_token"  # noqa: S105
    changed_token = "changed_token"  # noqa: S105
    scheme_in_lower_case = "scheme_in_lower_case"
    wrong_secret = "wrong_secret"  # noqa: S105
    # addresses
    unknown_id = "unknown_id"
    # questions
    get_with_body = "get_with_body"
    no_last_slash = "no_last_slash"
    empty_object = "empty_object"
    no_body = "no_body"
    repeated_key = "repeated_key"
    lone_surrogate = "lone_surrogate"
    nul_in_text = "nul_in_text"
    byte_order_mark = "byte_order_mark"
    large_body = "large_body"
    integral_fraction = "integral_fraction"


@dataclass(frozen=True)
class Step:
    """A request of the plan.

    Attributes:
        kind: Why it is sent.
        method: The HTTP method.
        path: Below the base URL; a full URL for the token endpoint.
        body: The bytes of the content.
        headers: On top of the bearer token and, with a body, `Content-Type: application/json`; None leaves one out.
        subject: The property under test, if it is one.
        case: What is special about it, for checks.
        about: What is special about it, in words for people; nothing depends on them.
        together: Steps with the same number above 0 are sent at the same time.
    """

    kind: Kind
    method: str
    path: str
    body: bytes | None = None
    headers: Mapping[str, str | None] = field(default_factory=dict)
    subject: str = ""
    case: Case = Case.plain
    about: str = ""
    together: int = 0

    def with_update(self, update: Settings) -> Step:
        """The same request with another body."""
        return replace(self, body=encode(update))

    @cached_property
    def update(self) -> Settings | None:
        """The JSON object that the body holds, if it does."""
        return json_object(self.body)
