# ruff: noqa: D102 - the class says what its one step does
"""What the page leaves open no provider may fail for: servers that answer such a question in their own way."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from contract_tests.contract import Contract
from mock_server.embedded import serve
from mock_server.faults import CATALOGUE
from mock_server.phone import Phone, Properties
from mock_server.problems import Problem
from mock_server.seed import Application
from tests.suite import run_against

PROPERTIES = Contract().properties.values()


def is_id(value: Any) -> bool:  # noqa: ANN401 - whatever a body holds
    return isinstance(value, int) and not isinstance(value, bool) and value > 10_000


class RefusesLongText(Phone):
    """Lengths are open."""

    def validate(self, document: Properties) -> Properties:
        if any(isinstance(value, str) and len(value) > 64 for value in document.values()):
            raise Problem(422, "unprocessable", "too long")
        return super().validate(document)


class RefusesUnknownIds(Phone):
    """Whether an id exists only the server knows, and which status code tells so is open."""

    def validate(self, document: Properties) -> Properties:
        bundle = document.get("bundle")
        if any(map(is_id, document.values())) or (isinstance(bundle, dict) and bundle.get("bundle_list")):
            raise Problem(409, "conflict", "no such id")
        return super().validate(document)


class IgnoresNull(Phone):
    """Whether null clears a property is open, but where the page says so."""

    def merge(self, before: Properties, update: Properties) -> Properties:
        open_nulls = {known.name for known in PROPERTIES if known.evidence["null"] != "stated"}
        kept = {name: value for name, value in update.items() if value is not None or name not in open_nulls}
        return super().merge(before, kept)


class RefusesBadIdsAsBadRequests(Phone):
    """Which status code an unknown id gets is open."""

    def resolve(self, application: Application, extension_id: str) -> str:
        try:
            return super().resolve(application, extension_id)
        except Problem as problem:
            raise Problem(400, "bad_request", problem.message) from None


class AnswersInWords(Phone):
    """The page names 'yes' and 'no' for a boolean."""

    def present(self, properties: Properties) -> Properties:
        shown = super().present(properties)
        return {**shown, "record_stereo": {True: "yes", False: "no", None: None}[shown["record_stereo"]]}


class AnswersMore(Phone):
    """Both schemas are open."""

    def present(self, properties: Properties) -> Properties:
        shown = super().present(properties)
        return {**shown, "allow_webrtc": True, "bundle": {**shown["bundle"], "since": 1}}


class ShowsNullForZero(Phone):
    """0 and null mean the same sound."""

    def present(self, properties: Properties) -> Properties:
        shown = super().present(properties)
        return {**shown, **{name: shown[name] or None for name in ("hold_music", "ringback_sound", "vm_greeting")}}


@pytest.mark.parametrize(
    "behaviour",
    [
        RefusesLongText,
        RefusesUnknownIds,
        RefusesBadIdsAsBadRequests,
        IgnoresNull,
        AnswersInWords,
        AnswersMore,
        ShowsNullForZero,
    ],
)
def test_an_answer_to_an_open_question_is_no_failure(
    behaviour: type[Phone], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(CATALOGUE, behaviour.__name__, behaviour)
    with serve(behaviour.__name__) as mock:
        run = run_against(mock, tmp_path, "--fuzz-examples=20")
    assert run.outcomes("fail") == set(), run.printed
    assert run.outcomes("pass")
