"""Which requests a run sends, from the contract alone; nothing is sent here, and nothing is left to chance."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from contract_tests.contract.document import Contract
from contract_tests.contract.json_values import Settings, encode, escaped
from contract_tests.contract.property import RISKS
from contract_tests.plan import changes, wire
from contract_tests.plan.invalid import invalid
from contract_tests.plan.valid import lone_value, other_value, set_value, shown_values
from contract_tests.record.step import Case, Kind, Step
from contract_tests.target.target import Target

READ_INTERVAL = 100
"""After this many requests that should change nothing comes a read."""
LONE_CHANGES = 8
"""After this many changes of one property each comes a read."""


def plan(contract: Contract, target: Target) -> list[Step]:
    """All requests of a run, in order.

    A run fills in the bodies that hold what it has read. After an invalid PUT that was accepted it adds a read and a
    PUT that restores the setting; it splits a refused change of several properties, and tries a value that was refused
    or altered once more from another state.
    """
    names, together = target.writable(contract), target.writable_together(contract)
    first, last = _first_and_last(contract, target)
    steps = [*first, *_without_writing(contract, target)]
    if names:
        steps += _valid(contract, target, together)
        rest = [name for name in names if name not in together]
        steps += _by_themselves(contract, target, sorted(rest, key=lambda name: _risk(contract, name)))
        steps += _invalid(contract, target, names)
        steps += _about_http(contract, target, together)
    return steps + last


def part(contract: Contract, target: Target, number: int, parts: int) -> list[Step]:
    """What one of several extensions gets of the plan, counted from 0; together they judge what the plan judges.

    The first gets the walk of the valid values, whose order matters. The others share out the rest, and begin with a
    valid change of each property: without it, the refusal of an invalid value proves nothing.
    """
    if parts == 1:
        return plan(contract, target)
    own = contract.path_to(target.extension_id)
    read = Step(Kind.read, "GET", own)
    names, together = target.writable(contract), target.writable_together(contract)
    first, last = _first_and_last(contract, target)
    if number == 0:
        valid = _valid(contract, target, together) if names else ()
        return [*first, *_without_writing(contract, target), *valid, *last]
    if not names:
        return [read, read]
    units = [[*_about_http(contract, target, together)]]
    for name in sorted(names, key=lambda name: _risk(contract, name)):
        alone = [] if name in together else [name]
        units.append([*_by_themselves(contract, target, alone), *_invalid(contract, target, [name])])
    begin = Step(Kind.change, "PUT", own, encode(changes.Walk(contract, together).away), about="all properties")
    identity = Step(Kind.identity, "PUT", own, about="what GET answered, sent back")
    steps = [read, *_first_change(contract, own, together), identity, read, begin, read]
    return steps + [step for unit in shared_out(units, parts - 1)[number - 1] for step in unit]


def shared_out(units: Sequence[Sequence[Step]], parts: int) -> list[list[Sequence[Step]]]:
    """The units in so many parts of about the same length: the longest first, each to the shortest part.

    Within a part, the units keep their order.
    """
    shares: list[list[int]] = [[] for _ in range(parts)]
    for number in sorted(range(len(units)), key=lambda number: len(units[number]), reverse=True):
        min(shares, key=lambda share: sum(len(units[each]) for each in share)).append(number)
    return [[units[number] for number in sorted(share)] for share in shares]


def _first_and_last(contract: Contract, target: Target) -> tuple[list[Step], list[Step]]:
    paths = [contract.path_to(id_) for id_ in (target.fresh_extension_id, target.extension_id) if id_]
    first = [Step(Kind.read, "GET", path, about="at first") for path in paths]
    return first, [Step(Kind.read, "GET", path, about="at last") for path in paths[:-1]]


def _without_writing(contract: Contract, target: Target) -> Iterator[Step]:
    own = contract.path_to(target.extension_id)
    yield Step(Kind.read, "GET", own, about="again")
    about = "the path without its last slash"
    yield Step(Kind.question, "GET", own.rstrip("/"), case=Case.no_last_slash, about=about)
    yield from _other_extensions(contract, target)
    if not target.may_write:
        yield from wire.credentials(own, contract.path_to("@me"), None, None)
        yield from wire.methods(own, is_loopback=False)


def _other_extensions(contract: Contract, target: Target) -> Iterator[Step]:
    """GET of `@me`, of ids that are malformed or not assigned, and of another client's extension."""
    is_me = target.me_extension_id == target.extension_id
    if not (target.may_write and is_me):  # else `_by_me` reads it
        yield Step(Kind.address, "GET", contract.path_to("@me"), about="@me")
    if target.me_extension_id and not is_me:
        about = "the extension that @me means"
        yield Step(Kind.address, "GET", contract.path_to(target.me_extension_id), about=about)
    yield from wire.addresses(contract, target.extension_id)
    if target.foreign_extension_id:
        path = contract.path_to(target.foreign_extension_id)
        yield Step(Kind.address, "GET", path, about="another client's extension")


def _valid(contract: Contract, target: Target, names: Sequence[str]) -> Iterator[Step]:
    """Valid changes, with reads after them."""
    own = contract.path_to(target.extension_id)
    read = Step(Kind.read, "GET", own)
    state = changes.Walk(contract, names)
    yield from _first_change(contract, own, names)
    yield Step(Kind.identity, "PUT", own, about="what GET answered, sent back")
    body, about = encode(state.away), "all properties, away from their defaults"
    for kind in (Kind.change, Kind.repeat):
        yield Step(kind, "PUT", own, body, about=about if kind is Kind.change else "")
        yield read
    yield from _lone_changes(contract, own, state, names)
    for step in _group_changes(own, state, names):
        yield step
        yield read
    for number, together in enumerate(state.at_once(is_loopback=target.is_loopback), 1):
        for update in together:
            yield Step(Kind.concurrent, "PUT", own, encode(update), about="changes at once", together=number)
        yield read
    yield from _last_change(contract, target, state.away)


def _first_change(contract: Contract, path: str, names: Sequence[str]) -> Iterator[Step]:
    """The first PUT of all changes something, of the least risky property; a run sees to that."""
    for name in _least_risky(contract, names):
        body, about = encode({name: set_value(contract.properties[name])}), "the first change"
        yield Step(Kind.change, "PUT", path, body, subject=name, case=Case.first_change, about=about)
        yield Step(Kind.read, "GET", path)


def _risk(contract: Contract, name: str) -> int:
    return RISKS.index(contract.properties[name].risk)


def _least_risky(contract: Contract, names: Sequence[str]) -> Sequence[str]:
    """The name of the property that is the least harmful to change, if there is one."""
    return sorted(names, key=lambda name: RISKS.index(contract.properties[name].risk))[:1]


def _lone_changes(contract: Contract, path: str, state: changes.Walk, names: Sequence[str]) -> Iterator[Step]:
    """A body of one property, for each; then what the page's own example carries, in the form that it shows.

    They are written as the page's program writes them. The properties of the example come first, while all others
    differ from their defaults, so that a side effect shows.
    """
    in_example = [name for names_ in contract.update_examples() for name in names_ if name in names]
    switches = [name for name in names if "boolean" in contract.properties[name].types]
    others = [name for name in names if name not in {*in_example, *switches}]
    updates = [update for name in in_example for update in (state.alone(name), state.example(name))]
    updates += [state.alone(name) for name in (*others, *switches)]
    for number, update in enumerate(updates, 1):
        is_ascii = escaped(update) == encode(update)
        case = Case.one_property if is_ascii else Case.escapes
        about = "one property alone" if is_ascii else "one property alone, in ASCII with escapes"
        yield Step(Kind.change, "PUT", path, escaped(update), case=case, about=about)
        if number <= 2 * len(in_example) or number % LONE_CHANGES == 0 or number == len(updates):
            yield Step(Kind.read, "GET", path)


def _group_changes(path: str, state: changes.Walk, names: Sequence[str]) -> Iterator[Step]:
    """Each property through all of its values, about half of the properties at a time."""
    for group in changes.groups(names, state.longest):
        body = encode(state.update(group))
        yield Step(Kind.change, "PUT", path, body, about="some properties, the rest left out")


def _last_change(contract: Contract, target: Target, away: Settings) -> Iterator[Step]:
    """All properties once more, then the least risky one by `@me`, where that is the extension under test."""
    own, me = contract.path_to(target.extension_id), contract.path_to("@me")
    read = Step(Kind.read, "GET", own)
    is_me = target.me_extension_id == target.extension_id
    yield Step(Kind.change, "PUT", own, encode(away), about="all properties")
    for name in _least_risky(contract, [*away]) if is_me else ():
        body = encode({name: lone_value(contract.properties[name], away[name])})
        yield Step(Kind.change, "PUT", me, body, about="one property, by @me")
    yield read  # it shows what both did
    if is_me:
        yield Step(Kind.address, "GET", me, about="@me")


def _by_themselves(contract: Contract, target: Target, names: Sequence[str]) -> Iterator[Step]:
    """One property after the other through the values that the contract shows, each restored before the next.

    A run fills in the body that restores it. A read follows the first value and the restore; of the values between
    them, the answer to the PUT tells.
    """
    own = contract.path_to(target.extension_id)
    read = Step(Kind.read, "GET", own)
    for name in names:
        # Null only where the page says what it does: a server that ignores it would not take the original null either.
        known = contract.properties[name]
        values = [each for each in shown_values(known) if each.value is not None or known.is_named_by_page(None)]
        for number, (about, value) in enumerate(values):
            yield Step(Kind.change, "PUT", own, encode({name: value}), subject=name, about=about)
            if number == 0:
                yield read
        yield Step(Kind.put_back, "PUT", own, subject=name, about="the original value")
        yield read


def _invalid(contract: Contract, target: Target, names: Sequence[str]) -> Iterator[Step]:
    own = contract.path_to(target.extension_id)
    steps = (
        Step(Kind.invalid, "PUT", own, encode({name: value}), subject=name, about=about)
        for name in names
        for about, value in invalid(contract, contract.properties[name])
    )
    yield from _with_reads(Step(Kind.read, "GET", own), steps)


def _about_http(contract: Contract, target: Target, names: Sequence[str]) -> list[Step]:
    own = contract.path_to(target.extension_id)
    read = Step(Kind.read, "GET", own)
    text = changes.first_text(contract, names)
    return [
        *([wire.get_with_body(own, text), read] if text else []),
        *_with_reads(read, _mixed(contract, own, names)),
        *_with_reads(read, _unusual(contract, target, own, names)),
        *_questions(contract, own, names),
    ]


def _unusual(contract: Contract, target: Target, own: str, names: Sequence[str]) -> Iterator[Step]:
    """What is about HTTP and JSON rather than about a property."""
    text = changes.first_text(contract, names)
    if text:
        yield from wire.bodies(own, text)
        yield wire.media_type_with_charset(own, text)
    # A PUT to @me only where that is the extension under test, which a run restores.
    is_me = target.me_extension_id == target.extension_id
    yield from wire.credentials(own, contract.path_to("@me"), text, text if is_me else None)
    yield from wire.methods(own, is_loopback=target.is_loopback)
    if target.foreign_extension_id and target.is_loopback:  # elsewhere its owner did not agree to a test
        path = contract.path_to(target.foreign_extension_id)
        yield Step(Kind.address, "PUT", path, b"{}", about="another client's extension")


def _questions(contract: Contract, own: str, names: Sequence[str]) -> Iterator[Step]:
    text = changes.first_text(contract, names)
    numbers = (contract.properties[name] for name in names)
    number = next((known for known in numbers if "integer" in known.types and known.risk != "critical"), None)
    if text:
        yield from wire.questions(own, text, number)


def _mixed(contract: Contract, own: str, names: Sequence[str]) -> Iterator[Step]:
    """A valid change beside an invalid one, in both orders."""
    other = {name: other_value(contract.properties[name]) for name in names}
    if len(names) > 1:
        first, second = names[:2]
        valid, wrong = {first: other[first]}, {second: invalid(contract, contract.properties[second])[0].value}
        for place, update in (("after", valid | wrong), ("before", wrong | valid)):
            about = f"{place} a valid change of {first}"
            yield Step(Kind.mixed, "PUT", own, encode(update), subject=second, about=about)


def _with_reads(read: Step, steps: Iterable[Step]) -> list[Step]:
    """The steps, with a read after every `READ_INTERVAL` of them and at the end."""
    spaced: list[Step] = []
    for index, step in enumerate(steps, 1):
        spaced += [step, read] if index % READ_INTERVAL == 0 else [step]
    return [*spaced, read]
