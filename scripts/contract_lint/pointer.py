"""JSON pointers in the form that `$ref` takes them."""

from __future__ import annotations

from typing import Any


def child(pointer: str, key: str | int) -> str:
    """Return the pointer to a member of what `pointer` names."""
    return f"{pointer}/{str(key).replace('~', '~0').replace('/', '~1')}"


def parent(pointer: str) -> str:
    """Return the pointer to what holds the thing that `pointer` names."""
    return pointer.rpartition("/")[0]


def keys(pointer: str) -> list[str]:
    """Return the keys on the way from the root."""
    return [key.replace("~1", "/").replace("~0", "~") for key in pointer.split("/")[1:]]


def resolve(document: Any, pointer: str) -> Any:  # noqa: ANN401 -- a place in JSON holds anything
    """Return what `pointer` names; raises LookupError when there is nothing."""
    for key in keys(pointer):
        if isinstance(document, list) and key.isdecimal():
            document = document[int(key)]
        elif isinstance(document, dict):
            document = document[key]
        else:
            raise LookupError(pointer)
    return document
