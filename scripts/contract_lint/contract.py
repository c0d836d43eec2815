"""The contract as the rules see it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple
from urllib.parse import quote

from jsonschema_rs import Draft202012Validator, Registry

from scripts.contract_lint import pointer as pointers
from scripts.contract_lint.grammar import Node, walk

X_RESOURCE = "x-resource"


class Resource(NamedTuple):
    """What `x-resource` names: a path, its operations by HTTP method, and the two schemas as references."""

    path: str
    operations: list[str]
    answer: str
    update: str


@dataclass(frozen=True)
class Contract:
    """An OpenAPI document, its objects by kind, and its schemas as validators."""

    document: dict[str, Any]

    @cached_property
    def nodes(self) -> list[Node]:
        """All objects of the document."""
        return list(walk("document", self.document))

    @cached_property
    def resource(self) -> Resource:
        """The resource that the contract is about."""
        return Resource(**self.document[X_RESOURCE])

    @cached_property
    def _registry(self) -> Registry:
        return Registry([("urn:contract", self.document)])

    def all(self, *kinds: str) -> list[Node]:
        """Return the objects of these kinds."""
        return [node for node in self.nodes if node.kind in kinds]

    def chain(self, value: dict[str, Any]) -> Iterator[dict[str, Any]]:
        """Yield the object, and what it refers to, and what that refers to."""
        return (link for _, link in self.places("", value))

    def places(self, pointer: str, value: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
        """Yield the object at a pointer, and what it refers to, and what that refers to, each with its pointer."""
        yield pointer, value
        while "$ref" in value:
            pointer = value["$ref"]
            value = pointers.resolve(self.document, pointer)
            yield pointer, value

    def keyword(self, value: dict[str, Any], key: str) -> object:
        """Return what the object says under `key`, itself or by reference, or None."""
        return next((link[key] for link in self.chain(value) if key in link), None)

    def properties(self, schema: str) -> dict[str, dict[str, Any]]:
        """Return the properties of the schema at this pointer."""
        found: dict[str, dict[str, Any]] = pointers.resolve(self.document, schema).get("properties", {})
        return found

    def all_properties(self) -> Iterator[Node]:
        """Yield each property of each schema in the document."""
        for node in self.all("schema"):
            if pointers.parent(node.pointer).endswith("/properties"):
                yield node

    def reachable(self, schema: str) -> set[str]:
        """Return the pointers that the schema at this pointer refers to, directly or not."""
        reached: set[str] = set()
        waiting = [schema]
        while waiting:
            for node in walk("schema", pointers.resolve(self.document, waiting.pop())):
                target = node.value.get("$ref")
                if target is not None and target not in reached:
                    reached.add(target)
                    waiting.append(target)
        return reached

    def validator(self, schema: str) -> Draft202012Validator:
        """Return the validator of the schema at this pointer, formats included; raises ValidationError."""
        return Draft202012Validator(
            {"$ref": f"urn:contract#{quote(schema[1:], safe='/~')}"},
            registry=self._registry,
            validate_formats=True,
            offline=True,
        )

    def error(self, schema: str, value: object) -> str | None:
        """Return why the value breaks the schema at this pointer, or None."""
        error = next(self.validator(schema).iter_errors(value), None)
        return error.message if error else None
