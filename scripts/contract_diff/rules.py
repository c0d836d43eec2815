"""Which change of a keyword breaks a client that worked, or a server that passed.

A contract has two sides. A tighter constraint may break a server that passed, by its answers, and a client that worked,
by its requests. A looser constraint may break the other one: the client that reads the answer, or the server that takes
the request. So each change of a constraint breaks one side. A change is harmless where it concerns people only, where a
verdict becomes milder, or where a run sends less.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from contract_tests.contract.json_values import ABSENT, Json, identical
from contract_tests.contract.property import RISKS, Evidence

Breaks = Callable[[Json, Json], bool]


def always(_old: Json, _new: Json) -> bool:
    """The keyword is part of what a value or a message means."""
    return True


def never(_old: Json, _new: Json) -> bool:
    """The keyword is for people."""
    return False


def raised(old: Json, new: Json) -> bool:
    """Evidence: a warning becomes a failure. A constraint without evidence is inferred."""
    before, after = (Evidence.inferred if level is ABSENT else Evidence[level] for level in (old, new))
    return after > before


def lowered(old: Json, new: Json) -> bool:
    """Risk: a run may write what it did not write on a phone in use before."""
    before, after = (-1 if risk is ABSENT else RISKS.index(risk) for risk in (old, new))
    return after < before


def gains(old: Json, new: Json) -> bool:
    """Each member of the list is a demand on servers."""
    return any(not any(identical(member, known) for known in _members(old)) for member in _members(new))


def loses(old: Json, new: Json) -> bool:
    """Each member of the list allows something, or protects from something."""
    return gains(new, old)


def corrected(old: Json, _new: Json) -> bool:
    """The keyword may be added, but not changed after that."""
    return old is not ABSENT


def appears_or_goes(old: Json, new: Json) -> bool:
    """The keyword itself counts, its text does not."""
    return ABSENT in (old, new)


def dropped(_old: Json, new: Json) -> bool:
    """The keyword allows something, whatever its text."""
    return new is ABSENT


EXTENSIONS: Mapping[str, Breaks] = {
    "x-evidence": raised,
    "x-resource": corrected,
    "x-risk": lowered,
    "x-unit": corrected,
    "x-refers-to": dropped,
    "x-equal-values": always,
    "x-tolerated-values": loses,
    "x-contradiction": never,
    "x-group": never,
    "x-unset-value": always,
    "x-unset-value evidence": raised,
    "x-update": always,
    "x-named-values": gains,
    "x-never-together": loses,
    "x-recording-formats": always,
    "x-codeSamples": never,
    "x-vocabulary": never,
}
"""The rule of each `x-` keyword; any change of one that is not here breaks."""

FOR_PEOPLE: Mapping[str, frozenset[str]] = {
    "document": frozenset({"openapi", "jsonSchemaDialect", "tags", "externalDocs"}),
    "info": frozenset({"title", "version", "summary", "description", "termsOfService", "contact", "license"}),
    "contact": frozenset({"name", "url", "email"}),
    "license": frozenset({"name", "identifier", "url"}),
    "tag": frozenset({"name", "description", "externalDocs"}),
    "server": frozenset({"description"}),
    "serverVariable": frozenset({"description", "default"}),
    "pathItem": frozenset({"summary", "description"}),
    "operation": frozenset({"summary", "description", "tags", "externalDocs", "deprecated"}),
    "parameter": frozenset({"description", "example", "examples", "deprecated"}),
    "header": frozenset({"description", "example", "examples", "deprecated"}),
    "requestBody": frozenset({"description"}),
    "response": frozenset({"description", "links"}),
    "mediaType": frozenset({"example", "examples"}),
    "securityScheme": frozenset({"description"}),
    "schema": frozenset({"title", "description", "example", "examples", "$comment", "externalDocs", "deprecated"}),
}
"""The keywords of each kind of object that no program reads on the wire."""


def breaks(kind: str, keyword: str, old: Json, new: Json) -> bool:
    """Whether a change of a keyword breaks; `keyword` may have a second word, such as the constraint of an evidence."""
    first = keyword.partition(" ")[0]
    if first.startswith("x-"):
        rule = EXTENSIONS.get(keyword) or EXTENSIONS.get(first, always)
    elif first == "scope":
        rule = appears_or_goes
    else:
        rule = never if keyword in FOR_PEOPLE.get("schema" if kind == "property" else kind, ()) else always
    return rule(old, new)


def breaks_as_a_whole(kind: str, name: str, facts: Mapping[str, Json], *, is_new: bool) -> bool:
    """Whether it breaks that an object with these facts is new, or else gone."""
    if kind in {"example", "tag", "contact", "license", "securityScheme"}:
        return False  # what a new or missing scheme breaks, the operations tell that use it
    if not is_new:
        return True
    if kind in {"property", "parameter", "header"}:
        return "required" in facts
    if kind == "response":
        return name[:1] in "123"
    return kind not in {"pathItem", "operation", "server", "serverVariable"}


def _members(value: Json) -> list[Json]:
    return [] if value is ABSENT else value if isinstance(value, list) else [value]
