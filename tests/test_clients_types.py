"""The types of the Python client: mypy accepts what is right, and reports what is misspelt or of the wrong type."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.clients import programs
from tests.suite import ROOT

CLIENT = ROOT / "generated" / "clients" / "python"
START = """
from phone_properties_client import UNSET, AsyncPhoneClient, BearerToken, PhoneClient
from phone_properties_client.models import Bundle, BundleEntry, PhonePropertiesUpdate

client = PhoneClient("http://127.0.0.1", BearerToken("x"), timeout=3, retries=1)
settings = client.get("54", timeout=3, headers={"X-Request-Id": "7"})
"""
RIGHT = """
settings.hangup_timeout = 30
settings.auth_type = "both"
client.update("54", settings, retry=True)
client.update("54", PhonePropertiesUpdate(record_format=None, auth_type="both", hangup_timeout=30))
client.update("54", PhonePropertiesUpdate(bundle=Bundle(bundle_list={"124": BundleEntry(active=True)}, bundle_id=None)))
client.get_response("54").http.headers["Date"]
if settings.label is not UNSET and settings.label is not None:
    settings.label.upper()
"""
WRONG = {
    'PhoneClient("http://127.0.0.1", BearerToken("x"), timout=3)': "call-arg",
    'AsyncPhoneClient("http://127.0.0.1", BearerToken("x"), timout=3)': "call-arg",
    'PhoneClient("http://127.0.0.1", BearerToken("x"), event_hooks={"reponse": []})': "typeddict-unknown-key",
    "client.get(None)": "arg-type",
    'client.get("54", timout=3)': "call-arg",
    'client.update("54", {"hangup_timeout": 30})': "arg-type",
    "PhonePropertiesUpdate(hangup_timeouts=30)": "call-arg",
    'PhonePropertiesUpdate(hangup_timeout="30")': "arg-type",
    "PhonePropertiesUpdate(hangup_timeout=None)": "arg-type",
    'PhonePropertiesUpdate(auth_type="none")': "arg-type",
    "Bundle(bundle_id=3)": "call-arg",
    "settings.hangup_timeouts": "attr-defined",
    'settings.record_format = "ogg"': "assignment",
    "settings.hold_music + 1": "operator",
}


def mypy(folder: Path, program: str) -> list[tuple[int, str]]:
    """Check a program; returns the line and the code of each error."""
    file = folder / "program.py"
    file.write_text(program, encoding="utf-8")
    command = [sys.executable, "-m", "mypy", "--strict", f"--cache-dir={folder / 'cache'}", file.name]
    environment = os.environ | {"MYPYPATH": str(CLIENT)}
    result = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True)
    assert result.returncode in {0, 1}, result.stdout + result.stderr
    found = re.findall(r"^program\.py:(\d+): error: .*\[(.+)\]$", result.stdout, re.MULTILINE)
    return [(int(line), code) for line, code in found]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("mypy")


def test_the_types_accept_what_is_right(folder: Path) -> None:
    assert mypy(folder, START + RIGHT) == []


def test_the_types_report_what_is_wrong(folder: Path) -> None:
    first = START.count("\n") + 1
    assert mypy(folder, START + "\n".join(WRONG)) == [*enumerate(WRONG.values(), first)]


def test_the_python_programs_of_the_readme_have_right_types(folder: Path) -> None:
    assert mypy(folder, "\n".join(programs("python", "python").values())) == []
