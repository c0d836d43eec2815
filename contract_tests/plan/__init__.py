"""Which requests are needed, worked out from the contract: no network here, and nothing random but `seed`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from contract_tests.contract.document import Contract
from contract_tests.contract.json_values import encode
from contract_tests.plan import changes, wire
from contract_tests.plan.invalid import invalid
from contract_tests.plan.valid import other_value, walk
from contract_tests.record.step import Kind, Step
from contract_tests.target.target import Target

READ_AFTER = 60
"""So many requests that should change nothing go between two reads."""


def plan(contract: Contract, target: Target, seed: int = 0) -> list[Step]:
    """All requests of a run, in order.

    The body of the identity step is only known when the settings were read. After a PUT that should have been refused
    and was not, a run adds a read and a PUT that puts the setting back; a refused change of many is split.
    """
    names, together = target.writable(contract), target.writable_together(contract)
    first, last = _first_and_last(contract, target)
    steps = [*first, *_without_writing(contract, target)]
    if names:
        steps += _valid(contract, target, together, seed)
        steps += _alone(contract, target, [name for name in names if name not in together])
        steps += _invalid(contract, target, names, seed)
        steps += _about_http(contract, target, together)
    return steps + last


def part(contract: Contract, target: Target, seed: int, number: int, parts: int) -> list[Step]:
    """What one of several extensions gets of the plan, counted from 0; together they judge what the plan judges.

    The first gets the walk of the valid values, whose order matters. The others share out the rest, and begin with a
    valid change of each property: without it, the refusal of an invalid value proves nothing.
    """
    if parts == 1:
        return plan(contract, target, seed)
    own = contract.path_to(target.extension_id)
    read = Step(Kind.read, "GET", own)
    names, together = target.writable(contract), target.writable_together(contract)
    first, last = _first_and_last(contract, target)
    if number == 0:
        return [*first, *_without_writing(contract, target), *_valid(contract, target, together, seed), *last]
    if not names:
        return [read, read]
    units = [[*_about_http(contract, target, together)]]
    for turn, name in enumerate(names, seed):
        alone = [] if name in together else [name]
        units.append([*_alone(contract, target, alone), *_invalid(contract, target, [name], turn)])
    begin = Step(Kind.change, "PUT", own, encode(changes.Walk(contract, together).away), case="all properties")
    steps = [read, Step(Kind.identity, "PUT", own, case="what GET answered, sent back"), read, begin, read]
    return steps + [step for unit in shared_out(units, parts - 1)[number - 1] for step in unit]


def shared_out(units: Sequence[Sequence[Step]], parts: int) -> list[list[Sequence[Step]]]:
    """The units in so many parts of about the same length: the longest first, each to the shortest part."""
    shares: list[list[Sequence[Step]]] = [[] for _ in range(parts)]
    for unit in sorted(units, key=len, reverse=True):
        min(shares, key=lambda share: sum(map(len, share))).append(unit)
    return shares


def _first_and_last(contract: Contract, target: Target) -> tuple[list[Step], list[Step]]:
    paths = [contract.path_to(id_) for id_ in (target.fresh_extension_id, target.extension_id) if id_]
    first = [Step(Kind.read, "GET", path, case="at first") for path in paths]
    return first, [Step(Kind.read, "GET", path, case="at last") for path in paths[:-1]]


def _without_writing(contract: Contract, target: Target) -> Iterator[Step]:
    own = contract.path_to(target.extension_id)
    yield Step(Kind.read, "GET", own, case="again")
    yield Step(Kind.question, "GET", own.rstrip("/"), case="the path without its last slash")
    if not target.may_write or target.me_extension_id != target.extension_id:
        yield Step(Kind.address, "GET", contract.path_to("@me"), case="@me")
    if target.me_extension_id not in {"", target.extension_id}:
        yield Step(Kind.address, "GET", contract.path_to(target.me_extension_id), case="the extension that @me means")
    yield from wire.addresses(contract, target.extension_id)
    if target.foreign_extension_id:
        yield Step(
            Kind.address, "GET", contract.path_to(target.foreign_extension_id), case="another client's extension"
        )
    if not target.may_write:
        yield from wire.credentials(own, None)
        yield from wire.methods(own, is_loopback=False)


def _valid(contract: Contract, target: Target, names: Sequence[str], seed: int) -> Iterator[Step]:
    own = contract.path_to(target.extension_id)
    read = Step(Kind.read, "GET", own)
    yield Step(Kind.identity, "PUT", own, case="what GET answered, sent back")
    yield read
    state = changes.Walk(contract, names)
    alone = [("one property alone", {name: state.away[name]}) for name in names[:1]]
    for case, update in [*alone, ("all properties, away from their defaults", state.away)]:
        yield Step(Kind.change, "PUT", own, encode(update), case=case)
        yield read
    yield Step(Kind.repeat, "PUT", own, encode(state.away), case="the same again")
    yield read
    for group in changes.groups(names, state.longest, seed):
        yield Step(Kind.change, "PUT", own, encode(state.update(group)), case="some properties, the rest left out")
        yield read
    for number, together in enumerate(state.at_once(), 1):
        for update in together:
            yield Step(Kind.concurrent, "PUT", own, encode(update), case="changes at once", together=number)
        yield read
    is_me = target.me_extension_id == target.extension_id
    path, case = (contract.path_to("@me"), "all properties, by @me") if is_me else (own, "all properties")
    yield Step(Kind.change, "PUT", path, encode(state.away), case=case)
    yield read
    if is_me:
        yield Step(Kind.address, "GET", path, case="@me")


def _alone(contract: Contract, target: Target, names: Sequence[str]) -> Iterator[Step]:
    """One property after the other through its values, each put back before the next; what was found, a run knows."""
    own = contract.path_to(target.extension_id)
    read = Step(Kind.read, "GET", own)
    for name in names:
        for case, value in walk(contract.properties[name]):
            yield Step(Kind.change, "PUT", own, encode({name: value}), subject=name, case=case)
            yield read
        yield Step(Kind.put_back, "PUT", own, subject=name, case="as it was found")
        yield read


def _invalid(contract: Contract, target: Target, names: Sequence[str], seed: int) -> Iterator[Step]:
    own = contract.path_to(target.extension_id)
    steps = (
        Step(Kind.invalid, "PUT", own, encode({name: value}), subject=name, case=case)
        for turn, name in enumerate(names, seed)  # another seed, other wrong types for each
        for case, value in invalid(contract, contract.properties[name], turn)
    )
    yield from _read_every(Step(Kind.read, "GET", own), steps)


def _about_http(contract: Contract, target: Target, names: Sequence[str]) -> list[Step]:
    own = contract.path_to(target.extension_id)
    read = Step(Kind.read, "GET", own)
    return [
        *_read_every(read, _mixed(contract, own, names)),
        *_read_every(read, _odd(contract, target, own, names)),
        *_questions(contract, target, own, names),
    ]


def _odd(contract: Contract, target: Target, own: str, names: Sequence[str]) -> Iterator[Step]:
    """What is about HTTP and JSON rather than about a property."""
    text = changes.first_text(contract, names)
    if text:
        yield from wire.bodies(own, text)
        yield wire.media_type_with_charset(own, text)
    yield from wire.credentials(own, text)
    yield from wire.methods(own, is_loopback=target.is_loopback)
    if target.foreign_extension_id and target.is_loopback:  # elsewhere it is the phone of somebody who was not asked
        path = contract.path_to(target.foreign_extension_id)
        yield Step(Kind.address, "PUT", path, b"{}", case="another client's extension")


def _questions(contract: Contract, target: Target, own: str, names: Sequence[str]) -> Iterator[Step]:
    text = changes.first_text(contract, names)
    numbers = (contract.properties[name] for name in names)
    number = next((known for known in numbers if "integer" in known.types and known.risk != "critical"), None)
    if text:
        yield from wire.questions(own, text, number, is_loopback=target.is_loopback)


def _mixed(contract: Contract, own: str, names: Sequence[str]) -> Iterator[Step]:
    """A valid change beside an invalid one, in both orders."""
    other = {name: other_value(contract.properties[name]) for name in names}
    if len(names) > 1:
        first, second = names[:2]
        good, bad = {first: other[first]}, {second: invalid(contract, contract.properties[second], 0)[0].value}
        for update in (good | bad, bad | good):
            yield Step(Kind.mixed, "PUT", own, encode(update), subject=second, case="invalid beside a valid change")


def _read_every(read: Step, steps: Iterable[Step]) -> list[Step]:
    """The steps with a read after each so many of them."""
    spaced: list[Step] = []
    for index, step in enumerate(steps, 1):
        spaced += [step, read] if index % READ_AFTER == 0 else [step]
    return [*spaced, read]
