# ruff: noqa: ARG002 - the steps of a server have more arguments than a test needs
"""The restore of one extension, and the proof before it that values can be restored."""

from __future__ import annotations

import itertools
import re
import time
from typing import Any

import pytest

from contract_tests.client.client import Client
from contract_tests.contract import CONTRACT
from contract_tests.contract.json_values import ABSENT
from contract_tests.errors import NotRestoredError
from contract_tests.observe import proof
from contract_tests.observe.restore import PAUSES, SHORT_PAUSES, Restore
from contract_tests.record.exchange import Exchange
from contract_tests.record.step import Kind, Step
from tests.one_extension import KNOWN, OWN, gets, puts, serving, settings_of
from tests.servers.core import Server
from tests.servers.messages import Dropped, Extension, Refused, Request, Response
from tests.servers.page import Settings, configured

# The restore


def restored(
    server: Server, changed: Settings, *noted: str, allowed: set[str] | None = None, slept: list[float] | None = None
) -> str:
    """Change settings behind the back of a restore, and let it bring them back."""
    original = {name: server.show(name, value) for name, value in server.state("54").items()}
    with serving(server) as client:
        for name, value in changed.items():
            if value is ABSENT:
                del settings_of(server)[name]
            else:
                settings_of(server)[name] = value
        names = {*KNOWN, "allow_webrtc"} if allowed is None else allowed
        clock = (slept if slept is not None else []).append
        message = Restore(client, CONTRACT, "54", original, noted or [*changed], names, clock)()
        assert client.connection.restores
    return message


def test_each_value_is_restored_by_one_put() -> None:
    server = Server()
    slept: list[float] = []
    before = server.state("54")
    assert restored(server, {"label": "x", "intercom": None, "allow_webrtc": False}, slept=slept) == ""
    assert server.state("54") == before
    assert puts(server) == [{name: before[name] for name in ("label", "intercom", "allow_webrtc")}]
    assert slept == []


def test_side_effects_are_restored_too() -> None:
    server = Server()
    before = server.state("54")
    assert restored(server, {"vm_mailto": "other@example.com", "allow_webrtc": ABSENT}, "label") == ""
    assert server.state("54") == before
    assert puts(server)[0].keys() == {"label", "vm_mailto", "allow_webrtc"}


def test_without_a_change_nothing_is_sent() -> None:
    server = Server()
    with serving(server) as client:
        assert Restore(client, CONTRACT, "54", server.state("54"), [], KNOWN.keys())() == ""
    assert puts(server) == []


def test_what_may_not_be_written_is_named_and_not_sent() -> None:
    server = Server()
    message = restored(server, {"label": "x", "auth_type": "digest", "sip": 1}, "label", allowed={"label"})
    assert message == (
        'extension 54 does NOT have its original values (PUT answered 200): auth_type: was "both", is "digest"; '
        "sip: was nothing, is 1"
    )
    assert {name for put in puts(server) for name in put} == {"label"}


class KeepsUnknown(Server):
    """Stores every key."""

    def unknown_key(self, name: str, value: Any) -> Settings:  # noqa: ANN401 - any JSON value
        """Store it."""
        return {name: value}


def test_an_unknown_key_of_the_run_is_set_to_null_and_a_known_one_never() -> None:
    server = KeepsUnknown()
    original = server.state("54")
    del original["label"]
    with serving(server) as client:
        settings_of(server)["x_unknown_key"] = "x"
        settings_of(server)["geo_list"] = "DE"
        message = Restore(
            client, CONTRACT, "54", original, ["x_unknown_key"], KNOWN.keys() - {"label"}, lambda _: None
        )()
    assert 'label: was nothing, is "Empfang Süd"' in message
    assert puts(server)[0] == {"x_unknown_key": None, "geo_list": "AT DE"}
    assert server.state("54")["x_unknown_key"] is None
    assert "x_unknown_key" not in message


class Refusing(Server):
    """Refuses some names."""

    refused: tuple[str, ...] = ("external_number",)

    def validate(self, changes: Settings, extension: Extension) -> Settings:
        """Refuse the whole PUT."""
        if {*self.refused} & changes.keys():
            raise Refused(409, "no")
        return super().validate(changes, extension)


def test_a_value_that_is_refused_hides_no_other_and_the_riskiest_comes_first() -> None:
    server = Refusing()
    slept: list[float] = []
    changed = {"label": "x", "vm_enabled": True, "auth_type": "digest", "external_number": "+12025550199"}
    message = restored(server, changed, slept=slept)
    assert message.startswith(
        "extension 54 does NOT have its original values (PUT answered 409): external_number: was "
    )
    alone = [name for body in puts(server)[1:] for name in body]
    assert {*alone[:2]} == {"auth_type", "external_number"}
    assert alone[2:4] == ["vm_enabled", "label"]
    assert slept == [*PAUSES, *SHORT_PAUSES]
    assert sum(PAUSES) >= 10


class Late(Server):
    """Shows a change at the third read after it only."""

    def get(self, request: Request, extension: Extension) -> Response:
        """Show the old label twice."""
        after = [entry.method for entry in self.log]
        reads = after[::-1].index("PUT") if "PUT" in after else 0
        with self.lock:
            document = self.render(extension) | ({"label": "x"} if 0 < reads < 3 else {})
        return self.respond(document)


def test_a_value_that_shows_late_is_waited_for() -> None:
    slept: list[float] = []
    server = Late()
    assert restored(server, {"label": "x"}, slept=slept) == ""
    assert slept == [*PAUSES[:2]]
    assert len(puts(server)) == 1


class Counting(Server):
    """Counts its PUTs in a key of its own."""

    def apply(self, changes: Settings, extension: Extension) -> None:
        """Count."""
        extension.settings["revision"] = extension.settings.get("revision", 0) + 1
        super().apply(changes, extension)


@pytest.mark.parametrize("allowed", [{"label"}, {"label", "revision"}])
def test_a_key_that_the_server_counts_up_is_not_named(allowed: set[str]) -> None:
    server = Counting()
    settings_of(server)["revision"] = 7
    assert restored(server, {"label": "x", "revision": 9}, "label", allowed=allowed) == ""
    assert settings_of(server)["label"] == configured()["label"]


class CountingTimeout(Server):
    """Counts its PUTs in a property of the contract."""

    def apply(self, changes: Settings, extension: Extension) -> None:
        """Count."""
        super().apply(changes, extension)
        extension.settings["hangup_timeout"] += 1


def test_a_property_that_changes_with_each_put_is_named() -> None:
    assert "hangup_timeout: was 25, is 2" in restored(CountingTimeout(), {"label": "x"})


def test_where_nothing_may_be_sent_nothing_is() -> None:
    server = Server()
    assert restored(server, {"auth_type": "digest"}, allowed=set()).endswith('auth_type: was "both", is "digest"')
    assert puts(server) == []


class Stuck(Server):
    """Sets a key of its own once, and keeps it."""

    def apply(self, changes: Settings, extension: Extension) -> None:
        """Not this one."""
        super().apply({name: value for name, value in changes.items() if name != "allow_webrtc"}, extension)


class NewKeys(Server):
    """Shows a thousand other keys each time."""

    def render(self, extension: Extension) -> Any:  # noqa: ANN401 - any JSON value
        """Make them up."""
        return {f"x{len(self.log)}_{number}": number for number in range(1000)} | super().render(extension)


def test_thousands_of_unknown_keys_cost_two_requests_and_a_short_message() -> None:
    server = NewKeys()
    message = restored(server, {"label": "x", "auth_type": "digest"}, allowed={"label"})
    assert len(puts(server)) == 2
    assert 'PUT answered 200): auth_type: was "both", is "digest"; x' in message
    assert re.search(r"; and \d+ more$", message)
    assert len(message) < 10_000


def test_an_unknown_key_that_stays_different_is_named() -> None:
    message = restored(Stuck(), {"label": "x", "allow_webrtc": False})
    assert message.endswith("allow_webrtc: was true, is false")


class BrokenGet(Server):
    """GET fails as long as the label is not the original one."""

    statuses: tuple[int, ...] = (500,)

    def get(self, request: Request, extension: Extension) -> Response:
        """Fail."""
        if extension.settings["label"] == "x":
            raise Refused(self.statuses[0], "broken", {"Retry-After": "0"} if self.statuses[0] == 503 else {})
        return super().get(request, extension)


def test_where_get_fails_the_original_values_are_sent_nevertheless() -> None:
    server = BrokenGet()
    assert restored(server, {"label": "x"}) == ""
    assert puts(server) == [{"label": "Empfang Süd"}]


def test_a_server_that_is_away_is_asked_for_some_seconds_once() -> None:
    class Away(Server):
        def handle(self, request: Request) -> Response:
            raise Dropped

    slept: list[float] = []
    message = restored(Away(), {"label": "x"}, slept=slept)
    assert "may NOT have its original values (ConnectionError" in message
    assert slept == [*PAUSES, 0]


@pytest.mark.parametrize("status", [401, 403, 404])
def test_a_refused_read_is_not_repeated(status: int) -> None:
    class Shut(BrokenGet):
        statuses = (status,)

        def put(self, request: Request, extension: Extension) -> Response:
            raise Refused(status, "no")

    server = Shut()
    slept: list[float] = []
    message = restored(server, {"label": "x"}, slept=slept)
    assert f"extension 54 may NOT have its original values (GET answered {status}" in message
    assert message.endswith("the run was about to change: label")
    assert slept == []
    assert sum(entry.method == "GET" for entry in server.log) == 2


@pytest.mark.parametrize("kind", [BrokenGet, Server])
def test_where_no_change_was_sent_nothing_is_restored(kind: type[Server]) -> None:
    server = kind()
    with serving(server) as client:
        settings_of(server)["label"] = "x"  # by somebody else
        assert Restore(client, CONTRACT, "54", configured(), [], KNOWN.keys(), lambda _: None)() == ""
    assert puts(server) == []


def test_a_slow_server_without_settings_is_not_asked_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    server = BrokenGet()
    server.put = lambda *_: server.refuse(Refused(500, "broken"))  # type: ignore[method-assign]
    moments = itertools.count(step=10)
    with serving(server) as client:
        settings_of(server)["label"] = "x"
        undo = Restore(client, CONTRACT, "54", configured(), ["label"], KNOWN.keys(), lambda _: None)
        monkeypatch.setattr(time, "monotonic", lambda: float(next(moments)))
        assert "may NOT have" in undo()
    assert gets(server) == 2


def test_values_that_mean_the_same_are_no_difference() -> None:
    server = Server()
    settings_of(server)["hold_music"] = None
    assert restored(server, {"hold_music": 0, "label": "x"}, "label") == ""
    assert puts(server) == [{"label": "Empfang Süd"}]


def test_null_and_nothing_are_the_same() -> None:
    server = Server()
    original = server.state("54") | {"label": None}
    del original["allow_webrtc"]
    with serving(server) as client:
        settings_of(server).update({"allow_webrtc": None})
        del settings_of(server)["label"]
        server.render = lambda extension: dict(extension.settings)  # type: ignore[method-assign]
        assert Restore(client, CONTRACT, "54", original, [], KNOWN.keys(), lambda _: None)() == ""


# The proof


class Sender:
    """Sends by a client, and keeps what it did."""

    def __init__(self, client: Client) -> None:
        self.client = client

    def send(self, step: Step) -> Exchange:
        """Send a step."""
        return self.client.send(step)

    def read(self, about: str) -> Settings:
        """Read the extension."""
        return self.send(Step(Kind.read, "GET", OWN, about=about)).json_object or {}


class NullIgnored(Server):
    """Keeps the old value instead of null."""

    def apply(self, changes: Settings, extension: Extension) -> None:
        """Skip null."""
        super().apply({name: value for name, value in changes.items() if value is not None}, extension)


@pytest.fixture(autouse=True)
def _no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(proof, "PAUSES", (0.0, 0.01))


def prove(server: Server, max_probes: int | None = None) -> None:
    settings_of(server).update({"label": None, "conference_pin": None, "incoming_limit": 0})
    original = server.state("54")
    del original["vm_enabled"]  # GET does not show it
    with serving(server) as client:
        proof.prove_restorable(Sender(client), OWN, KNOWN, original, CONTRACT, max_probes)


def test_a_server_that_restores_is_proven_by_one_change_a_kind() -> None:
    server = Server()
    prove(server)
    names = [name for body in puts(server) for name in body]
    assert names[0] == "label"
    assert names[::2] == names[1::2]
    assert puts(server)[1] == {"label": None}
    assert len(puts(server)) == 6  # null, false, 0
    assert settings_of(server)["label"] is None


def test_at_most_so_many_properties_are_tried() -> None:
    server = Server()
    prove(server, max_probes=1)
    assert [[*put] for put in puts(server)] == [["label"], ["label"]]


def test_the_first_value_that_is_not_restored_ends_all_writing() -> None:
    server = NullIgnored()
    with pytest.raises(NotRestoredError, match=r"an original value was not restored .*label"):
        prove(server)
    assert [[*put] for put in puts(server)] == [["label"], ["label"]]


def test_a_refused_change_proves_nothing_and_is_not_restored() -> None:
    server = Refusing()
    server.refused = ("label",)
    prove(server, max_probes=1)
    assert len(puts(server)) == 1


def test_unknown_keys_are_compared_as_well() -> None:
    server = Server()
    expected = server.state("54")
    with serving(server) as client:
        assert proof.differences_after_waiting(Sender(client), expected, CONTRACT) == {}
        assert gets(server) == 1
        settings_of(server)["allow_webrtc"] = False
        slept: list[float] = []
        left = proof.differences_after_waiting(Sender(client), expected, CONTRACT, slept.append)
        assert left == {"allow_webrtc": (True, False)}
        assert slept == [*proof.PAUSES]
        del settings_of(server)["allow_webrtc"]
        assert proof.differences_after_waiting(Sender(client), expected, CONTRACT)["allow_webrtc"] == (True, ABSENT)
