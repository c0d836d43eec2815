"""A contract as facts: what each of its objects says, by a place that is the same in every version."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from contract_tests.contract.document import bounded, resolve
from contract_tests.contract.json_values import Json, identical
from scripts.contract_lint.grammar import CHILDREN, walk
from scripts.contract_lint.pointer import child, parent

DEFAULTS: Mapping[str, Json] = {
    **dict.fromkeys(("required", "deprecated", "readOnly", "writeOnly", "uniqueItems"), False),
    **dict.fromkeys(("minLength", "minItems", "minProperties"), 0),
    "additionalProperties": True,
}
"""Keywords that say nothing where they have this value."""


class Object(NamedTuple):
    """One object of the document: its kind (a schema that is a property is a `property`), and its facts by keyword."""

    kind: str
    facts: dict[str, Json]


def objects(document: Mapping[str, Json]) -> dict[str, Object]:
    """All objects by place: a pointer through resolved references, with names instead of positions in lists."""
    schemes = _schemes(document)
    described: dict[str, Json] = {**document, "components": {}}
    reached = bounded(resolve(document, described))
    reached["components"] = {"securitySchemes": {schemes[name]: scheme for name, scheme in _declared(document)}}
    security = document.get("security", [])
    found: dict[str, Object] = {}
    required: set[str] = set()
    for node in walk("document", reached, item_name=_item_name):
        facts = dict(_facts(node.kind, node.value))
        if node.kind == "operation":
            facts["security"] = _requirements(node.value.get("security", security), schemes)
        if node.kind == "schema":
            # The word stands in the object around it; for a reader it belongs to the property.
            required |= {child(child(node.pointer, "properties"), name) for name in node.value.get("required", ())}
        if node.pointer in required:
            facts["required"] = True
        is_property = node.kind == "schema" and parent(node.pointer).endswith("/properties")
        found[node.pointer] = Object("property" if is_property else node.kind, facts)
    return found


def _item_name(kind: str, index: int, item: Mapping[str, Json], siblings: list[Json]) -> str | int:
    """What identifies an item of a list, wherever it stands there."""
    if kind == "parameter":
        return f"{item.get('name')}" if item.get("in") == "path" else f"{item.get('in')} {item.get('name')}"
    if kind == "server":
        return str(item.get("url", index))
    if kind == "tag":
        return str(item.get("name", index))
    if kind == "schema" and [other.get("type") for other in siblings].count(item.get("type")) == 1:
        return str(item.get("type", index))
    return index


def _facts(kind: str, value: Mapping[str, Json]) -> Iterator[tuple[str, Json]]:
    for keyword, content in value.items():
        if keyword in {"x-evidence", "x-vocabulary"}:
            yield from ((f"{keyword} {key}", level) for key, level in content.items())
        elif keyword == "x-unset-value":
            yield from ((keyword if key == "value" else f"{keyword} {key}", part) for key, part in content.items())
        elif keyword == "x-resource":
            # The schemas are compared where the operations use them: another name of the same schema changes nothing.
            yield from ((f"{keyword} {part}", content[part]) for part in ("path", "operations"))
        elif keyword == "scopes" and kind == "flow":
            yield from ((f"scope {name}", text) for name, text in content.items())
        elif keyword == "required" and kind == "schema":
            yield from ((f"required {name}", True) for name in content if name not in value.get("properties", ()))
        elif not _is_said_elsewhere(kind, keyword, content):
            yield keyword, content[0] if keyword == "type" and len(content) == 1 else content


def _is_said_elsewhere(kind: str, keyword: str, content: Json) -> bool:
    """Whether a keyword holds objects of their own, is compared in another form, or says nothing."""
    if keyword in CHILDREN.get(kind, {}) and isinstance(content, (dict, list)):
        return True
    if keyword == "security" or (kind == "parameter" and keyword in {"name", "in"}):
        return True
    return keyword in DEFAULTS and identical(content, DEFAULTS[keyword])


def _declared(document: Mapping[str, Json]) -> Iterator[tuple[str, Mapping[str, Json]]]:
    for name, scheme in document.get("components", {}).get("securitySchemes", {}).items():
        yield name, resolve(document, scheme)


def _schemes(document: Mapping[str, Json]) -> dict[str, str]:
    """What each security scheme is on the wire, by its name, which is not on the wire."""
    parts = {
        name: " ".join(str(scheme[key]) for key in ("type", "scheme", "in", "name") if key in scheme)
        for name, scheme in _declared(document)
    }
    return {name: part if [*parts.values()].count(part) == 1 else name for name, part in parts.items()}


def _requirements(security: Json, schemes: Mapping[str, str]) -> list[str]:
    """The alternatives to authenticate, in words."""
    return sorted(
        " and ".join(sorted(" ".join([schemes.get(name, name), *sorted(scopes)]) for name, scopes in each.items()))
        or "nothing"
        for each in security
    )
