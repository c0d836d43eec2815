"""How this target decides what the page leaves open: notes, never failures."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from urllib.parse import urlsplit

from contract_tests.checks.catalogue import Function, Judgements, check, finding
from contract_tests.checks.history import VALID, History
from contract_tests.checks.put_rules import Update
from contract_tests.contract.json_values import in_json
from contract_tests.contract.property import Evidence
from contract_tests.plan.wire import UNKNOWN_ID
from contract_tests.record.exchange import Exchange
from contract_tests.record.step import Kind


def _question(name: str, case: str, question: str) -> Function:
    """A check that tells how a question step was answered."""

    def judge(history: History) -> Judgements:
        for seen in history.record.of(Kind.question):
            if seen.step.case == case:
                yield "", finding(Evidence.open, _answer(history, seen), seen)

    judge.__name__, judge.__doc__, judge.__module__ = name, f"{question}\n\n> The page does not say", __name__
    return check(judge)


_question("open_empty_update", "an empty object", "What does PUT do with an empty object?")
_question("open_no_body", "no body", "What does PUT do without a body?")
_question("open_duplicate_key", "a key twice", "Which of two equal keys counts?")
_question("open_nul_in_text", "NUL in a text", "May a text hold the character NUL?")
_question("open_byte_order_mark", "a byte order mark", "May a body begin with a byte order mark?")
_question("open_large_body", "a text of 1 MiB", "Is a body of 1 MiB taken?")
_question(
    "open_integral_fraction", "a whole number written with .0", "Is a whole number taken that is written with .0?"
)
_question("open_unknown_key", "an unknown key", "What becomes of a key that the contract does not know?")


def _answer(history: History, seen: Exchange) -> str:
    if not seen.is_success:
        return f"Refused with {seen.status}." if seen.status else "No answer."
    before, after = history.shown_around(seen)
    sent = seen.step.update or {}
    unknown = [key for key in sent if key not in history.contract.properties]
    if unknown:
        return f"Accepted with {seen.status}, and {'shown' if unknown[0] in (after or {}) else 'not shown'} afterwards."
    old, new = ((shown or {}).get(seen.step.subject) for shown in (before, after))
    became = (
        "nothing changed" if history.contract.properties[seen.step.subject].same(old, new) else f"shows {in_json(new)}"
    )
    return f"Accepted with {seen.status}; {became}."


@check
def open_base_path(history: History) -> Judgements:
    """Under which path does the resource stand?

    > Base URL is https://<hostname>/api/ver1.0
    """
    for seen in history.record.of(Kind.read)[:1]:
        path = urlsplit(history.target["base_url"]).path or "/"
        told = (
            "the documented one"
            if path == history.contract.base_path
            else f"documented is {history.contract.base_path}"
        )
        yield "", finding(Evidence.open, f"{path}, {told}.", seen)


@check
def open_trailing_slash(history: History) -> Judgements:
    """Does the path work without its last slash?

    > The page does not say
    """
    for seen in history.record.of(Kind.question):
        if seen.step.method == "GET":
            yield "", finding(Evidence.open, f"Without its last slash the path answers {seen.status}.", seen)


@check
def open_null(history: History) -> Judgements:
    """What does null do where the page does not say so?

    > The page does not say
    """
    answers: dict[str, list[str]] = {}
    last: Exchange | None = None
    for put, update in history.updates:
        for name in _cleared(history, update):
            shown, old = update.after.get(name), (update.before or {})[name]
            is_left_out = history.contract.properties[name].same(shown, old)
            told = "clears" if shown is None else "is left out" if is_left_out else f"gives {in_json(shown)}"
            answers.setdefault(told, []).append(name)
            last = put
    for put in history.refused_alone:
        for name, value in (put.step.update or {}).items():
            if value is None:
                answers.setdefault(f"is refused with {put.status}", []).append(name)
                last = put
    if last:
        told = "; ".join(f"null {answer}: {_names(names)}" for answer, names in answers.items())
        yield "", finding(Evidence.open, f"{told}.", last)


def _cleared(history: History, update: Update) -> Iterator[str]:
    """The properties that an accepted update sets to null, that were not, and of which the page does not say so."""
    for name, value in (update.sent or {}).items() if update.is_accepted and update.before else ():
        known = history.contract.properties.get(name)
        is_open = known and known.is_nullable and known.evidence["null"] != Evidence.stated.name
        if value is None and is_open and (update.before or {}).get(name) is not None:
            yield name


@check
def open_zero_and_null(history: History) -> Judgements:
    """Are 0 and null, which mean the same for a sound, told apart?

    > The table gives the default 0, the example shows null
    """
    is_kept: dict[str, bool] = {}
    last: Exchange | None = None
    for put, update in history.updates:
        for name, value in (update.sent or {}).items() if update.is_accepted else ():
            known = history.contract.properties.get(name)
            if known and known.schema.get("x-equal-values") and value in (0, None) and not isinstance(value, bool):
                is_kept[name] = is_kept.get(name, True) and update.after.get(name) == value
                last = put
    if last:
        kept, changed = (_names(name for name in is_kept if is_kept[name] is flag) for flag in (True, False))
        yield "", finding(Evidence.open, f"Kept as sent: {kept or 'none'}; not: {changed or 'none'}.", last)


@check
def open_unknown_id(history: History) -> Judgements:
    """Which status code does an id get that nobody has?

    > The page does not say
    """
    for seen in history.record.of(Kind.address):
        if seen.step.case == UNKNOWN_ID:
            yield "", finding(Evidence.open, f"{seen.status}.", seen)


@check
def open_refusal(history: History) -> Judgements:
    """How does the refusal of an invalid value look?

    > The page does not say
    """
    looks: dict[str, int] = {}
    refused = [seen for seen in history.record.of(Kind.invalid) if 400 <= seen.status < 500]
    for seen in refused:
        keys = "no JSON object" if seen.shown is None else ", ".join(sorted(seen.shown)) or "an empty object"
        looks[f"{seen.status} with {keys}"] = looks.get(f"{seen.status} with {keys}", 0) + 1
    if refused:
        told = "; ".join(f"{count} times {look}" for look, count in looks.items())
        yield "", finding(Evidence.open, f"{told}.", refused[0])


@check
def open_ranges(history: History) -> Judgements:
    """Which values of the right type are refused, for their length, size or because the id is unknown?

    > The page does not say
    """
    refused = [
        f"{name}: {in_json(value)}"
        for put in history.refused_alone
        for name, value in (put.step.update or {}).items()
        if not history.contract.properties[name].is_named_by_page(value)
    ]
    puts = history.record.of(*VALID)
    if puts:
        yield "", finding(Evidence.open, f"Refused: {'; '.join(refused) or 'none'}.", puts[0])


def _names(names: Iterable[str]) -> str:
    return ", ".join(sorted(set(names)))
