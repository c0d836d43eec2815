# ruff: noqa: ARG002 - the steps of a server have more arguments than a test needs
"""The first look at an extension: what is no state is neither kept nor written to."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from contract_tests.contract import CONTRACT
from contract_tests.errors import StoppedError, UsageError
from contract_tests.session.first_look import first_look
from contract_tests.target.target import Mode, Target
from tests.one_extension import Elsewhere, gets, serving, settings_of
from tests.servers.core import Server
from tests.servers.messages import Extension, Refused, Request, Response
from tests.servers.page import Settings, configured


class Answers(Server):
    """Answers the first reads with something else."""

    def __init__(self, *documents: Settings) -> None:
        super().__init__()
        self.documents = [*documents]

    def get(self, request: Request, extension: Extension) -> Response:
        """One after the other."""
        return self.respond(self.documents.pop(0)) if self.documents else super().get(request, extension)


def looked(server: Server, kind: type[Target] = Target, mode: Mode = Mode.full) -> tuple[Any, list[float]]:
    slept: list[float] = []
    with serving(server) as client:
        target = kind(f"{client._target.base_url}", "54", mode)
        return first_look(client, target, CONTRACT, slept.append), slept


def test_two_reads_in_a_row_must_show_the_same() -> None:
    server = Answers()
    assert looked(server) == (server.state("54"), [0.0])
    assert gets(server) == 2
    for first in ({"auth_type": "digest"}, {"auth_type": "both"}, {**configured(), "label": "starting"}):
        server = Answers(first)
        assert looked(server) == (server.state("54"), [0.0, 0.5])
        assert gets(server) == 3


def test_an_object_without_a_property_is_no_state() -> None:
    server = Answers({"status": "starting"}, {})
    assert looked(server) == (server.state("54"), [0.5, 1.0, 0.0])
    server = Answers(*({"status": "starting"} for _ in range(9)))
    with pytest.raises(StoppedError, match="without one property of the contract"):
        looked(server)


def changing() -> Server:
    return Answers(*({**configured(), "label": f"{number}"} for number in range(20)))


def test_elsewhere_a_state_that_never_settles_is_not_written_to() -> None:
    with pytest.raises(StoppedError, match="shows other settings each time"):
        looked(without_bundle(changing()), Elsewhere)
    found, _ = looked(changing())
    assert found["label"] == "4"


def without_bundle(server: Server) -> Server:
    for document in getattr(server, "documents", []):
        document["bundle"] = {"bundle_list": None, "bundle_id": None}
    settings_of(server)["bundle"] = {"bundle_list": None, "bundle_id": None}
    return server


def test_elsewhere_the_bundle_of_the_second_read_counts_too() -> None:
    server = Answers({"label": "starting", "bundle": {"bundle_list": None, "bundle_id": None}})
    with pytest.raises(UsageError, match="is not written to: its bundle is"):
        looked(server, Elsewhere)
    assert looked(without_bundle(Server()), Elsewhere)[0]["bundle"] == {"bundle_list": None, "bundle_id": None}


def test_a_run_that_only_reads_looks_once() -> None:
    server = Server()
    assert looked(server, Elsewhere, Mode.read) == (server.state("54"), [])
    assert gets(server) == 1


@pytest.mark.parametrize(
    ("status", "error"), [(301, StoppedError), (401, UsageError), (403, UsageError), (404, UsageError)]
)
def test_a_refused_first_look_ends_the_run(status: int, error: type[Exception]) -> None:
    class Shut(Server):
        def get(self, request: Request, extension: Extension) -> Response:
            raise Refused(status, "no")

    with pytest.raises(error, match=f"answered {status}"):
        looked(Shut())


def test_what_is_no_object_is_judged_and_nothing_is_written() -> None:
    class Lists(Server):
        def render(self, extension: Extension) -> Any:  # noqa: ANN401 - any JSON value
            return []

    server = Lists()
    found, slept = looked(server)
    assert found is None
    assert slept == [0.5, 1.0, 2.0]


def test_settings_with_another_status_are_judged_and_nothing_is_written() -> None:
    class Created(Server):
        def get(self, request: Request, extension: Extension) -> Response:
            return dataclasses.replace(super().get(request, extension), status=201)

    assert looked(Created())[0] is None


def test_settings_that_show_the_token_are_not_written() -> None:
    server = Server()
    settings_of(server)["label"] = server.token
    with pytest.raises(StoppedError, match="shows the token or the secret"):
        looked(server)
    assert looked(server, mode=Mode.read)[0]
