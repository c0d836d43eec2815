"""The command `phone` of the Python client, against the mock."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator

import pytest
from phone_properties_client.__main__ import main

from mock_server.embedded import Mock, serve
from tests.mock_client import call as ask
from tests.suite import in_process


@pytest.fixture
def mock() -> Iterator[Mock]:
    with serve() as mock:
        yield mock


def phone(mock: Mock, *arguments: str, answer: str = "", **more: str) -> subprocess.CompletedProcess[str]:
    """Run the command with a token in the environment."""
    access = {"PHONE_API_BASE_URL": mock.base_url, "PHONE_API_TOKEN": mock.token}
    return in_process(main, *arguments, environment={**access, **more}, answer=answer)


def stored(mock: Mock, name: str) -> object:
    return ask(mock).json()[name]


def test_get_prints_all_settings(mock: Mock) -> None:
    done = phone(mock, "get", "54")
    assert (done.returncode, done.stderr) == (0, "")
    printed = dict(line.split(maxsplit=1) for line in done.stdout.splitlines())
    assert {name: json.loads(value) for name, value in printed.items()} == ask(mock).json()
    assert json.loads(phone(mock, "get", "54", "--json").stdout) == ask(mock).json()


def test_set_changes_what_is_named(mock: Mock) -> None:
    before = ask(mock).json()
    done = phone(mock, "set", "54", "hangup_timeout=30", "record_format=null")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == "hangup_timeout: 60 -> 30\nrecord_format: null -> null\n"
    assert ask(mock).json() == before | {"hangup_timeout": 30, "record_format": None}
    done = phone(mock, "set", "54", "record_format=wav", "--json")
    assert json.loads(done.stdout) == ask(mock).json()


@pytest.mark.parametrize(
    ("assignment", "value"),
    [
        ("conference_pin=0042", "0042"),
        ("conference_pin=1234", "1234"),
        ("label=null", None),
        ('label="null"', "null"),
        ("label=", ""),
        ("label=a=b c", "a=b c"),
        ("record_stereo=true", True),
        ("intercom=0", 0),
        ('bundle={"bundle_list": {"124": {"active": true}}, "bundle_id": 54}', None),
    ],
)
def test_a_value_has_the_type_of_the_property(mock: Mock, assignment: str, value: object) -> None:
    name, _, text = assignment.partition("=")
    assert phone(mock, "set", "54", assignment, "--yes").returncode == 0
    assert stored(mock, name) == (json.loads(text) if name == "bundle" else value)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["set", "54", "hangup_timout=30"], 'there is no property "hangup_timout": do you mean hangup_timeout?'),
        (["set", "54", "hangup_timeout=soon"], 'hangup_timeout is a whole number, not "soon"'),
        (["set", "54", "hangup_timeout=null"], 'hangup_timeout is a whole number, not "null"'),
        (["set", "54", "record_format=ogg"], 'record_format is mp3 or wav or null, not "ogg"'),
        (["set", "54", "record_enabled=1"], 'record_enabled is true or false, not "1"'),
        (["set", "54", "bundle=3"], 'bundle is a JSON object, not "3"'),
        (["set", "54", "label"], '"label" is not of the form name=value'),
        (["set", "54", "label=a", "label=b"], "label is there twice"),
        (["get"], "the following arguments are required: extension; see phone get --help"),
    ],
)
def test_a_wrong_command_line_is_one_line(mock: Mock, arguments: list[str], message: str) -> None:
    before = ask(mock).json()
    done = phone(mock, *arguments)
    assert (done.returncode, done.stdout, done.stderr) == (2, "", f"phone: {message}\n")
    assert ask(mock).json() == before


def test_a_critical_property_needs_a_yes(mock: Mock) -> None:
    assignment = "external_number=+12025550142"
    for answer in ("", "\n", "n\n", "nonsense\n"):
        refused = phone(mock, "set", "54", "label=x", assignment, answer=answer)
        assert (refused.returncode, stored(mock, "external_number"), stored(mock, "label")) == (3, None, None)
    assert 'external_number: null -> "+12025550142"' in refused.stderr
    assert "label" not in refused.stderr
    assert phone(mock, "set", "54", assignment, answer="y\n").returncode == 0
    assert stored(mock, "external_number") == "+12025550142"
    assert phone(mock, "set", "54", "external_number=null", "--yes").returncode == 0
    assert stored(mock, "external_number") is None


def test_a_dry_run_changes_nothing(mock: Mock) -> None:
    before = ask(mock).json()
    done = phone(mock, "set", "54", "external_number=+12025550142", "hangup_timeout=5", "--dry-run")
    assert (done.returncode, done.stderr) == (0, "nothing was changed (--dry-run)\n")
    assert done.stdout == 'external_number: null -> "+12025550142"\nhangup_timeout: 60 -> 5\n'
    done = phone(mock, "set", "54", "hangup_timeout=5", "--dry-run", "--json")
    assert json.loads(done.stdout) == {"hangup_timeout": 5}
    assert ask(mock).json() == before


@pytest.mark.parametrize(
    ("environment", "code", "message"),
    [
        ({"PHONE_API_TOKEN": "unknown0token"}, 1, "401 unauthorized: A valid access token is needed"),
        ({"PHONE_API_TOKEN": "two words"}, 2, "PHONE_API_TOKEN: a bearer token is printable ASCII"),
        ({"PHONE_API_TOKEN": ""}, 2, "the environment variable PHONE_API_CLIENT_ID (or PHONE_API_TOKEN) is not set"),
        ({"PHONE_API_BASE_URL": ""}, 2, "the environment variable PHONE_API_BASE_URL is not set"),
        ({"PHONE_API_BASE_URL": "http://127.0.0.1:1/"}, 1, "no response: "),
        ({"PHONE_API_BASE_URL": "127.0.0.1"}, 1, "no response: "),
    ],
)
def test_an_error_is_one_line(mock: Mock, environment: dict[str, str], code: int, message: str) -> None:
    done = phone(mock, "get", "54", **environment)
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (code, "", 1)
    assert done.stderr.startswith(f"phone: {message}")
    assert environment.get("PHONE_API_TOKEN") not in done.stderr.split()


def test_client_credentials_are_enough(mock: Mock) -> None:
    access = {"PHONE_API_CLIENT_ID": mock.client_id, "PHONE_API_CLIENT_SECRET": mock.client_secret}
    assert phone(mock, "get", "54", PHONE_API_TOKEN="", **access).returncode == 0


def test_no_option_takes_a_token(mock: Mock) -> None:
    texts = [phone(mock, *arguments, "--help").stdout for arguments in ([], ["get"], ["set"])]
    assert all("usage: phone" in text for text in texts)
    assert not any("--token" in text or "--client" in text for text in texts)


def test_text_of_the_server_does_not_reach_the_terminal_raw(mock: Mock) -> None:
    hostile = "a\x1b[2J\nb\u202e\x85"
    assert phone(mock, "set", "54", f"label={hostile}").returncode == 0
    for done in (phone(mock, "get", "54"), phone(mock, "get", "54", "--json"), phone(mock, "set", "54", "label=x")):
        assert not set("\x1b\u202e\x85") & set(done.stdout)
        assert "u001b" in done.stdout
