"""What happens at each server of the field, as one probe and its result."""

import threading
import time
from collections.abc import Callable

import requests

from .client import Client, read
from .page import Json, Settings
from .probes import ABSENT, MAILS, NUMBER, Probe, after, back, get_status, shown, status, text

BASE64URL = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"


def limited(requests_sent: int, method: str = "GET") -> Probe:
    """Whether one of so many quick requests gets 429."""
    body = b'{"label": "quick"}' if method == "PUT" else None
    return lambda client: any(client.once(method, "54", body).status_code == 429 for _ in range(requests_sent))


def header(name: str, method: str = "GET") -> Probe:
    """A header of the answer to the first request."""
    return lambda client: client.once(method).headers.get(name, ABSENT)


def has(text_part: str, body: bytes | None = None) -> Probe:
    """Whether the answer of GET holds a text, after a PUT of some bytes."""

    def probe(client: Client) -> Json:
        if body is not None:
            client.once("PUT", "54", body)
        return text_part in client.once("GET").text

    return probe


def at_once(client: Client) -> Json:
    """Whether one of many requests at the same time gets 429."""
    found: list[int] = []

    def ask() -> None:
        response = requests.get(client.url("54"), headers={"Authorization": f"Bearer {client.token}"}, timeout=60)
        found.append(response.status_code)

    threads = [threading.Thread(target=ask) for _ in range(24)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return 429 in found


def read_after(seconds: float) -> Probe:
    """A value some time after it was changed from 25 to 9."""

    def probe(client: Client) -> Json:
        client.get()
        client.put({"hangup_timeout": 9})
        time.sleep(seconds)
        return client.get()["hangup_timeout"]

    return probe


def first_seconds(client: Client) -> Json:
    """Whether the first answer takes long."""
    begin = time.monotonic()
    client.get()
    return time.monotonic() - begin > 6


def equal_signatures(client: Client) -> Json:
    """How many last characters of the token are taken."""
    assert client.token is not None
    begin, taken = client.token[:-1], 0
    for last in BASE64URL:
        client.token = begin + last
        taken += client.once("GET").status_code == 200
    return taken


def token_member(name: str) -> Probe:
    """A member of the answer of the token endpoint."""
    return lambda client: read(client.fetch()).get(name, ABSENT)


def token_text(end: int) -> Probe:
    """The begin of the answer of the token endpoint."""
    return lambda client: client.fetch().text[:end]


def token_status(client: Client) -> Json:
    """The status of the token endpoint for a form without a scope."""
    return client.fetch().status_code


def token_type_without_accept(client: Client) -> Json:
    """The media type of the token endpoint for a client that takes everything."""
    client.session.headers["Accept"] = "*/*"
    url = client.running.origin + client.running.server.token_path
    data = {"client_id": client.running.client_id, "client_secret": client.running.client_secret}
    response = requests.post(url, data=data | {"grant_type": "client_credentials"}, timeout=60)
    return response.headers["Content-Type"]


def expired(client: Client) -> Json:
    """The status of GET with a token that was used 60 times."""
    client.token = client.fetch_token()
    for _ in range(60):
        assert client.once("GET").status_code == 200
    return client.once("GET").status_code


def pours(size: int, valid: bool = False) -> Probe:
    """Whether an answer is at least so large, to a request with or without a valid token."""

    def probe(client: Client) -> Json:
        headers = {"Authorization": f"Bearer {client.token if valid else None}"}
        with requests.get(client.url("54"), headers=headers, stream=True, timeout=60) as response:
            return len(response.raw.read(size)) == size

    return probe


def drips(client: Client) -> Json:
    """Whether the refusal of a wrong token has no length."""
    headers = {"Authorization": "Bearer wrong"}
    with requests.get(client.url("54"), headers=headers, stream=True, timeout=60) as response:
        return "Transfer-Encoding" in response.headers and response.raw.read(2) == b"  "


def puts(count: int, then: Callable[[Client], Json]) -> Probe:
    """What happens after some PUTs."""

    def probe(client: Client) -> Json:
        for number in range(count):
            client.once("PUT", "54", b'{"hangup_timeout": %d}' % (number + 10))
        return then(client)

    return probe


def next_put(client: Client) -> Json:
    """The status of the next PUT, or that there is no answer."""
    try:
        return client.once("PUT", "54", b'{"label": "next"}').status_code
    except requests.ConnectionError:
        return "dropped"


def brought_back(client: Client) -> Json:
    """Whether all is as before after one PUT of the first settings."""
    before = client.get()
    client.put({"hangup_timeout": 9, "label": "new"})
    client.put({name: before[name] for name in ("hangup_timeout", "label", "auth_type", "vm_mailto")})
    return client.get() == before


def thirty_gets(client: Client) -> Json:
    """How many of thirty answers are settings."""
    return sum(bool(client.get()) for _ in range(30))


def replicas(client: Client) -> Json:
    """Whether the reads after a PUT agree."""
    client.get()
    client.put({"hangup_timeout": 9})
    return client.get()["hangup_timeout"] == client.get()["hangup_timeout"]


LABEL: Settings = {"label": "new"}
SURROGATE = b'{"label": "\\ud800"}'
BIG = b'{"hold_music": 9007199254740993}'

HAPPENS: dict[str, tuple[Probe, Json]] = {
    "unset_left_out": (shown("intercom"), ABSENT),
    "pin_not_shown": (shown("conference_pin"), ABSENT),
    "pin_masked": (shown("conference_pin"), "****"),
    "null_ignored": (back("geo_list", None), "AT DE"),
    "drops_unknown": (after(LABEL, "allow_webrtc"), ABSENT),
    "geo_sorted": (back("geo_list", "DE FR AT"), "AT DE FR"),
    "mail_normalised": (back("vm_mailto", MAILS), "a@example.com, b@example.com"),
    "big_fraction": (has("9007199254740993.0", BIG), True),
    "lone_surrogate": (has("\\ud800", SURROGATE), True),
    "own_requests": (back("hangup_timeout", "60"), "60"),
    "needs_recording": (status({"record_transfer": True}), 409),
    "repeat_toggles": (back("call_screening_enabled", True), False),
    "first_write_lost": (back("hangup_timeout", 9), 25),
    "vendor_json": (header("Content-Type"), "application/vnd.provider.v1+json"),
    "extra_keys_20000": (lambda client: len(client.get()), 20_032),
    "strict_forms": (status({"vm_mailto": MAILS}), 400),
    "put_405": (status(LABEL), 405),
    "put_404": (status(LABEL), 404),
    "put_501": (status(LABEL), 501),
    "put_403": (status(LABEL), 403),
    "first_answer_list": (text(0, 2), "[{"),
    "first_answer_null": (text(0), "null"),
    "first_answer_text": (text(0, 6), "label="),
    "first_answer_xml": (text(0, 7), "<label>"),
    "first_answer_cut": (text(-1), "b"),
    "first_answer_two_documents": (lambda client: client.once("GET").text.count('"bundle"'), 2),
    "first_answer_404": (get_status(), 404),
    "first_answer_number": (text(0), "200"),
    "first_answer_empty": (text(0), ""),
    "starting_up": (text(0), '{"status":"starting"}'),
    "burst_429": (limited(60), True),
    "burst_429_date": (limited(60), True),
    "window_draft": (limited(101), True),
    "window_float": (limited(101), True),
    "window_iso": (limited(101), True),
    "window_clock_behind": (limited(101), True),
    "two_at_once_429": (at_once, True),
    "read_lag": (read_after(0.2), 25),
    "read_lag_50ms": (read_after(0), 25),
    "cached_get": (read_after(0.2), 25),
    "cold_start": (first_seconds, True),
    "jwt_rs256": (equal_signatures, 16),
    "jwt_rs256_fetched": (equal_signatures, 16),
    "expires_in_text": (token_member("expires_in"), "3600"),
    "expires_in_zero": (token_member("expires_in"), 0),
    "expires_in_minus": (token_member("expires_in"), -1),
    "expired_is_403": (expired, 403),
    "token_basic": (token_status, 401),
    "token_scope": (token_status, 400),
    "token_scope_not_given": (token_text(24), '{"message":"invalid_scop'),
    "token_form": (token_type_without_accept, "application/x-www-form-urlencoded"),
    "token_other_name": (token_text(15), '{"accessToken":'),
    "token_in_list": (token_text(2), "[{"),
    "token_plain_text": (lambda client: len(client.fetch().text), 31),
    "short_token": (lambda client: client.running.token, "1"),
    "short_token_dev": (lambda client: client.running.token, "dev"),
    "waf": (has("Request blocked"), True),
    "gateway_key": (get_status(), 401),
    "flood_without_token": (pours(1_000_000), True),
    "drip_without_token": (drips, True),
    "redirects_301": (header("Location"), "/api/ver1.0/extension/54/phone"),
    "redirects_308": (header("Location"), "/api/ver1.0/extension/54/phone"),
    "redirects_https": (get_status(), 301),
    "brotli": (header("Content-Encoding"), "br"),
    "eight_mebibytes_of_lists": (pours(8_000_000, valid=True), True),
    "deeply_nested": (pours(200_000, valid=True), True),
    "endless_get": (pours(1_000_000, valid=True), True),
    "label_not_shown": (shown("label"), ABSENT),
    "address_not_shown": (shown("static_reg_address"), ABSENT),
    "newcomers_not_shown": (shown("record_on_transfer"), ABSENT),
    "bundle_not_shown": (shown("bundle"), ABSENT),
    "pin_masked_bullets": (shown("conference_pin"), "••••"),
    "number_masked_in_part": (shown("external_number"), "***0143"),
    "mail_masked": (shown("vm_mailto"), "d***@example.com"),
    "pin_redacted": (shown("conference_pin"), "[REDACTED]"),
    "label_masked_x": (shown("label"), "xxxxxxxxxxx"),
    "false_ignored": (back("call_screening_enabled", False), True),
    "zero_ignored": (back("incoming_limit", 5, 0), 5),
    "empty_text_ignored": (back("label", "new", ""), "new"),
    "null_becomes_empty": (back("label", None), ""),
    "null_is_500": (status({"label": None}), 500),
    "number_set_once": (back("external_number", NUMBER, "+12025550143"), NUMBER),
    "number_set_once_silently": (back("external_number", NUMBER, "+12025550143"), NUMBER),
    "recording_never_off_again": (back("record_enabled", True, False), True),
    "changes_webrtc": (after({"auth_type": "digest"}, "allow_webrtc"), False),
    "resets_nested_unknown": (after(LABEL, "sip"), {"codecs": []}),
    "modified_stamp": (after(LABEL, "revision"), 2),
    "restore_on_second_try": (brought_back, False),
    "needs_voice_mail": (status({"vm_attach_file": True}), 422),
    "starting_up_empty": (text(0), "{}"),
    "starting_up_one_property": (text(0), '{"auth_type":"digest"}'),
    "maintenance_page_once": (thirty_gets, 29),
    "two_replicas": (replicas, False),
    "busy_503": (puts(6, next_put), 503),
    "locked_423": (puts(6, next_put), 423),
    "conflict_409": (puts(6, next_put), 409),
    "bad_gateway_502": (puts(6, next_put), 502),
    "answer_lost": (puts(19, next_put), "dropped"),
    "token_dies_401": (puts(20, next_put), 401),
    "token_dies_403": (puts(20, next_put), 403),
    "token_dies_for_good": (puts(20, token_status), 403),
    "away_for_three_seconds": (puts(19, next_put), "dropped"),
    "away_for_good": (puts(19, next_put), "dropped"),
    "restart_503": (puts(19, next_put), 503),
    "hour_budget": (limited(61), True),
    "hour_budget_untold": (limited(61), True),
    "put_budget": (limited(40, "PUT"), True),
    "if_match_needed": (status(LABEL), 428),
    "read_only_402": (status(LABEL), 402),
    "read_only_451": (status(LABEL), 451),
    "high_risk_read_only": (status({"external_number": NUMBER}), 403),
}
# The plain server takes these forms as well: the page does not say that they are refused.
AS_PLAIN = {"lenient_forms": (status({"static_reg_address": "host", "vm_mailto": "none", "intercom": -1}), 200)}
