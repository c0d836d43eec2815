"""What a run may write: the values that can be restored, and the guard before each PUT."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import pytest
import requests

from contract_tests.contract import CONTRACT
from contract_tests.contract.property import RISKS
from contract_tests.errors import StoppedError
from contract_tests.observe.restorable import MASK, probes, restorable_keys, unrestorable
from contract_tests.plan import part, plan
from contract_tests.session.write_guard import WriteGuard
from contract_tests.target.target import Mode, Target
from tests.one_extension import FOREIGN, KNOWN, ME, OWN, URL, Elsewhere, begun
from tests.servers.page import configured

# What can be restored


@pytest.mark.parametrize(
    "text",
    [
        "****",
        "**",
        "••••",
        "●●●",
        "***0143",
        "d***@example.com",
        "xxxx",
        "XXXX",
        "----",
        "[REDACTED]",
        "<hidden>",
        "###",
    ],
)
def test_a_mask_is_no_value(text: str) -> None:
    assert MASK.search(text)
    settings = {**configured(), "label": text, "bundle": {"bundle_list": {"55": {"x": [text]}}}}
    assert unrestorable(CONTRACT, settings).keys() == {"label", "bundle"}


@pytest.mark.parametrize("text", ["*", "", "xx", "Empfang", "+12025550143", "0042", "AT DE", "a-b", "x@y.example", "…"])
def test_a_value_is_no_mask(text: str) -> None:
    assert not MASK.search(text)
    assert unrestorable(CONTRACT, {**configured(), "label": text}) == {}


def test_what_get_does_not_show_cannot_be_restored() -> None:
    settings = configured()
    del settings["conference_pin"]
    assert unrestorable(CONTRACT, settings).keys() == {"conference_pin"}
    assert "GET does not show" in unrestorable(CONTRACT, settings)["conference_pin"]
    assert "a mask" in unrestorable(CONTRACT, {**configured(), "label": "****"})["label"]


@pytest.mark.parametrize("mode", Mode)
def test_what_a_restore_may_send(mode: Mode) -> None:
    reasons = {"label": "GET shows a mask"}
    target = Target(URL, "54", mode, unrestorable=reasons)
    settings = {"label": "****", "allow_webrtc": True, "sip": {"secrets": [{"of": "****"}]}}
    keys = restorable_keys(target, CONTRACT, settings)
    assert keys & KNOWN.keys() == {*target.writable(CONTRACT)}
    assert "label" not in keys
    assert keys - KNOWN.keys() == ({"allow_webrtc"} if mode is Mode.full else set())


def test_the_least_risky_property_of_each_kind_is_tried_first() -> None:
    settings = configured() | {
        "auth_type": None,  # critical
        "append_to_cid_name_on_transfer": None,  # low
        "record_enabled": False,  # high
        "incoming_limit": 0,  # medium
        "intercom": 0,  # high
        "label": "",  # low
    }
    chosen = probes(KNOWN, settings)
    assert {probe.name for probe in chosen} >= {"append_to_cid_name_on_transfer", "incoming_limit", "label"}
    assert len(chosen) == 4  # null, false, 0, empty text
    risks = [RISKS.index(KNOWN[probe.name].risk) for probe in chosen]
    assert risks == sorted(risks)
    assert not any(KNOWN[probe.name].same(probe.value, settings[probe.name]) for probe in chosen)
    assert probes(KNOWN, dict.fromkeys(KNOWN, "text")) == []


# The guard


def request(path: str, body: bytes | str | None = b'{"label": "x"}') -> requests.PreparedRequest:
    return requests.Request("PUT", URL + path, data=body).prepare()


def target_of(kind: type[Target], mode: Mode, me: str = "54", **more: Any) -> Target:  # noqa: ANN401 - passed on
    return kind(URL, "54", mode, "55", "77", me, **more)


@pytest.mark.parametrize("kind", [Target, Elsewhere])
@pytest.mark.parametrize("mode", Mode)
@pytest.mark.parametrize("me", ["54", "55", ""])
def test_no_step_of_a_plan_writes_to_another_extension(kind: type[Target], mode: Mode, me: str) -> None:
    target = target_of(kind, mode, me)
    guard, passed = WriteGuard(target, CONTRACT), set()
    parts = [plan(CONTRACT, target), *(part(CONTRACT, target, number, 3) for number in range(3))]
    for step in (step for steps in parts for step in steps if step.method == "PUT"):
        body = b"{}" if step.body is None else step.body  # a run fills in what it has read of its own properties
        guard(request(step.path, body))
        passed.add((step.path, step.body if step.path == FOREIGN else b""))
    expected = {(OWN, b"")} if target.may_write else set()
    expected |= {(ME, b"")} if target.may_write and me == "54" else set()
    expected |= {(FOREIGN, b"{}")} if target.may_write and kind is Target else set()
    assert passed == expected


@pytest.mark.parametrize(
    ("kind", "mode", "me", "path", "body", "message"),
    [
        (Target, Mode.read, "54", OWN, b"{}", "may only read"),
        (Elsewhere, Mode.full, "54", FOREIGN, b"{}", "is not the extension under test"),
        (Target, Mode.full, "54", FOREIGN, b'{"label": "x"}', "is not the extension under test"),
        (Target, Mode.full, "54", CONTRACT.path_to("55"), b"{}", "is not the extension under test"),
        (Target, Mode.full, "55", ME, b"{}", "is not the extension under test"),
        (Target, Mode.full, "", ME, b"{}", "is not the extension under test"),
        (Target, Mode.full, "54", "/extension/%377/phone/", b"{}x", "is not the extension under test"),
        (Target, Mode.safe, "54", OWN, b'{"label": "x", "auth_type": "both"}', "with auth_type, which may not"),
        (Elsewhere, Mode.safe, "54", OWN, '{"conference_pin": "1"}', "with conference_pin, which may not"),
        (Elsewhere, Mode.full, "54", OWN, b'{"bundle": {}}', "with bundle, which may not"),
    ],
)
def test_the_guard_refuses_what_no_plan_holds(
    kind: type[Target], mode: Mode, me: str, path: str, body: bytes | str, message: str
) -> None:
    with pytest.raises(StoppedError, match=message):
        WriteGuard(target_of(kind, mode, me), CONTRACT)(request(path, body))


def test_the_guard_refuses_what_cannot_be_restored() -> None:
    target = target_of(Target, Mode.full, unrestorable={"conference_pin": "GET shows a mask"})
    with pytest.raises(StoppedError, match="with conference_pin, which may not be written"):
        WriteGuard(target, CONTRACT)(request(OWN, b'{"conference_pin": "1"}'))


def test_the_guard_notes_keys_of_any_body_before_it_is_sent(tmp_path: Path) -> None:
    journal = begun(tmp_path)
    guard = WriteGuard(target_of(Target, Mode.full), CONTRACT, journal)
    for body in (b'{"label": "x"}', '{"geo_list": "DE", "x_unknown_key": 1}', b"[]", b"", None, b'{"cut'):
        guard(request(OWN, body))
    assert journal.read().changes == {"label", "geo_list", "x_unknown_key"}
    with pytest.raises(StoppedError):
        guard(request(FOREIGN, b'{"intercom": 1}'))
    assert "intercom" not in journal.noted
    guard.journal = None
    guard(request(OWN, b'{"vm_enabled": true}'))
    assert "vm_enabled" not in journal.noted
    journal.release()


@pytest.mark.parametrize("path", ["ä pi", "%C3%A4%20pi", "a%2Fb"])
def test_the_guard_knows_a_base_path_with_other_letters(path: str) -> None:
    target = dataclasses.replace(target_of(Target, Mode.full), base_url=f"http://127.0.0.1:8054/{path}")
    sent = requests.Request("PUT", target.base_url + OWN, data=b"{}").prepare()
    assert "%" in (sent.url or "")
    WriteGuard(target, CONTRACT)(sent)
