"""Which requests are needed, worked out from the contract: no network here, and nothing random but `seed`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from contract_tests.contract import Contract
from contract_tests.plan import changes, wire
from contract_tests.plan.changes import encode
from contract_tests.plan.invalid import invalid
from contract_tests.plan.valid import other_value, walk
from contract_tests.record import Kind, Step
from contract_tests.target import Target

READ_AFTER = 60
"""So many requests that should change nothing go between two reads."""


def plan(contract: Contract, target: Target, seed: int = 0) -> list[Step]:
    """All requests of a run, in order.

    The body of the identity step is only known when the settings were read. After a PUT that should have been refused
    and was not, a run adds a read and a PUT that puts the setting back; a refused change of many is split.
    """
    own = contract.path_to(target.extension_id)
    names, together = target.writable(contract), target.writable_together(contract)
    read = Step(Kind.read, "GET", own)
    first = [contract.path_to(id_) for id_ in (target.fresh_extension_id, target.extension_id) if id_]
    steps = [Step(Kind.read, "GET", path, case="at first") for path in first]
    steps += [*_without_writing(contract, target)]
    if names:
        steps += _valid(contract, target, together, seed)
        steps += _alone(contract, own, [name for name in names if name not in together])
        steps += _invalid(contract, own, names, seed)
        steps += _read_every(read, _mixed(contract, own, together))
        steps += _read_every(read, _odd(contract, target, own, together))
        steps += _questions(contract, target, own, together)
    return steps + [Step(Kind.read, "GET", path, case="at last") for path in first[:-1]]


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


def _alone(contract: Contract, own: str, names: Sequence[str]) -> Iterator[Step]:
    """One property after the other through its values, each put back before the next; what was found, a run knows."""
    read = Step(Kind.read, "GET", own)
    for name in names:
        for case, value in walk(contract.properties[name]):
            yield Step(Kind.change, "PUT", own, encode({name: value}), subject=name, case=case)
            yield read
        yield Step(Kind.put_back, "PUT", own, subject=name, case="as it was found")
        yield read


def _invalid(contract: Contract, own: str, names: Sequence[str], seed: int) -> Iterator[Step]:
    steps = (
        Step(Kind.invalid, "PUT", own, encode({name: value}), subject=name, case=case)
        for turn, name in enumerate(names, seed)  # another seed, other wrong types for each
        for case, value in invalid(contract, contract.properties[name], turn)
    )
    yield from _read_every(Step(Kind.read, "GET", own), steps)


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
