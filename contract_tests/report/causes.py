"""The causes behind the findings of a run: findings that probably have one reason are one cause.

Every report shows causes. They are found here only.
"""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from contract_tests.contract import CONTRACT
from contract_tests.contract.json_values import ABSENT, Json, encode, identical, in_json
from contract_tests.contract.property import RISKS
from contract_tests.record.exchange import Exchange
from contract_tests.report.reasons import BY_NAME, FALSY, NEVER_SINGLE, Change, Place, Reason
from contract_tests.report.results import Finding, Outcome, Result, Results

MANY = 3
"""From so many properties on, one of a pair of reasons is likelier than the other (`NEVER_SINGLE`)."""
NEEDS_OTHER_VALUE = {"null_skipped", "falsy_dropped", "not_written"}
"""Reasons that show only where the property had another value before."""

DROPPED = {"null_skipped", "falsy_dropped", "null_as_blank"}
"""Reasons why single values are not stored."""
SHOWN = {Place.stored, Place.echoed}
"""Where a value that was sent should be shown."""


@dataclass(frozen=True)
class Item:
    """A finding of a requirement, as a part of a cause."""

    result: Result
    finding: Finding

    @property
    def name(self) -> str:
        """The property; empty where it is about none."""
        return (self.finding.change.name if self.finding.change else "") or self.result.id.subject

    @property
    def place(self) -> Place | None:
        """Where the value was shown, where there is one."""
        return self.finding.change.place if self.finding.change else None


@dataclass(frozen=True)
class Key:
    """What the findings of one cause have in common.

    Attributes:
        server: Where several are tested.
        known: Whether a baseline expects them.
        kind: The name of the likely reason, else the check and the kind of deviation.
    """

    server: str
    known: bool
    kind: str

    def __str__(self) -> str:
        return "/".join(filter(None, [self.server, self.kind])) + (".known" if self.known else "")


Groups = dict[Key, list[Item]]


@dataclass(frozen=True)
class Cause:
    """Findings that probably have one cause.

    Attributes:
        key: What they have in common.
        items: The findings, the plainest of the weightiest first.
        reason: The row of the table that applies; None where none does.
    """

    key: Key
    items: Sequence[Item]
    reason: Reason | None

    @property
    def id(self) -> str:
        """A stable id."""
        return str(self.key)

    @property
    def example(self) -> Item:
        """The finding that is shown."""
        return self.items[0]

    @property
    def outcome(self) -> Outcome:
        """A failure where one of the findings is."""
        return self.example.finding.outcome

    @property
    def title(self) -> str:
        """What the server does, else what is asked of it."""
        return self.reason.title if self.reason else self.example.result.requirement.rule

    @property
    def results(self) -> list[str]:
        """The ids of the requirements."""
        return list(dict.fromkeys(str(item.result.id) for item in self.items))

    @property
    def likely(self) -> str:
        """The likely reason, and what all PUTs that show a side effect carried; empty where nothing is known."""
        change = self.example.finding.change
        suspects = [*(change.beside if change else {})]
        shared = f"the PUT carried {' and '.join(suspects)}" if 0 < len(suspects) <= MANY else ""
        return "; ".join(filter(None, [self.reason.likely if self.reason else "", shared]))

    @property
    def properties(self) -> list[str]:
        """The properties of which a finding is as bad as the cause, in the order of the contract."""
        names = {item.name for item in self.items if item.finding.outcome is self.outcome}
        return [name for name in CONTRACT.properties if name in names]

    @property
    def warned_properties(self) -> list[str]:
        """The properties that are only warned of, where others fail."""
        names = {item.name for item in self.items} - {*self.properties}
        return [name for name in CONTRACT.properties if name in names]

    @property
    def risk(self) -> str:
        """The highest risk of its properties; empty where there is none."""
        risks = [CONTRACT.properties[name].risk for name in self.properties]
        return max(risks, key=RISKS.index, default="")

    @property
    def weight(self) -> tuple[int, int, int]:
        """What matters more comes first: evidence, then risk, then how many requirements it breaks."""
        risk = RISKS.index(self.risk) if self.risk else -1
        return self.example.finding.evidence, risk, len(self.results)

    @functools.cached_property
    def requests(self) -> Sequence[Exchange]:
        """The shortest requests that show it; none where the finding has no exchange."""
        found = self.example.finding
        return [*_shortest(found.exchange, found.change, self.key.kind)] if found.exchange else []

    @property
    def reproduction(self) -> str:
        """Commands that show it, one a line; a long body comes from a file beside the report."""
        if not self.requests:
            return self.example.finding.reproduction
        return "\n".join(request.curl(_file_name(request)) for request in self.requests)

    @property
    def files(self) -> dict[str, bytes]:
        """The long bodies that the commands need, by the name of the file."""
        return {_file_name(each): each.step.body or b"" for each in self.requests if each.has_long_body}

    def _of_each_result(self) -> list[Item]:
        """The plainest of the weightiest findings of each requirement."""
        first: dict[str, Item] = {}
        for item in self.items:
            first.setdefault(str(item.result.id), item)
        return [*first.values()]

    def as_json(self) -> Json:
        """The cause as it stands in the report."""
        result, found = self.example.result, self.example.finding
        texts = {
            "reason": self.likely,
            "risk": self.risk,
            "sent": found.sent,
            "got": found.got,
            "reproduction": self.reproduction,
            "expected": result.expected,
        }
        return {
            "id": self.id,
            "outcome": self.outcome,
            "level": found.evidence.name,
            "title": self.title,
            "example": str(result.id),
            "properties": self.properties,
            "warned_properties": self.warned_properties,
            "results": self.results,
            "findings": [
                {"id": str(item.result.id), "outcome": item.finding.outcome, "message": item.finding.message}
                for item in self._of_each_result()
            ],
            "message": found.message,
            "files": [*self.files],
            **{name: text for name, text in texts.items() if text},
        }


def causes(results: Results) -> list[Cause]:
    """The causes of all failures and warnings, by what matters: evidence, risk, spread; known ones last."""
    groups: Groups = {}
    for result in results.by_id.values():
        for finding in result.kinds.values():
            if result.is_finding and finding.outcome in {Outcome.failed, Outcome.warned}:
                groups.setdefault(_key(result, finding), []).append(Item(result, finding))
    for fold in (_into_lost, _into_dropped, _into_stored, _into_stored_value, _into_type):
        groups = fold(groups)
    found = [_cause(key, items) for key, items in groups.items()]
    return sorted(found, key=lambda cause: (cause.key.known, *(-part for part in cause.weight)))


def _key(result: Result, finding: Finding) -> Key:
    has_reason = finding.change is not None and finding.change.reason is not None
    check = result.id.check.removeprefix("fuzz.")
    return Key(result.id.server, bool(result.expected), finding.kind if has_reason else f"{check}.{finding.kind}")


def _cause(key: Key, items: Sequence[Item]) -> Cause:
    reason = BY_NAME.get(key.kind)
    if reason and reason.name in NEVER_SINGLE and len({item.name for item in items}) < MANY:
        reason = BY_NAME[NEVER_SINGLE[reason.name]]
    return Cause(key, sorted(items, key=_rank, reverse=True), reason)


def _rank(item: Item) -> tuple[int, bool, int, int]:
    """The plainest of the weightiest: of the planned requests, of a value that is stored, with short commands."""
    found = item.finding
    is_plain = item.place in {Place.stored, Place.invalid} and not _is_blank(found.change and found.change.before)
    return found.evidence, found.exchange is not None, is_plain, -len(found.message) - len(found.reproduction)


def _moved(groups: Groups, goals: Mapping[int, Key]) -> Groups:
    """The groups with some items, by identity, in another one."""
    moved: Groups = {}
    for key, items in groups.items():
        for item in items:
            moved.setdefault(goals.get(id(item), key), []).append(item)
    return moved


def _of_kind(groups: Groups, *kinds: str) -> Iterator[tuple[Key, Item]]:
    return ((key, item) for key, items in groups.items() for item in items if key.kind in kinds)


def _into_lost(groups: Groups) -> Groups:
    """A property that stores nothing stores no null either, and its other findings follow from that."""
    lost: dict[tuple[str, bool], set[str]] = {}
    for key, item in _of_kind(groups, "not_written"):
        lost.setdefault((key.server, key.known), set()).add(item.name)
    goals: dict[int, Key] = {}
    for key, items in groups.items():
        names = lost.get((key.server, key.known), set())
        is_general = len(names) >= MANY and (key.kind in DROPPED or key.kind.startswith("concurrent_changes_survive."))
        for item in items:
            is_setting = key.kind.startswith("setting_can_be_changed.")
            is_of_lost = item.name in names and (item.place in SHOWN or is_setting)
            if is_general or is_of_lost:
                goals[id(item)] = replace(key, kind="not_written")
    return _moved(groups, goals)


def _into_dropped(groups: Groups) -> Groups:
    """With 0 before, null that is skipped looks like null that becomes 0; who drops 0 and false drops null too."""
    skipping = {(key.server, key.known, item.name) for key, item in _of_kind(groups, "null_skipped")}
    goals = {
        id(item): replace(key, kind="null_skipped")
        for key, item in _of_kind(groups, "null_as_blank")
        if (key.server, key.known, item.name) in skipping
    }
    groups = _moved(groups, goals)
    dropping = {(key.server, key.known) for key, _ in _of_kind(groups, "falsy_dropped")}
    return _moved(
        groups,
        {
            id(item): replace(key, kind="falsy_dropped")
            for key, item in _of_kind(groups, "null_skipped")
            if (key.server, key.known) in dropping
        },
    )


def _into_stored_value(groups: Groups) -> Groups:
    """An answer that shows what was sent differs from the next GET where the value was not stored as sent."""
    stored = {
        (key.server, key.known, item.name): key
        for key, items in groups.items()
        for item in items
        if item.place is Place.stored
    }
    goals: dict[int, Key] = {}
    for key, item in _of_kind(groups, "answer_before_update"):
        change, goal = item.finding.change, stored.get((key.server, key.known, item.name))
        if goal and change and item.place is Place.reread and identical(change.before, change.sent):
            goals[id(item)] = goal
    return _moved(groups, goals)


def _into_stored(groups: Groups) -> Groups:
    """Where only the answer to the PUT shows the old value, the value is stored, and the answer is wrong."""
    stored = {(key, item.name) for key, items in groups.items() for item in items if item.place is Place.stored}
    stored |= {(replace(key, known=not key.known), name) for key, name in stored}
    goals = {
        id(item): replace(key, kind="answer_before_update")
        for key, items in groups.items()
        for item in items
        if item.place is Place.echoed
        and item.finding.change
        and item.finding.change.is_as_before
        and (key, item.name) not in stored
    }
    return _moved(groups, goals)


def _into_type(groups: Groups) -> Groups:
    """An answer of a wrong type follows from the value that was stored with that type."""
    by_value: dict[tuple[str, bool, str, str], Key] = {}
    for key, items in groups.items():
        for item in items:
            if key.kind in BY_NAME and item.finding.change and item.place in SHOWN:
                by_value[(key.server, key.known, item.name, _type(item.finding.change.shown))] = key
    goals: dict[int, Key] = {}
    for key, items in groups.items():
        for item in items:
            if item.place is Place.answered and item.finding.change and key.kind not in BY_NAME:
                goal = by_value.get((key.server, key.known, item.name, _type(item.finding.change.shown)))
                if goal:
                    goals[id(item)] = goal
    return _moved(groups, goals)


def _type(value: Json) -> str:
    return type(value).__name__


def _shortest(exchange: Exchange, change: Change | None, kind: str) -> Iterator[Exchange]:
    """The requests that show a finding: a PUT of the property alone, and a GET after it."""
    step, is_alone = exchange.step, change is not None and change.name != "" and change.sent is not ABSENT
    if step.method != "PUT":
        yield exchange
        return
    if change and is_alone and change.place in {Place.stored, Place.echoed, Place.invalid, Place.not_taken}:
        has_old_value = change.before is not ABSENT and not _is_blank(change.before)
        if kind in NEEDS_OTHER_VALUE and has_old_value:
            yield _with_body(exchange, {change.name: change.before})
        yield _with_body(exchange, {change.name: change.sent})
    elif change and change.beside:
        yield _with_body(exchange, change.beside)
    else:
        yield exchange
    headers = {name: value for name, value in exchange.sent_headers.items() if name.lower() != "content-type"}
    yield replace(exchange, step=replace(step, method="GET", body=None), sent_headers=headers)


def _is_blank(value: Json) -> bool:
    return value is None or in_json(value) in map(in_json, FALSY)


def _with_body(exchange: Exchange, update: Json) -> Exchange:
    return replace(exchange, step=replace(exchange.step, body=encode(update)))


def _file_name(exchange: Exchange) -> str:
    """The name of the file beside the report that holds a long body."""
    return f"body-{hashlib.sha256(exchange.step.body or b'').hexdigest()[:8]}.txt" if exchange.has_long_body else ""


def counted(found: Sequence[Cause]) -> dict[str, int]:
    """How many causes are new failures, warnings, and known failures."""
    new = [cause for cause in found if not cause.key.known]
    return {
        "failed": sum(cause.outcome is Outcome.failed for cause in new),
        "warned": sum(cause.outcome is Outcome.warned for cause in new),
        "known": len(found) - len(new),
    }
