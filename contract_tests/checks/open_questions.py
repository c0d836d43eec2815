"""What this target does where the page leaves it open: notes, never failures."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from urllib.parse import urlsplit

from contract_tests.checks.catalogue import check
from contract_tests.checks.history import VALID, History
from contract_tests.checks.judgement import Judgements, note
from contract_tests.checks.put_rules import Update
from contract_tests.contract.json_values import in_json, is_among
from contract_tests.contract.property import Evidence
from contract_tests.record.exchange import Exchange
from contract_tests.record.step import Case, Kind


@check(Evidence.open)
def open_empty_update(history: History) -> Judgements:
    """What does PUT do with an empty object?"""
    return _effects(history, Case.empty_object)


@check(Evidence.open)
def open_no_body(history: History) -> Judgements:
    """What does PUT do without a body?"""
    return _effects(history, Case.no_body)


@check(Evidence.open)
def open_duplicate_key(history: History) -> Judgements:
    """Which of two equal keys counts?"""
    return _effects(history, Case.repeated_key)


@check(Evidence.open)
def open_lone_surrogate(history: History) -> Judgements:
    """May a text hold half of a surrogate pair?

    > RFC 8259, 8.2: The behavior of software that receives JSON texts containing such values is unpredictable
    """
    return _effects(history, Case.lone_surrogate)


@check(Evidence.open)
def open_nul_in_text(history: History) -> Judgements:
    """May a text hold the character NUL?"""
    return _effects(history, Case.nul_in_text)


@check(Evidence.open)
def open_byte_order_mark(history: History) -> Judgements:
    """May a body begin with a byte order mark?"""
    return _effects(history, Case.byte_order_mark)


@check(Evidence.open)
def open_large_body(history: History) -> Judgements:
    """Is a body of 1 MiB accepted?"""
    return _effects(history, Case.large_body)


@check(Evidence.open)
def open_integral_fraction(history: History) -> Judgements:
    """Is a whole number accepted that is written with .0?"""
    return _effects(history, Case.integral_fraction)


def _questions(history: History, case: Case) -> Iterator[Exchange]:
    return (exchange for exchange in history.record.of(Kind.question) if exchange.step.case is case)


def _effects(history: History, case: Case) -> Judgements:
    """A note for each request of a case: whether it was accepted, and what it did to the property under test."""
    for put in _questions(history, case):
        name = put.step.subject
        old, new = history.state_before(put).get(name), history.state_after(put).get(name)
        is_unchanged = history.contract.properties[name].same(old, new)
        effect = "nothing changed" if is_unchanged else f"shows {in_json(new)}"
        yield note(f"Accepted with {put.status}; {effect}." if put.is_success else _refusal(put), put)


def _refusal(put: Exchange) -> str:
    return f"Refused with {put.status}." if put.status else "No response."


@check(Evidence.open, statements="A-04")
def open_base_path(history: History) -> Judgements:
    """Under which path does the resource stand?"""
    for read in history.record.of(Kind.read)[:1]:
        path, documented = urlsplit(history.target["base_url"]).path or "/", history.contract.base_path
        relation = "the documented one" if path == documented else f"documented is {documented}"
        yield note(f"{path}, {relation}.", read)


@check(Evidence.open)
def open_trailing_slash(history: History) -> Judgements:
    """Does the path work without its last slash?"""
    for read in _questions(history, Case.no_last_slash):
        yield note(f"Without its last slash the path answers {read.status}.", read)


@check(Evidence.open)
def open_null(history: History) -> Judgements:
    """What does null do where the page does not say so?"""
    effects: dict[str, list[str]] = {}
    puts: list[Exchange] = []
    for put, name, effect in [*_nulls(history), *_refused_nulls(history)]:
        effects.setdefault(effect, []).append(name)
        puts.append(put)
    if puts:
        text = "; ".join(f"null {effect}: {_names(names)}" for effect, names in effects.items())
        yield note(f"{text}.", puts[-1])


def _nulls(history: History) -> Iterator[tuple[Exchange, str, str]]:
    """Each null that was accepted, with its property and what it did."""
    for put, update in _updates(history):
        for name in _cleared(history, update):
            new, old = (update.after or {}).get(name), (update.before or {})[name]
            is_ignored = history.contract.properties[name].same(new, old)
            yield put, name, "clears" if new is None else "is left out" if is_ignored else f"gives {in_json(new)}"


def _updates(history: History) -> Iterator[tuple[Exchange, Update]]:
    return ((observed.puts[-1], observed.update) for observed in history.updates if observed.update.after is not None)


def _refused_nulls(history: History) -> Iterator[tuple[Exchange, str, str]]:
    for put in history.refused_alone:
        for name, value in (put.step.update or {}).items():
            if value is None:
                yield put, name, f"is refused with {put.status}"


def _cleared(history: History, update: Update) -> Iterator[str]:
    """The properties that an accepted update sets to null, that had a value, where the page leaves null open."""
    if not (update.is_accepted and update.before):
        return
    for name, value in update.sent.items():
        known = history.contract.properties.get(name)
        is_open = known and known.is_nullable and known.evidence["null"] != Evidence.stated.name
        if value is None and is_open and update.before.get(name) is not None:
            yield name


@check(Evidence.open)
def open_zero_and_null(history: History) -> Judgements:
    """Are 0 and null, which mean the same for a sound, told apart?

    > not said by the page; inferred from the default 0 in the table and the null in the example
    """
    is_kept: dict[str, bool] = {}
    puts: list[Exchange] = []
    for put, update in _updates(history):
        for name in _zeros_and_nulls(history, update):
            is_kept[name] = is_kept.get(name, True) and (update.after or {}).get(name) == update.sent[name]
            puts.append(put)
    if puts:
        kept, changed = (_names(name for name in is_kept if is_kept[name] is flag) for flag in (True, False))
        yield note(f"Kept as sent: {kept or 'none'}; not: {changed or 'none'}.", puts[-1])


def _zeros_and_nulls(history: History, update: Update) -> Iterator[str]:
    """The properties with values that mean the same which an accepted update sets to 0 or null."""
    for name, value in update.sent.items() if update.is_accepted else ():
        known = history.contract.properties.get(name)
        if known and known.schema.get("x-equal-values") and is_among(value, [0, None]):
            yield name


@check(Evidence.open)
def open_unknown_id(history: History) -> Judgements:
    """Which status code does an id get that is not assigned?"""
    for read in history.record.of(Kind.address):
        if read.step.case is Case.unknown_id:
            yield note(f"{read.status}.", read)


@check(Evidence.open)
def open_refusal(history: History) -> Judgements:
    """How does the refusal of an invalid value look?"""
    refused = [put for put in history.record.of(Kind.invalid) if 400 <= put.status < 500]
    if refused:
        forms = Counter(f"{put.status} with {_keys(put)}" for put in refused)
        text = "; ".join(f"{count} times {form}" for form, count in forms.items())
        yield note(f"{text}.", refused[0])


def _keys(put: Exchange) -> str:
    if put.json_object is None:
        return "no JSON object"
    return ", ".join(sorted(put.json_object)) or "an empty object"


@check(Evidence.open)
def open_ranges(history: History) -> Judgements:
    """Which values of the right type are refused, for their length, size or because the id is unknown?"""
    refused = [
        f"{name}: {in_json(value)}"
        for put in history.refused_alone
        for name, value in (put.step.update or {}).items()
        if not history.contract.properties[name].is_named_by_page(value)
    ]
    for put in history.record.of(*VALID)[:1]:
        yield note(f"Refused: {'; '.join(refused) or 'none'}.", put)


@check(Evidence.open)
def open_coupling(history: History) -> Judgements:
    """Which values are taken only together with a value of another property?"""
    for name, coupling in history.couplings.items():
        value, partner = in_json(coupling.value), in_json(coupling.partner_value)
        text = f"{name}: {value} is taken only together with {coupling.partner}: {partner}."
        yield note(text, coupling.put)
    if not history.couplings:
        for put in history.record.of(*VALID)[:1]:
            yield note("None was found.", put)


def _names(names: Iterable[str]) -> str:
    return ", ".join(sorted(set(names)))
