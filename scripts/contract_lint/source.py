"""The contract's text: read it as YAML, and refuse what JSON could not say."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from scripts.contract_lint.finding import Finding
from scripts.contract_lint.pointer import child

CONTRACT = Path(__file__).resolve().parents[2] / "openapi.yaml"
"""The contract of this repo."""

JSON_TAGS = {f"tag:yaml.org,2002:{name}" for name in ("null", "bool", "int", "float", "str", "seq", "map")}
STRING_TAG = "tag:yaml.org,2002:str"


class UnreadableError(Exception):
    """The file is missing, cannot be read, or is no YAML mapping."""


def read(path: Path) -> tuple[yaml.MappingNode, list[Finding]]:
    """Return the YAML nodes of the file, and what the source rules find in them."""
    try:
        text = path.read_text(encoding="utf-8")
        aliases = [event.anchor for event in yaml.parse(text, yaml.SafeLoader) if isinstance(event, yaml.AliasEvent)]
        node = yaml.compose(text, yaml.SafeLoader)
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise UnreadableError(" ".join(str(error).split())) from error
    if not isinstance(node, yaml.MappingNode):
        raise UnreadableError("not a YAML mapping")
    if aliases:
        # Not walked: an alias inside its own anchor has no end.
        return node, [Finding("#", f"alias *{name}: write it out") for name in aliases]
    return node, list(_check(node, "#"))


def construct(node: yaml.MappingNode) -> dict[str, Any]:
    """Return the document that nodes without a finding stand for."""
    loader = yaml.SafeLoader("")
    document: dict[str, Any] = loader.construct_document(node)
    return document


def _check(node: yaml.Node, pointer: str) -> Iterator[Finding]:
    if node.tag not in JSON_TAGS or node.value in (".nan", ".inf", "-.inf"):
        yield Finding(pointer, f"{node.value!r} is no JSON value: quote it")
    elif isinstance(node, yaml.SequenceNode):
        for index, item in enumerate(node.value):
            yield from _check(item, child(pointer, index))
    elif isinstance(node, yaml.MappingNode):
        yield from _check_mapping(node, pointer)


def _check_mapping(node: yaml.MappingNode, pointer: str) -> Iterator[Finding]:
    keys: set[str] = set()
    for key, value in node.value:
        if key.tag != STRING_TAG:
            yield Finding(pointer, f"key {key.value!r} is not a string in YAML: quote it")
            continue
        place = child(pointer, key.value)
        if key.value in keys:
            yield Finding(place, f"key {key.value!r} is here twice (again in line {key.start_mark.line + 1}): drop one")
        keys.add(key.value)
        yield from _check(value, place)
