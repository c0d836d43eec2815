"""What each breaking server does wrong, as one probe and the wrong result of it."""

from collections.abc import Callable

from .client import Client, read
from .page import Json, Settings
from .statements import BUNDLE, NO_BUNDLE

Probe = Callable[[Client], Json]
ABSENT = "(absent)"


def shown(name: str, extension_id: str = "54") -> Probe:
    """The value that GET answers."""
    return lambda client: client.get(extension_id).get(name, ABSENT)


def back(name: str, *values: Json, extension_id: str = "54") -> Probe:
    """The value that GET answers after PUT of one value after the other."""

    def probe(client: Client) -> Json:
        for value in values:
            client.put({name: value}, extension_id)
        return client.get(extension_id).get(name, ABSENT)

    return probe


def after(changes: Settings, name: str, extension_id: str = "54", read_from: str = "54") -> Probe:
    """A value that GET answers after a PUT of several values."""

    def probe(client: Client) -> Json:
        client.put(changes, extension_id)
        return client.get(read_from).get(name, ABSENT)

    return probe


def answer(changes: Settings, name: str) -> Probe:
    """A value in the answer of a PUT."""
    return lambda client: read(client.put(changes)).get(name, ABSENT)


def status(changes: Settings, extension_id: str = "54") -> Probe:
    """The status of a PUT."""
    return lambda client: client.put(changes, extension_id).status_code


def text(begin: int, end: int | None = None) -> Probe:
    """A part of the body of GET."""
    return lambda client: client.send("GET").text[begin:end]


def with_token(change: Callable[[str], str | None], method: str, extension_id: str = "54") -> Probe:
    """The status of a request with another token."""

    def probe(client: Client) -> Json:
        assert client.token is not None
        client.token = change(client.token)
        body = b'{"hangup_timeout": 33}' if method == "PUT" else None
        return client.send(method, extension_id, body).status_code

    return probe


def no_token(_: str) -> str | None:
    """No token at all."""
    return None


def other_end(token: str) -> str:
    """A token with another last character."""
    return token[:-1] + ("0" if token[-1] != "0" else "1")


def late_change(client: Client) -> Json:
    """What is stored after a PUT with a wrong token."""
    client.token = "wrong"
    client.put({"hangup_timeout": 33})
    return client.running.state("54")["hangup_timeout"]


def issued(client: Client) -> Json:
    """The type of access_token in the answer of the token endpoint, or whether it is empty."""
    token = read(client.fetch()).get("access_token", ABSENT)
    return token if token in ("", ABSENT) else type(token).__name__


def fetched_status(client: Client) -> Json:
    """The status of GET with a fetched token."""
    client.token = client.fetch_token()
    return client.send("GET").status_code


def get_before_and_after(client: Client) -> Json:
    """A value that was read before it was changed."""
    client.get()
    client.put({"hangup_timeout": 44})
    return client.get()["hangup_timeout"]


def get_status(extension_id: str = "54") -> Probe:
    """The status of GET."""
    return lambda client: client.send("GET", extension_id).status_code


def last_written(client: Client) -> Json:
    """What GET of another extension answers after a PUT."""
    client.put({"hangup_timeout": 45})
    return client.get("55")["hangup_timeout"]


def post_status(client: Client) -> Json:
    """The status of PUT, then of POST."""
    return [client.send(method, "54", b"{}").status_code for method in ("PUT", "POST")]


def entries(client: Client) -> Json:
    """bundle_list after a PUT of two entries."""
    client.put({"bundle": BUNDLE})
    return client.get()["bundle"]["bundle_list"]


def after_bundle(bundle: Settings, member: str) -> Probe:
    """A member of the bundle after a PUT."""

    def probe(client: Client) -> Json:
        client.put({"bundle": bundle})
        return client.get()["bundle"][member]

    return probe


MAILS = "a@example.com,b@example.com"
NUMBER = "+12025550199"
ADDRESS = "192.0.2.1:5068"

WRONG: dict[str, tuple[Probe, Json]] = {
    # updates
    "null_skipped": (back("intercom", None), 3),
    "intercom_null_skipped": (back("intercom", None), 3),
    "record_format_null_skipped": (back("record_format", None), "wav"),
    "falsy_dropped": (back("hangup_timeout", 0), 25),
    "false_dropped": (back("call_screening_enabled", False), True),
    "zero_dropped": (back("incoming_limit", 0), 2),
    "bundle_ignored": (after_bundle(BUNDLE, "bundle_id"), 54),
    "white_list_too_short": (back("intercom", 9), 3),
    "first_key_only": (after({"hangup_timeout": 9, "label": "new"}, "label"), "Empfang Süd"),
    "last_key_lost": (after({"hangup_timeout": 9, "label": "new"}, "label"), "Empfang Süd"),
    "put_resets_omitted": (after({"label": "new"}, "hangup_timeout"), 60),
    "put_resets_omitted_booleans": (after({"label": "new"}, "call_screening_enabled"), False),
    "put_nulls_omitted_sounds": (after({"label": "new"}, "announce_sound_upon_incoming_call"), None),
    "number_resets_timeout": (after({"external_number": NUMBER}, "hangup_timeout"), 60),
    "recording_off_resets_format": (after({"record_enabled": False}, "record_format"), None),
    "first_put_dropped": (back("hangup_timeout", 9), 25),
    "one_put_behind": (back("hangup_timeout", 9, 10), 9),
    "stored_on_second_try": (back("hangup_timeout", 9), 25),
    "repeat_toggles_booleans": (back("call_screening_enabled", True), False),
    "repeat_clears": (back("label", "Empfang Süd"), None),
    "put_writes_nothing": (back("hangup_timeout", 9), 25),
    "put_answers_changes_only": (answer({"label": "new"}, "hangup_timeout"), ABSENT),
    "put_answers_old_state": (answer({"hangup_timeout": 9}, "hangup_timeout"), 25),
    "put_answers_nothing": (status({"hangup_timeout": 9}), 204),
    "put_answers_ok": (answer({"hangup_timeout": 9}, "status"), "ok"),
    "put_answer_lacks_bundle": (answer({"hangup_timeout": 9}, "bundle"), ABSENT),
    "partial_body_refused": (status({"external_number": NUMBER}), 400),
    "auth_type_mandatory": (status({"external_number": NUMBER}), 400),
    "get_never_refreshed": (get_before_and_after, 25),
    # identity
    "get_me_refused": (get_status("@me"), 404),
    "put_me_refused": (status({"label": "new"}, "@me"), 403),
    "me_is_another": (shown("hangup_timeout", "@me"), 60),
    "put_me_writes_another": (after({"hangup_timeout": 9}, "hangup_timeout", "@me"), 25),
    "put_id_writes_me": (after({"hangup_timeout": 9}, "hangup_timeout", "55"), 9),
    "put_writes_all": (after({"hangup_timeout": 9}, "hangup_timeout", "54", "55"), 9),
    "get_answers_last_written": (last_written, 45),
    "fresh_shares_object": (after({"bundle": BUNDLE}, "bundle", "54", "55"), BUNDLE),
    "no_put_405": (status({"label": "new"}), 405),
    "no_put_404": (status({"label": "new"}), 404),
    "no_put_501": (status({"label": "new"}), 501),
    "put_500": (status({"label": "new"}), 500),
    "post_instead_of_put": (post_status, [405, 200]),
    # texts
    "pin_zeros_lost": (back("conference_pin", "0007"), "7"),
    "pin_shown_as_number": (shown("conference_pin"), 42),
    "plus_dropped": (back("external_number", NUMBER), "12025550199"),
    "plus_as_blank": (back("external_number", NUMBER), " 12025550199"),
    "plus_as_00": (back("external_number", NUMBER), "0012025550199"),
    "number_cut": (back("external_number", NUMBER), "+120255501"),
    "one_mail_kept": (back("vm_mailto", MAILS), "a@example.com"),
    "mails_by_semicolon": (back("vm_mailto", MAILS), "a@example.com;b@example.com"),
    "countries_cut": (back("geo_list", "RU US BY"), "RU"),
    "countries_by_comma": (back("geo_list", "RU US BY"), "RU,US,BY"),
    "all_countries_as_null": (back("geo_list", "*"), None),
    "port_dropped": (back("static_reg_address", ADDRESS), "192.0.2.1"),
    "port_always_5060": (back("static_reg_address", ADDRESS), "192.0.2.1:5060"),
    "format_upper_case": (shown("record_format"), "WAV"),
    "format_null_as_text": (shown("record_format", "55"), "None"),
    "network_stored_as_both": (back("auth_type", "network"), "both"),
    "umlauts_lost": (back("label", "Büro"), "Bro"),
    "umlauts_as_question_marks": (back("label", "電話"), "??"),
    "emoji_lost": (back("label", "A🎧B"), "A"),
    "label_decoded_twice": (back("label", "電"), "é\x9b»"),
    "html_escaped": (back("label", "A&B"), "A&amp;B"),
    "quotes_doubled": (back("label", "A'B"), "A''B"),
    "escapes_kept_literally": (back("label", "ü"), "\\u00fc"),
    "answer_escaped_twice": (back("label", "ü"), "\\u00fc"),
    # numbers
    "longs_as_text": (shown("hangup_timeout"), "25"),
    "booleans_as_0_and_1": (shown("vm_enabled"), 0),
    "booleans_as_text": (shown("vm_enabled"), "false"),
    "intercom_0_is_null": (back("intercom", 0), None),
    "intercom_null_is_0": (back("intercom", None), 0),
    "intercom_at_most_1": (back("intercom", 5), 1),
    "limit_at_most_1": (back("incoming_limit", 2), 1),
    "limit_0_as_null": (back("incoming_limit", 0), None),
    "timeout_in_milliseconds": (shown("hangup_timeout"), 25000),
    "timeout_always_60": (back("hangup_timeout", 9), 60),
    "timeout_in_tens": (back("hangup_timeout", 25), 20),
    "announcements_swapped": (back("announce_sound_upon_incoming_call", 4103), 4102),
    "attach_follows_voice_mail": (after({"vm_enabled": True}, "vm_attach_file"), True),
    "sound_as_object": (shown("hold_music"), {"id": 4103, "name": "4103.wav"}),
    "sound_0_as_false": (shown("vm_greeting", "55"), False),
    "stereo_null_as_false": (shown("record_stereo", "55"), False),
    "stereo_always_mono": (back("record_stereo", True), False),
    "screening_inverted": (back("call_screening_enabled", False), True),
    "booleans_null_when_false": (shown("vm_enabled"), None),
    "longs_swallowed_on_error": (after({"hangup_timeout": 9, "label": "new"}, "hangup_timeout"), 25),
    # bundles
    "bundle_active_inverted": (entries, {"124": {"active": True}, "29196": {"active": False}}),
    "bundle_active_always_true": (entries, {"124": {"active": True}, "29196": {"active": True}}),
    "bundle_second_entry_lost": (entries, {"124": {"active": False}}),
    "bundle_same_active_for_all": (entries, {"124": {"active": True}, "29196": {"active": True}}),
    "bundle_list_not_cleared": (after_bundle(NO_BUNDLE, "bundle_list"), {"56": {"active": True}}),
    "bundle_id_lost": (after_bundle(BUNDLE, "bundle_id"), None),
    "bundle_id_not_changed": (after_bundle(BUNDLE, "bundle_id"), 54),
    "bundle_id_as_text": (after_bundle(BUNDLE, "bundle_id"), "3"),
    "bundle_list_as_array": (entries, [{"id": "124", "active": False}, {"id": "29196", "active": True}]),
    "bundle_active_as_number": (entries, {"124": {"active": 0}, "29196": {"active": 1}}),
    "bundle_entry_is_boolean": (entries, {"124": False, "29196": True}),
    "bundle_null_when_empty": (shown("bundle", "55"), None),
    "bundle_without_nulls": (shown("bundle", "55"), {}),
    "bundle_as_text": (shown("bundle", "55"), '{"bundle_list":null,"bundle_id":null}'),
    "bundle_keys_prefixed": (entries, {"ext-124": {"active": False}, "ext-29196": {"active": True}}),
    "bundle_of_one_only": (status({"bundle": BUNDLE}), 400),
    # refusals
    "plus_refused": (status({"external_number": NUMBER}), 400),
    "two_mails_refused": (status({"vm_mailto": MAILS}), 400),
    "two_countries_refused": (status({"geo_list": "RU US"}), 400),
    "all_countries_refused": (status({"geo_list": "*"}), 400),
    "port_refused": (status({"static_reg_address": ADDRESS}), 400),
    "timeout_only_60": (status({"hangup_timeout": 5}), 400),
    "auth_both_refused": (status({"auth_type": "both"}), 400),
    "format_wav_refused": (status({"record_format": "wav"}), 400),
    "format_null_refused": (status({"record_format": None}), 400),
    "intercom_null_refused": (status({"intercom": None}), 400),
    "intercom_0_refused": (status({"intercom": 0}), 400),
    "limit_0_refused": (status({"incoming_limit": 0}), 400),
    "false_refused": (status({"record_transfer": False}), 400),
    "numbers_refused_as_json": (status({"hangup_timeout": 5}), 400),
    "bundle_only_alone": (status({"bundle": BUNDLE, "label": "new"}), 500),
    # documents
    "get_list": (text(0, 2), "[{"),
    "get_null": (text(0), "null"),
    "get_empty_object": (text(0), "{}"),
    "get_wrapped": (text(0, 9), '{"data":{'),
    "get_cut_json": (text(-4), "_web"),
    "get_two_documents": (lambda client: client.send("GET").text.count('"bundle"'), 2),
    "get_text": (text(0, 6), "label="),
    "get_xml": (text(0, 7), "<label>"),
    "get_python_literal": (text(0, 2), "{'"),
    "get_json_in_text": (text(0, 4), '"{\\"'),
    "get_404_with_body": (get_status(), 404),
    "get_500": (get_status(), 500),
    "names_in_camel_case": (shown("authType"), "both"),
    "nulls_left_out": (shown("vm_mailto"), ABSENT),
    "mailto_left_out": (shown("vm_mailto"), ABSENT),
    "booleans_false_left_out": (shown("vm_enabled"), ABSENT),
    "typo_in_a_name": (shown("call_screening_enable"), True),
    "defaults_left_out": (shown("vm_attach_file", "55"), ABSENT),
    # access
    "no_token_get": (with_token(no_token, "GET"), 200),
    "no_token_put": (with_token(no_token, "PUT"), 200),
    "wrong_token_get": (with_token(other_end, "GET"), 200),
    "wrong_token_put": (with_token(other_end, "PUT"), 200),
    "token_never_looked_at": (with_token(no_token, "GET"), 200),
    "token_begin_only": (with_token(other_end, "GET"), 200),
    "token_length_only": (with_token(lambda _: "x" * 30, "GET"), 200),
    "me_needs_no_token": (with_token(no_token, "GET", "@me"), 200),
    "late_check": (late_change, 33),
    "bearer_refused": (get_status(), 401),
    "access_token_empty": (issued, ""),
    "access_token_null": (issued, "NoneType"),
    "access_token_object": (issued, "dict"),
    "access_token_missing": (issued, ABSENT),
    "issued_token_refused": (fetched_status, 401),
    "wrong_secret_taken": (lambda client: client.fetch(client_secret="wrong").status_code, 200),
}
