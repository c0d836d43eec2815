"""How the plain server reads one value: by the type column of the page, and by its lists of options."""

import re
from decimal import Decimal

from .messages import Refused
from .page import MAX_LONG, PROPERTIES, Json, Property, Settings


def convert(name: str, value: Json, stored: Json) -> Json:
    """The value as it is stored, or a refusal."""
    row = PROPERTIES[name]
    if value is None and row.nullable:
        return None
    if row.kind == "object":
        return read_bundle(value, stored)
    if row.kind == "boolean":
        return read_boolean(name, value)
    return read_long(name, value) if row.kind == "long" else read_string(name, value, row)


def read_boolean(name: str, value: Json) -> bool:
    """A JSON boolean."""
    if not isinstance(value, bool):
        raise Refused(400, f"{name} is not a boolean")
    return value


def read_long(name: str, value: Json) -> int:
    """A JSON number without a fraction, within int64; 60.0 is the number 60."""
    if isinstance(value, Decimal) and abs(value) <= MAX_LONG and value == value.to_integral_value():
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int) or not -MAX_LONG - 1 <= value <= MAX_LONG:
        raise Refused(400, f"{name} is not a long")
    return value


def read_string(name: str, value: Json, row: Property) -> str:
    """A JSON string, one of the page's options where it lists them."""
    if not isinstance(value, str) or is_broken(value):
        raise Refused(400, f"{name} is not a string")
    if row.choices and value not in row.choices:
        raise Refused(400, f"{name} is not one of {', '.join(row.choices)}")
    return value


def is_broken(text: str) -> bool:
    """Whether a text holds half of a surrogate pair."""
    return re.search("[\ud800-\udfff]", text) is not None


def read_bundle(value: Json, stored: Settings) -> Settings:
    """A bundle; a member that is not sent stays."""
    if not isinstance(value, dict) or not set(value) <= {"bundle_list", "bundle_id"}:
        raise Refused(400, "bundle is not an object of bundle_list and bundle_id")
    merged = {**stored, **value}
    if merged["bundle_id"] is not None:
        merged["bundle_id"] = read_long("bundle_id", merged["bundle_id"])
    merged["bundle_list"] = read_bundle_list(merged["bundle_list"])
    return merged


def read_bundle_list(value: Json) -> Settings | None:
    """A map from the id of an extension to whether it is active."""
    if value is None:
        return None
    if not isinstance(value, dict) or not all(re.fullmatch(r"[0-9]+", key) for key in value):
        raise Refused(400, "bundle_list is not a map from ids of extensions")
    for entry in value.values():
        if not isinstance(entry, dict) or set(entry) != {"active"}:
            raise Refused(400, "an entry of bundle_list is not {active}")
        read_boolean("active", entry["active"])
    return value
