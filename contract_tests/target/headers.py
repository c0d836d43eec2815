"""Headers that the user adds to each request, such as the key of a gateway; their values are secrets."""

from __future__ import annotations

import re
from collections.abc import Mapping

from contract_tests.errors import UsageError
from contract_tests.record.masking import MIN_LENGTH, SECRET

_OF_THE_SUITE = (
    "accept-encoding connection content-encoding content-length content-type expect host keep-alive te trailer "
    "transfer-encoding upgrade"
)
INSTEAD = {
    "authorization": "the token goes into PHONE_API_TOKEN",
    "user-agent": "use --user-agent",
    **dict.fromkeys(_OF_THE_SUITE.split(), "the suite sets it itself"),
}
"""Headers that cannot be added, by their names in lower case, and why."""
PUBLIC = {"accept", "accept-language", "cache-control", "origin", "pragma", "referer"}
"""Headers whose values are no secrets, but words that a response may hold as well."""
_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_VALUE = re.compile(r"[ -~]+")


def parse_headers(text: str) -> dict[str, str]:
    """The headers of an option, one a line.

    Raises:
        UsageError: One is none, or cannot be added; the message does not show its value.
    """
    headers: dict[str, str] = {}
    for line in filter(None, map(str.strip, text.splitlines())):
        name, colon, value = (part.strip() for part in line.partition(":"))
        _check(name, value, is_pair=bool(colon))
        if name.lower() in map(str.lower, headers):
            raise UsageError(f"--header {name}: is given twice")
        headers[name] = value
    return headers


def _check(name: str, value: str, *, is_pair: bool) -> None:
    if not is_pair or not _NAME.fullmatch(name) or not _VALUE.fullmatch(value):
        raise UsageError(
            "--header: expected `NAME: value` in printable ASCII, such as --header 'X-Api-Key: 0123456789'"
        )
    if reason := INSTEAD.get(name.lower()):
        raise UsageError(f"--header {name}: cannot be added; {reason}")
    if value == SECRET:
        raise UsageError(f"--header {name}: put the value in the place of {SECRET}")


def secret_values(headers: Mapping[str, str]) -> set[str]:
    """What must show nowhere; a value that is too short to be found in a text is hidden in its own header only."""
    values = [value for name, value in headers.items() if name.lower() not in PUBLIC]
    parts = {part for value in values for part in (value, value.rpartition(" ")[2])}
    return {part for part in parts if len(part) >= MIN_LENGTH}
