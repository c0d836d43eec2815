"""The plan as text: a line for each request, then how many there are, and what a run may add to them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from contract_tests.contract.document import Contract
from contract_tests.contract.property import RISKS
from contract_tests.record.exchange import shortened
from contract_tests.record.step import Kind, Step
from contract_tests.record.text import visible
from contract_tests.target.target import Mode

MAX_BODY = 100
"""How many characters of a body a line shows."""
PURPOSES: Mapping[Kind, str] = {
    Kind.token: "get a token",
    Kind.read: "read the settings",
    Kind.identity: "write the settings as they are",
    Kind.change: "change {names}",
    Kind.repeat: "send the last change again",
    Kind.concurrent: "change {names} at the same time as others",
    Kind.invalid: "invalid value of {names}",
    Kind.mixed: "invalid value of {names}",
    Kind.put_back: "restore {names}",
    Kind.body: "a body that is not an update in JSON",
    Kind.credentials: "invalid credentials",
    Kind.address: "another extension id",
    Kind.method: "a method that the contract does not offer",
    Kind.question: "open question",
}
"""What a request is for, by its kind."""
GROUPS: Mapping[Mode, str] = {
    Mode.read: "change nothing",
    Mode.safe: "may change properties of low risk only",
    Mode.full: "may change other properties as well",
}
"""What a request may change, by the first mode in which a run sends such a request."""
ADDED_BY_A_RUN = (
    "A run adds: a request for a token, if it has a client id and secret; parts of a refused change, down to the value "
    "that the target refuses; a value that was refused or altered once more, from other states; reads until a change "
    "is shown; a read, and a PUT of the values before, after an accepted request that should change nothing; a first "
    "GET, and the restore at the end."
)


def lines(steps: Sequence[Step]) -> list[str]:
    """A line for each request: its number, method, path, purpose, headers that differ, and body."""
    digits = len(str(len(steps)))
    methods = max((len(step.method) for step in steps), default=0)
    paths = max((len(step.path) for step in steps), default=0)
    return [
        f"{number:>{digits}}  {step.method:<{methods}}  {visible(step.path):<{paths}}  {details(step)}".rstrip()
        for number, step in enumerate(steps, 1)
    ]


def details(step: Step) -> str:
    """What a request is for, the headers that differ, and the beginning of its body."""
    headers = [f"[{name}: {'left out' if value is None else value}]" for name, value in step.headers.items()]
    return "  ".join(filter(None, (visible(purpose(step)), visible(" ".join(headers)), content(step))))


def purpose(step: Step) -> str:
    """What a request is for, in words."""
    text = PURPOSES[step.kind].format(names=_names(step))
    return f"{text}: {step.about}" if step.about else text


def content(step: Step) -> str:
    """The beginning of the body of a request, with its length where that is not all."""
    if step.body is None:
        return "(filled in by the run)" if step.kind in {Kind.identity, Kind.put_back} else ""
    return visible(shortened(step.body.decode("utf-8", "backslashreplace"), MAX_BODY))


def totals(steps: Sequence[Step], contract: Contract) -> list[str]:
    """How many requests there are: in all, by what they may change, and by kind; then what a run may add."""
    modes = Counter(mode_of(step, contract) for step in steps)
    kinds = Counter(step.kind for step in steps)
    return [
        f"{len(steps)} requests",
        *(f"{modes[mode]:>6}  {text} (--mode {mode})" for mode, text in GROUPS.items()),
        f"By kind: {', '.join(f'{count} {kind}' for kind, count in kinds.most_common())}".replace("_", " "),
        ADDED_BY_A_RUN,
    ]


def mode_of(step: Step, contract: Contract) -> Mode:
    """The first mode in which a run sends such a request."""
    if step.method not in {"PUT", "POST", "PATCH", "DELETE"}:
        return Mode.read
    named = {step.subject, *(step.update or {})} & contract.properties.keys()
    is_low = all(contract.properties[name].risk == RISKS[0] for name in named)
    return Mode.safe if is_low else Mode.full


def _names(step: Step) -> str:
    """The property that a request is about: the one under test, or the only one that it sends; else how many."""
    names = [step.subject] if step.subject else [*(step.update or {})]
    return names[0] if len(names) == 1 else f"{len(names)} properties"
