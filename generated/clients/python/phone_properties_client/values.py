"""Settings as a person types them, `name=value`, read by the types of the models."""

import difflib
import json
import re
from collections.abc import Sequence
from types import NoneType
from typing import Any, Literal, get_args, get_origin

from .models import PhonePropertiesUpdate
from .record import kinds_of


class ValueOfPropertyError(Exception):
    """There is no such property, or it takes no such value. The message is one line."""


def changes_of(assignments: Sequence[str]) -> PhonePropertiesUpdate:
    """Return the settings for texts of the form `name=value`; `null` is null.

    Raises:
        ValueOfPropertyError: A text is not the name and the value of a property.
    """
    changes: dict[str, Any] = {}
    kinds = kinds_of(PhonePropertiesUpdate)
    for assignment in assignments:
        name, equals, text = assignment.partition("=")
        if not equals:
            raise ValueOfPropertyError(f"{_shown(assignment)} is not of the form name=value")
        if name not in kinds:
            near = difflib.get_close_matches(name, kinds, n=1)
            raise ValueOfPropertyError(
                f"there is no property {_shown(name)}{f': do you mean {near[0]}?' if near else ''}"
            )
        if name in changes:
            raise ValueOfPropertyError(f"{name} is there twice")
        changes[name] = _value(name, text, kinds[name])
    return PhonePropertiesUpdate(**changes)


def _value(name: str, text: str, kinds: tuple[Any, ...]) -> object:
    for kind in kinds:
        try:
            return _value_of_kind(text, kind)
        except ValueError:
            continue
    expected = " or ".join(_words(kind) for kind in kinds)
    raise ValueOfPropertyError(f"{name} is {expected}, not {_shown(text)}")


def _value_of_kind(text: str, kind: Any) -> object:  # noqa: ANN401 (a type has no narrower type)
    """Return the value; raises ValueError if the text is no value of this type."""
    if kind is str:
        return _text(text)
    if get_origin(kind) is Literal:
        return get_args(kind)[get_args(kind).index(text)]
    if kind is int:
        if not re.fullmatch("-?[0-9]{1,19}", text):
            raise ValueError(text)
        return int(text)
    value = json.loads(text)
    if not isinstance(value, kind if kind in {bool, NoneType} else dict):
        raise ValueError(text)
    return value


def _text(text: str) -> str:
    """Return a text as it is; in quotes, `"null"` is a text too."""
    if text == "null":
        raise ValueError(text)
    quoted = json.loads(text) if re.fullmatch('".*"', text) else text
    return str(quoted)


def _words(kind: Any) -> str:  # noqa: ANN401 (a type has no narrower type)
    if get_origin(kind) is Literal:
        return " or ".join(get_args(kind))
    words = {str: "a text", int: "a whole number", bool: "true or false", NoneType: "null"}
    return words.get(kind, "a JSON object")


def _shown(text: str) -> str:
    return json.dumps(text)
