"""The output of `plan`: a short line for each request with its purpose, and the number of requests."""

from __future__ import annotations

import re

import pytest

from contract_tests.contract import CONTRACT
from contract_tests.plan import listing, plan
from contract_tests.record.step import Kind, Step
from contract_tests.target.target import Mode, Target

TARGET = Target("https://pbx.test/api/ver1.0", "54", Mode.full, "55", "77", "54")
LOOPBACK = Target("http://127.0.0.1:9/api/ver1.0", "54", Mode.full, "55", "77", "54")
STEPS = [*plan(CONTRACT, TARGET), *plan(CONTRACT, LOOPBACK)]
PUT = Step(Kind.change, "PUT", "/extension/54/phone/")


def of(kind: Kind) -> list[str]:
    return [listing.details(step) for step in STEPS if step.kind is kind]


def test_each_request_has_a_short_line_with_its_number_method_and_path() -> None:
    lines = listing.lines(STEPS)
    assert len(lines) == len(STEPS)
    for number, (line, step) in enumerate(zip(lines, STEPS, strict=True), 1):
        assert line.split()[:3] == [str(number), step.method, step.path]
        assert len(line) <= 400


def test_each_kind_of_request_has_a_purpose() -> None:
    assert listing.PURPOSES.keys() == set(Kind)
    assert all(re.match("[a-zA-Z]", listing.details(step)) for step in STEPS)


def test_a_line_names_the_property() -> None:
    assert 'change label: the first change  {"label": "Reception"}' in of(Kind.change)
    assert 'invalid value of label: array  {"label": ["Reception"]}' in of(Kind.invalid)
    assert any(line.startswith("restore geo_list") for line in of(Kind.put_back))
    assert any(line.startswith("change 31 properties") for line in of(Kind.change))


def test_a_long_body_is_cut_and_its_length_is_printed() -> None:
    body = next(line for line in of(Kind.question) if "1 MiB" in line)
    assert body.endswith("x… (1,048,589 characters)")
    assert len(body) < 200


def test_a_header_that_differs_is_printed() -> None:
    assert any("[Content-Type: text/plain]" in line for line in of(Kind.body))
    assert any("[Authorization: left out]" in line for line in of(Kind.credentials))
    assert not any("[" in line for line in of(Kind.read))


@pytest.mark.parametrize("text", ["\x1b[2J", "a\nb", "\u202e"])
def test_a_line_contains_no_control_characters(text: str) -> None:
    step = Step(Kind.invalid, "PUT", f"/{text}", text.encode(), {"X": text}, "label", about=text)
    (line,) = listing.lines([step])
    assert line.isprintable()
    assert text.encode("unicode_escape").decode() in line


def test_the_totals_have_the_requests_of_each_mode_and_the_additions_of_a_run() -> None:
    lines = listing.totals(STEPS, CONTRACT)
    assert lines[0] == f"{len(STEPS)} requests"
    counts = [int(line.split()[0]) for line in lines[1:4]]
    assert sum(counts) == len(STEPS)
    assert [line.rpartition("--mode ")[2] for line in lines[1:4]] == ["read)", "safe)", "full)"]
    kinds = {kind: sum(step.kind is kind for step in STEPS) for kind in Kind}
    assert f"{kinds[Kind.invalid]} invalid" in lines[4]
    assert f"{kinds[Kind.put_back]} put back" in lines[4]
    assert all(word in lines[5] for word in ("token", "refused", "restore"))


@pytest.mark.parametrize("mode", Mode)
def test_a_plan_for_a_mode_has_no_request_of_a_higher_mode(mode: Mode) -> None:
    modes = [*Mode]
    steps = plan(CONTRACT, Target(TARGET.base_url, "54", mode, "55", "77"))
    modes_of_steps = {listing.mode_of(step, CONTRACT) for step in steps}
    assert max(map(modes.index, modes_of_steps)) == modes.index(mode)


@pytest.mark.parametrize(
    ("step", "mode"),
    [
        (Step(Kind.method, "OPTIONS", PUT.path), Mode.read),
        (Step(Kind.identity, "PUT", PUT.path), Mode.safe),
        (Step(Kind.change, "PUT", PUT.path, b'{"label": "x"}'), Mode.safe),
        (Step(Kind.change, "PUT", PUT.path, b'{"label": "x", "auth_type": "both"}'), Mode.full),
        (Step(Kind.put_back, "PUT", PUT.path, subject="auth_type"), Mode.full),
    ],
)
def test_the_mode_of_a_request_is_that_of_the_riskiest_property(step: Step, mode: Mode) -> None:
    assert listing.mode_of(step, CONTRACT) is mode
