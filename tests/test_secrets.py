"""No secret in anything that a run prints or leaves, however it ends and whatever the server sends back."""

from __future__ import annotations

import base64
import hashlib
import html
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote, quote_plus

import pytest
import yaml
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response

from contract_tests.record.exchange import Exchange
from contract_tests.record.masking import SECRET, masked, masked_bytes
from contract_tests.record.step import Case as StepCase
from contract_tests.record.step import Kind, Step
from mock_server import seed
from mock_server.contract import BASE_PATH, TOKEN_PATH
from mock_server.embedded import Mock, serve
from scripts.conformance import against
from tests.gateway import Answer, Gateway, behind
from tests.hostile import ALWAYS, BEHAVIOURS, Behaviour, Hostile, serving
from tests.suite import ROOT, state_dir

TOKEN = "canary/Token+of=a~User/0123456789=="
CLIENT_SECRET = 'canary&Secret "of" <an>/Application+é%41'
LOUDLY = ["-vv", "--showlocals", "--tb=long", "--log-level=DEBUG", "-o", "log_cli=true", "-rA"]
PYTEST = ("pytest", "contract_tests", "-q")
COMMAND = ("contract_tests", "run")


def spellings(secret: str) -> dict[str, str]:
    """How a server, or a careless line of ours, may write a secret."""
    in_json = json.dumps(secret)[1:-1]
    return {
        "as it is": secret,
        "in a URL": quote(secret, safe=""),
        "in a form": quote_plus(secret),
        "in JSON": in_json,
        "in JSON by PHP": in_json.replace("/", "\\/"),
        "in JSON by Gson": in_json.replace("=", "\\u003d").replace("&", "\\u0026").replace("<", "\\u003C"),
        "in HTML": html.escape(secret),
        "in HTML by number": "".join(f"&#{ord(character)};" for character in secret),
        "in Base64": base64.b64encode(secret.encode()).decode(),
        "in Basic": base64.b64encode(f"acme-full:{secret}".encode()).decode(),
        "in a header's name": secret.lower(),
    }


@pytest.mark.parametrize("secret", [TOKEN, CLIENT_SECRET, "short", "a.b*c\\d"])
def test_a_secret_is_hidden_in_every_spelling(secret: str) -> None:
    for way, text in spellings(secret).items():
        hidden = masked(f"before {text} after", [secret])
        is_word = secret == "short" and "Bas" in way
        assert (SECRET in hidden) is not is_word, way
        assert is_word or secret[:-1].lower() not in hidden.lower(), way
        assert masked_bytes(b"\xff" + text.encode() + b"\xfe", [secret]) == (
            b"\xff" + masked(text, [secret]).encode() + b"\xfe"
        )
    assert masked("nothing of it, ***, 100%", [secret]) == "nothing of it, ***, 100%"


PARTS = [hashlib.shake_256(bytes([size])).digest(size) for size in (31, 150, 255)]
JWT = ".".join(base64.urlsafe_b64encode(part).decode().rstrip("=") for part in PARTS)


@pytest.mark.parametrize("secret", [TOKEN, JWT], ids=["token", "JWT"])
def test_a_secret_is_hidden_in_pieces_and_other_encodings(secret: str) -> None:
    half = len(secret) // 2
    raw = secret.encode()
    for text in (
        secret.rstrip("="),
        *(secret[:length] for length in range(12, 30)),
        *(secret[-length:] for length in range(12, 30)),
        json.dumps({"a": secret[:half], "b": secret[half:]}),
        json.dumps([secret[:half], secret[half:]]),
        f"{secret[:half]}\r\n5\r\n{secret[half:]}",
        f"X-A: {secret[:half]}\nX-B: {secret[half:]}",
        quote(secret[-20:], safe=""),
        raw.hex(),
        raw.hex().upper(),
        *(encode(before + raw + b"after").decode() for encode in BASE64 for before in (b"", b"a", b"ab", b"abc")),
        base64.b64encode(raw).decode().rstrip("="),
        base64.b64encode(b"id:" + raw).decode()[:-8],
    ):
        hidden = masked(f"<{text}>", [secret])
        left = [hidden[at : at + 12] for at in range(len(hidden) - 11)]
        forms = (secret, raw.hex(), *(encode(b"x" * skip + raw).decode() for encode in BASE64 for skip in range(3)))
        assert SECRET in hidden, text
        assert not [piece for piece in left if any(piece in form for form in forms)], (text, hidden)
    size = 24 + len(secret) // 8
    for start in range(0, len(secret) - size, 7):  # of a long one, long pieces of the middle
        assert masked(secret[start : start + size], [secret]).strip("*") == ""


@pytest.mark.parametrize(
    ("secret", "spelt"), [("the word of theirs", "the+word+of+theirs"), ("straße-nach-süden", "STRASSE-NACH-SÜDEN")]
)
def test_a_secret_with_blanks_or_letters_of_any_language_is_hidden(secret: str, spelt: str) -> None:
    assert masked(f"it is {spelt}.", [secret]) == "it is ***."


@pytest.mark.parametrize("case", [StepCase.plain, StepCase.large_body])
def test_a_secret_that_a_request_holds_is_hidden_in_the_record(case: StepCase) -> None:
    step = Step(Kind.body, "PUT", "/", b'{"label": "%s"}' % (b"secret-" * 2**14), case=case)
    exchange = Exchange(step, "", {"X-Sent": "of secret-secret-"}, 0).masked(("secret-secret-",))
    assert b"secret-secret-" not in (exchange.step.body or b"secret-secret-")
    assert exchange.sent_headers == {"X-Sent": "of ***"}


BASE64 = (base64.b64encode, base64.urlsafe_b64encode)


def test_a_text_that_only_begins_as_a_secret_keeps_the_rest() -> None:
    assert masked("0123456789ab0123456789a", ["0123456789abcdef"]) == "***0123456789a"
    assert masked("0123456789abcdeX", ["0123456789abcdef"]) == "***X"
    assert masked("%30123456789abc&#100;e!", ["0123456789abcdef"]) == "***!"


@pytest.mark.parametrize(
    "piece",
    [b" ", b"[],", b'"x_key_00001": "value",', b"&#0", b"&", TOKEN[:11].encode(), TOKEN[:13].encode(), TOKEN.encode()],
)
def test_masking_takes_no_longer_than_the_text_is(piece: bytes) -> None:
    def seconds(size: int) -> float:
        start = time.process_time()
        masked_bytes((piece * size)[:size], [JWT, TOKEN, CLIENT_SECRET])
        return time.process_time() - start

    seconds(1000)
    small = min(seconds(2**19) for _ in range(3))
    assert seconds(2**22) < 32 * small + 0.2


def leaks(content: str) -> list[str]:
    """How secrets stand in a content; the token without its padding and last character, too."""
    forms = {
        f"{name} {way}": text.rstrip("=")
        for name, secret in {"token": TOKEN, "its beginning": TOKEN[:-3], "secret": CLIENT_SECRET}.items()
        for way, text in spellings(secret).items()
    }
    # What Base64 makes of the end depends on what follows.
    return [name for name, text in forms.items() if (text[:-4] if "Bas" in name else text).lower() in content.lower()]


@dataclass
class Left:
    """What a run printed and left, and the command lines of its processes."""

    code: int
    printed: str
    commands: list[str] = field(default_factory=list)

    def check(self, code: int, message: str, *folders: Path) -> None:
        """It ended so, and nothing holds a secret."""
        assert self.code == code, self.printed[-4000:]
        assert message in self.printed
        assert leaks(self.printed) == []
        assert leaks("\n".join(self.commands)) == []
        for file in (file for folder in folders for file in folder.rglob("*") if file.is_file()):
            assert leaks(file.read_bytes().decode("utf-8", "replace")) == [], file


@pytest.fixture
def seeded(tmp_path: Path) -> Path:
    """A seed with the secrets of this module."""
    return with_secrets(tmp_path)


def with_secrets(folder: Path) -> Path:
    """Write a seed with the secrets of this module."""
    content = yaml.safe_load(seed.SHIPPED.read_text())
    content["applications"][0] |= {"token": TOKEN, "client_secret": CLIENT_SECRET}
    file = folder / "seed.yaml"
    file.write_text(yaml.safe_dump(content))
    return file


def processes(root: int) -> Iterator[str]:
    """The command lines of a process and what it started."""
    parents: dict[int, int] = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            parents[int(folder.name)] = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
        except OSError:
            continue
    found = {root}
    while more := {child for child, parent in parents.items() if parent in found} - found:
        found |= more
    for number in found:
        try:
            yield Path(f"/proc/{number}/cmdline").read_bytes().replace(b"\0", b" ").decode()
        except OSError:
            continue


def run(folder: Path, options: list[str], environment: dict[str, str], *module: str) -> Left:
    """Run a command as `make` does, in a folder of its own."""
    process = subprocess.Popen(
        [sys.executable, "-m", *(module or PYTEST), *options],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], "HYPOTHESIS_STORAGE_DIRECTORY": str(folder / "hypothesis"), **environment}
        | {"PHONE_CONTRACT_STATE_DIR": str(state_dir(folder))},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    commands: list[str] = []
    while True:
        commands += processes(process.pid)
        try:
            printed, _ = process.communicate(timeout=0.5)
        except subprocess.TimeoutExpired:
            continue
        return Left(process.returncode, printed, commands)


def loudly(mock: Mock, folder: Path, *options: str, **environment: str) -> Left:
    target, credentials = against(mock)
    reports = [f"--report-dir={folder}", f"--junit-xml={folder / 'j.xml'}", "-o", f"cache_dir={folder / 'cache'}"]
    return run(folder, [*target.as_arguments(), *reports, *LOUDLY, *options], credentials | environment)


def passing(*_: object) -> None:
    """Pass everything on."""


def echoes(gateway: Gateway, request: Request) -> Response | None:
    """Send back what came, in headers, error pages, JSON and property values, from the second planned request on."""
    token = request.headers.get("authorization", "").removeprefix("Bearer ")
    if not token or gateway.seen.count("GET") < 4:
        return None
    number = len(gateway.seen)
    ways = [*spellings(token).values(), *spellings(CLIENT_SECRET).values()]
    text = ways[number % len(ways)]
    headers = {"X-Echo": quote(text, safe="/+=&%;#\\"), "Set-Cookie": f"token={token}", "Location": f"/{token}"}
    match number % 4:
        case 0:
            return JSONResponse({"error": f"no such token: {text}", text: 1}, 400, headers)
        case 1:
            return JSONResponse({"label": text, "hangup_timeout": token, "bundle": {"bundle_id": text}}, 200, headers)
        case 2:
            return PlainTextResponse(f"<h1>{text}</h1>", 500, headers)
    return PlainTextResponse(f'{{"label": "{text}', 200, headers | {"Content-Type": "application/json"})


def always_429(gateway: Gateway, request: Request) -> Response | None:
    if len(gateway.seen) < 40:
        return None
    return JSONResponse({"error": request.headers.get("authorization")}, 429, {"Retry-After": "7200"})


def refusing(_: Gateway, request: Request) -> Response:
    return JSONResponse({"error": request.headers.get("authorization")}, 401)


def showing_the_token(_: Gateway, request: Request) -> Response | None:
    return JSONResponse({"label": f"of {TOKEN}"}) if request.url.path != TOKEN_PATH else None


Case = tuple[Answer, str | None, list[str], int, str]
"""What the gateway answers, the fault of the mock behind it, options, and how the run ends: its code and a message."""
CASES: dict[str, Case] = {
    "success": (passing, None, ["--fuzz-examples=0", "--mode=safe"], 0, " 0 fail"),
    "failure": (passing, "put_not_stored", ["--fuzz-examples=0", "--mode=safe"], 1, "put_is_stored:label"),
    "failure in the fuzz layer": (
        passing,
        "integer_answered_as_text",
        ["--fuzz-examples=1", "--mode=read"],
        1,
        "fuzz.response_schema_conformance",
    ),
    "echo": (echoes, None, ["--fuzz-examples=1", "--mode=read"], 1, "fail"),
    "echo of a change": (echoes, None, ["--fuzz-examples=0"], 6, "NOT have its original values"),
    "429": (always_429, None, ["--fuzz-examples=0"], 6, "the target answered 429"),
    "refusal": (refusing, None, [], 4, "no token from"),
    "a token in the settings": (
        showing_the_token,
        None,
        [],
        3,
        "shows the token or the secret: masked settings cannot be restored",
    ),
}


@pytest.fixture(scope="module")
def ends(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Future[tuple[Left, Gateway, Path]]]]:
    """A run of each case, some at the same time, since a few of them wait for half a minute."""
    folder = tmp_path_factory.mktemp("ends")
    seed_file = with_secrets(folder)

    def end(name: str) -> tuple[Left, Gateway, Path]:
        answer, fault, options, _, _ = CASES[name]
        reports = folder / name / "reports"
        reports.mkdir(parents=True)
        with behind(answer, fault=fault, seed=seed_file) as (mock, gateway):
            return loudly(mock, reports, *options), gateway, reports

    with ThreadPoolExecutor(4) as pool:
        yield {name: pool.submit(end, name) for name in sorted(CASES, key=lambda name: -CASES[name][3])}


@pytest.mark.parametrize("name", CASES)
def test_a_run_shows_no_secret(name: str, ends: dict[str, Future[tuple[Left, Gateway, Path]]]) -> None:
    *_, code, message = CASES[name]
    left, gateway, folder = ends[name].result()
    left.check(code, message, folder)
    assert len(left.commands) > 1
    assert any(TOKEN in value for value in gateway.uses) == (code != 4)


def test_neither_a_baseline_nor_a_second_judgement_shows_one(seeded: Path, tmp_path: Path) -> None:
    baseline, folder, judged = tmp_path / "known", tmp_path / "reports", tmp_path / "judged"
    baseline.write_text("put_is_stored:label  # known\n")
    with behind(echoes, seed=seeded) as (mock, _):
        loudly(mock, folder, "--fuzz-examples=0", "--mode=read", f"--baseline={baseline}").check(1, "fail", folder)
    options = [str(folder / "record.har"), f"--report-dir={judged}"]
    run(folder, options, {}, "contract_tests", "judge").check(1, "fail", folder, judged)


def test_a_signal_and_a_restore_show_none(seeded: Path, tmp_path: Path) -> None:
    folder = tmp_path / "reports"

    def interrupt(gateway: Gateway, _: Request) -> Response | None:
        if len(gateway.seen) == 60:
            me = os.getpid()
            for file in Path(f"/proc/{me}/task").glob("*/children"):
                for child in file.read_text().split():
                    for grandchild in Path(f"/proc/{child}/task/{child}/children").read_text().split() or [child]:
                        os.kill(int(grandchild), signal.SIGTERM)
        if len(gateway.seen) > 60:
            return PlainTextResponse(f"broken by {TOKEN}", 403)
        return None

    with behind(interrupt, seed=seeded) as (mock, _):
        left = loudly(mock, folder, "--fuzz-examples=0")
        left.check(6, "the run was interrupted", folder)
        where = [f"--base-url={mock.base_url}", "--extension-id=54", f"--state-dir={state_dir(folder)}"]
        again = run(folder, where, {"PHONE_API_TOKEN": TOKEN}, "contract_tests", "restore")
        again.check(6, "may NOT have its original values", folder)


@pytest.mark.parametrize(
    ("environment", "code", "message"),
    [
        ({"PHONE_API_TOKEN": TOKEN}, 3, "cannot be reached: ConnectionError (Connection refused)"),
        ({"PHONE_API_CLIENT_ID": "a", "PHONE_API_CLIENT_SECRET": CLIENT_SECRET}, 4, "no token from"),
        ({"PHONE_API_CLIENT_SECRET": CLIENT_SECRET}, 4, "PHONE_API_CLIENT_ID is missing"),
        ({"PHONE_API_TOKEN": f"{TOKEN} {TOKEN}"}, 4, "PHONE_API_TOKEN: a token is printable ASCII"),
        (
            {"PHONE_API_TOKEN": TOKEN, "http_proxy": "http://user:canary-proxy@127.0.0.1:9"},
            3,
            "cannot be reached: ConnectionError (Connection refused)",
        ),
    ],
    ids=["unreachable", "no token", "half", "two", "proxy"],
)
def test_a_run_that_cannot_begin_shows_none(
    environment: dict[str, str], code: int, message: str, tmp_path: Path
) -> None:
    target = ["--base-url=http://127.0.0.1:9/api", "--extension-id=54", f"--report-dir={tmp_path}"]
    # Pytest has lines of its own to print where requests fail; a wrong option is told by the same line in all commands.
    is_asked = "cannot be reached" in message or "no token" in message
    left = run(tmp_path, [*target, *LOUDLY], environment) if is_asked else run(tmp_path, target, environment, *COMMAND)
    left.check(code, message, tmp_path)
    everything = left.printed + "".join(file.read_text() for file in tmp_path.glob("*.*"))
    assert "canary-proxy" not in everything
    assert base64.b64encode(b"user:canary-proxy").decode() not in everything


def tells_what_it_got_in_a_broken_header(connection: socket.socket, answer: bytes) -> None:
    connection.sendall(answer.replace(b"\r\n", f"\r\nno header, {TOKEN}\r\n".encode(), 1))
    connection.close()


@pytest.mark.parametrize(
    ("behave", "at", "options", "code", "message"),
    [
        (tells_what_it_got_in_a_broken_header, ALWAYS, ["--mode=read", "--fuzz-examples=0"], 0, "3 warn, 0 fail"),
        (BEHAVIOURS["closes_mid_body"], range(2, 4), ["--only=fuzz.*"], 3, "cannot be reached: ProtocolError"),
    ],
    ids=["a broken header", "no answer in the fuzz layer"],
)
def test_a_server_that_breaks_http_makes_no_log_or_traceback_show_one(
    behave: Behaviour, at: range, options: list[str], code: int, message: str, seeded: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "reports"
    with serve(seed=seeded) as mock, serving(Hostile(behave, int(mock.origin.rpartition(":")[2]), at)) as hostile:
        url = f"--base-url=http://127.0.0.1:{hostile.port}{BASE_PATH}"
        left = loudly(mock, folder, url, *options, PHONE_API_CLIENT_ID="", PHONE_API_CLIENT_SECRET="")
    left.check(code, message, folder)
    assert "Traceback" not in left.printed
